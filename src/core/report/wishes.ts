// What an owner wants of a report: one table, from which the steps, the options of the command line, the members of a file of wishes and
// of go-sev-guest's policy, and the documentation come. Each wish is compared with one field.

import { fromBase64, hex, isZero, parseUnsigned } from '../binary/hex';
import { PLAIN_FORMS, readTextBytes } from '../binary/textBytes';
import { PRODUCTS, tcbParts, type ProductName, type TcbComponent } from './products';
import type { StepId } from './steps';

/** A TCB of which some parts are wanted, at least so much each. */
export type WantedTcb = Readonly<Partial<Record<TcbComponent, number>>>;

/** A processor, and its stepping where that is wanted. */
export interface WantedProduct {
  readonly name: ProductName;
  readonly stepping?: number;
}

/** What is wanted. Bytes are alternatives: one of them is enough. */
export interface Wishes {
  readonly measurement?: readonly Uint8Array[];
  readonly reportData?: readonly Uint8Array[];
  readonly hostData?: readonly Uint8Array[];
  readonly idKeyDigest?: readonly Uint8Array[];
  readonly authorKeyDigest?: readonly Uint8Array[];
  /** Digests of keys of which one is enough: an ID key itself, or the author key that vouches for it. */
  readonly trustedIdKeyHashes?: readonly Uint8Array[];
  readonly trustedAuthorKeyHashes?: readonly Uint8Array[];
  readonly familyId?: readonly Uint8Array[];
  readonly imageId?: readonly Uint8Array[];
  readonly reportId?: readonly Uint8Array[];
  readonly reportIdMa?: readonly Uint8Array[];
  readonly chipId?: readonly Uint8Array[];
  /** Whether an author key, an ID block must be there, whoever signed it. */
  readonly requireAuthorKey?: boolean;
  readonly requireIdBlock?: boolean;
  /** At least. */
  readonly guestSvn?: bigint;
  readonly vmpl?: bigint;
  /** At least as strict as this one. */
  readonly policy?: bigint;
  readonly platformInfo?: bigint;
  readonly minimumTcb?: WantedTcb;
  readonly minimumLaunchTcb?: WantedTcb;
  /** Of the firmware that is committed: `1.55`, or with its build `1.55.29`. */
  readonly minimumVersion?: string;
  readonly minimumBuild?: bigint;
  readonly product?: WantedProduct;
  /** Whether firmware must be committed, not provisional. */
  readonly committed?: boolean;
  /** Bits that must be set in CURRENT_MIT_VECTOR. */
  readonly mitigations?: bigint;
}

/** The name of a wish. */
export type WishName = keyof Wishes;

/** How a wish is written. */
export type WishKind = 'bytes' | 'number' | 'bits' | 'tcb' | 'version' | 'flag' | 'product';

/** One wish. */
export interface WishRow {
  readonly name: WishName;
  readonly step: StepId;
  readonly kind: WishKind;
  /** Bytes of the field. */
  readonly size: number;
  readonly doc: string;
  /** The field that it is compared with. */
  readonly field: string;
  /** Other names in files: those of go-sev-guest's policy. */
  readonly others: readonly string[];
}

const bytes = (
  name: WishName,
  step: StepId,
  field: string,
  size: number,
  doc: string,
  ...others: string[]
): WishRow => ({
  ...{ name, step, kind: 'bytes', size, doc, field, others },
});
const other = (
  name: WishName,
  step: StepId,
  kind: WishKind,
  field: string,
  size: number,
  doc: string,
  ...others: string[]
): WishRow => ({
  ...{ name, step, kind, size, doc, field, others },
});

