// `sevscope vmsa build` and `vmsa update`: a new page, and changes to single fields of one.

import * as errors from './errors';
import * as appErrors from '../app/errors';
import * as vmsaErrors from '../core/vmsa/errors';
import { type Leaf, type LeafValue } from '../core/binary/struct';
import { conjunction } from '../core/binary/words';
import { featureConflicts } from '../core/vmsa/compare/openFeatures';
import { applyPatch, changedFields, findVmsaLeaves, parseFieldValue, patchField } from '../core/vmsa/edit';
import { similarFields } from '../core/vmsa/layout/fieldNames';
import {
  generateVmsa,
  guessRequest,
  needsOf,
  splitResetAddress,
  startsAtResetVector,
  type Role,
} from '../core/vmsa/launch/generate';
import { VMSA_SIZE, vmsaLeaf } from '../core/vmsa/layout/layout';
import { vmsaFields, vmsaSummary } from '../core/vmsa/page';
import { findProfile, type KnownProfile } from '../core/vmsa/launch/profiles';
import { encodeSignature } from '../core/vmsa/launch/signature';
import { decodePage, type VmsaPage } from '../core/vmsa/vmsaPage';
import type { Io } from '../app/io';
import { STANDARD_INPUT, nameOfInput } from '../app/vmsaFile';
import { cpuFrom, featuresFrom, resetAddressFrom, roleFrom, svsmFrom, type PageOptions } from './options';
import type { Output } from './output';
import { readPage } from './pages';

/** The default profile of each VMM that sevctl knows, by sevctl's names. */
export const USERSPACES = { qemu: 'sev-es', krun: 'sev-es-krun' } as const;

/** The profile that the options name, which must belong to the VMM that they name. */
function profileFrom({ profile, userspace }: PageOptions): KnownProfile {
  const found = findProfile(profile ?? USERSPACES[userspace ?? 'qemu'])!;
  if (userspace !== undefined && found.vmm !== userspace) throw errors.otherUserspace(userspace, found.id);
  return found;
}

/** Writes the initial page of a vCPU. */
export async function buildVmsa(io: Io, file: string, options: PageOptions, out: Output): Promise<void> {
  const profile = profileFrom(options);
  const role = roleFrom(options.index ?? 0)!;
  const needs = needsOf(profile, role);
  const cpu = cpuFrom(options);
  if (!cpu && needs.cpu) throw appErrors.cpuNeeded();
  const { bytes } = generateVmsa({
    profile: profile.id,
    role,
    cpu: cpu ?? { family: 0, model: 0, stepping: 0 },
    resetAddress: await resetAddressFrom(io, options, needs.resetAddress),
    svsm: svsmFrom(profile, needs, options),
    ...featuresFrom(options),
  });
  // They may be what somebody wants to look at.
  const wrong = featureConflicts(decodePage(bytes).values.sev_features);
  if (wrong.length > 0) out.note(`WARNING: No vCPU can run with this page: ${conjunction(wrong)}.`);
  await io.write(file, bytes);
  out.line(`${file}: ${vmsaSummary(decodePage(bytes))}`);
}

/** The options of `vmsa update`. */
export interface UpdateOptions extends PageOptions {
  readonly set: readonly string[];
  readonly vcpu?: number;
}

/**
 * Parses a setting FIELD=VALUE.
 * @throws CheckError (usage) for another form, an unknown field, or a value that does not fit
 */
function readSetting(text: string): [Leaf, LeafValue] {
  const at = text.indexOf('=');
  if (at < 1) throw errors.badSetting(text);
  const name = text.slice(0, at).trim();
  const found = findVmsaLeaves(name);
  const [leaf] = found;
  if (!leaf) throw appErrors.unknownField(name, similarFields(name));
  if (found.length > 1)
    throw errors.severalFields(
      name,
      found.map((l) => l.path),
    );
  return [leaf, parseFieldValue(leaf, text.slice(at + 1))];
}

const noAddressNote = (profile: KnownProfile, role: Role): string =>
  role === 'bsp' && profile.roles.includes('ap') && needsOf(profile, 'ap').resetAddress
    ? 'The page of a boot processor holds no reset address: it stays as it is. For the page of an additional vCPU give --cpu 1, too.'
    : `Pages of ${profile.id} hold no reset address: it stays as it is.`;

/** The fields that options change, in the order in which they are written. */
async function changesFrom(
  io: Io,
  options: UpdateOptions,
  page: VmsaPage,
  out: Output,
): Promise<[Leaf, LeafValue][]> {
  const changes: [Leaf, LeafValue][] = [];
  const cpu = cpuFrom(options);
  if (cpu) changes.push([vmsaLeaf('rdx'), BigInt(encodeSignature(cpu))]);
  const guess = guessRequest(page);
  const profile = findProfile(guess.profile)!;
  const role = roleFrom(options.index) ?? guess.role;
  const needed = needsOf(profile, role).resetAddress;
  const given = (options.firmware ?? options.resetAddress) !== undefined;
  if (given && !needed) out.note(noAddressNote(profile, role));
  // A page that starts at the reset vector, as the first vCPU's does, cannot tell where another vCPU starts.
  if (!given && needed && options.index !== undefined && startsAtResetVector(page.values))
    throw vmsaErrors.resetAddressNeeded();
  const address = await resetAddressFrom(io, options, needed);
  if (address !== undefined) {
    const { csBase, ip } = splitResetAddress(address);
    changes.push([vmsaLeaf('cs_base'), csBase], [vmsaLeaf('rip'), ip]);
  }
  return [...changes, ...options.set.map(readSetting)];
}

/** Changes fields of a page in its file, and nothing else. */
export async function updateVmsa(io: Io, file: string, options: UpdateOptions, out: Output): Promise<void> {
  const { page, vcpu, read, bytes } = await readPage(io, file, options.vcpu, out);
  if (file === STANDARD_INPUT || (read.format !== 'page' && read.format !== 'pages'))
    throw errors.onlyRawUpdates(nameOfInput(file), file === STANDARD_INPUT ? 'stream' : read.title);
  const old = decodePage(page.bytes);
  const changed = page.bytes.slice();
  for (const [leaf, value] of await changesFrom(io, options, old, out)) {
    const patch = patchField(changed, leaf, value);
    if (patch) applyPatch(changed, patch);
  }
  const names = new Set(changedFields(page.bytes, changed));
  if (names.size === 0) {
    out.line(`${file}: nothing to change`);
    return;
  }
  const whole = Uint8Array.from(bytes);
  whole.set(changed, vcpu * VMSA_SIZE);
  await io.write(file, whole);
  const before = vmsaFields(old);
  vmsaFields(decodePage(changed)).forEach((f, i) => {
    if (names.has(f.name)) out.line(`${file}: ${f.name} ${before[i]!.raw} -> ${f.raw}`);
  });
}
