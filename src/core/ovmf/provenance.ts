// Which edk2 releases an image can come from, judging by what its table and lists contain, lack, and in which
// order. One table of facts, each with the edk2 change (OvmfPkg/ResetVector) that it rests on.

import { isZero } from '../binary/hex';
import { PLATFORMS } from './describeBuild';
import {
  HASH_BLOCK,
  IGVM_METADATA_OFFSET,
  SEV_METADATA_OFFSET,
  SNP_BOOT_BLOCK,
  SVSM_INFO,
  TDX_METADATA_OFFSET,
} from './entries';
import { findEntry } from './guidedTable';
import type { ImageWithBytes, OvmfImage } from './image';
import type { ImageBuild } from './imageBuild';
import { isOvmf } from './imageBuild';

/** One observation and what follows from it. */
export interface ProvenanceReason {
  readonly text: string;
  readonly implies: string;
}

/** What is known about the origin of an image. */
export interface BuildProvenance {
  /** The first possible release, such as `edk2-stable202108`; absent when unknown, or on a conflict. */
  readonly since?: string;
  /** The last possible release; absent when newer ones are possible too. */
  readonly until?: string;
  /** No release has everything that was seen: a patched build, a backport, or not edk2. */
  readonly conflict: boolean;
  /** Possible edk2 platforms, and other projects, in a few words each. */
  readonly hints: readonly string[];
  readonly reasons: readonly ProvenanceReason[];
}

/** What the facts look at. */
interface Seen {
  readonly image: OvmfImage;
  readonly build: ImageBuild;
  readonly has: (known: { readonly guid: string }) => boolean;
  /** Whether the table has the GUIDed form and was read completely, so that what it lacks is really absent. */
  readonly wholeTable: boolean;
  readonly isX64: boolean;
  /** Names of the SEV metadata sections in file order, if all of them were read. */
  readonly sections: readonly string[] | undefined;
  /** The bytes before the VTF signature. */
  readonly slot: Uint8Array | undefined;
}

/** A row: something that releases before `since`, or after `until`, do not have. Releases are yyyymm. */
export interface ProvenanceFact {
  readonly text: string;
  readonly since?: number;
  readonly until?: number;
  /** The edk2 commit that introduced the change. */
  readonly commit?: string;
  readonly seen: (seen: Seen) => boolean;
}

/** The x86 opcode of a near jump. */
const JUMP = 0xe9;
const KERNEL_HASHES = 'SNP_KERNEL_HASHES';
const isEmpty = (area: { readonly base: number } | undefined) => area?.base === 0;

