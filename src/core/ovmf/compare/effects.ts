// How the differences between two images affect launch measurements. The digest of SEV and SEV-ES covers every byte
// of the image and the VMSA pages; that of SNP covers pages with their addresses, in the order of the SEV metadata.

import { byteCount, countOf, hex } from '../../binary/hex';
import { hashAreaProblem } from '../areaChecks';
import type { ByteDifferences } from './compareBytes';
import type { ImageChange } from './change';
import { HASH_BLOCK, RESET_BLOCK } from '../entries';
import type { OvmfImage } from '../image';
import { SEV_METADATA } from '../metadataLayout';
import type { LaunchComparison } from './launchEffects';

/** A kind of guest whose measurement changes with the image. */
export type Guest = 'SEV' | 'SEV-ES' | 'SEV-SNP' | 'TDX';

/** The names of all effects. */
export type EffectId =
  | 'image-bytes'
  | 'snp-pages'
  | 'reset-address'
  | 'snp-sections'
  | 'hash-area'
  | 'kernel-hashes'
  | 'variables'
  | 'no-firmware'
  | 'no-guest'
  | `support-${'SEV' | 'SEV-ES' | 'SNP' | 'TDX'}`;

/** A reason why measurements differ. */
export interface MeasurementEffect {
  readonly id: EffectId;
  /** The guests whose measurement or launch is affected; empty when nothing is measured. */
  readonly guests: readonly Guest[];
  /** Restricts the effect to some of those guests. */
  readonly onlyWith?: 'kernel hashes' | 'more than one vCPU';
  /** One sentence for people. */
  readonly text: string;
}

/** What effects are derived from. */
export interface EffectInput {
  readonly a: OvmfImage;
  readonly b: OvmfImage;
  /** What the volumes of both tell, if that is known. */
  readonly launch?: LaunchComparison | undefined;
  readonly differences: ByteDifferences;
}

type Rule = (input: EffectInput) => MeasurementEffect | undefined;

/** All effects of the differences between two images on measurements. */
export function effectsOf(input: EffectInput): MeasurementEffect[] {
  if (input.differences.bytes === 0) return [];
  const { launch } = input;
  const kinds = [input.a, input.b].flatMap(({ fileKind }) => fileKind ?? []);
  if (kinds.some(({ role }) => role === 'variables')) {
    const text = 'A variable store is not measured: only the image of code is.';
    return [
      { id: 'variables', guests: [], text: launch?.fit === undefined ? text : `${text} ${launch.fit}` },
    ];
  }
  const other = kinds.find(({ role }) => !['part', 'unknown'].includes(role));
  if (other) {
    const text = `No guest that is measured starts with ${other.words}.`;
    return [{ id: 'no-firmware', guests: [], text }];
  }
  const ofLaunch = launch?.effects ?? [];
  const ofTables = RULES.flatMap((rule) => rule(input) ?? []).filter(
    ({ id }) => !ofLaunch.some((effect) => effect.id === id),
  );
  const possible = ofTables.flatMap((effect) => {
    const guests = effect.guests.filter((guest) => !launch?.excluded.includes(guest));
    return guests.length > 0 ? [{ ...effect, guests }] : [];
  });
  const all = [...ofLaunch, ...possible];
  return all.length > 0 ? all : [{ id: 'no-guest', guests: [], text: 'Neither image starts an SEV guest.' }];
}

/** The effects that one change contributes to. */
export function effectsOfChange(
  { path, what }: ImageChange,
  effects: readonly MeasurementEffect[],
): readonly EffectId[] {
  const about = (title: string, field?: string) =>
    path.includes(title) && (what !== 'field' || field === undefined || path.at(-1) === field);
  const concerned: Partial<Record<EffectId, boolean>> = {
    'image-bytes': true,
    'snp-pages': true,
    variables: true,
    'no-firmware': true,
    'reset-address': about(RESET_BLOCK.title, 'reset_addr'),
    'snp-sections': path[0] === SEV_METADATA.title || about(SEV_METADATA.entry.title, 'offset'),
    'hash-area': about(HASH_BLOCK.title),
    'kernel-hashes': about(HASH_BLOCK.title),
  };
  return effects.map(({ id }) => id).filter((id) => concerned[id]);
}

