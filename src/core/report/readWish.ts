// Reads a wish as options and files have it: bytes, numbers, parts of a TCB, versions, products and flags, each in the forms that people and
// go-sev-guest's policy write.

import { fromBase64, hex, isZero, parseUnsigned } from '../binary/hex';
import { PLAIN_FORMS, readTextBytes } from '../binary/textBytes';
import { PRODUCTS, tcbParts, type TcbComponent } from './products';
import type { WishRow } from './wishes';

/** What a text or number is as a wish, or what is wanted instead, a phrase. */
export type ReadWish =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly wanted: string };

const asNumber = (value: unknown): bigint | undefined =>
  typeof value === 'bigint' ? value : typeof value === 'string' ? parseUnsigned(value.trim()) : undefined;

function readBytes({ size }: WishRow, value: unknown): ReadWish {
  const wanted = `${size} bytes, in hexadecimal or base64`;
  if (typeof value !== 'string') return { ok: false, wanted };
  const read = readTextBytes(value, [size], PLAIN_FORMS);
  if (read.ok) return { ok: true, value: read.bytes };
  // A nonce is often shorter than its field; nobody pads it alike, and a text that looks like one is no bytes.
  const base64 = fromBase64(value);
  return base64?.length === size
    ? { ok: true, value: base64 }
    : { ok: false, wanted: `${wanted}; it is ${read.found}` };
}

/** The parts of a TCB that can be wanted. */
export const TCB_COMPONENTS = [
  'boot_loader',
  'tee',
  'snp',
  'microcode',
  'fmc',
] as const satisfies readonly TcbComponent[];
/** Other names of the parts of a TCB. */
const PART_NAMES: Readonly<Record<string, TcbComponent>> = {
  bl: 'boot_loader',
  bootloader: 'boot_loader',
  'boot-loader': 'boot_loader',
  bootLoader: 'boot_loader',
  ucode: 'microcode',
};

/** A TCB from `snp=23,microcode=213`, from an object, or from its 64-bit number in the layout of Milan and Genoa, as go-sev-guest has it. */
function readTcb(value: unknown): ReadWish {
  const wanted = 'parts such as snp=23,microcode=213, each once and at most 255';
  const entries: (readonly [string, unknown])[] =
    typeof value === 'string' && value.includes('=')
      ? value.split(',').map((part) => part.trim().split('=') as [string, string])
      : value instanceof Map
        ? [...(value as Map<string, unknown>)]
        : [];
  if (entries.length === 0) {
    const number = asNumber(value);
    if (number === undefined || number >> 64n !== 0n) return { ok: false, wanted };
    const eight = Uint8Array.from({ length: 8 }, (_, i) => Number((number >> BigInt(8 * i)) & 0xffn));
    return isZero(eight.subarray(2, 6))
      ? { ok: true, value: tcbParts(eight, 'milan') }
      : { ok: false, wanted };
  }
  const parts: Partial<Record<TcbComponent, number>> = {};
  for (const [name, text] of entries) {
    const part = TCB_COMPONENTS.find((one) => one === name) ?? PART_NAMES[name];
    const number = asNumber(text);
    // Of a part that is there twice the one or the other would be left out.
    if (!part || number === undefined || number > 255n || parts[part] !== undefined)
      return { ok: false, wanted };
    parts[part] = Number(number);
  }
  return { ok: true, value: parts };
}

/** Of go-sev-guest's SevProduct. */
const PRODUCT_MEMBERS: readonly string[] = ['name', 'machineStepping', 'machine_stepping'];

/** A product by its name, or in the form of go-sev-guest's policy, which may also have a stepping. */
function readProduct(value: unknown): ReadWish {
  const names = PRODUCTS.map(({ name }) => name);
  const wanted = `one of ${names.join(', ')}`;
  const of = value instanceof Map ? (value as ReadonlyMap<string, unknown>) : undefined;
  const said = of ? of.get('name') : value;
  const text = typeof said === 'string' ? said.replace(/^SEV_PRODUCT_/, '').toLowerCase() : '';
  const name = names.find((one) => one.toLowerCase() === text);
  if (!name) return { ok: false, wanted };
  if (of && [...of.keys()].some((key) => !PRODUCT_MEMBERS.includes(key))) return { ok: false, wanted };
  const step = of?.get('machineStepping') ?? of?.get('machine_stepping');
  if (step === undefined || step === null) return { ok: true, value: { name } };
  const stepping = asNumber(step);
  return stepping !== undefined && stepping >= 0n && stepping <= 0xffn
    ? { ok: true, value: { name, stepping: Number(stepping) } }
    : { ok: false, wanted: `${wanted}, with a stepping from 0 to 255` };
}

/** Reads a wish from an option or a member of a file: texts, exact integers, booleans, maps. */
export function readWish(row: WishRow, value: unknown): ReadWish {
  switch (row.kind) {
    case 'bytes': {
      const all = Array.isArray(value) ? (value as unknown[]) : [value];
      const reads = all.map((one) => readBytes(row, one));
      const wrong = reads.find((read) => !read.ok);
      if (wrong || reads.length === 0) return wrong ?? { ok: false, wanted: `${row.size} bytes` };
      return { ok: true, value: reads.map((read) => (read as { value: unknown }).value) };
    }
    case 'number':
    case 'bits': {
      const number = asNumber(value);
      const most = (1n << BigInt(8 * row.size)) - 1n;
      if (number === undefined || number < 0n || number > most)
        return { ok: false, wanted: `a number from 0 to ${hex(most)}` };
      return { ok: true, value: number };
    }
    case 'tcb':
      return readTcb(value);
    case 'product':
      return readProduct(value);
    case 'version': {
      const isVersion = typeof value === 'string' && /^\d{1,3}\.\d{1,3}(\.\d{1,3})?$/.test(value);
      return isVersion ? { ok: true, value } : { ok: false, wanted: 'a version such as 1.55 or 1.55.29' };
    }
    case 'flag':
      return typeof value === 'boolean' ? { ok: true, value } : { ok: false, wanted: 'true or false' };
  }
}
