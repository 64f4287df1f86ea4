// Where in a launch file the cause of a verdict or an error stands, so that a message can point at it.

import * as v from 'valibot';
import type { CheckError } from '../core/errors';
import type { LaunchFile } from '../core/check/launchFile';
import { LaunchFileSchema, parseLaunchFile } from './launchFile';
import {
  hasMember,
  namePlaceOf,
  parseLaunchText,
  lineColumnOf,
  type LaunchText,
  type Member,
  type LineColumn,
} from './launchText';

const START: LineColumn = { line: 1, column: 1 };

/** Where the name of a member stands, or of the innermost one around it that is there. */
const positionIn = (read: LaunchText, member: Member): LineColumn =>
  lineColumnOf(read.text, namePlaceOf(read, member));

/** Where the reported measurement stands, or the domain that was asked for it. */
export function verdictPlace(text: string): LineColumn {
  const read = parseLaunchText(text);
  return positionIn(read, hasMember(read, ['domain']) ? ['domain'] : ['launch', 'measurement']);
}

/** The members whose values an error can quote, with these values. */
function quotedMembers(file: LaunchFile): readonly (readonly [Member, string | undefined])[] {
  const { firmware, kernel, initrd, vmsa, keys, cpu, domain } = file;
  const keyFiles = Object.entries(keys).map(([name, path]) => [['keys', name], path] as const);
  return [
    [['firmware'], firmware],
    [['kernel'], kernel],
    [['initrd'], initrd],
    [['vmsa', 'bsp'], vmsa?.bsp],
    [['vmsa', 'ap'], vmsa?.ap],
    ...keyFiles,
    [['cpu'], typeof cpu === 'string' ? `"${cpu}"` : undefined],
    [['domain', 'name'], domain && `"${domain.name}"`],
  ];
}

/** Where the cause of an error stands: broken JSON, a member of the wrong shape, one whose file cannot be used; or the start. */
export function errorPlace(text: string, path: string, error: CheckError): LineColumn {
  const read = parseLaunchText(text);
  if (read.broken !== undefined) return lineColumnOf(text, { offset: read.broken });
  const shape = v.safeParse(LaunchFileSchema, read.value);
  if (!shape.success) return positionIn(read, v.getDotPath(shape.issues[0])?.split('.') ?? []);
  try {
    const quoted = quotedMembers(parseLaunchFile(text, path));
    const member = quoted.find(([, value]) => value !== undefined && error.message.startsWith(value))?.[0];
    return positionIn(read, member ?? (shape.output.launch ? ['launch'] : ['domain']));
  } catch {
    return START;
  }
}
