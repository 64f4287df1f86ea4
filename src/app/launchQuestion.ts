// Prepares a possibly unfinished launch file for the launch rules, as it is while someone types: each member is
// read separately.

import * as v from 'valibot';
import type { LaunchMembers } from '../core/check/launchFile';
import type { LaunchQuestion } from '../core/check/question';
import { OBJECTS } from '../core/launch/inputs';
import { MEMBER_ROWS, MEMBERS, schemaOf } from './launchSchema';
import { type Json } from './launchText';
import { isObject } from '../core/binary/values';

/** Sets a member, outermost name first. */
function put(json: Json, [name = '', ...inner]: readonly string[], value: unknown): void {
  if (inner.length === 0) json[name] = value;
  else put(json[name] as Json, inner, value);
}

/** What can be read of an unfinished launch file: each member separately, paths as written. */
function validMembers(json: Json): LaunchMembers {
  const given: Json = typeof json['name'] === 'string' ? { name: json['name'] } : {};
  for (const name of Object.keys(OBJECTS)) given[name] = isObject(json[name]) ? {} : undefined;
  for (const row of MEMBER_ROWS) {
    const around = row.member.length === 1 ? json : json[row.member[0]!];
    if (!isObject(around)) continue;
    const found = v.safeParse(schemaOf(row), around[row.member.at(-1)!]);
    if (found.success) put(given, row.member, found.output);
  }
  return given;
}

/** A possibly unfinished launch file in the form that the launch rules judge. */
export function questionIn(json: unknown): LaunchQuestion {
  // If it is not an object, nothing can be called missing.
  if (!isObject(json)) return { given: {}, unclear: MEMBERS };
  const given = validMembers(json);
  const unclear = Object.entries(json).flatMap(([name, value]) => {
    const known: unknown = given[name as keyof LaunchMembers];
    if (known === undefined) return [name];
    if (!isObject(known) || !isObject(value)) return [];
    return Object.keys(value).flatMap((inner) => (known[inner] === undefined ? [`${name}.${inner}`] : []));
  });
  return { given, unclear };
}
