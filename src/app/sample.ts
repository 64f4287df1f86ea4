// The sample workspace: an image from our own builder, pages, stand-ins for kernel and initrd, keys that are not
// secret, and launches of SEV-SNP and SEV-ES, of each one that matches and one that does not. Everything is generated here,
// including the digests and measurements, so that the whole job can be tried without hardware.

import { latin1 } from '../core/binary/ascii';
import { bytesToHex, utf8 } from '../core/binary/hex';
import { encodeKernelHashes } from '../core/launch/kernelHashes';
import type { LaunchContents, VmsaPages } from '../core/launch/loads';
import { computeMeasurement, measurementText } from '../core/tech/sev/evidence';
import { sevEs } from '../core/tech/sev/loads';
import { snp } from '../core/tech/snp/loads';
import { digestOf } from '../core/tech/technology';
import { parseOvmf } from '../core/ovmf/image';
import { decode, encode } from '../core/binary/struct';
import { cpuByName, generateVmsa } from '../core/vmsa/launch/generate';
import { VMSA } from '../core/vmsa/layout/layout';
import * as errors from './errors';
import type { Io } from './io';
import { refuseOverwriting } from './outputs';
import { sampleFirmware } from './sampleFirmware';
import { SAMPLE } from './sampleNames';
import { SAMPLE_HEADING, sampleReadme } from './sampleReadme';

/** A file of the sample and what it is for, as a sentence. */
export interface SampleFile {
  readonly name: string;
  readonly text: string;
}

const PLATFORM = { apiMajor: 1, apiMinor: 55, buildId: 24 };
const CPU_MODEL = 'EPYC-Milan';
/** That of the SNP launch which does not match, and of the page with wrong fields. */
const OTHER_CPU = 'EPYC-Genoa';
const CMDLINE = 'console=ttyS0 root=LABEL=root quiet';

/** A page as KVM of Linux 6.6 made it on a CPU with DebugSwap, but for another CPU model: two fields are wrong. */
function wrongPage(right: Uint8Array): Uint8Array {
  const other = generateVmsa({ profile: 'sev-es', role: 'bsp', cpu: cpuByName(OTHER_CPU) });
  const { rdx } = decode(VMSA, other.bytes);
  return encode(VMSA, { ...decode(VMSA, right), rdx, sev_features: 0x20n });
}

/** The key files; as keys must be, they are readable by their owner only. */
const KEYS = { tik: SAMPLE.tik, tek: SAMPLE.tek };

