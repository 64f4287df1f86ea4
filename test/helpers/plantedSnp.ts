// The launch digest of SEV-SNP for any setting of the search, page by page as the firmware ABI has it, from the rows of the metadata and
// nothing that the search keeps.

import { createHash } from 'node:crypto';
import type { FirmwareFacts, SvsmFacts } from '../../src/core/explain/launchFacts';
import type { Setting } from '../../src/core/explain/setting';

const TYPES = { normal: 1, vmsa: 2, zero: 3, unmeasured: 4, secrets: 5, cpuid: 6 } as const;
type Page = readonly [type: keyof typeof TYPES, gpa: number | bigint, contents?: Uint8Array];

const sha384 = (bytes: Uint8Array): Buffer => createHash('sha384').update(bytes).digest();

function fold(pages: readonly Page[]): Buffer {
  let digest: Buffer = Buffer.alloc(48);
  for (const [type, gpa, contents] of pages) {
    const info = Buffer.alloc(0x70);
    digest.copy(info);
    if (contents) sha384(contents).copy(info, 0x30);
    info.writeUInt16LE(0x70, 0x60);
    info[0x62] = TYPES[type];
    info.writeBigUInt64LE(BigInt(gpa), 0x68);
    digest = sha384(info);
  }
  return digest;
}

/** Who launches with this profile. */
const vmmOf = ({ order, profile }: Setting): string =>
  order ?? (profile.startsWith('snp-ec2') ? 'ec2' : profile.startsWith('snp-gce') ? 'gce' : 'qemu');

function sectionPages(
  { image }: Pick<FirmwareFacts, 'image'>,
  setting: Setting,
  table: Uint8Array | undefined,
): Page[] {
  const vmm = vmmOf(setting);
  const { hashSection } = setting;
  const all = [...(image.sevMetadata?.sections ?? [])];
  if (hashSection) {
    const [own] = all.splice(
      all.findIndex(({ type }) => type === 0x10),
      1,
    );
    const at = hashSection === 'last' ? all.length : all.findLastIndex(({ type }) => type === 1);
    all.splice(at, 0, own!);
  }
  const sections =
    vmm === 'ec2' ? [...all.filter((s) => s.type !== 3), ...all.filter((s) => s.type === 3)] : all;
  return sections.flatMap(({ gpa, size, type }): Page[] => {
    if (type === 2) return [['secrets', gpa]];
    if (type === 3) return [['cpuid', gpa]];
    if (type === 0x10 && table) {
      const page = Buffer.alloc(4096);
      page.set(table, 0xc00);
      return [['normal', gpa, page]];
    }
    const zero = type === 1 && vmm === 'gce' ? 'unmeasured' : 'zero';
    return Array.from({ length: size / 4096 }, (_, i): Page => [zero, gpa + 4096 * i]);
  });
}

const pagesAt = (base: number, bytes: Uint8Array): Page[] =>
  Array.from({ length: bytes.length / 4096 }, (_, i) => [
    'normal',
    base + 4096 * i,
    bytes.subarray(4096 * i, 4096 * (i + 1)),
  ]);

/** The digest of an image with these VMSA pages. @param table of kernel hashes */
export function snpDigestOf(
  firmware: FirmwareFacts,
  setting: Setting,
  table: Uint8Array | undefined,
  vmsas: readonly Uint8Array[],
  svsm?: SvsmFacts,
): Buffer {
  const bytes = Buffer.concat(firmware.parts);
  const base = 2 ** 32 - bytes.length;
  return fold([
    ...pagesAt(base, bytes),
    ...(svsm
      ? [
          ...pagesAt(base - setting.varsSize - svsm.bytes.length, svsm.bytes),
          ...sectionPages(svsm, setting, undefined),
        ]
      : sectionPages(firmware, setting, table)),
    ...vmsas.map((page): Page => ['vmsa', 0xfffffffff000n, page]),
  ]);
}
