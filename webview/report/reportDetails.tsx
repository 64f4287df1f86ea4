// The details of what is selected in a report: a field with its bits, a part of the file, or bytes.

import { bitValue, exactText } from '../../src/core/binary/describe';
import { bytesToHex, hex } from '../../src/core/binary/hex';
import type { LeafField } from '../../src/core/binary/leafField';
import type { FilePart } from '../../src/core/report/filePart';
import { REDACTED } from '../../src/core/report/redact';
import { BitDiagram } from '../parts/bitDiagram';
import { BitsTable } from '../parts/bitsTable';
import { CopyForms, MOST_COPIED } from '../parts/copyForms';
import { Details } from '../parts/details';
import type { ByteRange } from '../parts/rows';
import { Icon } from '../parts/widgets';

/** A vector with a bit for each mitigation says which are set; the table of others has every bit. */
const MANY_BITS = 40;
/** The columns of bits are narrow, and names of files are not; the values above say which is which. */
const SIDES = ['this', 'other'] as const;

/** Bytes in the forms of other tools, unless they are masked. */
function Forms({ bytes, isMasked }: { bytes: Uint8Array; isMasked: boolean }) {
  if (!isMasked) return <CopyForms bytes={bytes} />;
  return (
    <p class="details-note">
      <Icon name="eye-closed" /> Some of these bytes name a machine or a guest: they are not copied while they
      are masked.
    </p>
  );
}

function Value({ raw, meaning, label }: { raw: string; meaning: string; label?: string }) {
  return (
    <div class="full-value">
      {label !== undefined && <span class="full-value-label">{label}</span>}
      {raw !== '' && <code>{raw}</code>}
      {meaning !== '' && <span class="full-value-meaning">{meaning}</span>}
    </div>
  );
}

/** The field of two reports; undefined where one has no such field. */
export interface ComparedSides {
  readonly titles: readonly [string, string];
  readonly left: LeafField | undefined;
  readonly right: LeafField | undefined;
}

/** The other report's value as a number, where both have one and they differ. */
function otherNumber(compared: ComparedSides | undefined): bigint | undefined {
  const [left, right] = [compared?.left?.value, compared?.right?.value];
  if (left === undefined || right === undefined || left instanceof Uint8Array || right instanceof Uint8Array)
    return undefined;
  return BigInt(left) === BigInt(right) ? undefined : BigInt(right);
}

function Bits({ field, compared }: { field: LeafField; compared: ComparedSides | undefined }) {
  const { name, size, leaf } = field;
  const { bits } = leaf.row;
  if (!bits || field.value instanceof Uint8Array) return null;
  const value = BigInt(field.value);
  const other = otherNumber(compared);
  const listed =
    bits.length > MANY_BITS ? bits.filter((bit) => bitValue(value | (other ?? 0n), bit) !== 0n) : bits;
  return (
    <>
      <h3>Bits</h3>
      <BitDiagram
        label={`Bits of ${name}`}
        bits={bits}
        size={size}
        value={value}
        {...(other !== undefined && { other, side: compared!.titles[1] })}
      />
      <BitsTable
        bits={listed}
        value={value}
        sides={SIDES}
        {...(other !== undefined && { expected: other })}
      />
    </>
  );
}

/** The values of both sides. */
function Sides({ compared: { titles, left, right } }: { compared: ComparedSides }) {
  return (
    <>
      {[left, right].map((field, i) => (
        <Value
          key={i}
          label={titles[i]!}
          raw={field ? exactText(field.value, field.size) : ''}
          meaning={field ? field.meaning : 'This version has no such field.'}
        />
      ))}
    </>
  );
}

/** Details of a field of the report, or of two. @param at where the report is in the file */
export function ReportFieldDetails(props: {
  field: LeafField;
  at: number;
  bytes: Uint8Array;
  isMasked: boolean;
  compared?: ComparedSides | undefined;
}) {
  const { field, at, bytes, isMasked, compared } = props;
  const { name, size, doc, meaning } = field;
  const offset = at + field.offset;
  const exact = exactText(field.value, size);
  const copied = isMasked ? REDACTED : exact;
  return (
    <Details
      name={name}
      offset={offset}
      size={size}
      value={copied}
      row={[name, hex(offset, 3), copied, meaning].join('\t')}
      doc={doc}
    >
      {compared ? <Sides compared={compared} /> : <Value raw={exact} meaning={meaning} />}
      <Forms bytes={bytes.subarray(offset, offset + size)} isMasked={isMasked} />
      <Bits field={field} compared={compared} />
    </Details>
  );
}

/** Details of a part of the file. */
export function PartDetails(props: { part: FilePart; bytes: Uint8Array; isMasked: boolean }) {
  const { part, bytes, isMasked } = props;
  const { name, raw, meaning, doc, range } = part;
  if (!range)
    return (
      <section class="details" aria-label="Details" tabIndex={0} data-pane>
        <div class="details-head">
          <h2>{name}</h2>
        </div>
        <p class="details-doc">{doc}</p>
        <Value raw={raw} meaning={meaning} />
        <p class="details-note">
          These are no bytes of this file as it is: they are in another file, or in PEM.
        </p>
      </section>
    );
  const here = bytes.subarray(range.offset, range.offset + range.size);
  const exact = here.length <= MOST_COPIED ? bytesToHex(here) : undefined;
  const copied = isMasked ? REDACTED : exact;
  return (
    <Details
      name={name}
      offset={range.offset}
      size={range.size}
      {...(copied !== undefined && { value: copied })}
      doc={doc}
    >
      <Value raw={raw} meaning={meaning} />
      <Forms bytes={here} isMasked={isMasked} />
    </Details>
  );
}

/** Details of bytes that are not those of a row. */
export function BytesDetails(props: {
  range: ByteRange;
  inside: string | undefined;
  bytes: Uint8Array;
  isMasked: boolean;
}) {
  const { range, inside, bytes, isMasked } = props;
  const { offset, size } = range;
  const doc = inside === undefined ? 'In nothing that is known.' : `In ${inside}.`;
  return (
    <Details name="Selected bytes" offset={offset} size={size} doc={doc}>
      <Forms bytes={bytes.subarray(offset, offset + size)} isMasked={isMasked} />
    </Details>
  );
}