/** Every wish, in the order of the steps. */
export const WISH_ROWS: readonly WishRow[] = [
  bytes('measurement', 'measurement', 'measurement', 48, 'launch digest that is wanted'),
  bytes('reportData', 'report-data', 'report_data', 64, 'report data that are wanted, such as a nonce'),
  bytes('hostData', 'host-data', 'host_data', 32, 'host data that are wanted'),
  bytes('idKeyDigest', 'id-key-digest', 'id_key_digest', 48, 'SHA-384 of the ID key that is wanted'),
  bytes(
    'authorKeyDigest',
    'author-key-digest',
    'author_key_digest',
    48,
    'SHA-384 of the author key that is wanted',
  ),
  bytes(
    'trustedIdKeyHashes',
    'trusted-key',
    'id_key_digest',
    48,
    'SHA-384 of ID keys that are trusted; a trusted author key is enough, unless one is required',
  ),
  bytes(
    'trustedAuthorKeyHashes',
    'trusted-key',
    'author_key_digest',
    48,
    'SHA-384 of author keys that are trusted, whichever ID key they signed',
  ),
  other(
    'requireAuthorKey',
    'author-key-required',
    'flag',
    'key_info',
    0,
    'whether an author key must have signed the ID key',
  ),
  other(
    'requireIdBlock',
    'id-block-required',
    'flag',
    'id_key_digest',
    0,
    'whether there must be an ID block',
  ),
  bytes('familyId', 'family-id', 'family_id', 16, 'family that is wanted'),
  bytes('imageId', 'image-id', 'image_id', 16, 'image that is wanted'),
  bytes('reportId', 'report-id', 'report_id', 32, 'report id that is wanted'),
  bytes('reportIdMa', 'report-id-ma', 'report_id_ma', 32, 'report id of the migration agent that is wanted'),
  bytes('chipId', 'chip-id', 'chip_id', 64, 'chip that is wanted'),
  other('guestSvn', 'guest-svn', 'number', 'guest_svn', 4, 'guest SVN, at least', 'minimumGuestSvn'),
  other('vmpl', 'vmpl', 'number', 'vmpl', 4, 'VMPL that is wanted'),
  other(
    'policy',
    'policy',
    'bits',
    'policy',
    8,
    'guest policy that the report must be at least as strict as',
  ),
  other(
    'platformInfo',
    'platform-info',
    'bits',
    'platform_info',
    8,
    'platform information that the report must be at least as strict as',
  ),
  other(
    'minimumTcb',
    'minimum-tcb',
    'tcb',
    'reported_tcb',
    8,
    'reported TCB, at least, in every part that is given',
  ),
  other(
    'minimumLaunchTcb',
    'minimum-launch-tcb',
    'tcb',
    'launch_tcb',
    8,
    'TCB at launch, at least, in every part that is given',
  ),
  other(
    'minimumVersion',
    'minimum-version',
    'version',
    'committed_major',
    0,
    'version of the committed firmware, at least: 1.55 or 1.55.29',
  ),
  other(
    'minimumBuild',
    'minimum-build',
    'number',
    'committed_build',
    1,
    'build of the committed firmware, at least',
  ),
  other(
    'product',
    'wanted-product',
    'product',
    'cpuid_fam_id',
    0,
    `processor that is wanted: ${PRODUCTS.map(({ name }) => name).join(', ')}`,
  ),
  other(
    'committed',
    'committed',
    'flag',
    'committed_tcb',
    0,
    'whether the firmware must be committed, not provisional',
  ),
  other(
    'mitigations',
    'mitigations',
    'bits',
    'current_mit_vector',
    8,
    'mitigations that must be in place, as bits',
  ),
];

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
  const wanted = 'parts such as snp=23,microcode=213';
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
    if (!part || number === undefined || number > 255n) return { ok: false, wanted };
    parts[part] = Number(number);
  }
  return { ok: true, value: parts };
}

/** A product by its name, or in the form of go-sev-guest's policy, which may also have a stepping. */
function readProduct(value: unknown): ReadWish {
  const names = PRODUCTS.map(({ name }) => name);
  const wanted = `one of ${names.join(', ')}`;
  const of = value instanceof Map ? (value as ReadonlyMap<string, unknown>) : undefined;
  const said = of ? of.get('name') : value;
  const text = typeof said === 'string' ? said.replace(/^SEV_PRODUCT_/, '').toLowerCase() : '';
  const name = names.find((one) => one.toLowerCase() === text);
  if (!name) return { ok: false, wanted };
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
