// Digests of several launches, or the measurements that a platform reports: a table that is written as it is computed, or the reference values that a
// verifier takes.

import { setImmediate } from 'node:timers/promises';
import * as errors from './errors';
import { bytesToHex, hex, toBase64 } from '../core/binary/hex';
import { matrixRows, type MatrixRequest, type MatrixRow } from '../core/check/matrix';
import { contrastValues, rvpsConfigMap, rvpsMessage, type Launched } from '../core/check/referenceValues';
import type { Io } from '../app/io';
import { formRow, type Form } from './digestForms';
import type { Measure } from './digestMeasure';
import type { DigestOptions } from './digestOptions';
import { corimOfAmd, corimOfMicrosoft } from './corim';
import { jsonLine } from '../core/binary/json';
import type { Output } from './output';

/** Rows between two turns of the event loop. */
const ROWS_AT_ONCE = 64;

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
async function* withTurns(rows: Iterable<MatrixRow>): AsyncGenerator<MatrixRow[]> {
  let part: MatrixRow[] = [];
  for (const row of rows) {
    part.push(row);
    if (part.length < ROWS_AT_ONCE) continue;
    yield part;
    part = [];
    await setImmediate();
  }
  yield part;
}

/** A table as text, a few rows at a time. */
async function* tableText(
  rows: Iterable<MatrixRow>,
  { head, row: rowText, between = '', end = '' }: TableForm,
  measure: Measure | undefined,
): AsyncGenerator<string> {
  let before: string | undefined;
  for await (const part of withTurns(rows)) {
    let text = '';
    for (const row of part) {
      text += `${before ?? head?.(row, measure) ?? ''}${rowText(row, measure)}`;
      before = between;
    }
    yield text;
  }
  yield end;
}

/** Prints digests in a form, or writes them to a file. @throws CheckError (usage) for bytes on a terminal */
export async function printTable(
  io: Io,
  request: MatrixRequest,
  { format = 'csv', output, svn }: Pick<DigestOptions, 'format' | 'output' | 'svn'>,
  measure: Measure | undefined,
  out: Output,
): Promise<void> {
  const write = WHOLE[format];
  if (formRow(format).binary && output === undefined && out.isTerminal)
    throw errors.binaryToTerminal('CoRIM');
  const rows = matrixRows(request);
  const written = write ? write(await distinct(rows), svn) : tableText(rows, TABLES[format]!, measure);
  if (output !== undefined) await io.write(output, written);
  else if (typeof written === 'string' || written instanceof Uint8Array) out.data(written);
  else for await (const part of written) out.data(part);
}

/** Each digest once, with the first launch that has it. */
async function distinct(rows: Iterable<MatrixRow>): Promise<Launched[]> {
  const launches = new Map<string, Launched>();
  for await (const part of withTurns(rows))
    for (const row of part) {
      const name = bytesToHex(row.digest);
      if (!launches.has(name)) launches.set(name, row);
    }
  return [...launches.values()];
}
