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

/** The position of the reported measurement, of the digest or the report that is to be matched, or of the domain that was asked. */
export function verdictPlace(text: string): LineColumn {
  const read = parseLaunchText(text);
  const asked = (['domain', 'report', 'launchDigest'] as const).find((name) => hasMember(read, [name]));
  return positionIn(read, asked === undefined ? ['launch', 'measurement'] : [asked]);
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
  const asked = ['launch', 'launchDigest', 'report'].find((name) => hasMember(read, [name])) ?? 'domain';
  return positionIn(read, at?.member ?? [asked]);
}
