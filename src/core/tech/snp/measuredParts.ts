// What an SNP launch measures of an image, part by part, as far as the image alone says it: for its map of guest memory. QEMU launches it.

import { CheckError } from '../../errors';
import { PAGE_SIZE, type LaunchContents, type Load } from '../../launch/loads';
import type { OvmfImage } from '../../ovmf/image';
import type { MeasuredPart } from '../../ovmf/mapBox';
import { METADATA_LISTS } from '../../ovmf/metadataLayout';
import { snpLoads } from './loads';

/** A table of kernel hashes and a page of a vCPU: only where they are loaded counts here. */
const TABLE = new Uint8Array(176);
const PAGE = new Uint8Array(PAGE_SIZE);

const hasContents = ({ type }: Load): boolean => type === 'normal' || type === 'vmsa';

/** The loads of a launch; none when no VMM launches such an image so. */
function loadsOf(image: OvmfImage, contents: LaunchContents): readonly Load[] {
  try {
    return [...snpLoads(contents, image)];
  } catch (error) {
    if (error instanceof CheckError) return [];
    throw error;
  }
}

/** The bytes of the file that a load consists of, or the row that asks for it. */
function sourceOf({ source, size }: Load): MeasuredPart['source'] {
  if (source.from === 'firmware') return { offset: source.offset, size };
  if (source.from === 'metadata')
    return { offset: source.offset, size: METADATA_LISTS.sevMetadata.section.size };
  return undefined;
}

/** What else is to be said of a load. @param other the same load of a launch with kernel hashes; undefined where there can be none */
function noteOf(load: Load, other: Load | undefined): string {
  if (load.source.from === 'vcpu')
    return 'The initial state of the vCPUs, all at one address beyond the memory of the guest: it is in no image.';
  if (other && other.type !== load.type)
    return `With a kernel and kernel hashes on, it is a ${other.type} page with its contents.`;
  return '';
}

/**
 * The parts in the order of measurement, the vCPUs last; none when no VMM launches the image as an SNP guest.
 * @param firmware the image, of which the length counts: nothing is read or hashed
 */
export function snpParts(image: OvmfImage, firmware: Uint8Array): readonly MeasuredPart[] {
  if (image.base === undefined || firmware.length % PAGE_SIZE !== 0) return [];
  const contents = { firmware: [firmware], vmsas: { bsp: PAGE, count: 1 } };
  const loads = loadsOf(image, contents);
  const withKernel = loadsOf(image, { ...contents, kernelHashes: TABLE });
  return loads.map((load, i) => {
    const { label, type, gpa, size, source } = load;
    const isVcpu = source.from === 'vcpu';
    const from = sourceOf(load);
    return {
      ...{ order: i + 1, of: loads.length, name: isVcpu ? 'VMSAs' : label, type, gpa: Number(gpa) },
      ...(!isVcpu && { pages: Math.ceil(size / PAGE_SIZE) }),
      contents: hasContents(load),
      note: noteOf(load, withKernel[i]),
      ...(from && { source: from }),
    };
  });
}
