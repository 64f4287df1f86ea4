// What the SEV, TDX and IGVM metadata of an image mean for the guests that need them.

import { hex } from '../binary/hex';
import type { AreaInput } from './areaChecks';
import { missing } from './areaChecks';
import type { KnownEntry } from './entries';
import { IGVM_METADATA_OFFSET, SEV_METADATA_OFFSET, TDX_METADATA_OFFSET } from './entries';
import { findEntry } from './guidedTable';
import type { OvmfImage } from './image';
import { SEV_METADATA, TDX_METADATA } from './metadataLayout';
import { contentElsewhere, rangeProblem } from './sectionChecks';
import { isRefused, tdxProblems, unaligned } from './tdxChecks';

/** The parts of an image that decide. */
export type SupportedImage = AreaInput &
  Pick<OvmfImage, 'fileSize' | 'sevMetadata' | 'tdxMetadata' | 'igvmMetadata'>;

/** A state with its reason. */
export type SupportReason = readonly ['no' | 'warning' | 'unknown', string];

const no = (reason: string | undefined): SupportReason | undefined =>
  reason === undefined ? undefined : ['no', reason];

/** What excludes SNP guests, or makes them doubtful. */
export function judgeSev(image: SupportedImage): SupportReason | undefined {
  const list = image.sevMetadata;
  const sizes = list?.sections.map(({ size }) => size);
  const problem = listProblem(image, SEV_METADATA_OFFSET, 'SEV metadata', sizes, list?.whole);
  if (problem !== undefined || !list) return no(problem);
  const ranges = rangeProblem(list.sections.map((section) => SEV_METADATA.facts(section)));
  if (ranges !== undefined) return ['warning', `of the SEV metadata, ${ranges}`];
  return list.whole
    ? undefined
    : ['warning', 'the SEV metadata have another version or length than they should'];
}

/** What excludes IGVM. */
export function judgeIgvm(image: SupportedImage): SupportReason | undefined {
  const sizes = image.igvmMetadata?.sections.map(({ size }) => size);
  return no(listProblem(image, IGVM_METADATA_OFFSET, 'IGVM metadata', sizes, image.igvmMetadata?.whole));
}

/** What excludes TDX guests, or makes them doubtful. */
export function judgeTdx(image: SupportedImage, startsWithVariables: boolean): SupportReason | undefined {
  const list = image.tdxMetadata;
  const sizes = list?.sections.map(({ memory_size }) => Number(memory_size));
  if (list && !list.whole) return no('QEMU refuses the TDX metadata: their version or length is wrong');
  const problem = listProblem(image, TDX_METADATA_OFFSET, 'TDX metadata', sizes);
  if (problem !== undefined || !list) return no(problem);
  if (unaligned(list)) return no('QEMU refuses a section of the TDX metadata that is not in whole pages');
  const [worst] = tdxProblems({ ...image, startsWithVariables });
  if (worst) {
    const reason = `${worst.section?.name ?? 'the TDX metadata'} ${worst.text}`;
    return [isRefused(worst) ? 'no' : 'warning', reason];
  }
  const facts = list.sections.map((section) => TDX_METADATA.facts(section));
  const elsewhere = contentElsewhere(facts, image.fileSize);
  const first = elsewhere.findIndex((address) => address !== undefined);
  if (first >= 0) {
    const { name, memory_address } = list.sections[first]!;
    const [states, is] = [hex(memory_address), hex(elsewhere[first]!)];
    return [
      'warning',
      `${name} states the address ${states}, but what it takes from the file is the content mapped at ${is}`,
    ];
  }
  const shared = rangeProblem(facts);
  return shared === undefined ? undefined : ['warning', `of the TDX metadata, ${shared}`];
}

function listProblem(
  { table }: SupportedImage,
  entry: KnownEntry,
  title: string,
  sizes: readonly number[] | undefined,
  isWhole = true,
): string | undefined {
  if (!findEntry(table, entry)) return missing(table, entry.title);
  if (!sizes) return `the table leads to no readable ${title}`;
  if (sizes.some((size) => size > 0)) return undefined;
  return isWhole
    ? `the ${title} list no memory`
    : `no section of the ${title} can be read: their version or length is wrong`;
}
