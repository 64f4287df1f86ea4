// Prepares a possibly unfinished launch file for the launch rules, as it is while someone types: each member is
// read separately.

import * as v from 'valibot';
import type { LaunchMembers } from '../core/check/launchFile';
import type { LaunchQuestion } from '../core/check/question';
import { INNER_SCHEMAS, LaunchFileSchema } from './launchFile';

/** A JSON object. */
export type Json = Record<string, unknown>;

/** Whether a JSON value is an object; an array is not. */
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The members of an object that their schemas accept; the others are treated as absent. */
function validEntries<E extends v.ObjectEntries>(
  entries: E,
  value: unknown,
): { [N in keyof E]?: v.InferOutput<E[N]> | undefined } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const given = value as Readonly<Record<string, unknown>>;
  const taken = Object.entries(entries).flatMap(([name, schema]) => {
    const result = v.safeParse(schema, given[name]);
    return result.success && result.output !== undefined ? [[name, result.output]] : [];
  });
  return Object.fromEntries(taken) as { [N in keyof E]?: v.InferOutput<E[N]> };
}

/** What can be read of an unfinished launch file: each member separately, paths as written. */
function validMembers(json: Json): LaunchMembers {
  const { name, firmware, kernel, initrd, cmdline, vcpus, cpu, profile } = LaunchFileSchema.entries;
  return {
    ...validEntries({ name, firmware, kernel, initrd, cmdline, vcpus, cpu, profile }, json),
    launch: validEntries(INNER_SCHEMAS.launch, json['launch']),
    domain: validEntries(INNER_SCHEMAS.domain, json['domain']),
    vmsa: validEntries(INNER_SCHEMAS.vmsa, json['vmsa']),
    keys: validEntries(INNER_SCHEMAS.keys, json['keys']),
  };
}

/** A possibly unfinished launch file in the form that the launch rules judge. */
export function questionIn(json: unknown): LaunchQuestion {
  // If it is not an object, nothing can be called missing.
  if (!isObject(json)) return { given: {}, unclear: Object.keys(LaunchFileSchema.entries) };
  const given = validMembers(json);
  const unclear = Object.entries(json).flatMap(([name, value]) => {
    const known: unknown = given[name as keyof LaunchMembers];
    if (known === undefined) return [name];
    if (!isObject(known) || !isObject(value)) return [];
    return Object.keys(value).flatMap((inner) => (known[inner] === undefined ? [`${name}.${inner}`] : []));
  });
  return { given, unclear };
}
