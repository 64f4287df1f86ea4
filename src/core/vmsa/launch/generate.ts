// Builds the VMSA that a vCPU is launched with: the layers of a profile in order, with the history of who
// wrote which field. Also infers the request that a page was made with.

import { findCpuModel, similarCpuModel } from './cpuModels';
import { pageDistance } from './distance';
import * as errors from '../errors';
import { entriesOf, writeLeaf } from '../../binary/struct';
import {
  ASKED_FEATURES,
  provenanceOf,
  type Layer,
  type LaunchSymbol,
  type Provenance,
  type Role,
} from './initial';
import { SNP_ACTIVE, type FeaturesText } from '../layout/features';
import { VMSA_SIZE, vmsaLeaf, type VmsaName, type VmsaValues, type VmsaWord } from '../layout/layout';
import {
  findProfile,
  LAUNCH_PROFILES,
  PROFILES,
  type KnownProfile,
  type Profile,
  type ProfileId,
} from './profiles';
import { decodeSignature, encodeSignature, type CpuId } from './signature';
import { checkSvsm, SVSM_PARTS, svsmValue, type SvsmImage, type SvsmPart } from './svsm';
import type { VmsaPage } from '../vmsaPage';

export type { Role } from './initial';
export type { SvsmImage } from './svsm';

/** Everything that decides a generated page. */
export interface VmsaRequest {
  readonly profile: ProfileId;
  readonly role: Role;
  readonly cpu: CpuId;
  /** The address in OVMF's SEV-ES reset block; required for an AP. */
  readonly resetAddress?: number | undefined;
  readonly svsm?: SvsmImage | undefined;
  /** sev_features, any set of bits, in place of the profile's. */
  readonly features?: FeaturesText | undefined;
}

/** One write to a field, and the source of its value. */
export interface Write extends Provenance {
  readonly layer: Layer;
  readonly value: number | bigint;
}

/** A generated page of 4096 bytes and, for each field that a layer sets, its writes in order. */
export interface GeneratedVmsa {
  readonly bytes: Uint8Array;
  readonly trail: ReadonlyMap<VmsaName, readonly Write[]>;
}

/** QEMU's split: the low half of the address is IP, the high half the base of CS. */
export function splitResetAddress(address: number): { csBase: bigint; ip: bigint } {
  return { csBase: BigInt((address & 0xffff0000) >>> 0), ip: BigInt(address & 0xffff) };
}

/** Reassembles the reset address of an AP from its CS base and RIP. */
function joinResetAddress(csBase: bigint, rip: bigint): bigint {
  return (csBase & 0xffff0000n) | (rip & 0xffffn);
}

/** The address of the first instruction of a page that starts in real mode. */
export function startAddress(values: VmsaValues): bigint {
  return values.cs_base + values.rip;
}

/** The reset address that explains a page's start; undefined if no firmware's reset address does. */
export function resetAddressIn(values: VmsaValues): number | undefined {
  const { cs_base: csBase, rip } = values;
  if (startsAtResetVector(values) || joinResetAddress(csBase, rip) !== csBase + rip) return undefined;
  return Number(csBase + rip);
}

/** What a page can need from its request. */
type Need = 'cpu' | 'resetAddress' | 'sipiAddress' | SvsmPart;

