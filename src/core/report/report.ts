// An attestation report, decoded once: its values, the product whose firmware made it, and its fields as text. findings.ts
// says what is wrong with it, and verify.ts whether it is true.

import { applicableBits, bitValue, describeLeaf } from '../binary/describe';
import { bytesToHex, hex, isZero } from '../binary/hex';
import { byGroup, leafField, type FieldGroup, type FieldWithParts } from '../binary/leafField';
import { decode, leaves, readLeaf, type Leaf, type LeafValue } from '../binary/struct';
import { SIGNING_KEYS } from './bits';
import {
  ATTESTATION_REPORT,
  layoutOf,
  REPORT_GROUPS,
  TCB_NAMES,
  type ReportValues,
  type TcbName,
} from './layout';
import { productOfCpu, productRow, TCB_LAYOUTS, type ProductName, type TcbLayout } from './products';

/** Which processors a report may be of. */
export interface ReportProduct {
  /** Those that it may be; one when that is certain, none when its CPU is not known. */
  readonly names: readonly ProductName[];
  /** For people: `Genoa (Bergamo or Siena)`, `Milan or Genoa`. */
  readonly title: string;
  /** How its TCBs are laid out; undefined when that is not known. */
  readonly tcb: TcbLayout | undefined;
}

/** A report. */
export interface AttestationReport {
  /** Its 1184 bytes. */
  readonly bytes: Uint8Array;
  readonly values: ReportValues;
  readonly product: ReportProduct;
}

const UNKNOWN: ReportProduct = { names: [], title: 'an unknown processor', tcb: undefined };

/** What a report says of its processor: by CPUID from version 3 on, before that by the length of its chip's identifier. */
function productOf({ version, cpuid_fam_id: family, cpuid_mod_id: model, chip_id: chip }: ReportValues) {
  if (version >= 3) {
    const found = productOfCpu(family, model);
    if (!found) return UNKNOWN;
    const { name, called } = found;
    const title = called === name ? name : `${name} (${called})`;
    return { names: [name], title, tcb: productRow(name).tcb };
  }
  if (isZero(chip)) return UNKNOWN;
  if (isZero(chip.subarray(8))) return { names: ['Turin'], title: 'Turin', tcb: 'turin' } as const;
  return { names: ['Milan', 'Genoa'], title: 'Milan or Genoa', tcb: 'milan' } as const;
}

/** Decodes a report. Never throws on content. @param bytes 1184, which must not change as long as the report is used */
export function decodeReport(bytes: Uint8Array): AttestationReport {
  const values = decode(ATTESTATION_REPORT, bytes);
  return { bytes, values, product: productOf(values) };
}

/** The same report once something else, such as a certificate, says of which product it is. */
export function ofProduct(report: AttestationReport, name: ProductName): AttestationReport {
  const { names } = report.product;
  if (names.length === 1) return report;
  return { ...report, product: { names: [name], title: name, tcb: productRow(name).tcb } };
}

/** The key that signed a report; `reserved` for a number that no key has. */
export function signingKeyOf({ key_info: info }: ReportValues): 'VCEK' | 'VLEK' | 'none' | 'reserved' {
  const number = (info >> 2) & 7;
  return number in SIGNING_KEYS ? SIGNING_KEYS[number as keyof typeof SIGNING_KEYS] : 'reserved';
}

/** Whether the field of the chip's identifier says nothing. */
export const isChipUnsaid = ({ chip_id: chip }: ReportValues): boolean => isZero(chip);

/** Whether a report says that its platform masks what names the chip: MASK_CHIP_KEY, bit 1 of the key information. */
export const isChipMasked = ({ key_info: info }: ReportValues): boolean => (info & 2) !== 0;

/** A TCB in words: `boot loader 4, TEE 0, SNP 24, microcode 217`; its bytes where its layout is not known. */
export function describeTcb(bytes: Uint8Array, layout: TcbLayout | undefined): string {
  if (layout === undefined) return bytesToHex(bytes);
  return leaves(TCB_LAYOUTS[layout])
    .filter(({ row }) => row.type === 'u8')
    .map(({ path, offset }) => `${TCB_WORDS[path] ?? path} ${bytes[offset]!}`)
    .join(', ');
}

