// Checks that the inputs of a launch, of any technology, give the launch digest that its owner wrote down, or says which one they
// give: reads the files and pages, and hands them to core. No keys, no host.

import * as errors from './errors';
import { bytesToHex } from '../core/binary/hex';
import { checkDigest } from '../core/check/checkDigest';
import { refuseSnp } from '../core/check/imageDigests';
import { refuseUnfit } from '../core/check/judge';
import type { LaunchMembers } from '../core/check/launchFile';
import type { VmsaInput } from '../core/check/loadedSteps';
import { MATRIX_PROFILES, pagesFor, snpVmmOf } from '../core/check/matrix';
import { measuresVcpus, profileOf, technologyOf, type LaunchQuestion } from '../core/check/question';
import type { VmsaPages } from '../core/launch/loads';
import type { Report } from '../core/launch/report';
import { snpFindings } from '../core/tech/snp/findings';
import { TECHNOLOGIES } from '../core/tech/technologies';
import { describeCpuId } from '../core/vmsa/launch/cpuModels';
import type { KnownProfile } from '../core/vmsa/launch/profiles';
import { idBlockRemark, unmeasuredFacts } from './digestFacts';
import { readSvsmImage, type SvsmRead } from './svsmLaunch';
import { readsOf } from './firmware';
import { atInput, waysToGive } from './inputs';
import type { Io } from './io';
import {
  filesOf,
  kernelUnmeasured,
  resetAddressOf,
  vmsaFromFiles,
  type CheckOptions,
  type DigestInputs,
  type LaunchInputs,
} from './launch';

/** Inputs with a digest that they are to give, or without one. */
type FoldedInputs = Omit<DigestInputs, 'launchDigest'> &
  Partial<Pick<DigestInputs, 'launchDigest'> & Pick<LaunchInputs, 'fromHost'>>;

/** These inputs as members of a launch file, which files and rules are known by. */
const membersOf = (inputs: FoldedInputs): LaunchMembers => ({
  ...inputs,
  policy: inputs.guestPolicy,
  guestFeatures: inputs.features,
});

/** The firmware with all of its bytes, from one read. */
async function readFirmwareBytes(io: Io, inputs: FoldedInputs, isSnp: boolean, options: CheckOptions) {
  const { firmware: path, svsm } = inputs;
  const { reads = readsOf(io) } = options;
  const read = await reads.wholeFirmware(path, options);
  const { content, name, bytes, sha256, image, doubt, flashOnly } = read;
  if (content.length === 0) throw errors.emptyFirmware(name);
  const refusal = isSnp ? refuseSnp(content.length) : undefined;
  if (refusal) throw errors.noSnpDigest(refusal.message);
  // QEMU has an SVSM image and what lies above it as flash.
  const warnings = [doubt, isSnp && svsm === undefined ? flashOnly : undefined].filter(
    (text) => text !== undefined,
  );
  return { content, digest: { name, bytes, sha256 }, image, warnings };
}

type FirmwareRead = Awaited<ReturnType<typeof readFirmwareBytes>>;

/** The pages of the vCPUs, as many as the launch has, and what is to be said of their files. */
interface MeasuredPages {
  readonly vmsa: VmsaInput & VmsaPages;
  readonly notes: readonly string[];
}

/** The pages of the vCPUs: from files, or generated; undefined for a launch that measures none. */
async function pagesOf(
  io: Io,
  question: LaunchQuestion,
  inputs: FoldedInputs,
  { image }: FirmwareRead,
  svsm: SvsmRead | undefined,
  options: CheckOptions,
): Promise<MeasuredPages | undefined> {
  const { cpu, vmsa, vcpus: count = 1, features, firmware } = inputs;
  if (!measuresVcpus(question)) return undefined;
  if (vmsa?.bsp !== undefined) {
    const { notes = [], ...read } = await vmsaFromFiles(io, { ...vmsa, bsp: vmsa.bsp }, options);
    return { vmsa: { ...read, count }, notes };
  }
  const profile = profileOf(question)!;
  const resetAddress = () => resetAddressOf(image, firmware);
  const request = { counts: [count], resetAddress, svsm: svsm && { entry: svsm.entry }, features };
  const pages = await atInput('firmware', () => pagesFor(request, profile, cpu));
  const made = cpu ? `generated for ${describeCpuId(cpu)}` : 'generated';
  return { vmsa: { ...pages, source: 'derived', detail: `${made}; ${profile.title}` }, notes: [] };
}

/**
 * Checks a launch against a digest.
 * @throws CheckError when an input cannot be read, is unsuitable, or contradicts another, or no VMM launches such an image so
 */
export const checkAgainstDigest = (io: Io, inputs: DigestInputs, options?: CheckOptions): Promise<Report> =>
  foldInputs(io, inputs, options);

