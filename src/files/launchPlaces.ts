// Where in a launch file the cause of a verdict or an error stands, so that a message can point at it.

import { readJson } from '../core/exactJson';
import { placeOf, placeOfMember, type Place } from '../core/jsonPlaces';
import type { CheckError } from '../core/errors';
import * as v from 'valibot';
import { LaunchFileSchema, parseLaunchFile, type LaunchFile } from './launchFile';

const START: Place = { line: 1, column: 1 };

/** Where the reported measurement stands, or the domain that was asked for it. */
export function verdictPlace(text: string): Place {
  return placeOfMember(text, ['launch', 'measurement']) ?? placeOfMember(text, ['domain']) ?? START;
}

/** The members whose values an error can quote, with these values. */
function quotedMembers(file: LaunchFile): readonly (readonly [readonly string[], string | undefined])[] {
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
export function errorPlace(text: string, path: string, error: CheckError): Place {
  const json = readJson(text);
  if ('problem' in json) return placeOf(text, json.at);
  const shape = v.safeParse(LaunchFileSchema, JSON.parse(text));
  if (!shape.success) {
    const member = v.getDotPath(shape.issues[0])?.split('.') ?? [];
    return placeOfMember(text, member) ?? START;
  }
  try {
    const quoted = quotedMembers(parseLaunchFile(text, path));
    const member = quoted.find(([, value]) => value !== undefined && error.message.startsWith(value))?.[0];
    const fallback = shape.output.launch ? ['launch'] : ['domain'];
    return placeOfMember(text, member ?? fallback) ?? START;
  } catch {
    return START;
  }
}
