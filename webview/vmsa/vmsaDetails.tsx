// The details of a VMSA field: its value and the expected one, who sets it, why it differs, its bits as a
// picture and in words. For a cause: what makes such fields differ.

import { exactText } from '../../src/core/binary/describe';
import { bytesToHex, hex } from '../../src/core/binary/hex';
import type { Bit, LeafValue, Row } from '../../src/core/binary/struct';
import type { Cause } from '../../src/core/vmsa/compare/causes';
import type { ComparedField } from '../../src/core/vmsa/compare/compare';
import type { BitRange } from '../../src/core/vmsa/edit';
import type { Write } from '../../src/core/vmsa/launch/generate';
import { VMSA } from '../../src/core/vmsa/layout/layout';
import type { VmsaField } from '../../src/core/vmsa/page';
import { BitDiagram } from '../parts/bitDiagram';
import { BitsTable } from '../parts/bitsTable';
import { Details, NoDetails } from '../parts/details';
import type { TreeNode } from '../parts/rows';
import { sendBits, sendEdit, ValueEditor } from './valueEditor';
import { Icon } from '../parts/widgets';

const asBits = (value: LeafValue) => (value instanceof Uint8Array ? undefined : BigInt(value));

/** A field as one tab-separated line, for pasting into a table. */
function rowText(field: VmsaField): string {
  return [field.name, hex(field.offset, 3), exactText(field.value, field.size), field.meaning].join('\t');
}

function Notes({ row }: { row: Row }) {
  const aliases = Object.entries(row.aliases ?? {});
  return (
    <>
      {row.note && (
        <p class="details-note">
          <Icon name="info" /> {row.note}
        </p>
      )}
      {aliases.length > 0 && (
        <p class="details-aliases">
          Also{' '}
          {aliases.map(([who, name], i) => (
            <span key={who}>
              {i > 0 && ', '}
              <code>{name}</code> in {who}
            </span>
          ))}
        </p>
      )}
    </>
  );
}

/** The value as a number and, for longer text, wrapped. */
function FullValue({ label, field }: { label: string; field: VmsaField }) {
  return (
    <div class="full-value">
      {label !== '' && <span class="full-value-label">{label}</span>}
      <code>{exactText(field.value, field.size)}</code>
      {field.meaning !== '' && <span class="full-value-meaning">{field.meaning}</span>}
    </div>
  );
}

/** Every write that led to the expected value; the last one counts. */
function Trail({ writes, size }: { writes: readonly Write[]; size: number }) {
  if (writes.length === 0) return <p>No layer writes this field: it is zero from the start.</p>;
  return (
    <ol class="trail" aria-label="Writes">
      {writes.map((write, i) => (
        <li key={i} class={i === writes.length - 1 ? 'trail-last' : ''}>
          <code>{hex(write.value, 2 * size)}</code> {write.layer.title}
          <span class="trail-source">{write.source}</span>
        </li>
      ))}
    </ol>
  );
}

/** Why a field differs. */
export function Why({ cause }: { cause: Cause }) {
  return (
    <section class="why" aria-label="Why">
      <h3>
        <Icon name="lightbulb" /> {cause.title}
      </h3>
      <p>{cause.text}</p>
    </section>
  );
}

/** The panel for the row of a cause: the cause, and the fields that it explains. */
export function CauseDetails({ cause, fields }: { cause: Cause; fields: readonly ComparedField[] }) {
  return (
    <section class="details" aria-label="Details" tabIndex={0} data-pane>
      <Why cause={cause} />
      <p class="details-aliases">
        Explains{' '}
        {fields.map(({ actual }, i) => (
          <span key={actual.name}>
            {i > 0 && ', '}
            <code>{actual.name}</code>
          </span>
        ))}
      </p>
    </section>
  );
}

/** What the panel needs to know about a field besides its value. */
export interface FieldDetailsProps {
  readonly field: VmsaField;
  /** The expected value: the other page's, or that of the launch whose page is nearest. */
  readonly compared?: ComparedField | undefined;
  /** The titles of the two values. */
  readonly sides?: readonly [string, string];
  readonly cause?: Cause | undefined;
  /** The expected value is generated, so it has a history. */
  readonly generated?: boolean;
  readonly editable?: boolean;
}

