// The attestation report of SEV-SNP, 1184 bytes (SEV-SNP Firmware ABI, ATTESTATION_REPORT). Versions differ in two places: CPUID came with
// version 3, mitigation vectors with version 5. All integers are little endian.

import { SNP_POLICY } from '../tech/snp/policy';
import {
  leaves,
  row,
  struct,
  type FieldType,
  type Row,
  type RowExtras,
  type Struct,
  type ValueOf,
} from '../binary/struct';
import { KEY_INFO, MITIGATIONS, PLATFORM_INFO, SIGNATURE_ALGORITHM } from './bits';

/** Bytes of a report, and how many of them are signed. */
export const REPORT_SIZE = 0x4a0;
export const SIGNED_SIZE = 0x2a0;

/** The headings under which fields are shown, in order. */
export const REPORT_GROUPS = [
  'Report',
  'Guest',
  'Owner',
  'Platform',
  'TCB',
  'Firmware',
  'Signature',
  'Reserved',
] as const;

/** Versions whose layout is known. A report of a later one is read as far as it is common. */
export const KNOWN_VERSIONS: readonly number[] = [2, 3, 4, 5];

const under =
  (group: (typeof REPORT_GROUPS)[number]) =>
  <const N extends string, const T extends FieldType>(
    offset: number,
    name: N,
    type: T,
    doc: string,
    extras: RowExtras = {},
  ): Row<N, T> =>
    row(offset, name, type, doc, { ...extras, group });

const about = under('Report');
const guest = under('Guest');
const owner = under('Owner');
const platform = under('Platform');
const tcb = under('TCB');
const firmware = under('Firmware');
const signature = under('Signature');
const unused = under('Reserved');

const HEAD = [
  about(0x000, 'version', 'u32', 'version of the report'),
  owner(0x004, 'guest_svn', 'u32', "the guest's security version, from its ID block; else 0"),
  guest(0x008, 'policy', 'u64', 'guest policy', { bits: SNP_POLICY }),
  owner(0x010, 'family_id', 16, 'family of the guest, from its ID block; else zero'),
  owner(0x020, 'image_id', 16, 'image of the guest, from its ID block; else zero'),
  guest(0x030, 'vmpl', 'u32', 'VMPL that asked for the report, 0 to 3; 0xffffffff when the host did'),
  signature(0x034, 'signature_algo', 'u32', 'algorithm of the signature', { bits: SIGNATURE_ALGORITHM }),
  tcb(0x038, 'current_tcb', 8, 'TCB that runs'),
  platform(0x040, 'platform_info', 'u64', 'what is on in the platform', { bits: PLATFORM_INFO }),
  signature(0x048, 'key_info', 'u32', 'which keys took part', { bits: KEY_INFO }),
  unused(0x04c, 'reserved_0x4c', 4, 'reserved, zero'),
  guest(0x050, 'report_data', 64, 'what the guest put in, such as a nonce or the hash of a key'),
  guest(0x090, 'measurement', 48, 'launch digest'),
  guest(0x0c0, 'host_data', 32, 'what the host put in at launch'),
  owner(0x0e0, 'id_key_digest', 48, 'SHA-384 of the key that signed the ID block; zero without one'),
  owner(0x110, 'author_key_digest', 48, 'SHA-384 of the key that signed the ID key; zero without one'),
  guest(0x140, 'report_id', 32, 'random name of the guest, in all of its reports'),
  guest(0x160, 'report_id_ma', 32, "report id of the guest's migration agent; all ff without one"),
  tcb(0x180, 'reported_tcb', 8, 'TCB that the signing key belongs to'),
] as const;

const CPUID = [
  platform(0x188, 'cpuid_fam_id', 'u8', 'family of the CPU, base and extended together'),
  platform(0x189, 'cpuid_mod_id', 'u8', 'model of the CPU, base and extended together'),
  platform(0x18a, 'cpuid_step', 'u8', 'stepping of the CPU'),
  unused(0x18b, 'reserved_0x18b', 21, 'reserved, zero'),
] as const;
const NO_CPUID = [unused(0x188, 'reserved_0x188', 24, 'reserved, zero; CPUID from version 3')] as const;