/** All facts, oldest change first. Absence is evidence only where every later release has the feature. */
export const PROVENANCE_FACTS: readonly ProvenanceFact[] = [
  {
    text: 'neither a table nor a reset block, unless it is a build for Xen',
    until: 202005,
    commit: '30937f2f98',
    seen: ({ image, build }) => !image.table && isOvmf(build),
  },
  {
    text: 'a bare SEV-ES reset block instead of a table',
    since: 202008,
    until: 202011,
    seen: ({ image }) => image.table?.kind === 'legacy',
  },
  {
    text: 'the GUIDed table',
    since: 202102,
    commit: 'ae1ef911a9',
    seen: ({ image }) => image.table?.kind === 'guided',
  },
  {
    text: 'the SEV hash table block',
    since: 202108,
    commit: '0deeab36d1',
    seen: ({ has }) => has(HASH_BLOCK),
  },
  {
    text: 'no SEV hash table block',
    until: 202105,
    commit: '0deeab36d1',
    seen: ({ has, wholeTable }) => wholeTable && !has(HASH_BLOCK),
  },
  {
    text: 'the TDX metadata offset',
    since: 202111,
    commit: 'c9ec74a198',
    seen: ({ has }) => has(TDX_METADATA_OFFSET),
  },
  { text: 'the SEV metadata offset', since: 202202, seen: ({ has }) => has(SEV_METADATA_OFFSET) },
  {
    text: 'no SEV metadata offset in a 64-bit build',
    until: 202111,
    seen: ({ has, wholeTable, isX64 }) => wholeTable && isX64 && !has(SEV_METADATA_OFFSET),
  },
  {
    text: 'the jump through which APs enter, before the VTF signature',
    until: 202308,
    commit: 'dea6002d6e',
    seen: ({ slot }) => slot?.[0] === JUMP,
  },
  {
    text: 'no jump before the VTF signature',
    since: 202311,
    commit: 'dea6002d6e',
    seen: ({ slot }) => slot !== undefined && isZero(slot),
  },
  {
    text: 'an SNP_KERNEL_HASHES section',
    since: 202402,
    commit: '9eec96bd4f',
    seen: ({ sections }) => sections?.includes(KERNEL_HASHES) === true,
  },
  {
    text: 'a secret area, but no SNP_KERNEL_HASHES section',
    until: 202311,
    commit: '9eec96bd4f',
    seen: ({ sections, image }) =>
      sections?.includes(KERNEL_HASHES) === false &&
      image.secretArea !== undefined &&
      !isEmpty(image.secretArea),
  },
  {
    text: 'an SVSM_CAA section',
    since: 202405,
    commit: '5a67a2efa7',
    seen: ({ sections }) => sections?.includes('SVSM_CAA') === true,
  },
  {
    text: 'SEV metadata without an SVSM_CAA section',
    until: 202402,
    commit: '5a67a2efa7',
    seen: ({ sections }) => sections?.includes('SVSM_CAA') === false,
  },
  {
    text: 'SNP_KERNEL_HASHES as the last section',
    since: 202411,
    commit: '5c63e22a9f',
    seen: ({ sections }) => sections?.at(-1) === KERNEL_HASHES,
  },
  {
    text: 'sections after SNP_KERNEL_HASHES',
    until: 202408,
    commit: '5c63e22a9f',
    seen: ({ sections }) => sections?.includes(KERNEL_HASHES) === true && sections.at(-1) !== KERNEL_HASHES,
  },
  {
    text: 'the IGVM metadata offset',
    since: 202511,
    commit: '313004a57f',
    seen: ({ has }) => has(IGVM_METADATA_OFFSET),
  },
  {
    text: 'no IGVM metadata offset in a 64-bit build',
    until: 202508,
    commit: '313004a57f',
    seen: ({ has, wholeTable, isX64 }) => wholeTable && isX64 && !has(IGVM_METADATA_OFFSET),
  },
];

/** A row of the platform table: the platform, and how it is recognised. */
export interface PlatformHint {
  readonly hint: string;
  readonly text: string;
  readonly seen: (seen: Seen) => boolean;
}

/** How edk2 platforms and other projects are recognised. */
const PLATFORM_HINTS: readonly PlatformHint[] = [
  {
    hint: 'AmdSev build',
    text: 'a secret area that is not empty, which up to edk2-stable202508 only AmdSev builds have',
    seen: ({ has, image, wholeTable }) =>
      wholeTable &&
      image.secretArea !== undefined &&
      !isEmpty(image.secretArea) &&
      !has(IGVM_METADATA_OFFSET),
  },
  {
    hint: 'AmdSev or OvmfPkgX64',
    text: 'a secret area that is not empty, with IGVM metadata; since edk2-stable202511 not only AmdSev builds have one',
    seen: ({ has, image }) =>
      image.secretArea !== undefined && !isEmpty(image.secretArea) && has(IGVM_METADATA_OFFSET),
  },
  {
    hint: 'IntelTdx build',
    text: 'an SVSM_CAA section of no bytes',
    seen: ({ image }) =>
      image.sevMetadata?.sections.some(({ name, size }) => name === 'SVSM_CAA' && size === 0) === true,
  },
  {
    hint: 'no AmdSev build',
    text: 'a secret area without an address',
    seen: ({ image }) => isEmpty(image.secretArea),
  },
  {
    hint: 'X64 build',
    text: 'entries that only a build with a 64-bit SEC has',
    seen: ({ isX64 }) => isX64,
  },
  {
    hint: 'Ia32X64 build, or an X64 build of edk2-stable202108',
    text: 'a hash table block, but none of the entries of a build with a 64-bit SEC',
    seen: ({ has, wholeTable, isX64 }) => wholeTable && !isX64 && has(HASH_BLOCK),
  },
];

