// Identifies the launch that a page comes from by trying every profile, role and known CPU. Values that are
// specific to a launch, such as reset address and SVSM values, are taken from the page.

import { diff } from '../../binary/struct';
import { conjunction } from '../../binary/words';
import { groupByCause } from './causes';
import { compareWithGenerated, type ComparedField, type VmsaComparison } from './compare';
import { describeSignature, knownCpus, modelsWithSignature } from '../launch/cpuModels';
import { pageDistance } from '../launch/distance';
import { needsOf, generateVmsa, requestLike, type GeneratedVmsa, type VmsaRequest } from '../launch/generate';
import type { Role } from '../launch/initial';
import { VMSA } from '../layout/layout';
import { whyNoState } from '../pageKind';
import { expectedOf, isKnownIn, type PartOfPage } from '../part';
import { PROFILES, type KnownProfile } from '../launch/profiles';
import { decodeSignature, encodeSignature, type CpuId } from '../launch/signature';
import type { VmsaPage } from '../vmsaPage';
import {
  changeOf,
  describeChange,
  featureChange,
  featureConflicts,
  sizeOfChange,
  type FeatureChange,
} from './openFeatures';

/** A launch that produces this page, or nearly. */
export interface PossibleLaunch {
  /** The request that generates the page of this launch. */
  readonly request: VmsaRequest;
  readonly profile: KnownProfile;
  readonly role: Role;
  /** All roles that have the same page. */
  readonly roles: readonly Role[];
  /** The CPUs with the page's signature, in words. */
  readonly cpu: string;
  /** Whether a list has this CPU, or the launch does not depend on one. If false, the CPU is merely possible. */
  readonly cpuKnown: boolean;
  /** Its page; of a page that is known in part, as that has it. */
  readonly generated: GeneratedVmsa;
  /** The page and that of the launch, in the fields that differ. */
  readonly comparison: VmsaComparison;
  /** Set when nothing else differs than SEV features, and the state of these. */
  readonly features?: FeatureChange;
}

/** The result: launches with exactly this page, or with it but for SEV features, or else the nearest. */
export interface Identified {
  /** Only with a known CPU; launches before references, each in table order. */
  readonly exact: readonly PossibleLaunch[];
  /** As `exact`, with the fewest features that are more or less; empty when there is an exact one. */
  readonly withFeatures: readonly PossibleLaunch[];
  /** At most five, those with the fewest differing fields, then bits, first; empty when there is one of the others. */
  readonly nearest: readonly PossibleLaunch[];
  /** How many combinations of profile, role and CPU were tried. */
  readonly tried: number;
  /** Why none was tried, as a sentence: the page is no processor state. */
  readonly notState?: string;
}

const MOST_NEAREST = 5;

interface Attempt {
  readonly profile: KnownProfile;
  readonly request: VmsaRequest;
  readonly generated: GeneratedVmsa;
  readonly roles: Role[];
  readonly distance: number;
}

/** The CPU names of a signature; its numbers when no list has it. */
function describeCpu(id: CpuId): string {
  const signature = encodeSignature(id);
  const known = signature === 0 || modelsWithSignature(signature).length > 0;
  return `${describeSignature(signature)}${known ? '' : '; unknown to QEMU'}`;
}

/**
 * The nearest pages of one profile, with roles that share a page merged. All CPUs but one differ from the
 * page in RDX, so only that one is tried.
 */
function attempts(
  profile: KnownProfile,
  { bytes, values }: VmsaPage,
  cpu: CpuId | undefined,
  part: PartOfPage | undefined,
): Attempt[] {
  const found: Attempt[] = [];
  for (const role of profile.roles) {
    const like = requestLike(profile, role, values);
    if (!like) continue;
    const request = cpu ? { ...like, cpu } : like;
    const generated = expectedOf(generateVmsa(request), part);
    const twin = found.find((other) => diff(VMSA, other.generated.bytes, generated.bytes).length === 0);
    if (twin) {
      twin.roles.push(role);
      continue;
    }
    const distance = pageDistance(bytes, generated.bytes, part?.known);
    found.push({ profile, request, generated, roles: [role], distance });
  }
  return found;
}

const isKnown = (cpu: CpuId) => knownCpus().some((k) => encodeSignature(k) === encodeSignature(cpu));

/** Whether the launch does not depend on a CPU, or depends on one that a list has; any will do if the page's is not known. */
const cpuIsKnown = ({ profile, request }: Attempt, part: PartOfPage | undefined) =>
  !needsOf(profile, request.role).cpu || !isKnownIn(part, 'rdx') || isKnown(request.cpu);