/** The parts of a TCB as people call them. */
const TCB_WORDS: Readonly<Record<string, string>> = {
  boot_loader: 'boot loader',
  tee: 'TEE',
  snp: 'SNP',
  microcode: 'microcode',
  fmc: 'FMC',
};

const isTcb = (name: string): name is TcbName => (TCB_NAMES as readonly string[]).includes(name);

/** The mitigations of a vector: their bits. */
function describeMitigations(value: bigint, leaf: Leaf): string {
  const set = applicableBits(leaf.row.bits ?? [], value).filter((bit) => bitValue(value, bit) === 1n);
  return set.length === 0 ? 'none' : `bits ${set.map(({ lsb }) => lsb).join(' ')}`;
}

function meaningOf({ values, product }: AttestationReport, name: string, leaf: Leaf, value: LeafValue) {
  if (isTcb(name)) return describeTcb(values[name], product.tcb);
  switch (name) {
    case 'vmpl':
      return values.vmpl === 0xffffffff ? 'requested by the host' : '';
    case 'version':
      return values.version > 5 ? 'later than what is known' : '';
    case 'cpuid_fam_id':
      return product.title;
    case 'chip_id':
      return isZero(values.chip_id) ? 'masked, or not of a VCEK' : '';
    case 'report_id_ma':
      return values.report_id_ma.every((byte) => byte === 0xff) ? 'no migration agent' : '';
    case 'launch_mit_vector':
    case 'current_mit_vector':
      return describeMitigations(value as bigint, leaf);
    case 'current_build':
      return `firmware ${versionText(values, 'current')}`;
    case 'committed_build':
      return `firmware ${versionText(values, 'committed')}`;
    default:
      return describeLeaf(leaf, value).meaning;
  }
}

/** The version of the firmware: `1.55.29`, major, minor and build. */
export const versionText = (values: ReportValues, which: 'current' | 'committed'): string =>
  `${values[`${which}_major`]}.${values[`${which}_minor`]}.${values[`${which}_build`]}`;

/** The fields of a report in the order of the file; the parts of a TCB follow it. `group` is one of REPORT_GROUPS. */
export function reportFields(report: AttestationReport): FieldWithParts[] {
  const { bytes, product } = report;
  const fields: FieldWithParts[] = [];
  const add = (leaf: Leaf, group: string, parts: number) => {
    const value = readLeaf(bytes, leaf);
    const { raw } = describeLeaf(leaf, value);
    const meaning = meaningOf(report, leaf.path, leaf, value);
    fields.push({ ...leafField(leaf, group, value, { raw, meaning }), parts });
  };
  for (const leaf of leaves(layoutOf(report.values.version)) as readonly Leaf[]) {
    const parts = isTcb(leaf.path) && product.tcb ? leaves(TCB_LAYOUTS[product.tcb]) : [];
    add(leaf, leaf.row.group!, parts.length);
    for (const one of parts)
      add({ ...one, path: `${leaf.path}.${one.path}`, offset: leaf.offset + one.offset }, leaf.row.group!, 0);
  }
  return fields;
}

/** Fields by heading, headings in order. */
export const groupReportFields = <F extends { readonly group: string }>(
  fields: readonly F[],
): FieldGroup<F>[] => byGroup(REPORT_GROUPS, fields);

/** A report in one line. */
export function reportSummary(report: AttestationReport): string {
  const { values, product } = report;
  const key = signingKeyOf(values);
  const by =
    key === 'none' || key === 'reserved' || values.signature_algo !== 1 ? 'not signed' : `signed by a ${key}`;
  return `version ${values.version}, ${product.title}, firmware ${versionText(values, 'current')}, policy ${hex(values.policy)}, ${by}`;
}
