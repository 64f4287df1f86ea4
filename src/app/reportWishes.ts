// A file of wishes: JSON with their names, or go-sev-guest's policy (proto/check.proto), whose names and numbers are understood.

import { parseExactJson, type JsonValue } from '../core/binary/exactJson';
import { readWish, WISH_ROWS, type Wishes, type WishRow } from '../core/report/wishes';
import * as errors from './reportErrors';

type JsonObject = ReadonlyMap<string, JsonValue>;

/** `minimum_guest_svn` as `minimumGuestSvn`: JSON of protobuf has either. */
const camel = (name: string): string =>
  name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const rowOf = (name: string): WishRow | undefined =>
  WISH_ROWS.find((row) => row.name === name || row.others.includes(name));

/** Members of go-sev-guest's policy that are wishes of another form, by what they become. */
const PEERS: Readonly<Record<string, (value: JsonValue) => Partial<Wishes> | undefined>> = {
  permitProvisionalFirmware: (value) => (typeof value === 'boolean' ? { committed: !value } : undefined),
  // What is not asked for is nothing to check.
  requireAuthorKey: (value) => (value === false ? {} : undefined),
  requireIdBlock: (value) => (value === false ? {} : undefined),
};

/** Members that only go-sev-guest's policy has. Without permission it refuses provisional firmware. */
const ONLY_PEERS: readonly string[] = [
  ...Object.keys(PEERS),
  ...['minimumGuestSvn', 'trustedIdKeyHashes', 'trustedAuthorKeyHashes'],
];

/** Reads wishes. @param name of the file in messages @throws CheckError (usage) for anything that is not understood */
export function readWishes(name: string, text: string): Wishes {
  const json = parseExactJson(text);
  if ('problem' in json) throw errors.wishesNotJson(name, json.problem);
  if (!(json.value instanceof Map)) throw errors.wishesNotJson(name, 'it is no object');
  const members = [...(json.value as JsonObject)].map(([key, value]) => [camel(key), value] as const);
  const isPeer = members.some(([key]) => ONLY_PEERS.includes(key));
  let wishes: Wishes = isPeer ? { committed: true } : {};
  for (const [key, value] of members) {
    const row = rowOf(key);
    if (!row) {
      const more = Object.hasOwn(PEERS, key) ? PEERS[key]!(value) : undefined;
      if (!more)
        throw errors.unknownWish(
          name,
          key.slice(0, 40),
          WISH_ROWS.map((one) => one.name),
        );
      wishes = { ...wishes, ...more };
      continue;
    }
    // Protobuf leaves bytes empty that nobody gave.
    if (row.kind === 'bytes' && (value === '' || (Array.isArray(value) && value.length === 0))) continue;
    const read = readWish(row, value);
    if (!read.ok) throw errors.badWish(`${name}: ${key}`, read.wanted);
    wishes = { ...wishes, [row.name]: read.value };
  }
  return wishes;
}
