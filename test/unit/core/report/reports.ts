// Reports for tests: one of a Milan, a Genoa, a Turin, of version 2, 3 or 5, whose fields a test changes.

import { encode, type Values } from '../../../../src/core/binary/struct';
import { ATTESTATION_REPORT } from '../../../../src/core/report/layout';

type ReportRow = (typeof ATTESTATION_REPORT)['rows'][number];

/** Values that a report is made of. */
export type ReportParts = Partial<Values<ReportRow>>;

/** So many bytes, all the same. */
export const filled = (size: number, byte: number): Uint8Array => new Uint8Array(size).fill(byte);

/** Bytes of hexadecimal digits, padded with zeros. */
export function padded(digits: string, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes.set(Buffer.from(digits, 'hex'));
  return bytes;
}

/** A TCB that all of these products can have. */
const TCBS = { milan: '04000000000018d9', turin: '0101010400000051', venice: '0102030000000000' } as const;

const CPUS = {
  Milan: { tcb: TCBS.milan, cpu: [0x19, 0x01, 1] },
  Genoa: { tcb: TCBS.milan, cpu: [0x19, 0x11, 1] },
  Bergamo: { tcb: TCBS.milan, cpu: [0x19, 0xa0, 2] },
  Turin: { tcb: TCBS.turin, cpu: [0x1a, 0x02, 1] },
  Venice: { tcb: TCBS.venice, cpu: [0x1a, 0x50, 0] },
} as const;

/** The processors that reports are made for. */
export type Processor = keyof typeof CPUS;

/** A report without anything to find in it, but for Milan's seed; its signature is no one's. @param parts replace its values */
export function makeReport(processor: Processor, parts: ReportParts = {}): Uint8Array {
  const { tcb, cpu } = CPUS[processor];
  const tcbOf = () => padded(tcb, 8);
  const chip =
    processor === 'Turin' || processor === 'Venice' ? padded('0102030405060708', 64) : filled(64, 0x5a);
  const version = parts.version ?? (processor === 'Turin' ? 5 : 3);
  const [family, model, stepping] = version < 3 ? [0, 0, 0] : cpu;
  return encode(ATTESTATION_REPORT, {
    version,
    policy: 0x30000n,
    signature_algo: 1,
    current_tcb: tcbOf(),
    platform_info: 0x25n,
    report_data: filled(64, 0x11),
    measurement: filled(48, 0x22),
    host_data: filled(32, 0x33),
    report_id: filled(32, 0x44),
    report_id_ma: filled(32, 0xff),
    reported_tcb: tcbOf(),
    cpuid_fam_id: family,
    cpuid_mod_id: model,
    cpuid_step: stepping,
    chip_id: chip,
    committed_tcb: tcbOf(),
    current_build: 29,
    current_minor: 55,
    current_major: 1,
    committed_build: 29,
    committed_minor: 55,
    committed_major: 1,
    launch_tcb: tcbOf(),
    ...(version >= 5 && { launch_mit_vector: 0x3fn, current_mit_vector: 0x3fn }),
    signature_r: padded('01', 72),
    signature_s: padded('01', 72),
    ...parts,
  });
}
