// The details panel: a name, its position, what can be copied, and what the view adds.

import { Fragment, type ComponentChildren } from 'preact';
import { byteCount, hex } from '../../src/core/binary/hex';
import { CopyButton } from './widgets';

/** Keys that work on every page. */
const KEYS: readonly (readonly [string, string])[] = [
  ['Enter', 'goes from a field to its bytes, and back'],
  ['F6', 'goes to the next pane'],
  ['Ctrl+F', 'finds a name, a value or bytes'],
  ['Ctrl+G', 'goes to an offset'],
];

/** The panel while nothing is selected; `keys` are those that work on this page only. */
export function NoDetails({ keys = [] }: { keys?: readonly (readonly [string, string])[] }) {
  return (
    <section class="details details-none" aria-label="Details" tabIndex={0} data-pane>
      <p>Select a field or a byte to see what it means.</p>
      <dl class="keys">
        {[...KEYS, ...keys].map(([key, what]) => (
          <Fragment key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </Fragment>
        ))}
      </dl>
    </section>
  );
}

/** The panel: a name, its position, the copy buttons, and what the view adds. */
export function Details(props: {
  name: string;
  offset: number;
  size: number;
  value?: string;
  /** The whole row as tab-separated text. */
  row?: string;
  doc: string;
  children?: ComponentChildren;
}) {
  const { name, offset, size, value, row, doc, children } = props;
  return (
    <section class="details" aria-label="Details" tabIndex={0} data-pane>
      <div class="details-head">
        <h2>{name}</h2>
        <span class="details-place">
          {hex(offset, 3)}, {byteCount(size)}
        </span>
        <span class="details-copy">
          {value !== undefined && <CopyButton text={value} what="value" label="value" />}
          <CopyButton text={name} what="name" label="name" />
          <CopyButton text={hex(offset)} what="offset" label="offset" />
          {row !== undefined && <CopyButton text={row} what="row" label="row" />}
        </span>
      </div>
      <p class="details-doc">{doc}</p>
      {children}
    </section>
  );
}
