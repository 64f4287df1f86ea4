// Edits a field: its value as text, validated while typing. The edit is sent to the extension host, which
// keeps the document and its undo history; the page shows the result.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { exactText } from '../../src/core/binary/describe';
import { CheckError } from '../../src/core/errors';
import { hex } from '../../src/core/binary/hex';
import type { LeafValue } from '../../src/core/binary/struct';
import { parseFieldValue, type BitRange } from '../../src/core/vmsa/edit';
import type { VmsaField } from '../../src/core/vmsa/page';
import { send } from '../host';
import { Icon, PlainField } from '../parts/widgets';

/** Asks the host to give a field a value. */
export function sendEdit(field: VmsaField, value: LeafValue): void {
  send({ type: 'edit', field: field.name, value: exactText(value, field.size) });
}

/** Asks the host to set some bits of a field; the others keep the value that they have by then. */
export function sendBits(field: VmsaField, { lsb, width }: BitRange, to: bigint): void {
  send({ type: 'edit', field: field.name, value: hex(to), bits: { lsb, width } });
}

/** Parses the text of a value, or says in a sentence why it is invalid. */
function read(field: VmsaField, text: string): { value: LeafValue } | { error: string } {
  try {
    return { value: parseFieldValue(field.leaf, text) };
  } catch (error) {
    return { error: error instanceof CheckError ? error.message : String(error) };
  }
}

const same = (wanted: ReturnType<typeof read>, value: LeafValue) =>
  'value' in wanted && String(wanted.value) === String(value);

/** The value in a text field: Enter applies what is typed, Escape restores the value. */
export function ValueEditor({ field }: { field: VmsaField }) {
  const current = exactText(field.value, field.size);
  const [text, setText] = useState(current);
  const shown = useRef({ name: field.name, value: current });
  // Another field replaces what was typed. A new value of this one replaces it only if it is the requested
  // one: someone else may have written the file.
  useLayoutEffect(() => {
    const typed = text !== shown.current.value && field.name === shown.current.name;
    shown.current = { name: field.name, value: current };
    if (!typed || same(read(field, text), field.value)) setText(current);
  }, [field.name, current]);
  const wanted = read(field, text);
  const changed = text !== current;
  const error = changed && 'error' in wanted ? wanted.error : undefined;
  return (
    <div class="value-editor">
      <PlainField
        label={`Value of ${field.name}`}
        value={text}
        wrong={error !== undefined}
        mark="value"
        onInput={setText}
        onKey={(event) => {
          if (event.key === 'Enter') {
            if ('value' in wanted && changed) sendEdit(field, wanted.value);
          } else if (event.key === 'Escape' && changed) setText(current);
          else return false;
          return true;
        }}
      />
      <p class="value-hint" role={error === undefined ? undefined : 'alert'}>
        {error !== undefined ? (
          <>
            <Icon name="error" class="severity-error" /> {error}
          </>
        ) : changed ? (
          'Enter takes the new value, Escape the old one.'
        ) : (
          'Type a value, or flip a bit below.'
        )}
      </p>
    </div>
  );
}
