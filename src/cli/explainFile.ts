// What somebody wants who gives `sevscope explain` a file in place of a line.

import * as errors from './explainErrors';
import type { CheckError } from '../core/errors';
import { shellWord } from '../core/binary/shell';
import { kindInTable } from '../core/ovmf/kinds/table';
import { isTextKind } from '../core/ovmf/kinds/text';
import { isNowhere } from '../app/ioErrors';
import type { Io } from '../app/io';

/** A path without a file behind it: no white space, and folders or the end of a name. A status such as fw_error=11 has neither. */
const isPath = (text: string): boolean =>
  !/\s/.test(text) && (text.includes('/') || /\.(?:json|fd|bin|vmsa|log|txt|img|igvm)$/i.test(text));

/** What a file is, and the command for it. */
async function useOf(io: Io, path: string): Promise<readonly [what: string, command: string]> {
  const file = shellWord(path);
  if (path.endsWith('.sevlaunch.json')) return ['a launch file', `explain --launch ${file}`];
  const { head, tail, bytes } = await io.readEnds(path, 'log');
  const kind = kindInTable({ head, tail, fileSize: bytes });
  if (kind?.id === 'vmsa') return ['a VMSA', `vmsa identify ${file}`];
  if (kind?.id.startsWith('report')) return ['an attestation report', `report show ${file}`];
  // A launch file under another name is the only JSON that is explained.
  if (head[0] === 0x7b) return ['a file with JSON', `explain --launch ${file}`];
  if (kind && isTextKind(kind)) return ['a text', `explain - < ${file}`];
  return ['a file', `explain --launch-digest DIGEST --firmware ${file}`];
}

/** Why an argument is no line: there is a file of this name; undefined where there is none. */
export async function fileForLine(io: Io, given: string): Promise<CheckError | undefined> {
  if (/[\n\0]/.test(given) || given.trim() === '') return undefined;
  const found = await io.stat(given);
  if (found.kind === 'none')
    return isNowhere(found.code) && isPath(given) ? errors.noFileForLine(given) : undefined;
  if (found.kind !== 'file') return errors.fileForLine(given, `a ${found.kind}`, undefined);
  return errors.fileForLine(given, ...(await useOf(io, given)));
}
