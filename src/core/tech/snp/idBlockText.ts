// The forms in which an ID block and its ID authentication come: bytes, base64 or hexadecimal of either, and texts that hold them,
// such as QEMU's options, libvirt's XML, Kata's annotations, and what sev-snp-measure and snpguest print.

import { latin1 } from '../../binary/ascii';
import { fromBase64, fromHex, isSameBytes } from '../../binary/hex';
import { PLAIN_FORMS, readTextBytes } from '../../binary/textBytes';
import { isIdAuth, isIdBlock } from '../../ovmf/kinds/idBlock';
import { ID_AUTH, ID_BLOCK } from './idBlock';
import { readStated, type StatedLaunch } from './idBlockStated';

/** Either may be missing. */
export interface IdBlockPair {
  /** 96 bytes. */
  readonly block?: Uint8Array;
  /** 4096 bytes. */
  readonly auth?: Uint8Array;
  /** What a text says of the launch beside them; absent when that is nothing. */
  readonly stated?: StatedLaunch;
}

/** The pair in a file, or what is in it instead, a phrase. */
export type IdBlocksRead =
  { readonly ok: true; readonly pair: IdBlockPair } | { readonly ok: false; readonly found: string };

const SIZES = [ID_BLOCK.size, ID_AUTH.size];

/** Larger texts are no command line, no definition of a domain and no output of a tool. */
export const MOST_ID_BLOCK_TEXT = 2 ** 20;

/** Base64 of a whole ID block has no padding, that of an ID authentication two characters of it. */
const IN_TEXT = /[A-Za-z0-9+/]{128,8192}(?:==)?/g;

/** The bytes that a run of such characters stands for. Runs of hexadecimal digits are no base64. */
function bytesOf(run: string): Uint8Array | undefined {
  const bytes = /^[0-9a-f]+$/i.test(run) ? fromHex(run) : fromBase64(run);
  return bytes && SIZES.includes(bytes.length) ? bytes : undefined;
}

const pairOf = (bytes: Uint8Array): IdBlockPair =>
  bytes.length === ID_BLOCK.size ? { block: bytes } : { auth: bytes };

/** All that a text holds, each once. */
function allIn(text: string): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const [run] of text.matchAll(IN_TEXT)) {
    const bytes = bytesOf(run);
    if (bytes && !found.some((other) => isSameBytes(other, bytes))) found.push(bytes);
  }
  return found;
}

/** Reads an ID block, an ID authentication or both from a text. */
export function readIdBlockText(text: string): IdBlocksRead {
  if (text.length > MOST_ID_BLOCK_TEXT) return { ok: false, found: `a text of ${text.length} characters` };
  // base64 breaks lines.
  const whole = readTextBytes(text.replaceAll(/\s+/g, ''), SIZES, PLAIN_FORMS);
  if (whole.ok) return { ok: true, pair: pairOf(whole.bytes) };
  const all = allIn(text);
  const pair = Object.assign({}, ...all.map(pairOf)) as IdBlockPair;
  if (all.length === 0) return { ok: false, found: whole.form === undefined ? 'another text' : whole.found };
  if (all.length > Object.keys(pair).length)
    return { ok: false, found: 'several ID blocks or ID authentications that differ' };
  const beside = readStated(text);
  if (!beside.ok) return beside;
  const isSaid = Object.keys(beside.stated).length > 0;
  return { ok: true, pair: { ...pair, ...(isSaid && { stated: beside.stated }) } };
}

/** Reads them from the bytes of a file: the structures themselves, one behind the other, or a text. */
export function readIdBlocks(bytes: Uint8Array): IdBlocksRead {
  if (SIZES.includes(bytes.length) && !isText(bytes)) return { ok: true, pair: pairOf(bytes) };
  if (bytes.length === ID_BLOCK.size + ID_AUTH.size && !isText(bytes))
    return {
      ok: true,
      pair: { block: bytes.subarray(0, ID_BLOCK.size), auth: bytes.subarray(ID_BLOCK.size) },
    };
  if (bytes.length === 0) return { ok: false, found: 'nothing' };
  if (!isText(bytes)) return { ok: false, found: `${bytes.length} bytes` };
  return readIdBlockText(latin1(bytes));
}

/** Reads them from a file of which nobody has said that it has them: any 4096 bytes could be an ID authentication. */
export function findIdBlocks(bytes: Uint8Array): IdBlockPair | undefined {
  if (bytes.length > MOST_ID_BLOCK_TEXT) return undefined;
  const read = readIdBlocks(bytes);
  if (!read.ok) return undefined;
  const { block, auth } = read.pair;
  const isThere = (block && isIdBlock(block, block.length)) ?? (auth && isIdAuth(auth, auth.length));
  return isThere ? read.pair : undefined;
}

/** Whether there are no control characters but white space. Both structures have many zero bytes. */
const isText = (bytes: Uint8Array): boolean =>
  bytes.every((c) => (c >= 0x20 && c !== 0x7f) || (c >= 9 && c <= 13));