/**
 * Computes the digest that a launch has, which nothing is compared with.
 * @throws CheckError as checkAgainstDigest
 */
export const expectDigest = (
  io: Io,
  inputs: Omit<FoldedInputs, 'launchDigest'>,
  options?: CheckOptions,
): Promise<Report> => foldInputs(io, inputs, options);

async function foldInputs(io: Io, inputs: FoldedInputs, options: CheckOptions = {}): Promise<Report> {
  const members = membersOf(inputs);
  const question = { given: members };
  const remarks = refuseUnfit(question, 'check', waysToGive);
  await options.admit?.(filesOf(members));
  const { reads = readsOf(io) } = options;
  const technology = TECHNOLOGIES.find(({ id }) => id === technologyOf(question))!;
  const { isPaged: isSnp } = technology.traits;
  const firmware = await atInput('firmware', () => readFirmwareBytes(io, inputs, isSnp, options));
  const svsm =
    isSnp && inputs.svsm !== undefined
      ? await readSvsmImage(io, { ...inputs, svsm: inputs.svsm }, firmware.content.length)
      : undefined;
  const pages = await pagesOf(io, question, inputs, firmware, svsm, options);
  const maybe = async (input: 'kernel' | 'initrd') => {
    const path = svsm ? undefined : inputs[input];
    return path === undefined ? undefined : atInput(input, () => reads.digest(path, input, options));
  };
  const kernel = await maybe('kernel');
  const initrd = await maybe('initrd');
  refuseUnfit(question, 'pages', waysToGive);
  const image = svsm?.image ?? firmware.image;
  const unmeasured = kernel && !isSnp ? kernelUnmeasured(image) : undefined;
  const profile = profileOf(question);
  if (pages) {
    const { bsp, ap, count } = pages.vmsa;
    options.onPages?.({ bsp, ap, count });
  }
  const digested = {
    title: inputs.title,
    technology,
    contents: { firmware: [firmware.content], svsm },
    image,
    firmware: firmware.digest,
    svsm: svsm?.digest,
    kernel,
    initrd,
    cmdline: inputs.cmdline,
    vmsa: pages?.vmsa,
    vmm: isSnp && profile ? snpVmmOf(profile) : undefined,
    fromHost: inputs.fromHost,
    launchDigest: inputs.launchDigest,
    facts: unmeasuredFacts(inputs),
    warnings: [
      ...firmware.warnings,
      ...(unmeasured === undefined ? [] : [unmeasured]),
      ...(isSnp ? snpFindings(image).map(({ message }) => message) : []),
      ...remarks,
      ...(pages?.notes ?? []),
    ],
  };
  const checked = checkDigest(digested, io.hashes, options.onStep);
  const remarksOfBlock =
    inputs.launchDigest && isSnp
      ? idBlockRemark(inputs, checked.steps.find(({ id }) => id === 'launch-digest')?.digest)
      : [];
  const report = { ...checked, warnings: [...checked.warnings, ...remarksOfBlock] };
  if (!svsm || inputs.vmsa?.bsp !== undefined) return report;
  const { vcpus = 1, features, cpu } = inputs;
  const remark = svsmRemark(report, profile, inputs.launchDigest, (other) => {
    const request = {
      counts: [vcpus],
      resetAddress: () => svsm.entry,
      svsm: { entry: svsm.entry },
      features,
    };
    const vmsa = { ...digested.vmsa!, ...pagesFor(request, other, cpu) };
    return checkDigest({ ...digested, vmsa, launchDigest: undefined }, io.hashes).expected!;
  });
  return remark === undefined ? report : { ...report, warnings: [...report.warnings, remark] };
}

/**
 * What is to be said of the page of an SVSM's vCPUs, of which sev-snp-measure has another than any host.
 * @param digestWith the digest with the pages of another profile, lower-case hexadecimal
 */
function svsmRemark(
  { verdict }: Report,
  profile: KnownProfile | undefined,
  launchDigest: Uint8Array | undefined,
  digestWith: (profile: KnownProfile) => string,
): string | undefined {
  const [measured, launched] = MATRIX_PROFILES['snp:svsm'];
  const lost = "sev-snp-measure leaves the x87 control word of an SVSM's pages 0";
  if (profile === measured)
    return `The profile ${measured.id} is no launch: ${lost}, where KVM since Linux 6.10 has 0x37f: there the digest is ${digestWith(launched)} (profile ${launched.id}).`;
  if (verdict !== 'does not match' || !launchDigest || digestWith(measured) !== bytesToHex(launchDigest))
    return undefined;
  return `The expected digest is the one that sev-snp-measure computes for these inputs, which no report shows: ${lost}, where KVM since Linux 6.10 has 0x37f. Name the computed digest, or the profile ${measured.id} to check what that program computed.`;
}
