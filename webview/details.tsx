// The panel beside the tree or the bytes: everything that is known about the selected field, with the value in full and each
// named bit in words.

import type { ComponentChildren } from 'preact';
import { applicableBits, bitValue, exactText, reservedBits } from '../src/core/describe';
import { bytesToHex, hex } from '../src/core/hex';
import type { Bit, LeafValue, Row } from '../src/core/struct';
import type { ComparedField } from '../src/core/vmsa/compare';
import { VMSA } from '../src/core/vmsa/layout';
import type { VmsaField } from '../src/core/vmsa/page';
import type { TreeNode } from './rows';
import { CopyButton, Icon } from './widgets';

/** What the panel says before anything is selected. */
export function NoDetails() {
  return (
    <section class="details details-none" aria-label="Details" tabIndex={0} data-pane>
      <p>Select a field or a byte to see what it means.</p>
      <dl class="keys">
        <dt>
          <kbd>Enter</kbd>
        </dt>
        <dd>goes from a field to its bytes, and back</dd>
        <dt>
          <kbd>F6</kbd>
        </dt>
        <dd>goes to the next pane</dd>
        <dt>
          <kbd>Ctrl+F</kbd>
        </dt>
        <dd>goes to the filter</dd>
      </dl>
    </section>
  );
}

/** The panel: a name, its place, the copy buttons, and what a view adds. */
export function Details(props: {
  name: string;
  offset: number;
  size: number;
  value?: string;
  doc: string;
  children?: ComponentChildren;
}) {
  const { name, offset, size, value, doc, children } = props;
  return (
    <section class="details" aria-label="Details" tabIndex={0} data-pane>
      <div class="details-head">
        <h2>{name}</h2>
        <span class="details-place">
          {hex(offset, 3)}, {size === 1 ? '1 byte' : `${size} bytes`}
        </span>
        <span class="details-copy">
          {value !== undefined && <CopyButton text={value} what="value" label="value" />}
          <CopyButton text={name} what="name" label="name" />
          <CopyButton text={hex(offset)} what="offset" label="offset" />
        </span>
      </div>
      <p class="details-doc">{doc}</p>
      {children}
    </section>
  );
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

/** The value as a number and, for text of some length, wrapped. */
function FullValue({ label, field }: { label: string; field: VmsaField }) {
  return (
    <div class="full-value">
      {label !== '' && <span class="full-value-label">{label}</span>}
      <code>{exactText(field.value, field.size)}</code>
      {field.meaning !== '' && <span class="full-value-meaning">{field.meaning}</span>}
    </div>
  );
}

const bitPlace = (bit: Bit) => (bit.width === 1 ? `${bit.lsb}` : `${bit.lsb + bit.width - 1}:${bit.lsb}`);

function bitWord(bit: Bit, value: number | bigint): string {
  const v = bitValue(value, bit);
  const word = bit.values?.[Number(v)];
  if (bit.width === 1) return `${v === 1n ? 'set' : 'clear'}${word === undefined ? '' : `: ${word}`}`;
  return word === undefined ? hex(v) : `${hex(v)}: ${word}`;
}

/** Bits by name; where `expected` is given, beside what they should be. */
function Bits({
  bits,
  value,
  expected,
}: {
  bits: readonly Bit[];
  value: bigint;
  expected?: bigint | undefined;
}) {
  const shown = applicableBits(bits, value).filter((bit) => !bit.reserved || bitValue(value, bit) !== 0n);
  const odd = reservedBits(bits, value);
  return (
    <>
      <table class={expected === undefined ? 'bits' : 'bits bits-compared'} aria-label="Bits">
        <thead class={expected === undefined ? 'visually-hidden' : ''}>
          <tr>
            <th>bit</th>
            <th>name</th>
            <th>{expected === undefined ? 'value' : 'this page'}</th>
            {expected !== undefined && <th>expected</th>}
            <th>meaning</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((bit) => {
            const set = bitValue(value, bit) !== 0n;
            const differs = expected !== undefined && bitValue(expected, bit) !== bitValue(value, bit);
            return (
              <tr key={`${bit.name}${bit.lsb}`} class={set || differs ? '' : 'bit-clear'}>
                <td class="bit-place">{bitPlace(bit)}</td>
                <td class="bit-name">
                  <Icon name={set ? 'circle-filled' : 'circle-outline'} /> {bit.name}
                </td>
                <td class="bit-value">
                  <span class={differs ? 'marked' : ''}>{bitWord(bit, value)}</span>
                </td>
                {expected !== undefined && (
                  <td class="bit-value expected">
                    {differs && <span class="marked">{bitWord(bit, expected)}</span>}
                  </td>
                )}
                <td class="bit-doc">{bit.doc}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {odd !== 0n && (
        <p class="details-note">
          <Icon name="warning" class="severity-warning" /> Reserved bits are set: {hex(odd)}
        </p>
      )}
    </>
  );
}

const asBits = (value: LeafValue) => (value instanceof Uint8Array ? undefined : BigInt(value));

/** The panel for a field of a VMSA. */
export function FieldDetails({ field }: { field: VmsaField }) {
  const { row } = field.leaf;
  const value = asBits(field.value);
  return (
    <Details
      name={field.name}
      offset={field.offset}
      size={field.size}
      value={exactText(field.value, field.size)}
      doc={field.doc}
    >
      <FullValue label="" field={field} />
      <Notes row={row} />
      {row.bits && value !== undefined && <Bits bits={row.bits} value={value} />}
    </Details>
  );
}

/** The panel for a row of the page that is no single field: an array, or nothing when a heading is selected. */
export function RowDetails({ node, bytes }: { node: TreeNode | undefined; bytes: Uint8Array }) {
  if (!node?.range) return <NoDetails />;
  const { offset, size } = node.range;
  const doc = VMSA.rows.find((row) => row.name === node.id)?.doc ?? '';
  const value = bytesToHex(bytes.subarray(offset, offset + size));
  return <Details name={node.id} offset={offset} size={size} value={value} doc={doc} />;
}

/** The panel for a field of a comparison: both values, and every write that made the expected one. */
export function ComparedDetails({ field }: { field: ComparedField }) {
  const { actual, expected, writes } = field;
  const { row } = actual.leaf;
  const value = asBits(actual.value);
  return (
    <Details
      name={actual.name}
      offset={actual.offset}
      size={actual.size}
      value={exactText(actual.value, actual.size)}
      doc={actual.doc}
    >
      <FullValue label="This page" field={actual} />
      <FullValue label="Expected" field={expected} />
      <h3>Set by</h3>
      {writes.length === 0 ? (
        <p>No layer writes this field: it is zero from the start.</p>
      ) : (
        <ol class="trail" aria-label="Writes">
          {writes.map((write, i) => (
            <li key={i} class={i === writes.length - 1 ? 'trail-last' : ''}>
              <code>{hex(write.value, 2 * actual.size)}</code> {write.layer.title}
              <span class="trail-source">{write.layer.source}</span>
            </li>
          ))}
        </ol>
      )}
      <Notes row={row} />
      {row.bits && value !== undefined && (
        <Bits bits={row.bits} value={value} expected={asBits(expected.value)} />
      )}
    </Details>
  );
}
