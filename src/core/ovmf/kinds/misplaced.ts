// An OVMF image that does not fill its file: padded, with a line end appended, cut at either end, or there twice.
// QEMU maps a file so that it ends at 4 GiB, so that such a file starts nothing. Each search is linear in the file.

import { finder, latin1 } from '../../binary/ascii';
import { guidBytes } from '../../binary/guid';
import { byteCount, countOf, endOfRun, hex, isSameBytes, onlyByte, type IsSame } from '../../binary/hex';
import type { Finding } from '../../binary/region';
import { FOOTER_GUID, TRAILER } from '../entries';
import { AFTER_TABLE } from '../guidedTable';
import type { FileTail } from '../regions';
import { ovmfFinding } from '../rules';
import { VTF_SIGNATURE } from '../vector';
import { VOLUME_TOP_FILE } from '../volumes/guids';
import { holds, padding } from './fileKind';
import { offsetOf } from '../../binary/struct';
import { VOLUME_HEADER } from '../volumes/layouts';

const FOOTER = latin1(guidBytes(FOOTER_GUID));
const findFooter = finder(FOOTER);
const GUID_SIZE = FOOTER.length;
const VTF = String.fromCharCode(...VTF_SIGNATURE);
/** Firmware has the GUID in its code, too, if only a few times. */
const MOST_FOOTERS = 1000;

const TOP_FILE = latin1(guidBytes(VOLUME_TOP_FILE));
const SIGNATURE = '_FVH';
const findVolume = finder(SIGNATURE);
const SIGNATURE_AT = offsetOf(VOLUME_HEADER, 'signature');
const LENGTH_AT = offsetOf(VOLUME_HEADER, 'fv_length');
/** More than any image has. */
const MOST_VOLUMES = 1000;

const u16 = (bytes: Uint8Array, at: number) => bytes[at]! | (bytes[at + 1]! << 8);

/** Whether a GUID at this place ends a table: its length, the entry before it, and what follows it are plausible. */
function endsTable(bytes: Uint8Array, at: number): boolean {
  const start = at - 2;
  const total = start < 0 ? 0 : u16(bytes, start);
  if (total < TRAILER.size || total > at + GUID_SIZE) return false;
  const entry = total > TRAILER.size ? u16(bytes, start - TRAILER.size) : TRAILER.size;
  if (entry < TRAILER.size || entry > total - (total > TRAILER.size ? TRAILER.size : 0)) return false;
  const signature = at + GUID_SIZE + 12;
  return signature + VTF.length > bytes.length || holds(bytes, signature, VTF);
}

/** Where images end among the bytes, counted from their start; more than they have for one that is cut. */
function imageEnds(bytes: Uint8Array): number[] {
  const ends: number[] = [];
  for (let at = findFooter(bytes), n = 0; at >= 0 && n < MOST_FOOTERS; at = findFooter(bytes, at + 1), n++)
    if (endsTable(bytes, at)) ends.push(at + GUID_SIZE + AFTER_TABLE);
  return ends;
}

/** What follows an image, in words. */
function restWords(rest: Uint8Array): string {
  const only = onlyByte(rest);
  const many = rest.length === 1 ? 'follows' : 'follow';
  if (rest.length <= 2 && holds(rest, rest.length - 1, '\n')) return 'a line end follows';
  return only === undefined
    ? `${byteCount(rest.length)} ${many}`
    : `${byteCount(rest.length)} of ${hex(only, 2)} ${many}`;
}

/** The image that ends before its file or behind it; undefined when no table ends anywhere among the bytes. */
export function misplacedImage({ bytes, offset, fileSize }: FileTail): Finding | undefined {
  const end = imageEnds(bytes).at(-1);
  if (end === undefined) return undefined;
  const at = offset + end - AFTER_TABLE - GUID_SIZE;
  const place = `The GUID that ends the table is at ${hex(at)}`;
  const missing = end - bytes.length;
  if (missing > 0) {
    const message = `${place}, so the image ends at ${hex(offset + end)}, but the file has only ${hex(fileSize)} bytes: the last ${countOf(missing, 'byte')} ${missing === 1 ? 'is' : 'are'} missing. Copy or build the image again.`;
    return ovmfFinding('misplaced-image', at, GUID_SIZE, message);
  }
  const cut = `head -c ${offset + end} FILE > OVMF.fd`;
  const message = `${place}, so the image ends at ${hex(offset + end)}; ${restWords(bytes.subarray(end))}. An image must end where its file does. Cut off the rest: "${cut}".`;
  return ovmfFinding('misplaced-image', at, GUID_SIZE, message);
}

