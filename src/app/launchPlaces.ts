// Where in a launch file the cause of a verdict or an error is, so that a message can point at it.

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

/** The position of a member's name, or of the innermost existing member around it. */
const positionIn = (read: LaunchText, member: MemberPath): LineColumn =>
  lineColumnOf(read.text, namePlaceOf(read, member));

/** The position of the reported measurement, or of the domain that was asked for it. */
export function verdictPlace(text: string): LineColumn {
  const read = parseLaunchText(text);
  return positionIn(read, hasMember(read, ['domain']) ? ['domain'] : ['launch', 'measurement']);
}

/**
 * The position of an error's cause: the JSON syntax error, or the member it is about; else the launch or the
 * domain, or the start.
 */
export function errorPlace(text: string, { at }: CheckError): LineColumn {
  const read = parseLaunchText(text);
  if (read.broken !== undefined) return lineColumnOf(text, { offset: read.broken });
  return positionIn(read, at?.member ?? (hasMember(read, ['launch']) ? ['launch'] : ['domain']));
}
