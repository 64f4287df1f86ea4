// The launch digest that an SNP guest must have, from paths: reads the files of a launch, makes the pages of its vCPUs, and hands all of it
// to core. For a launch of which there is no report to compare with.

import * as errors from './errors';
import { refuseSnp } from '../core/check/imageDigests';
import { refuseUnfit } from '../core/check/judge';
import { expectLaunch } from '../core/check/snpExpectation';
import type { VmsaPages } from '../core/launch/loads';
import { firmwareLoads } from '../core/launch/loads';
import type { Report } from '../core/launch/report';
import type { OvmfImage } from '../core/ovmf/image';
import { snp } from '../core/tech/snp/loads';
import { foldAll } from '../core/tech/technology';
import { describeCpuId } from '../core/vmsa/launch/cpuModels';
import { generateVmsa, needsOf, type Role } from '../core/vmsa/launch/generate';
import { LAUNCH_PROFILES, type KnownProfile, type ProfileId } from '../core/vmsa/launch/profiles';
import { firmwareOf, readsOf } from './firmware';
import { atInput, waysToGive } from './inputs';
import type { Io } from './io';
import { filesOf, kernelUnmeasured, resetAddressOf, type CheckOptions, type LaunchInputs } from './launch';

/** What decides the launch digest of an SNP guest that QEMU launches. */
export type SnpLaunch = Pick<
  LaunchInputs,
  'title' | 'firmware' | 'kernel' | 'initrd' | 'cmdline' | 'vcpus' | 'cpu' | 'profile' | 'fromHost'
>;

const QEMU_PROFILES = LAUNCH_PROFILES.filter(({ mode, vmm }) => mode === 'sev-snp' && vmm === 'qemu');

/** The profile that is asked for, or the usual one where that is of another technology. */
const profileOf = (id: ProfileId | undefined): KnownProfile =>
  QEMU_PROFILES.find((profile) => profile.id === id) ?? QEMU_PROFILES[0]!;

/** The pages of all vCPUs. @throws CheckError when the firmware does not say where additional ones start */
function pagesOf({ cpu, profile: id, vcpus: count = 1, firmware }: SnpLaunch, image: OvmfImage) {
  if (!cpu) throw errors.snpCpuNeeded();
  const profile = profileOf(id);
  const page = (role: Role) => {
    const resetAddress = needsOf(profile, role).resetAddress ? resetAddressOf(image, firmware) : undefined;
    return generateVmsa({ profile: profile.id, role, cpu, resetAddress }).bytes;
  };
  const pages: VmsaPages = { bsp: page('bsp'), ap: count > 1 ? page('ap') : undefined, count };
  const detail = `generated for ${describeCpuId(cpu)}; ${profile.title}`;
  return { ...pages, source: 'derived' as const, detail };
}

/**
 * Computes what the report of a guest must show.
 * @throws CheckError when an input cannot be read, is unsuitable, or contradicts another
 */
export async function expectSnpLaunch(
  io: Io,
  inputs: SnpLaunch,
  { admit, reads = readsOf(io), ...reading }: CheckOptions = {},
): Promise<Report> {
  const { title, cmdline, fromHost } = inputs;
  const { vcpus, kernel: kernelPath, initrd: initrdPath } = inputs;
  refuseUnfit({ given: { vcpus } }, 'pages', waysToGive);
  await admit?.(filesOf(inputs));
  const { content, ...firmware } = await atInput('firmware', () =>
    io.readDigested(inputs.firmware, 'firmware', reading),
  );
  const { image, doubt, flashOnly } = await atInput('firmware', () => firmwareOf(firmware.name, content));
  const refusal = refuseSnp(content.length);
  if (refusal) throw errors.noSnpDigest(refusal.message);
  const firmwareState = foldAll(snp, snp.start(io.hashes), firmwareLoads([content]));
  const vmsa = await atInput('firmware', () => pagesOf(inputs, image));
  const digest = async (input: 'kernel' | 'initrd', path: string | undefined) =>
    path === undefined ? undefined : atInput(input, () => reads.digest(path, input, reading));
  const kernel = await digest('kernel', kernelPath);
  const initrd = await digest('initrd', initrdPath);
  const unmeasured = kernelPath === undefined ? undefined : kernelUnmeasured(image);
  const warnings = [doubt, flashOnly, unmeasured].filter((text) => text !== undefined);
  const measured = {
    title,
    firmware,
    image,
    firmwareState,
    kernel,
    initrd,
    cmdline,
    fromHost,
    vmsa,
    warnings,
  };
  return expectLaunch(measured, io.hashes);
}
