// Where in a launch file the cause of a verdict or an error is, so that a message can point at it.

import type { CheckError } from '../core/errors';
import {
  hasMember,
  namePlaceOf,
  parseLaunchText,
  lineColumnOf,
  type LaunchText,
  type LineColumn,
} from './launchText';
import type { MemberPath } from '../core/check/question';

/** The position of a member's name, or of the innermost existing member around it. */
const positionIn = (read: LaunchText, member: MemberPath): LineColumn =>
  lineColumnOf(read.text, namePlaceOf(read, member));

/** The position of the reported measurement, or of the domain that was asked for it. */
export function verdictPlace(text: string): LineColumn {
  const read = parseLaunchText(text);
  return positionIn(read, hasMember(read, ['domain']) ? ['domain'] : ['launch', 'measurement']);
}

/**
 * The position of an error's cause: a fault of the text, or the member it is about; else the launch or the
 * domain, or the start.
 */
export function errorPlace(text: string, { at }: CheckError): LineColumn {
  const read = parseLaunchText(text);
  // An offset beside a member or an input is one of that file.
  if (at?.offset !== undefined && !at.member && !at.input) return lineColumnOf(text, { offset: at.offset });
  const [fault] = read.faults;
  if (fault) return lineColumnOf(text, fault);
  return positionIn(read, at?.member ?? (hasMember(read, ['launch']) ? ['launch'] : ['domain']));
}