const MIDDLE = [
  platform(
    0x1a0,
    'chip_id',
    64,
    'identifier of the chip, of which Turin has 8 bytes; zero when it is masked or a VLEK signed',
  ),
  tcb(0x1e0, 'committed_tcb', 8, 'TCB below which the platform cannot go back'),
  firmware(0x1e8, 'current_build', 'u8', 'build of the firmware that runs'),
  firmware(0x1e9, 'current_minor', 'u8', 'its minor version'),
  firmware(0x1ea, 'current_major', 'u8', 'its major version'),
  unused(0x1eb, 'reserved_0x1eb', 1, 'reserved, zero'),
  firmware(0x1ec, 'committed_build', 'u8', 'build of the firmware that was committed'),
  firmware(0x1ed, 'committed_minor', 'u8', 'its minor version'),
  firmware(0x1ee, 'committed_major', 'u8', 'its major version'),
  unused(0x1ef, 'reserved_0x1ef', 1, 'reserved, zero'),
  tcb(0x1f0, 'launch_tcb', 8, 'TCB that ran when the guest was launched or imported'),
] as const;

const MITIGATION = [
  platform(0x1f8, 'launch_mit_vector', 'u64', 'mitigations that were in place at launch', {
    bits: MITIGATIONS,
  }),
  platform(0x200, 'current_mit_vector', 'u64', 'mitigations that are in place', { bits: MITIGATIONS }),
  unused(0x208, 'reserved_0x208', 152, 'reserved, zero'),
] as const;
const NO_MITIGATION = [
  unused(0x1f8, 'reserved_0x1f8', 168, 'reserved, zero; mitigation vectors from version 5'),
] as const;

const END = [
  signature(0x2a0, 'signature_r', 72, 'r of the signature over the bytes before it, little endian'),
  signature(0x2e8, 'signature_s', 72, 's of the signature, little endian'),
  unused(0x330, 'reserved_0x330', 368, 'reserved, zero'),
] as const;

/** The whole report as of version 5, which later ones are read by. */
export const ATTESTATION_REPORT = struct('ATTESTATION_REPORT', REPORT_SIZE, [
  ...HEAD,
  ...CPUID,
  ...MIDDLE,
  ...MITIGATION,
  ...END,
]);
const VERSION_3 = struct('ATTESTATION_REPORT, versions 3 and 4', REPORT_SIZE, [
  ...HEAD,
  ...CPUID,
  ...MIDDLE,
  ...NO_MITIGATION,
  ...END,
]);
const VERSION_2 = struct('ATTESTATION_REPORT, version 2', REPORT_SIZE, [
  ...HEAD,
  ...NO_CPUID,
  ...MIDDLE,
  ...NO_MITIGATION,
  ...END,
]);

type ReportRow = (typeof ATTESTATION_REPORT | typeof VERSION_3 | typeof VERSION_2)['rows'][number];

/** A layout of some version. */
export type ReportLayout = Struct<ReportRow>;

/** The layout of a version. Version 4 has that of version 3: no difference is published (virtee/sev#307). */
export function layoutOf(version: number): ReportLayout {
  if (version <= 2) return VERSION_2;
  return version <= 4 ? VERSION_3 : ATTESTATION_REPORT;
}

/** All values of a report by the names of its rows; those that its version does not have are of reserved bytes. */
export type ReportValues = ValueOf<typeof ATTESTATION_REPORT>;

/** The name of a field of any version. */
export type ReportName = ReportRow['name'];

/** The four TCBs of a report. */
export const TCB_NAMES = ['current_tcb', 'reported_tcb', 'committed_tcb', 'launch_tcb'] as const;
export type TcbName = (typeof TCB_NAMES)[number];

const places = new Map(
  [ATTESTATION_REPORT, VERSION_3, VERSION_2].flatMap((layout: ReportLayout) =>
    leaves(layout).map((leaf) => [leaf.path as string, leaf] as const),
  ),
);

/** Where a field is. */
export function placeOf(name: ReportName): { readonly offset: number; readonly size: number } {
  const { offset, size } = places.get(name)!;
  return { offset, size };
}