/** Projects other than edk2, whose images do not follow its releases. */
const STRANGERS = [
  {
    hint: 'SVSM image, such as COCONUT',
    text: 'the SVSM info entry',
    entry: SVSM_INFO,
  },
  {
    hint: 'build with the first SNP patches of 2021',
    text: 'the obsolete SNP boot block',
    entry: SNP_BOOT_BLOCK,
  },
] as const;

/** The name of a release from its year and month. */
const releaseName = (release: number): string => `edk2-stable${release}`;

/** What a fact implies about releases, in words. */
export function implication({ since, until }: Pick<ProvenanceFact, 'since' | 'until'>): string {
  if (since === undefined) return until === undefined ? '' : `${releaseName(until)} or earlier`;
  if (until === undefined) return `${releaseName(since)} or later`;
  return `${releaseName(since)} to ${until}`;
}

/** Determines the possible releases and platforms of an image. Works for any image; unknown facts are left out. */
export function provenance(parsed: ImageWithBytes, build: ImageBuild): BuildProvenance {
  const seen = look(parsed, build);
  const strangers = STRANGERS.filter(({ entry }) => seen.has(entry));
  if (strangers.length > 0) {
    const reasons = strangers.map(({ text, hint }) => ({ text, implies: `${hint}, in no release of edk2` }));
    return { conflict: false, hints: strangers.map(({ hint }) => hint), reasons };
  }
  const facts = PROVENANCE_FACTS.filter((fact) => fact.seen(seen));
  const platforms = platformsOf(seen);
  const since = Math.max(...facts.flatMap((f) => f.since ?? []));
  const until = Math.min(...facts.flatMap((f) => f.until ?? []));
  const conflict = since > until;
  return {
    ...(!conflict && Number.isFinite(since) && { since: releaseName(since) }),
    ...(!conflict && Number.isFinite(until) && { until: releaseName(until) }),
    conflict,
    hints: platforms.map(({ hint }) => hint),
    reasons: [
      ...facts.map((fact) => ({ text: fact.text, implies: implication(fact) })),
      ...platforms.map(({ text, hint }) => ({ text, implies: hint })),
    ],
  };
}

/** The releases of an image in a few words. */
export function describeReleases({ since, until, conflict, reasons }: BuildProvenance): string {
  if (conflict) return 'no release of edk2 has all of this: a build with patches, or not of edk2';
  if (since === undefined && until === undefined) {
    return reasons.length > 0 ? 'no release of edk2' : 'not known: nothing in the image tells';
  }
  if (since === until) return since!;
  if (until === undefined) return `${since!} or later`;
  return since === undefined ? `${until} or earlier` : `${since} to ${until}`;
}

/** What the files of its volumes tell about the platform or, where these could not be read, what its tables hint at. */
function platformsOf(seen: Seen): readonly Pick<PlatformHint, 'hint' | 'text'>[] {
  const { platform } = seen.build;
  if (platform) return [{ hint: PLATFORMS[platform].words, text: PLATFORMS[platform].sign }];
  return PLATFORM_HINTS.filter((hint) => hint.seen(seen));
}

function look({ image, bytes }: ImageWithBytes, build: ImageBuild): Seen {
  const { table } = image;
  const has = (known: { readonly guid: string }) => findEntry(table, known) !== undefined;
  const slot = image.regions.find(({ kind }) => kind === 'slot');
  // Before there was a table, what is in the slot tells nothing.
  const at = table && slot && slot.offset - image.offset;
  return {
    image,
    build,
    has,
    wholeTable: table?.kind === 'guided' && table.complete,
    // edk2, ResetVectorVtf0: these three are under %ifdef ARCH_X64.
    isX64: [IGVM_METADATA_OFFSET, TDX_METADATA_OFFSET, SEV_METADATA_OFFSET].some(has),
    sections: image.sevMetadata?.whole ? image.sevMetadata.sections.map(({ name }) => name) : undefined,
    slot: at === undefined ? undefined : bytes.subarray(at, at + slot!.size),
  };
}