const RULES: readonly Rule[] = [
  ({ differences }) => ({
    id: 'image-bytes',
    guests: ['SEV', 'SEV-ES'],
    text: `The launch digest is over every byte of the image, and ${byteCount(differences.bytes)} differ${differences.bytes === 1 ? 's' : ''}.`,
  }),
  ({ a, b, differences: { pages } }) => {
    const moved = a.fileSize === b.fileSize ? '' : ', and the first page has another address';
    const count = pages === 1 ? '1 page of the image differs' : `${pages} pages of the image differ`;
    return { id: 'snp-pages', guests: ['SEV-SNP'], text: `${count}${moved}.` };
  },
  ({ a, b }) => {
    if (a.resetAddress === b.resetAddress) return undefined;
    const text = `APs start at ${address(b.resetAddress)} instead of ${address(a.resetAddress)}, so their VMSA pages differ.`;
    return { id: 'reset-address', guests: ['SEV-ES', 'SEV-SNP'], onlyWith: 'more than one vCPU', text };
  },
  ({ a, b }) => {
    const text = sectionsText(a, b);
    return text === undefined ? undefined : { id: 'snp-sections', guests: ['SEV-SNP'], text };
  },
  ({ a, b }) => {
    const [was, is] = [hashAreaProblem(a), hashAreaProblem(b)];
    if ((was === undefined) === (is === undefined)) return undefined;
    const text =
      was === undefined
        ? `A launch with kernel hashes is refused. The second image: ${is ?? ''}.`
        : `Kernel hashes become possible. The first image: ${was}.`;
    return { id: 'kernel-hashes', guests: ['SEV', 'SEV-ES', 'SEV-SNP'], onlyWith: 'kernel hashes', text };
  },
  ({ a, b }) => {
    if ([a, b].some((image) => hashAreaProblem(image) !== undefined)) return undefined;
    const [was, is] = [a.hashArea!.base & 0xfff, b.hashArea!.base & 0xfff];
    if (was === is) return undefined;
    const text = `The hashes lie at ${hex(is, 3)} instead of ${hex(was, 3)} in their page, which is measured as a whole.`;
    return { id: 'hash-area', guests: ['SEV-SNP'], onlyWith: 'kernel hashes', text };
  },
];

const address = (value: number | undefined) => (value === undefined ? 'no known address' : hex(value, 8));

/** How the lists of pages differ; sections of size zero add no page and are ignored. */
function sectionsText(a: OvmfImage, b: OvmfImage): string | undefined {
  const [was, is] = [measuredSections(a), measuredSections(b)];
  if (!was && !is) return undefined;
  if (!is) return 'The second image has no SEV metadata that can be read: no SNP guest starts with it.';
  if (!was) return 'The first image has no SEV metadata that can be read: no SNP guest starts with it.';
  if (was.join() === is.join()) return undefined;
  if ([...was].sort().join() === [...is].sort().join()) {
    return 'The SEV metadata list the same sections in another order, and pages are measured in that order.';
  }
  const [gone, come] = [missingFrom(was, is), missingFrom(is, was)];
  const sections = (count: number) => countOf(count, 'metadata section');
  const added = gone > 0 ? `, ${come} added` : `${sections(come)} added`;
  const removed = gone > 0 ? `${sections(gone)} removed` : '';
  return `The SNP launch digest changes: ${removed}${come > 0 ? added : ''}.`;
}

/** How many items of one list are missing from the other; duplicates count separately. */
function missingFrom(list: readonly string[], other: readonly string[]): number {
  const left = [...other];
  return list.filter((item) => {
    const at = left.indexOf(item);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  }).length;
}

function measuredSections({ sevMetadata }: OvmfImage): readonly string[] | undefined {
  const ranges = sevMetadata?.sections.filter(({ size }) => size > 0);
  return ranges?.map(({ gpa, size, type }) => `${type}:${gpa}:${size}`);
}
