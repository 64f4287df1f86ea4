// Mutations of JSON as a value: members that change their type or value, go, come twice or move. What JSON has not and
// messages have, is written as {"$": "bigint 5"}; `fromJson` makes the value of it.

import type { Random } from '../helpers/random';
import type { Mutation } from './mutateBytes';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
/** What holds others, by their names: of a list, by their places. */
type Slots = Record<string, Json>;

const STRANGE: readonly Json[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    1,
    0.5,
    255,
    256,
    65536,
    2 ** 31,
    2 ** 32,
    2 ** 53,
    1e300,
    '',
    ' ',
    '0',
    '0x5',
    'a\0b',
  ],
  ...[
    '\u202e',
    '\ud800',
    '\u{e0041}',
    '\x1b[0m',
    '](command:x)',
    '$(x)',
    'a'.repeat(3000),
    '/',
    '../..',
    '/dev/zero',
  ],
  ...[[], {}, [[]], { length: 5 }, { toString: 1 }, { __proto__: null, constructor: 1 }, { then: 1 }],
  ...[
    'bigint 0',
    'bigint -1',
    'bigint 18446744073709551616',
    'undefined',
    'NaN',
    'Infinity',
    '-0',
    'bytes 0001ff',
  ].map((text) => ({ $: text })),
];

/** All places of a value: its holder and the name in it. */
function placesOf(value: Json, found: [holder: Json[] | Slots, name: string][] = []) {
  if (typeof value !== 'object' || value === null) return found;
  for (const [name, inner] of Object.entries(value)) {
    found.push([value, name]);
    placesOf(inner, found);
  }
  return found;
}

function changed(root: Json, random: Random, other: Json, words: readonly string[]): Json {
  const holder = { root };
  const places = placesOf(holder);
  const [at, name] = places[random(places.length)]!;
  const slot = at as Slots;
  const others = placesOf({ other });
  const [from, fromName] = others[random(others.length)]!;
  const kind = random(8);
  if (kind === 0) slot[name] = STRANGE[random(STRANGE.length)]!;
  else if (kind === 1 && Array.isArray(at)) at.splice(Number(name), 1);
  else if (kind === 1 && at !== holder) Reflect.deleteProperty(slot, name);
  else if (kind === 2) slot[name] = structuredClone((from as Slots)[fromName]!);
  else if (kind === 3 && Array.isArray(at)) at.push(...structuredClone(at).slice(0, 20));
  else if (kind === 3 && words.length > 0) slot[words[random(words.length)]!] = structuredClone(slot[name]!);
  else if (kind === 4 && words.length > 0) slot[name] = words[random(words.length)]!;
  else if (kind === 5 && typeof slot[name] === 'number') slot[name] += random(7) - 3;
  else if (kind === 5 && typeof slot[name] === 'string') {
    const at = random(slot[name].length + 1);
    slot[name] =
      slot[name].slice(0, at) + String.fromCharCode(random(128)) + slot[name].slice(at + random(2));
  } else if (kind === 6) slot[name] = [slot[name]!];
  else slot[name] = { $: `bigint ${random(1000)}` };
  return holder.root;
}

const parse = (input: Uint8Array): Json => JSON.parse(Buffer.from(input).toString('utf8')) as Json;

/** Changes one to four places. Inputs are JSON. */
export const jsonMutation =
  (words: readonly string[]): Mutation =>
  (input, random, other) => {
    const mutated = changed(parse(input), random, parse(other), words);
    return Uint8Array.from(Buffer.from(JSON.stringify(mutated), 'utf8'));
  };

/** The value that an input stands for. */
export function fromJson(input: Uint8Array): unknown {
  return JSON.parse(Buffer.from(input).toString('utf8'), (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('$' in value) || typeof value.$ !== 'string')
      return value;
    const [type, text = ''] = value.$.split(' ');
    if (type === 'bigint' && /^-?[0-9]+$/.test(text)) return BigInt(text);
    if (type === 'bytes') return Uint8Array.from(Buffer.from(text, 'hex'));
    if (type === 'undefined') return undefined;
    return Number(type);
  });
}

/** A value as an input. */
export function toJson(value: unknown): Uint8Array {
  const text = JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'bigint'
      ? { $: `bigint ${inner}` }
      : inner instanceof Uint8Array
        ? { $: `bytes ${Buffer.from(inner).toString('hex')}` }
        : inner,
  );
  return Uint8Array.from(Buffer.from(text, 'utf8'));
}