/** What each symbol needs from a request, and its value then. */
const SYMBOLS: Readonly<Record<LaunchSymbol, { need: Need; resolve: (request: VmsaRequest) => bigint }>> = {
  'cpu signature': { need: 'cpu', resolve: ({ cpu }) => BigInt(encodeSignature(cpu)) },
  'reset address: CS base': {
    need: 'resetAddress',
    resolve: ({ resetAddress }) => splitResetAddress(resetAddress!).csBase,
  },
  'reset address: IP': {
    need: 'resetAddress',
    resolve: ({ resetAddress }) => splitResetAddress(resetAddress!).ip,
  },
  'SIPI address: CS selector': {
    need: 'sipiAddress',
    resolve: ({ resetAddress }) => BigInt(resetAddress! >> 12) << 8n,
  },
  'SIPI address: CS base': {
    need: 'sipiAddress',
    resolve: ({ resetAddress }) => BigInt(resetAddress! & ~0xfff),
  },
  'SIPI address: IP': { need: 'sipiAddress', resolve: ({ resetAddress }) => BigInt(resetAddress! & 0xfff) },
  'SVSM image: entry': { need: 'entry', resolve: ({ svsm }) => BigInt(svsmValue(svsm, 'entry')) },
  'SVSM image: stack': { need: 'stack', resolve: ({ svsm }) => BigInt(svsmValue(svsm, 'stack')) },
  'SVSM image: page table': {
    need: 'pageTable',
    resolve: ({ svsm }) => BigInt(svsmValue(svsm, 'pageTable')),
  },
  'virtual top of memory: high half': {
    need: 'vtom',
    resolve: ({ svsm }) => BigInt(svsmValue(svsm, 'vtom')) >> 32n,
  },
};

/** The parts of a request that affect a page. */
export interface Needs {
  readonly cpu: boolean;
  /** Where an AP starts. */
  readonly resetAddress: boolean;
  /** That address is one that a SIPI can name, below 1 MiB, which the guest chose and not its firmware. */
  readonly sipi: boolean;
  readonly svsm: readonly SvsmPart[];
}

const layersFor = ({ layers }: Profile, role: Role) => layers.filter((l) => (l.role ?? role) === role);

/** The layers of a request, whose features are the last to be set. */
const layersOf = (profile: Profile, { role, features }: VmsaRequest): readonly Layer[] =>
  features === undefined
    ? layersFor(profile, role)
    : [...layersFor(profile, role), { ...ASKED_FEATURES, values: { sev_features: BigInt(features) } }];

/** The SEV features that the pages of a profile have. */
export function featuresOfProfile({ layers }: Profile): bigint {
  const last = layers.findLast(({ values }) => values.sev_features !== undefined);
  return (last?.values.sev_features as bigint | undefined) ?? 0n;
}

/** The parts of a request that the final write to some field uses. */
export function needsOf(profile: Profile, role: Role): Needs {
  const last = new Map(layersFor(profile, role).flatMap((l) => entriesOf(l.values)));
  const needs = new Set(
    [...last.values()].flatMap((v) => (typeof v === 'object' ? SYMBOLS[v.symbol].need : [])),
  );
  const svsm = SVSM_PARTS.map(({ id }) => id).filter((part) => needs.has(part));
  const sipi = needs.has('sipiAddress');
  return { cpu: needs.has('cpu'), resetAddress: needs.has('resetAddress') || sipi, sipi, svsm };
}

/** A SIPI names one of the 256 pages below 1 MiB. */
const SIPI_END = 0x100000;

function checkRequest(profile: KnownProfile, { role, resetAddress, svsm }: VmsaRequest): void {
  if (!profile.roles.includes(role)) throw errors.roleNotLaunched(profile.title, role);
  const needs = needsOf(profile, role);
  if (needs.resetAddress && !(Number.isInteger(resetAddress) && resetAddress! >>> 0 === resetAddress)) {
    throw resetAddress === undefined ? errors.resetAddressNeeded() : errors.badResetAddress(resetAddress);
  }
  if (needs.sipi && resetAddress! >= SIPI_END) throw errors.badSipiAddress(resetAddress!);
  checkSvsm(svsm, needs.svsm);
}

/**
 * The initial page for a request.
 * @throws CheckError (usage) when the profile is unknown or has no page for the role, the CPU cannot be
 *   encoded, or a required reset address or SVSM value is missing or out of range.
 */
export function generateVmsa(request: VmsaRequest): GeneratedVmsa {
  const profile = findProfile(request.profile);
  if (!profile)
    throw errors.unknownProfile(
      request.profile,
      PROFILES.map((p) => p.id),
    );
  checkRequest(profile, request);
  const trail = new Map<VmsaWord, Write[]>();
  for (const layer of layersOf(profile, request)) {
    for (const [field, initial] of entriesOf(layer.values)) {
      const value = typeof initial === 'object' ? SYMBOLS[initial.symbol].resolve(request) : initial;
      const write = { layer, value, ...provenanceOf(layer, field) };
      const before = trail.get(field);
      if (before) before.push(write);
      else trail.set(field, [write]);
    }
  }
  const bytes = new Uint8Array(VMSA_SIZE);
  for (const [field, writes] of trail) writeLeaf(bytes, vmsaLeaf(field), writes.at(-1)!.value);
  return { bytes, trail };
}