function possibleLaunch(page: VmsaPage, attempt: Attempt, part: PartOfPage | undefined): PossibleLaunch {
  const { profile, request, generated, roles } = attempt;
  const needsCpu = needsOf(profile, request.role).cpu;
  const comparison = compareWithGenerated(page, generated, part, true);
  const names = comparison.fields.map(({ actual }) => actual.name);
  const change = featureChange(page.values, comparison.expected.values, names);
  const features = names.length > 0 ? change : undefined;
  return {
    request,
    profile,
    role: request.role,
    roles,
    cpu: !needsCpu ? 'every CPU' : isKnownIn(part, 'rdx') ? describeCpu(request.cpu) : 'CPU not known',
    cpuKnown: cpuIsKnown(attempt, part),
    generated,
    comparison,
    ...(features && { features }),
  };
}

const NOTHING: Identified = { exact: [], withFeatures: [], nearest: [], tried: 0 };

/** Launches before references. */
const byKind = (all: readonly PossibleLaunch[]) => [
  ...all.filter(({ profile }) => profile.kind === 'launch'),
  ...all.filter(({ profile }) => profile.kind === 'reference'),
];

/** Those with the fewest features more or less. */
function fewestFeatures(all: readonly PossibleLaunch[]): PossibleLaunch[] {
  const sized = all.flatMap((launch) =>
    launch.features && launch.cpuKnown ? [{ launch, size: sizeOfChange(launch.features) }] : [],
  );
  const least = Math.min(...sized.map(({ size }) => size));
  return sized.filter(({ size }) => size === least).map(({ launch }) => launch);
}

/**
 * The launches that a page can come from. Never throws on content.
 * @param part the fields that are known, of a page that is known in part: all others count for nothing
 */
export function identify(page: VmsaPage, part?: PartOfPage): Identified {
  const not = part ? undefined : whyNoState(page);
  if (not) return { ...NOTHING, notState: not.text };
  const own = decodeSignature(page.values.rdx);
  const cpus = knownCpus();
  const isNew = !own.malformed && isKnownIn(part, 'rdx') && !isKnown(own);
  // With a malformed signature, or none that is known, all CPUs are equally distant.
  const any = own.malformed || !isKnownIn(part, 'rdx') ? cpus[0] : undefined;
  const all = PROFILES.flatMap((p) => attempts(p, page, any, part));
  const tried = all.reduce((sum, { profile, roles }) => {
    const perRole = roles.map((role) => (needsOf(profile, role).cpu ? cpus.length + (isNew ? 1 : 0) : 1));
    return sum + perRole.reduce((a, b) => a + b, 0);
  }, 0);
  const launches = (some: readonly Attempt[]) => some.map((attempt) => possibleLaunch(page, attempt, part));
  const exact = launches(all.filter((a) => a.distance === 0 && cpuIsKnown(a, part)));
  if (exact.length > 0) return { ...NOTHING, exact: byKind(exact), tried };
  const sorted = [...all].sort((a, b) => a.distance - b.distance);
  const withFeatures = byKind(fewestFeatures(launches(all)));
  if (withFeatures.length > 0) return { ...NOTHING, withFeatures, tried };
  return { ...NOTHING, nearest: launches(sorted.slice(0, MOST_NEAREST)), tried };
}

/** The best candidate; undefined for what is no processor state. */
export function bestOf({ exact, withFeatures, nearest }: Identified): PossibleLaunch | undefined {
  return exact[0] ?? withFeatures[0] ?? nearest[0];
}

const MOST_CAUSES = 3;
const sentence = (text: string) => `${text[0]!.toUpperCase()}${text.slice(1)}.`;

/** What is wrong with the features of a page, when they are among the fields that differ. */
function conflictsIn(differing: readonly ComparedField[]): string {
  const features = differing.find(({ actual }) => actual.name === 'sev_features')?.actual.value;
  const wrong = features === undefined ? [] : featureConflicts(features as bigint);
  return wrong.length > 0 ? ` sev_features: ${conjunction(wrong)}.` : '';
}

/** How a page differs from that of a candidate, in one sentence with the causes. */
export function describeDistance({ comparison, cpuKnown, features }: PossibleLaunch): string {
  const differing = comparison.fields;
  if (differing.length === 0)
    return cpuKnown ? 'No field differs.' : 'All but the CPU is right: no list has it.';
  if (features) return sentence(describeChange(features));
  const groups = groupByCause(comparison);
  const described = groups.slice(0, MOST_CAUSES).map(({ cause, fields }) => {
    const names = fields.slice(0, MOST_CAUSES).map((f) => f.actual.name);
    const more = fields.length - names.length;
    const bits = names.includes('sev_features')
      ? `: ${describeChange(changeOf(comparison.actual.values, comparison.expected.values))}`
      : '';
    return `${conjunction(more > 0 ? [...names, `${more} more`] : names)} (${cause.title}${bits})`;
  });
  const rest = groups.slice(MOST_CAUSES).flatMap((g) => g.fields).length;
  const count = differing.length === 1 ? '1 field differs' : `${differing.length} fields differ`;
  return `${count}: ${described.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}.${conflictsIn(differing)}`;
}