/** The sample's files by name, with a sentence each. */
function sampleContents(io: Io): (SampleFile & { readonly bytes: Uint8Array })[] {
  const { sha256 } = io.hashes;
  const firmware = sampleFirmware();
  const image = parseOvmf(firmware).value;
  const resetAddress = image.resetAddress!;
  const pages = (profile: 'snp' | 'sev-es', count: number, model = CPU_MODEL): VmsaPages => {
    const page = (role: 'bsp' | 'ap') =>
      generateVmsa({ profile, role, cpu: cpuByName(model), resetAddress }).bytes;
    return { bsp: page('bsp'), ap: page('ap'), count };
  };
  const kernel = utf8('A stand-in for a kernel: only its bytes count here.\n'.repeat(400));
  const initrd = utf8('A stand-in for an initrd.\n'.repeat(2000));
  const hashed = { kernel: sha256(kernel), initrd: sha256(initrd), cmdline: CMDLINE };
  const kernelHashes = encodeKernelHashes(io.hashes, hashed);
  // The same in every sample: keys for the sample only.
  const secret = (label: string) => sha256(utf8(`SevScope sample ${label}`)).subarray(0, 16);
  const [tik, tek, mnonce] = [secret('TIK'), secret('TEK'), secret('nonce')];

  const snpDigest = (vmsas: VmsaPages) => {
    const loads = snp.loads({ firmware: [firmware], kernelHashes, vmsas }, image);
    return bytesToHex(digestOf(snp, io.hashes, loads));
  };
  const sevEsLaunch = (contents: LaunchContents) => {
    const policy = 5;
    const digest = digestOf(sevEs, io.hashes, sevEs.loads({ firmware: [firmware], ...contents }, image));
    const hmac = computeMeasurement(io.hmac, tik, { ...PLATFORM, policy }, digest, mnonce);
    return { measurement: measurementText({ hmac, mnonce }), ...PLATFORM, policy };
  };
  const { bsp } = pages('sev-es', 1);
  const boot = { kernel: SAMPLE.kernel, initrd: SAMPLE.initrd, cmdline: CMDLINE };
  const guest = { ...boot, vcpus: 2, cpu: CPU_MODEL };
  const launchFile = (name: string, fields: object) =>
    utf8(`${JSON.stringify({ name, ...fields }, null, 2)}\n`);

  return [
    {
      name: SAMPLE.snpMatches,
      text: 'an SEV-SNP launch and the digest that its inputs give',
      bytes: launchFile('Two vCPUs with kernel hashes', {
        technology: 'snp',
        firmware: SAMPLE.firmware,
        ...guest,
        launchDigest: snpDigest(pages('snp', 2)),
      }),
    },
    {
      name: SAMPLE.snpMismatch,
      text: 'the same SEV-SNP launch with the digest of another one',
      bytes: launchFile('The digest of another launch', {
        technology: 'snp',
        firmware: SAMPLE.firmware,
        ...guest,
        launchDigest: snpDigest(pages('snp', 4, OTHER_CPU)),
      }),
    },
    {
      name: SAMPLE.sevEsMatches,
      text: 'an SEV-ES launch and the measurement that its inputs give',
      bytes: launchFile('Two vCPUs with kernel hashes', {
        firmware: SAMPLE.firmware,
        ...guest,
        profile: 'sev-es',
        keys: KEYS,
        launch: sevEsLaunch({ kernelHashes, vmsas: pages('sev-es', 2) }),
      }),
    },
    {
      name: SAMPLE.sevEsMismatch,
      text: 'an SEV-ES launch whose VMSA is not the one that was launched',
      bytes: launchFile('One vCPU with the wrong VMSA', {
        firmware: SAMPLE.firmware,
        vcpus: 1,
        vmsa: { bsp: SAMPLE.wrongVmsa },
        keys: KEYS,
        launch: sevEsLaunch({ vmsas: { bsp, count: 1 } }),
      }),
    },
    {
      name: SAMPLE.firmware,
      bytes: firmware,
      text: 'firmware image with the volumes and tables of an AmdSev build; it cannot boot',
    },
    { name: SAMPLE.vmsa, bytes: bsp, text: `VMSA of the boot processor with SEV-ES, ${CPU_MODEL}` },
    { name: SAMPLE.wrongVmsa, bytes: wrongPage(bsp), text: 'the same with two wrong fields' },
    { name: SAMPLE.kernel, bytes: kernel, text: 'stand-in for a kernel' },
    { name: SAMPLE.initrd, bytes: initrd, text: 'stand-in for an initrd' },
    { name: SAMPLE.tik, bytes: tik, text: 'transport integrity key of the SEV-ES launches' },
    { name: SAMPLE.tek, bytes: tek, text: 'transport encryption key of the SEV-ES launches' },
    { name: SAMPLE.readme, bytes: utf8(sampleReadme(bytesToHex(sha256(firmware)))), text: 'what to try' },
  ];
}

/** Whether a folder has a sample already, which may be written anew. */
async function isSample(io: Io, folder: string): Promise<boolean> {
  const path = io.path.join(folder, SAMPLE.readme);
  if ((await io.stat(path)).kind !== 'file') return false;
  const bytes = await io.read(path, 'shown');
  return latin1(bytes.subarray(0, SAMPLE_HEADING.length)) === SAMPLE_HEADING;
}

/**
 * Writes the sample into a folder, creating it if missing. The files of a sample that is there are replaced; nothing else in
 * the folder is touched.
 * @throws CheckError when a file cannot be written, is somebody's own, or is the same as another one
 */
export async function writeSample(io: Io, folder: string): Promise<SampleFile[]> {
  const contents = sampleContents(io);
  await io.makeFolder(folder);
  // Files that are there already may be links to each other.
  const all = contents.map(({ name }) => ({ name, path: io.path.join(folder, name) }));
  await refuseOverwriting(io, all, []);
  if (!(await isSample(io, folder)))
    for (const { name, path } of all)
      if ((await io.stat(path, { ofLink: true })).kind !== 'none') throw errors.folderHasOwn(folder, name);
  const secret: readonly string[] = Object.values(KEYS);
  for (const { name, bytes } of contents)
    await io.write(io.path.join(folder, name), bytes, secret.includes(name) ? 0o600 : undefined);
  return contents.map(({ name, text }) => ({ name, text }));
}
