// The sample workspace: an image from our own builder, pages, stand-ins for kernel and initrd, keys that are not
// secret, and two launches, one that matches and one that does not. Everything is generated here, including the
// recorded measurements, so that the whole job can be tried without hardware.

import { latin1 } from '../core/binary/ascii';
import { bytesToHex, hex, utf8 } from '../core/binary/hex';
import { encodeKernelHashes } from '../core/launch/kernelHashes';
import type { VmsaPages } from '../core/launch/loads';
import { computeMeasurement, measurementText } from '../core/tech/sev/evidence';
import { sevEs } from '../core/tech/sev/loads';
import { digestOf } from '../core/tech/technology';
import { buildOvmf } from '../core/ovmf/build';
import { parseOvmf } from '../core/ovmf/image';
import { decode, encode } from '../core/binary/struct';
import { cpuByName, generateVmsa, type Role } from '../core/vmsa/launch/generate';
import { VMSA } from '../core/vmsa/layout/layout';
import * as errors from './errors';
import type { Io } from './io';
import { refuseOverwriting } from './outputs';

/** A file of the sample and what it is for, as a sentence. */
export interface SampleFile {
  readonly name: string;
  readonly text: string;
}

const PLATFORM = { apiMajor: 1, apiMinor: 55, buildId: 24 };
const CPU_MODEL = 'EPYC-Milan';
const CMDLINE = 'console=ttyS0 root=LABEL=root quiet';

/** A page as KVM of Linux 6.6 made it on a CPU with DebugSwap, but for another CPU model: two fields are wrong. */
function wrongPage(right: Uint8Array): Uint8Array {
  const genoa = generateVmsa({ profile: 'sev-es', role: 'bsp', cpu: cpuByName('EPYC-Genoa') });
  const { rdx } = decode(VMSA, genoa.bytes);
  return encode(VMSA, { ...decode(VMSA, right), rdx, sev_features: 0x20n });
}

/** The key files; as keys must be, they are readable by their owner only. */
const KEYS = { tik: 'sample_tik.bin', tek: 'sample_tek.bin' };

interface Launch {
  readonly policy: number;
  readonly vmsa?: VmsaPages;
  readonly withKernel?: true;
}

/** The sample's files by name, with a sentence each. */
function sampleContents(io: Io): (SampleFile & { readonly bytes: Uint8Array })[] {
  const { sha256 } = io.hashes;
  const firmware = buildOvmf();
  const resetAddress = parseOvmf(firmware).value.resetAddress!;
  const page = (role: Role) =>
    generateVmsa({ profile: 'sev-es', role, cpu: cpuByName(CPU_MODEL), resetAddress }).bytes;
  const [bsp, ap] = [page('bsp'), page('ap')];
  const kernel = utf8('A stand-in for a kernel: only its bytes count here.\n'.repeat(400));
  const initrd = utf8('A stand-in for an initrd.\n'.repeat(2000));
  // The same in every sample: keys for the sample only.
  const secret = (label: string) => sha256(utf8(`SevScope sample ${label}`)).subarray(0, 16);
  const [tik, tek, mnonce] = [secret('TIK'), secret('TEK'), secret('nonce')];

  const record = ({ policy, vmsa, withKernel }: Launch) => {
    const kernelHashes =
      withKernel &&
      encodeKernelHashes(io.hashes, { kernel: sha256(kernel), initrd: sha256(initrd), cmdline: CMDLINE });
    const loads = sevEs.loads({ firmware: [firmware], kernelHashes, vmsas: vmsa }, {});
    const digest = digestOf(sevEs, io.hashes, loads);
    const hmac = computeMeasurement(io.hmac, tik, { ...PLATFORM, policy }, digest, mnonce);
    return { measurement: measurementText({ hmac, mnonce }), ...PLATFORM, policy };
  };
  const boot = { kernel: 'vmlinuz.sample', initrd: 'initrd.sample', cmdline: CMDLINE };
  const launchFile = (fields: object) => utf8(`${JSON.stringify({ ...fields, keys: KEYS }, null, 2)}\n`);

  return [
    {
      name: 'OVMF.sample.fd',
      bytes: firmware,
      text: 'firmware image with the tables of an AmdSev build; it cannot boot',
    },
    { name: 'vcpu0.vmsa', bytes: bsp, text: `VMSA of the boot processor, ${CPU_MODEL}` },
    { name: 'vcpu0-wrong.vmsa', bytes: wrongPage(bsp), text: 'the same with two wrong fields' },
    { name: 'vmlinuz.sample', bytes: kernel, text: 'stand-in for a kernel' },
    { name: 'initrd.sample', bytes: initrd, text: 'stand-in for an initrd' },
    { name: KEYS.tik, bytes: tik, text: 'transport integrity key of the sample' },
    { name: KEYS.tek, bytes: tek, text: 'transport encryption key of the sample' },
    {
      name: 'matches.sevlaunch.json',
      text: 'an SEV-ES launch with two vCPUs and kernel hashes, as it should be',
      bytes: launchFile({
        name: 'Two vCPUs with kernel hashes',
        firmware: 'OVMF.sample.fd',
        ...boot,
        vcpus: 2,
        cpu: CPU_MODEL,
        profile: 'sev-es',
        launch: record({ policy: 5, vmsa: { bsp, ap, count: 2 }, withKernel: true }),
      }),
    },
    {
      name: 'mismatch.sevlaunch.json',
      text: 'an SEV-ES launch whose VMSA is not the one that was launched',
      bytes: launchFile({
        name: 'One vCPU with the wrong VMSA',
        firmware: 'OVMF.sample.fd',
        vcpus: 1,
        vmsa: { bsp: 'vcpu0-wrong.vmsa' },
        launch: record({ policy: 5, vmsa: { bsp, count: 1 } }),
      }),
    },
    { name: README, bytes: utf8(readme(resetAddress, sha256(firmware))), text: 'what to try' },
  ];
}

/** How the README of a sample begins: a folder with such a file is a sample already. */
const README = 'README.md';
const HEADING = '# SevScope sample\n';

const readme = (resetAddress: number, firmware: Uint8Array) => `${HEADING}
Everything here was made by SevScope. The keys are no secret, the firmware cannot boot.

1. Open \`OVMF.sample.fd\`: its tables, the reset address ${hex(resetAddress, 8)}, the SEV metadata. SHA-256 \`${bytesToHex(firmware)}\`.
2. Open \`vcpu0-wrong.vmsa\` and run **SEV: Compare VMSA with Generated…** for ${CPU_MODEL}: two fields differ.
3. Open \`matches.sevlaunch.json\` and run **SEV: Validate Launch Measurement…**, then the same with \`mismatch.sevlaunch.json\`.
   **Why?** in its report says which inputs have to be others, and changes them; then check again.

On the command line: \`sevscope validate --launch matches.sevlaunch.json\`.
`;

/** Whether a folder has a sample already, which may be written anew. */
async function isSample(io: Io, folder: string): Promise<boolean> {
  const path = io.path.join(folder, README);
  if ((await io.stat(path)).kind !== 'file') return false;
  const bytes = await io.read(path, 'shown');
  return latin1(bytes.subarray(0, HEADING.length)) === HEADING;
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
  const secret = Object.values(KEYS);
  for (const { name, bytes } of contents)
    await io.write(io.path.join(folder, name), bytes, secret.includes(name) ? 0o600 : undefined);
  return contents.map(({ name, text }) => ({ name, text }));
}