/** An image whose two halves are equal: it is in the file twice. */
export function doubledImage({ bytes, offset, fileSize }: FileTail): Finding | undefined {
  const half = bytes.length / 2;
  if (offset !== 0 || !Number.isInteger(half)) return undefined;
  if (!holds(bytes, half - AFTER_TABLE - GUID_SIZE, FOOTER)) return undefined;
  if (!isSameBytes(bytes.subarray(0, half), bytes.subarray(half))) return undefined;
  const message = `Both halves of the file are equal: the image of ${byteCount(half)} is in it twice, so it measures as another one. Take one of them: "head -c ${half} FILE > OVMF.fd".`;
  return ovmfFinding('doubled-image', half, fileSize - half, message);
}

/** Whether the file starts with the header of a volume, whose signature is damaged if it was not found there. */
const startsWithHeader = (bytes: Uint8Array): boolean =>
  onlyByte(bytes, 0, 16) === 0 && u16(bytes, 0x30) === 0x48 && (bytes[0x37] === 1 || bytes[0x37] === 2);

/** The first volume top file. Its first byte is rare in code, so that the runtime finds it before a loop of our own is compiled. */
function findTopFile(bytes: Uint8Array): number {
  const code = TOP_FILE.charCodeAt(0);
  let at = bytes.indexOf(code);
  while (at >= 0 && !holds(bytes, at, TOP_FILE)) at = bytes.indexOf(code, at + 1);
  return at;
}

/** An image that ends as it should, but whose last volume starts before the file does. */
export function cutFront({ bytes, offset, fileSize }: FileTail, isSame?: IsSame): Finding | undefined {
  if (offset !== 0) return undefined;
  const from = Math.max(bytes.length - 2 ** 16, 0);
  const top = findTopFile(bytes.subarray(from)) + from;
  // The 24-bit size of the file, which ends where the volume and the image end.
  if (top < from || top + 24 > bytes.length) return undefined;
  if (top + (u16(bytes, top + 20) | (bytes[top + 22]! << 16)) !== fileSize) return undefined;
  // Volumes follow one another from the start, or from where erased flash ends.
  const erased = endOfRun(bytes, 0, bytes.length, isSame);
  const end = erased + SIGNATURE_AT + SIGNATURE.length;
  const isThere = findVolume(bytes.subarray(0, end), Math.max(SIGNATURE_AT, erased - SIGNATURE.length)) >= 0;
  if (isThere || startsWithHeader(bytes)) return undefined;
  const message =
    'The file starts inside a firmware volume: the front of the image is missing. Copy or build the image again.';
  return ovmfFinding('cut-image', 0, fileSize, message);
}

/**
 * A file of volumes, one after the other, whose last one goes on behind the end of the file, or ends before padding
 * that fills the file: an image without a table, since one with a table is told by that.
 */
export function misplacedVolumes({ bytes, offset, fileSize }: FileTail): Finding | undefined {
  if (offset !== 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let [at, count] = [0, 0];
  while (holds(bytes, at + SIGNATURE_AT, SIGNATURE)) {
    const length = view.getBigUint64(at + LENGTH_AT, true);
    const end = BigInt(at) + length;
    if (length < VOLUME_HEADER.size || ++count > MOST_VOLUMES) return undefined;
    if (end > BigInt(fileSize)) {
      const message = `The firmware volume at ${hex(at)} ends at ${hex(end)}, but the file has only ${hex(fileSize)} bytes: the end of the image is missing. Copy or build the image again.`;
      return ovmfFinding('cut-image', at, fileSize - at, message);
    }
    at = Number(end);
  }
  if (at === 0 || padding(bytes, at) === undefined) return undefined;
  const message = `The last firmware volume ends at ${hex(at)}; ${restWords(bytes.subarray(at))}. An image must end where its file does. Cut off the rest: "head -c ${at} FILE > OVMF.fd".`;
  return ovmfFinding('misplaced-image', at, fileSize - at, message);
}
