// Prints the digests of several launches, or the measurements that a platform reports, in a form.

import { setImmediate } from 'node:timers/promises';
import * as errors from './errors';
import { writeTable, type Measure } from '../app/digestTable';
import type { Io } from '../app/io';
import { formRow } from '../core/check/digestForms';
import { matrixRows, type MatrixRequest } from '../core/check/matrix';
import type { DigestOptions } from './digestOptions';
import type { Output } from './output';

/** Prints digests in a form, or writes them to a file. @throws CheckError (usage) for bytes on a terminal */
export async function printTable(
  io: Io,
  request: MatrixRequest,
  { format = 'csv', output, svn }: Pick<DigestOptions, 'format' | 'output' | 'svn'>,
  measure: Measure | undefined,
  out: Output,
): Promise<void> {
  if (formRow(format).binary && output === undefined && out.isTerminal)
    throw errors.binaryToTerminal('CoRIM');
  const written = await writeTable(matrixRows(request), { format, svn, measure, turn: setImmediate });
  if (output !== undefined) await io.write(output, written);
  else if (typeof written === 'string' || written instanceof Uint8Array) out.data(written);
  else for await (const part of written) out.data(part);
}
