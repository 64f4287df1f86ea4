// Secrets for a guest: the table that holds them, and the packet that LAUNCH_SECRET takes (AMD SEV API
// specification, section 6.6, table 55; before API 0.17 as AMDESE/sev-tool makes it). The caller passes in what is computed under a key.

import * as errors from './errors';
import { guidBytes, isGuid } from '../../binary/guid';
import { secretAreaProblem, type AreaInput } from '../../ovmf/areaChecks';
import { encode, row, struct } from '../../binary/struct';
import type { Hmac } from '../../launch/hasher';
import { checkKeySize, isEarlyFirmware, type Platform } from './evidence';

const TABLE_GUID = '1e74f542-71dd-4d66-963e-ef4287ff173b';

/** Names that stand for a GUID on the command line. */
const ALIASES = new Map([['luks-key', '736869e5-84f0-4973-92ec-06879ce3da0b']]);

const ENTRY_HEADER = struct('secret table header', 20, [
  row(0, 'guid', 16, 'of the table, or of one secret'),
  row(16, 'length', 'u32', 'bytes with this header, without padding'),
]);

const PACKET_HEADER = struct('secret packet header', 52, [
  row(0, 'flags', 'u32', 'bit 0: the payload is compressed'),
  row(4, 'iv', 16, 'start of the counter'),
  row(20, 'mac', 32, 'HMAC-SHA256 under the TIK'),
]);

// Unlike C structures this has no padding: the MAC covers the fields back to back.
const MAC_MESSAGE_HEAD = struct('start of the message under the MAC', 29, [
  row(0, 'context', 'u8', '0x01 for a launch secret'),
  row(1, 'flags', 'u32', 'as in the header'),
  row(5, 'iv', 16, 'as in the header'),
  row(21, 'guest_length', 'u32', 'bytes in the guest'),
  row(25, 'transport_length', 'u32', 'bytes of the payload, the same when it is not compressed'),
]);

/** The maximum that the firmware takes in one packet, including the table around the secrets. */
export const MAX_SECRETS = 16384;

/** AES-128-CTR with a 16-byte key and initial counter. */
export type Encrypt = (key: Uint8Array, iv: Uint8Array, data: Uint8Array) => Uint8Array;

/** What is computed under TIK and TEK, by something that leaves neither in memory. */
export interface Ciphers {
  readonly hmac: Hmac;
  readonly encrypt: Encrypt;
}

/** One secret: the GUID by which the guest finds it, and its bytes. */
export interface Secret {
  readonly guid: string;
  readonly data: Uint8Array;
}

/** Resolves an alias or a GUID to a GUID. @throws CheckError (usage) for anything else. */
export function secretGuid(aliasOrGuid: string): string {
  const guid = ALIASES.get(aliasOrGuid) ?? aliasOrGuid;
  if (!isGuid(guid)) throw errors.unknownSecret([...ALIASES.keys()]);
  return guid.toLowerCase();
}

/**
 * The table of secrets, zero-padded to a multiple of 16; its length field does not count the padding. It
 * holds the secrets in the clear: the caller zeroes it.
 * @throws CheckError (usage) for a repeated GUID, or more than 16 KiB.
 */
export function encodeSecretTable(secrets: readonly Secret[]): Uint8Array {
  const repeated = secrets.find((s, i) => secrets.findIndex((t) => t.guid === s.guid) < i);
  if (repeated) throw errors.repeatedSecret(repeated.guid);
  const header = ENTRY_HEADER.size;
  const length = secrets.reduce((n, s) => n + header + s.data.length, header);
  const table = new Uint8Array(Math.ceil(length / 16) * 16);
  if (table.length > MAX_SECRETS) throw errors.secretsTooLarge(MAX_SECRETS);
  let at = 0;
  const put = (bytes: Uint8Array) => {
    table.set(bytes, at);
    at += bytes.length;
  };
  put(encode(ENTRY_HEADER, { guid: guidBytes(TABLE_GUID), length }));
  for (const { guid, data } of secrets) {
    put(encode(ENTRY_HEADER, { guid: guidBytes(guid), length: header + data.length }));
    put(data);
  }
  return table;
}

/** What LAUNCH_SECRET takes: a header of 52 bytes and the encrypted table. */
export interface SecretPacket {
  readonly header: Uint8Array;
  readonly payload: Uint8Array;
}

/**
 * Checks that the firmware's secret area, an entry of its GUIDed table, is large enough for a sealed table.
 * QEMU copies the payload there without checking the size, so a longer one would overwrite what follows.
 * @param bytes of the payload
 * @returns undefined, or why there is no such area, a phrase: then an injection needs an explicit address
 * @throws CheckError (usage) when the area is too small
 */
export function checkSecretRoom(bytes: number, image: AreaInput): string | undefined {
  const problem = secretAreaProblem(image);
  if (problem !== undefined) return problem;
  const { size } = image.secretArea!;
  if (bytes > size) throw errors.secretAreaTooSmall(bytes, size);
  return undefined;
}

/** The launch that secrets are sealed for. */
export interface SealedLaunch {
  readonly platform: Pick<Platform, 'apiMajor' | 'apiMinor'>;
  /** The HMAC that the platform reported, 32 bytes. */
  readonly hmac: Uint8Array;
}

/**
 * Seals secrets for the guest whose launch was measured.
 * @param keys TIK and TEK, 16 bytes each
 * @param iv 16 fresh random bytes; never reused with the same TEK
 * @throws CheckError (usage) as encodeSecretTable does, (bug) for a key of another size
 */
export function sealSecrets(
  secrets: readonly Secret[],
  keys: { readonly tik: Uint8Array; readonly tek: Uint8Array },
  { platform, hmac }: SealedLaunch,
  iv: Uint8Array,
  { hmac: hmacOf, encrypt }: Ciphers,
): SecretPacket {
  checkKeySize('TIK', keys.tik);
  checkKeySize('TEK', keys.tek);
  const table = encodeSecretTable(secrets);
  let payload: Uint8Array;
  try {
    payload = encrypt(keys.tek, iv, table);
  } finally {
    table.fill(0);
  }
  const flags = 0;
  const head = { context: 0x01, flags, iv, guest_length: table.length, transport_length: payload.length };
  const measured = isEarlyFirmware(platform) ? [] : hmac;
  const message = Uint8Array.from([...encode(MAC_MESSAGE_HEAD, head), ...payload, ...measured]);
  return { header: encode(PACKET_HEADER, { flags, iv, mac: hmacOf(keys.tik, message) }), payload };
}