/** What the bits of a field are drawn from; absent when it has no named bits. */
interface BitsOf {
  readonly bits: readonly Bit[];
  readonly value: bigint;
  /** Set when it differs. */
  readonly expected: bigint | undefined;
  /** Set when the field can be edited. */
  readonly onSet: ((range: BitRange, to: bigint) => void) | undefined;
}

function bitsOf({ field, compared, editable }: FieldDetailsProps): BitsOf | undefined {
  const { bits } = field.leaf.row;
  const value = asBits(field.value);
  if (!bits || value === undefined) return undefined;
  const onSet = (range: BitRange, to: bigint) => {
    sendBits(field, range, to);
  };
  return {
    bits,
    value,
    expected: compared?.differs ? asBits(compared.expected.value) : undefined,
    onSet: editable ? onSet : undefined,
  };
}

/** The bits as a picture, and those of the expected value when it differs. */
function Diagrams({ of, field, sides }: { of: BitsOf; field: VmsaField; sides: readonly [string, string] }) {
  const { bits, value, expected, onSet } = of;
  const flip =
    onSet &&
    ((lsb: number) => {
      onSet({ lsb, width: 1 }, ((value >> BigInt(lsb)) & 1n) ^ 1n);
    });
  const common = { bits, size: field.size };
  return (
    <>
      <h3>{expected === undefined ? 'Bits' : `Bits: ${sides[0]}`}</h3>
      <BitDiagram
        {...common}
        label={`Bits of ${field.name}`}
        value={value}
        other={expected}
        side={sides[1]}
        onFlip={flip}
      />
      {expected !== undefined && (
        <div class="expected">
          <h3>Bits: {sides[1]}</h3>
          <BitDiagram
            {...common}
            label={`Bits of ${field.name}, ${sides[1]}`}
            value={expected}
            other={value}
            side={sides[0]}
          />
        </div>
      )}
    </>
  );
}

/** The panel for a field. */
export function FieldDetails(props: FieldDetailsProps) {
  const {
    field,
    compared,
    sides = ['This page', 'Expected'],
    cause,
    generated = false,
    editable = false,
  } = props;
  const { row } = field.leaf;
  const bits = bitsOf(props);
  return (
    <Details
      name={field.name}
      offset={field.offset}
      size={field.size}
      value={exactText(field.value, field.size)}
      row={rowText(field)}
      doc={field.doc}
    >
      {editable && <ValueEditor field={field} />}
      {editable && field.meaning !== '' && <p class="full-value-meaning">{field.meaning}</p>}
      {!editable && <FullValue label={compared?.differs ? sides[0] : ''} field={field} />}
      {compared?.differs && <FullValue label={sides[1]} field={compared.expected} />}
      {compared?.differs && editable && (
        <button
          type="button"
          class="quiet-button"
          onClick={({ currentTarget }) => {
            sendEdit(field, compared.expected.value);
            // The button goes when the values are equal.
            currentTarget.closest('.details')?.querySelector<HTMLElement>('[data-mark="value"]')?.focus();
          }}
        >
          <Icon name="check" /> Use this value
        </button>
      )}
      {cause && <Why cause={cause} />}
      {bits && <Diagrams of={bits} field={field} sides={sides} />}
      {compared && generated && (
        <>
          <h3>{compared.differs ? 'The expected value is set by' : 'Set by'}</h3>
          <Trail writes={compared.writes} size={field.size} />
        </>
      )}
      {bits && <BitsTable {...bits} sides={sides} />}
      <Notes row={row} />
    </Details>
  );
}

/** The panel for a row that is not a single field: an array, or the empty panel for a heading. */
export function RowDetails(props: {
  node: TreeNode | undefined;
  bytes: Uint8Array;
  keys?: readonly (readonly [string, string])[];
}) {
  const { node, bytes, keys } = props;
  if (!node?.range) return <NoDetails {...(keys && { keys })} />;
  const { offset, size } = node.range;
  const doc = VMSA.rows.find((row) => row.name === node.id)?.doc ?? '';
  const value = bytesToHex(bytes.subarray(offset, offset + size));
  return <Details name={node.id} offset={offset} size={size} value={value} doc={doc} />;
}
