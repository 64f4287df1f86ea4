// Launch digests in the forms of core/check/digestForms.ts: a table that is written as it is computed, or the reference values that a verifier takes,
// which are written once all digests are there.

import { bytesToHex, hex, toBase64 } from '../core/binary/hex';
import { jsonLine } from '../core/binary/json';
import type { Form } from '../core/check/digestForms';
import type { MatrixRow } from '../core/check/matrix';
import { contrastValues, rvpsConfigMap, rvpsMessage, type Launched } from '../core/check/referenceValues';
import { corimOfAmd, corimOfMicrosoft } from './corim';

/** The measurement for a launch digest, in base64 as libvirt reports it. */
export type Measure = (digest: Uint8Array) => string;

/** Rows between two turns of the event loop. */
const ROWS_AT_ONCE = 64;

/** Gives way to what else waits. */
export type Turn = () => Promise<unknown>;

/** A row with its value as text, keyed by column name. */
function cellsOf({ profile, cpu, signature, vcpus, digest }: MatrixRow, measure: Measure | undefined) {
  const value = measure ? { measurement: measure(digest) } : { launchDigest: bytesToHex(digest) };
  return { profile, cpu, signature: signature === undefined ? '' : hex(signature, 8), vcpus, ...value };
}

/** How a table is written: what comes first, each row, and what is between and after them. */
interface TableForm {
  readonly head?: (row: MatrixRow, measure: Measure | undefined) => string;
  readonly row: (row: MatrixRow, measure: Measure | undefined) => string;
  readonly between?: string;
  readonly end?: string;
}

const csv = (cells: readonly unknown[]): string => `${cells.join(',')}\r\n`;

const TABLES: Readonly<Partial<Record<Form, TableForm>>> = {
  csv: {
    head: (row, measure) => csv(Object.keys(cellsOf(row, measure))),
    row: (row, measure) => csv(Object.values(cellsOf(row, measure))),
  },
  json: {
    head: () => '[\n',
    row: (row, measure) => `  ${jsonLine(cellsOf(row, measure))}`,
    between: ',\n',
    end: '\n]\n',
  },
  hex: { row: ({ digest }, measure) => `${measure?.(digest) ?? bytesToHex(digest)}\n` },
  base64: { row: ({ digest }, measure) => `${measure?.(digest) ?? toBase64(digest)}\n` },
};

/** What is written once all digests are there. */
const WHOLE: Readonly<
  Partial<Record<Form, (launches: readonly Launched[], svn: number | undefined) => string | Uint8Array>>
> = {
  rvps: rvpsMessage,
  'rvps-configmap': rvpsConfigMap,
  contrast: contrastValues,
  corim: ([first], svn = 0) => corimOfMicrosoft(first!, svn),
  'corim-amd': corimOfAmd,
};

/** Some rows, with a turn of the event loop after every few: signals arrive only between them. */
async function* withTurns(rows: Iterable<MatrixRow>, turn: Turn): AsyncGenerator<MatrixRow[]> {
  let part: MatrixRow[] = [];
  for (const row of rows) {
    part.push(row);
    if (part.length < ROWS_AT_ONCE) continue;
    yield part;
    part = [];
    await turn();
  }
  yield part;
}

/** A table as text, a few rows at a time. */
async function* tableText(
  rows: Iterable<MatrixRow>,
  { head, row: rowText, between = '', end = '' }: TableForm,
  measure: Measure | undefined,
  turn: Turn,
): AsyncGenerator<string> {
  let before: string | undefined;
  for await (const part of withTurns(rows, turn)) {
    let text = '';
    for (const row of part) {
      text += `${before ?? head?.(row, measure) ?? ''}${rowText(row, measure)}`;
      before = between;
    }
    yield text;
  }
  yield end;
}

/** Each digest once, with the first launch that has it. */
async function distinct(rows: Iterable<MatrixRow>, turn: Turn): Promise<Launched[]> {
  const launches = new Map<string, Launched>();
  for await (const part of withTurns(rows, turn))
    for (const row of part) {
      const name = bytesToHex(row.digest);
      if (!launches.has(name)) launches.set(name, row);
    }
  return [...launches.values()];
}

/** What is written in which form. */
export interface TableWriting {
  /** All but `dstack`, which no digests make. */
  readonly format: Form;
  /** The guest's SVN, in CoRIM. */
  readonly svn?: number | undefined;
  /** Writes measurements in place of digests. */
  readonly measure?: Measure | undefined;
  readonly turn: Turn;
}

/** Writes digests: whole, or a few rows at a time. */
export async function writeTable(
  rows: Iterable<MatrixRow>,
  { format, svn, measure, turn }: TableWriting,
): Promise<string | Uint8Array | AsyncIterable<string>> {
  const write = WHOLE[format];
  return write ? write(await distinct(rows, turn), svn) : tableText(rows, TABLES[format]!, measure, turn);
}
