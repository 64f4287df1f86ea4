// A table of launch digests, or of the measurements that a platform reports, as text that is written as it is computed.

import { setImmediate } from 'node:timers/promises';
import { bytesToHex, hex } from '../core/binary/hex';
import { jsonText } from '../core/binary/json';
import { matrixRows, type MatrixRequest, type MatrixRow } from '../core/check/matrix';
import type { Io } from '../app/io';
import type { Measure } from './digestMeasure';
import type { DigestOptions } from './digestOptions';
import type { Output } from './output';

/** Rows between two turns of the event loop. */
const ROWS_AT_ONCE = 64;

/** A row with its value as text, keyed by column name. */
function cellsOf({ profile, cpu, signature, vcpus, digest }: MatrixRow, measure: Measure | undefined) {
  const value = measure ? { measurement: measure(digest) } : { launchDigest: bytesToHex(digest) };
  return { profile, cpu, signature: signature === undefined ? '' : hex(signature, 8), vcpus, ...value };
}

type Cells = ReturnType<typeof cellsOf>;

/** JSON in one line. */
export const oneLine = (value: unknown): string => jsonText(value).replaceAll(/\n */g, ' ');

/** A table as text, a few rows at a time. */
async function* matrixText(rows: Iterable<Cells>, format: DigestOptions['format']): AsyncGenerator<string> {
  let part = '';
  let count = 0;
  for (const row of rows) {
    if (format === 'csv')
      part += `${count === 0 ? `${Object.keys(row).join(',')}\r\n` : ''}${Object.values(row).join(',')}\r\n`;
    else part += `${count === 0 ? '[\n' : ',\n'}  ${oneLine(row)}`;
    if (++count % ROWS_AT_ONCE !== 0) continue;
    yield part;
    part = '';
    // Signals arrive only between turns of the event loop.
    await setImmediate();
  }
  yield format === 'csv' ? part : `${part}\n]\n`;
}

/** Prints the table, or writes it to a file. */
export async function printTable(
  io: Io,
  request: MatrixRequest,
  options: DigestOptions,
  measure: Measure | undefined,
  out: Output,
): Promise<void> {
  function* rows() {
    for (const row of matrixRows(request)) yield cellsOf(row, measure);
  }
  const text = matrixText(rows(), options.format);
  if (options.output !== undefined) await io.write(options.output, text);
  else for await (const part of text) out.data(part);
}