/** The numbers of a QEMU CPU model. @throws CheckError (usage) for a name that QEMU does not have. */
export function cpuByName(name: string): CpuId {
  const found = findCpuModel(name);
  if (!found) throw errors.unknownCpuModel(name, similarCpuModel(name));
  const { family, model, stepping } = found;
  return { family, model, stepping };
}

/** Whether this is the architectural reset vector, where the BSP starts. */
export function isResetVector(csBase: bigint, rip: bigint): boolean {
  return csBase === 0xffff0000n && rip === 0xfff0n;
}

/** Whether a page starts at the reset vector. */
export function startsAtResetVector(values: VmsaValues): boolean {
  return isResetVector(values.cs_base, values.rip);
}

const safe = (value: bigint): number => (value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : 0);

/**
 * The request for this profile and role whose page is nearest to these values: CPU, reset address and
 * SVSM values are taken from the page. Undefined for an AP that would start at the BSP's address, since
 * such a page can only be the BSP's, and for one that starts where no SIPI can send it.
 */
export function requestLike(profile: KnownProfile, role: Role, values: VmsaValues): VmsaRequest | undefined {
  const needs = needsOf(profile, role);
  if (needs.resetAddress && startsAtResetVector(values)) return undefined;
  const start = needs.sipi ? startAddress(values) : joinResetAddress(values.cs_base, values.rip);
  if (needs.sipi && start >= BigInt(SIPI_END)) return undefined;
  const { family, model, stepping } = decodeSignature(values.rdx);
  const image: Record<SvsmPart, number> = {
    entry: safe(values.rip),
    stack: safe(values.rsp),
    pageTable: safe(values.cr3),
    vtom: safe(values.rsi << 32n),
  };
  const svsm = Object.fromEntries(needs.svsm.map((part) => [part, image[part]]));
  return {
    profile: profile.id,
    role,
    cpu: { family, model, stepping },
    ...(needs.resetAddress && { resetAddress: Number(start) }),
    ...(needs.svsm.length > 0 && { svsm: { entry: 0, ...svsm } }),
  };
}

// A page that differs from all launches in more fields than this is unrelated to any of them: then the usual
// profile of its technology is as good a guess as the one that happens to differ least.
const MOST_DIFFERENCES = 16;

/**
 * The request that a page most likely came from: of all launches, the one whose page differs in the fewest
 * fields. A good first guess for a comparison; exact for a page that some launch has.
 */
export function guessRequest({ bytes, values }: VmsaPage): VmsaRequest {
  let best: { request: VmsaRequest; distance: number } | undefined;
  for (const profile of LAUNCH_PROFILES) {
    for (const role of profile.roles) {
      const request = requestLike(profile, role, values);
      if (!request) continue;
      const distance = pageDistance(bytes, generateVmsa(request).bytes);
      if (!best || distance < best.distance) best = { request, distance };
    }
  }
  if (best && best.distance <= MOST_DIFFERENCES) return best.request;
  const mode = values.sev_features & SNP_ACTIVE ? 'sev-snp' : 'sev-es';
  const usual = LAUNCH_PROFILES.find((profile) => profile.mode === mode)!;
  return requestLike(usual, startsAtResetVector(values) ? 'bsp' : 'ap', values)!;
}

/**
 * A request without changes that a host makes to launches on its own, such as DebugSwap. A
 * comparison with it shows the change.
 */
export function withoutHostChange(request: VmsaRequest): VmsaRequest {
  return { ...request, profile: findProfile(request.profile)?.basis ?? request.profile };
}

/** The request for the page as intended: that of the most likely launch, without the host's changes. */
export function expectedRequest(page: VmsaPage): VmsaRequest {
  return withoutHostChange(guessRequest(page));
}
