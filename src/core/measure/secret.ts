// Secrets for a guest: the table that they are put in, and the packet that LAUNCH_SECRET takes (AMD SEV API
// specification, section 6.6, table 55). The cipher is handed in, as core brings hashes only.

import * as errors from '../errors';
import { guidBytes, isGuid } from '../guid';
import { encode, row, struct } from '../struct';
import { hmacOf } from './digest';

const TABLE_GUID = '1e74f542-71dd-4d66-963e-ef4287ff173b';

/** Names that stand for a GUID on the command line. */
export const SECRET_ALIASES: Readonly<Record<string, string>> = {
  'luks-key': '736869e5-84f0-4973-92ec-06879ce3da0b',
};

const ENTRY_HEADER = struct('secret table header', 20, [
  row(0, 'guid', 16, 'of the table, or of one secret'),
  row(16, 'length', 'u32', 'bytes with this header, without padding'),
]);

const PACKET_HEADER = struct('secret packet header', 52, [
  row(0, 'flags', 'u32', 'bit 0: the payload is compressed'),
  row(4, 'iv', 16, 'start of the counter'),
  row(20, 'mac', 32, 'HMAC-SHA256 under the TIK'),
]);

/** The firmware takes no more than this in one packet. */
const MAX_PAYLOAD = 16384;

/** AES-128-CTR with a 16-byte key and counter start. */
export type Encrypt = (key: Uint8Array, iv: Uint8Array, data: Uint8Array) => Uint8Array;

/** One secret: under which GUID the guest finds it, and its bytes. */
export interface Secret {
  readonly guid: string;
  readonly data: Uint8Array;
}

/** The GUID that an alias or a GUID stands for. @throws CheckError (usage) for neither. */
export function secretGuid(aliasOrGuid: string): string {
  const guid = SECRET_ALIASES[aliasOrGuid] ?? aliasOrGuid;
  if (!isGuid(guid)) throw errors.unknownSecret(aliasOrGuid, Object.keys(SECRET_ALIASES));
  return guid.toLowerCase();
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * The table of secrets, padded with zeros to a multiple of 16 that the length word does not count.
 * @throws CheckError (usage) for a GUID given twice, or more than 16 KiB.
 */
export function encodeSecretTable(secrets: readonly Secret[]): Uint8Array {
  const repeated = secrets.find((s, i) => secrets.findIndex((t) => t.guid === s.guid) < i);
  if (repeated) throw errors.repeatedSecret(repeated.guid);
  const entry = (guid: string, length: number) =>
    encode(ENTRY_HEADER, { guid: guidBytes(guid), length: length + 20 });
  const body = concat(secrets.flatMap(({ guid, data }) => [entry(guid, data.length), data]));
  const table = concat([entry(TABLE_GUID, body.length), body]);
  const padded = new Uint8Array(Math.ceil(table.length / 16) * 16);
  if (padded.length > MAX_PAYLOAD) throw errors.secretsTooLarge(padded.length, MAX_PAYLOAD);
  padded.set(table);
  return padded;
}

/** What LAUNCH_SECRET takes: a header of 52 bytes and the encrypted table. */
export interface SecretPacket {
  readonly header: Uint8Array;
  readonly payload: Uint8Array;
}

/**
 * Seals secrets for the guest whose launch was measured.
 * @param keys TIK and TEK, 16 bytes each
 * @param measurement the 32 bytes of HMAC that the platform reported
 * @param iv 16 fresh random bytes; never twice under one TEK
 */
export function sealSecrets(
  secrets: readonly Secret[],
  keys: { readonly tik: Uint8Array; readonly tek: Uint8Array },
  measurement: Uint8Array,
  iv: Uint8Array,
  encrypt: Encrypt,
): SecretPacket {
  const table = encodeSecretTable(secrets);
  const payload = encrypt(keys.tek, iv, table);
  const flags = 0;
  const word = (value: number) =>
    encode(struct('word', 4, [row(0, 'value', 'u32', 'little endian')]), { value });
  const mac = hmacOf(
    keys.tik,
    concat([
      Uint8Array.of(0x01),
      word(flags),
      iv,
      word(table.length),
      word(payload.length),
      payload,
      measurement,
    ]),
  );
  return { header: encode(PACKET_HEADER, { flags, iv, mac }), payload };
}
