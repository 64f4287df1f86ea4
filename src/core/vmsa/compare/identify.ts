// Identifies the launch that a page comes from by trying every profile, role and known CPU. Values that are
// specific to a launch, such as reset address and SVSM values, are taken from the page.

import { decode, diff, writeLeaf } from '../../binary/struct';
import { groupByCause } from './causes';
import { comparePages, differingFields, type ComparedField } from './compare';
import { describeSignature, knownCpus, modelsWithSignature } from '../launch/cpuModels';
import {
  generateVmsa,
  needsOf,
  pageDistance,
  requestLike,
  type GeneratedVmsa,
  type VmsaRequest,
} from '../launch/generate';
import type { Role } from '../launch/initial';
import { VMSA } from '../layout/layout';
import { PROFILES, type KnownProfile } from '../launch/profiles';
import { decodeSignature, encodeSignature, type CpuId } from '../launch/signature';

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
  /** The fields that differ between the page and that of the launch. */
  readonly differing: readonly ComparedField[];
}

/** The result: launches with exactly this page, or else the nearest. */
export interface Identified {
  /** Only with a known CPU; launches before references, each in table order. */
  readonly exact: readonly PossibleLaunch[];
  /** At most five, those with the fewest differing fields, then bits, first; empty when there is an exact one. */
  readonly nearest: readonly PossibleLaunch[];
  /** How many combinations of profile, role and CPU were tried. */
  readonly tried: number;
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
function attempts(profile: KnownProfile, page: Uint8Array, cpu: CpuId | undefined): Attempt[] {
  const values = decode(VMSA, page);
  const found: Attempt[] = [];
  for (const role of profile.roles) {
    const like = requestLike(profile, role, values);
    if (!like) continue;
    const request = cpu ? { ...like, cpu } : like;
    const generated = generateVmsa(request);
    const twin = found.find((other) => diff(VMSA, other.generated.bytes, generated.bytes).length === 0);
    if (twin) {
      twin.roles.push(role);
      continue;
    }
    const distance = pageDistance(page, generated.bytes);
    found.push({ profile, request, generated, roles: [role], distance });
  }
  return found;
}

const isKnown = (cpu: CpuId) => knownCpus().some((k) => encodeSignature(k) === encodeSignature(cpu));

/** Whether the launch does not depend on a CPU, or depends on one that a list has. */
const cpuIsKnown = ({ profile, request }: Attempt) =>
  !needsOf(profile, request.role).cpu || isKnown(request.cpu);

function possibleLaunch(page: Uint8Array, attempt: Attempt): PossibleLaunch {
  const { profile, request, generated, roles } = attempt;
  const needsCpu = needsOf(profile, request.role).cpu;
  return {
    request,
    profile,
    role: request.role,
    roles,
    cpu: needsCpu ? describeCpu(request.cpu) : 'every CPU',
    cpuKnown: cpuIsKnown(attempt),
    differing: differingFields(page, generated),
  };
}

/** The launches that a page of 4096 bytes can come from. Never throws on content. */
export function identify(page: Uint8Array): Identified {
  const own = decodeSignature(decode(VMSA, page).rdx);
  const cpus = knownCpus();
  const isNew = !own.malformed && !isKnown(own);
  // With a malformed signature, all CPUs are equally distant.
  const all = PROFILES.flatMap((p) => attempts(p, page, own.malformed ? cpus[0] : undefined));
  const tried = all.reduce((sum, { profile, roles }) => {
    const perRole = roles.map((role) => (needsOf(profile, role).cpu ? cpus.length + (isNew ? 1 : 0) : 1));
    return sum + perRole.reduce((a, b) => a + b, 0);
  }, 0);
  const exact = all.filter((a) => a.distance === 0 && cpuIsKnown(a));
  const byKind = [
    ...exact.filter((a) => a.profile.kind === 'launch'),
    ...exact.filter((a) => a.profile.kind === 'reference'),
  ];
  const nearest = exact.length > 0 ? [] : all.sort((a, b) => a.distance - b.distance).slice(0, MOST_NEAREST);
  return {
    exact: byKind.map((a) => possibleLaunch(page, a)),
    nearest: nearest.map((a) => possibleLaunch(page, a)),
    tried,
  };
}

const MOST_CAUSES = 3;
const listed = new Intl.ListFormat('en', { type: 'conjunction' });

/** How a page differs from that of a candidate, in one sentence with the causes. */
export function describeDistance({ request, differing, cpuKnown }: PossibleLaunch): string {
  if (differing.length === 0)
    return cpuKnown ? 'No field differs.' : 'All but the CPU is right: no list has it.';
  // Causes look at both pages, which are equal except for the differing fields.
  const expected = generateVmsa(request).bytes;
  const page = Uint8Array.from(expected);
  for (const { actual } of differing) writeLeaf(page, actual.leaf, actual.value);
  const groups = groupByCause(comparePages(page, expected));
  const told = groups.slice(0, MOST_CAUSES).map(({ cause, fields }) => {
    const names = fields.slice(0, MOST_CAUSES).map((f) => f.actual.name);
    const more = fields.length - names.length;
    return `${listed.format(more > 0 ? [...names, `${more} more`] : names)} (${cause.title})`;
  });
  const rest = groups.slice(MOST_CAUSES).flatMap((g) => g.fields).length;
  const count = differing.length === 1 ? '1 field differs' : `${differing.length} fields differ`;
  return `${count}: ${told.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}.`;
}
