// Where in a launch file the cause of a verdict or an error stands, so that a message can point at it.

import type { CheckError } from '../core/errors';
import {
  hasMember,
  namePlaceOf,
  parseLaunchText,
  lineColumnOf,
  type LaunchText,
  type MemberPath,
  type LineColumn,
} from './launchText';

/** Where the name of a member stands, or of the innermost one around it that is there. */
const positionIn = (read: LaunchText, member: MemberPath): LineColumn =>
  lineColumnOf(read.text, namePlaceOf(read, member));

/** Where the reported measurement stands, or the domain that was asked for it. */
export function verdictPlace(text: string): LineColumn {
  const read = parseLaunchText(text);
  return positionIn(read, hasMember(read, ['domain']) ? ['domain'] : ['launch', 'measurement']);
}

/** Where the cause of an error stands: broken JSON, or the member that it is about; else the launch or the domain, or the start. */
export function errorPlace(text: string, { at }: CheckError): LineColumn {
  const read = parseLaunchText(text);
  if (read.broken !== undefined) return lineColumnOf(text, { offset: read.broken });
  return positionIn(read, at?.member ?? (hasMember(read, ['launch']) ? ['launch'] : ['domain']));
}
