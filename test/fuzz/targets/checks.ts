// Checks of launches, which never pass where the launch is another one, and what a search for an explanation reads.

import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import type { LaunchFile } from '../../../src/core/check/launchFile';
import { reportMarkdown } from '../../../src/core/check/exportReport';
import { bytesToHex } from '../../../src/core/binary/hex';
import { terminalText } from '../../../src/core/binary/plainText';
import { encodeKernelHashes } from '../../../src/core/launch/kernelHashes';
import { nobleHashes } from '../../../src/core/launch/nobleHashes';
import { generateVmsa, cpuByName } from '../../../src/core/vmsa/launch/generate';
import { searchSpace } from '../../../src/core/explain/causes';
import { planUnits } from '../../../src/core/explain/plan';
import { readFacts } from '../../../src/app/explainFacts';
import {
  checkedInputs,
  domainInputsOf,
  launchInputs,
  ownerInputsOf,
  checkOwnerInputs,
} from '../../../src/app/launch';
import { expectedText } from '../../../src/app/snpLaunch';
import { runCheck } from '../../../src/app/runCheck';
import { parseLaunchFile, readLaunchFile, readLaunchSource } from '../../../src/app/launchFile';
import { measurementsInFolder } from '../../../src/app/launchesInFolder';
import { memoryIo } from '../../helpers/memoryIo';
import {
  assertPlain,
  assertSentence,
  awaitOrCode,
  bytesOf,
  readOrCode,
  textOf,
  type Target,
} from '../target';
import { FIRMWARE, MEMBERS, PATH, TIK, recorded } from '../launchWords';

const KERNEL = Uint8Array.from({ length: 100 }, (_, i) => i * 3);
const sha256 = (...parts: Uint8Array[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

/** The HMAC of a launch, computed here from the files that it names. */
function hmacOf(file: LaunchFile, files: ReadonlyMap<string, { bytes: Uint8Array }>): string | undefined {
  const bytes = (path: string | undefined) => (path === undefined ? undefined : files.get(path)?.bytes);
  const { launch, kernel, initrd, cmdline, vcpus = 1, cpu, profile, keys } = file;
  const firmware = bytes(file.firmware);
  const tik = keys && ('tik' in keys ? bytes(keys.tik) : bytes(keys.tk)?.slice(16));
  if (!launch || !firmware || !tik) return undefined;
  const kernelBytes = bytes(kernel);
  const initrdBytes = bytes(initrd);
  const table = kernelBytes
    ? [
        encodeKernelHashes(nobleHashes, {
          kernel: sha256(kernelBytes),
          initrd: initrdBytes && sha256(initrdBytes),
          cmdline,
        }),
      ]
    : [];
  const pages: Uint8Array[] = [];
  if (launch.policy & 4) {
    if (cpu === undefined) return undefined;
    const id = typeof cpu === 'string' ? cpuByName(cpu) : cpu;
    for (let i = 0; i < vcpus; i++)
      pages.push(
        generateVmsa({
          profile: profile ?? 'sev-es',
          role: i === 0 ? 'bsp' : 'ap',
          cpu: id,
          resetAddress: 0x80b004,
        }).bytes,
      );
  }
  const policy = Buffer.alloc(4);
  policy.writeUInt32LE(launch.policy);
  const early = launch.apiMajor === 0 && launch.apiMinor < 17;
  const head = early ? Buffer.of() : Buffer.of(4, launch.apiMajor, launch.apiMinor, launch.buildId);
  const nonce = Buffer.from(launch.measurement, 'base64').subarray(32);
  const message = Buffer.concat([head, policy, sha256(firmware, ...table, ...pages), nonce]);
  return createHmac('sha256', tik).update(message).digest('hex');
}

/** A launch that matches, as a text. */
function matching(over: object, policy: number): Uint8Array {
  const io = machine();
  const nonce = Buffer.alloc(16, 9);
  const launch = {
    ...recorded,
    policy,
    measurement: Buffer.concat([Buffer.alloc(32), nonce]).toString('base64'),
  };
  const value = { firmware: 'OVMF.fd', keys: { tik: 'tik.bin' }, launch, ...over };
  const hmac = hmacOf(parseLaunchFile(io, JSON.stringify(value), PATH), io.files)!;
  const measurement = Buffer.concat([Buffer.from(hmac, 'hex'), nonce]).toString('base64');
  return bytesOf(JSON.stringify({ ...value, launch: { ...launch, measurement } }));
}

function machine(): ReturnType<typeof memoryIo> {
  const io = memoryIo();
  const put = (name: string, bytes: Uint8Array) => io.files.set(`/guest/${name}`, { bytes, mode: 0o600 });
  put('OVMF.fd', FIRMWARE);
  put('vmlinuz', KERNEL);
  put('initrd', KERNEL.slice(7));
  put('tik.bin', TIK);
  put(
    'tek.bin',
    TIK.map((byte) => byte ^ 0xff),
  );
  put('tk.bin', new Uint8Array([...TIK, ...TIK]));
  return io;
}

const checked: Target = {
  name: 'checked-launches',
  form: 'json',
  most: 4096,
  seeds: () => [
    matching({}, 1),
    matching({ kernel: 'vmlinuz', initrd: 'initrd', cmdline: 'quiet' }, 1),
    matching({ kernel: 'vmlinuz', cmdline: '', vcpus: 3, cpu: 'EPYC-Milan', profile: 'sev-es' }, 5),
    matching(
      { vcpus: 1, cpu: { family: 25, model: 1, stepping: 1 }, profile: 'sev-es', keys: { tk: 'tk.bin' } },
      7,
    ),
  ],
  words: MEMBERS.filter((word) => /^[\w.-]+$/.test(word)),
  async run(input) {
    const io = machine();
    const text = textOf(input);
    const file = readOrCode(() => parseLaunchFile(io, text, PATH));
    if (file.code !== undefined) return { feature: file.code };
    const inputs = readOrCode(() => launchInputs(file.value, 'x'));
    if (inputs.code !== undefined) return { feature: inputs.code };
    const checkedFile = await awaitOrCode(() => runCheck(io, inputs.value));
    if (checkedFile.code !== undefined) return { feature: checkedFile.code };
    const { verdict, summary, warnings } = checkedFile.value;
    const expected = hmacOf(file.value, io.files);
    const reported = Buffer.from(file.value.launch!.measurement, 'base64').toString('hex').slice(0, 64);
    assert.equal(
      verdict === 'matches',
      expected === reported,
      `${verdict}, but ${expected ?? 'nothing'} was expected`,
    );
    assertSentence(summary);
    warnings.forEach(assertSentence);
    assertPlain(terminalText(reportMarkdown(checkedFile.value)));
    return { feature: `${verdict} ${warnings.length}`, result: checkedFile.value };
  },
};

const damaged: Target = {
  name: 'damaged-inputs',
  form: 'bytes',
  most: 256,
  seeds: () => [
    Uint8Array.of(0, 0, 1, 1),
    Uint8Array.of(1, 0, 0, 0x80),
    Uint8Array.of(2, 3, 9, 0xff),
    Uint8Array.of(3, 0, 0, 2),
  ],
  async run(input) {
    const io = machine();
    const file = parseLaunchFile(io, WHOLE, PATH);
    const names = ['OVMF.fd', 'vmlinuz', 'initrd', 'tik.bin'].map((name) => `/guest/${name}`);
    const [which = 0, ...changes] = input;
    const victim = names[which % names.length]!;
    const { bytes, mode } = io.files.get(victim)!;
    const copy = bytes.slice();
    for (let i = 0; i + 2 < changes.length; i += 3)
      copy[(changes[i]! * 256 + changes[i + 1]!) % copy.length]! ^= changes[i + 2]!;
    const isSame = Buffer.compare(copy, bytes) === 0;
    io.files.set(victim, { bytes: copy, mode });
    const outcome = await awaitOrCode(() => runCheck(io, launchInputs(file, 'x')));
    if (outcome.code !== undefined) return { feature: outcome.code };
    assert.equal(outcome.value.verdict === 'matches', isSame, `${victim} was changed: ${!isSame}`);
    return { feature: `${which % 4} ${outcome.value.verdict}`, result: outcome.value };
  },
};
/** A launch that matches, of all files but one. */
const WHOLE = textOf(
  matching(
    { kernel: 'vmlinuz', initrd: 'initrd', cmdline: 'quiet', vcpus: 2, cpu: 'EPYC-Milan', profile: 'sev-es' },
    5,
  ),
);

const explained: Target = {
  name: 'explained-launches',
  form: 'json',
  most: 4096,
  seeds: checked.seeds,
  words: checked.words!,
  async run(input) {
    const io = machine();
    io.files.set(PATH, { bytes: input, mode: 0o644 });
    io.files.set('/guest/b.sevlaunch.json', { bytes: input, mode: 0o644 });
    await readLaunchSource(io, PATH);
    const others = await measurementsInFolder(io, PATH);
    const file = await awaitOrCode(() => readLaunchFile(io, PATH));
    if (file.code !== undefined) return { feature: file.code };
    const owner = readOrCode(() => ownerInputsOf(file.value, 'x'));
    if (owner.code === undefined) await awaitOrCode(() => checkOwnerInputs(io, owner.value));
    const expected = {
      inputs: { ...domainInputsOf(file.value, 'x'), fromHost: [] },
      digest: '5a'.repeat(48),
    };
    // It is a launch file again.
    readOrCode(() => expectedText(io, expected, PATH));
    const inputs = readOrCode(() => launchInputs(file.value, 'x'));
    if (inputs.code !== undefined) return { feature: inputs.code };
    const read = await awaitOrCode(() =>
      readFacts(io, inputs.value, { otherMeasurements: others }, () => undefined),
    );
    if (read.code !== undefined) return { feature: read.code };
    const space = searchSpace(read.value.facts);
    const units = planUnits(space, 1);
    for (const { from, to, size } of units) assert.ok(from >= 0 && to > from && size >= 0);
    return { feature: `${units.length} ${others.length}`, result: units };
  },
};

const digested: Target = {
  name: 'checked-digests',
  form: 'json',
  most: 4096,
  seeds: () =>
    [
      { technology: 'sev', launchDigest: bytesToHex(sha256(FIRMWARE)) },
      { technology: 'snp', vcpus: 1, cpu: 'EPYC-Milan', launchDigest: '00'.repeat(48) },
    ].map((members) => bytesOf(JSON.stringify({ firmware: 'OVMF.fd', ...members }))),
  words: checked.words!,
  async run(input) {
    const io = machine();
    const text = textOf(input);
    const file = readOrCode(() => parseLaunchFile(io, text, PATH));
    if (file.code !== undefined) return { feature: file.code };
    const inputs = readOrCode(() => checkedInputs(file.value, 'x'));
    if (inputs.code !== undefined) return { feature: inputs.code };
    const outcome = await awaitOrCode(() => runCheck(io, inputs.value));
    if (outcome.code !== undefined) return { feature: outcome.code };
    const { verdict, mode, steps, summary } = outcome.value;
    const { firmware, kernel, launchDigest } = file.value;
    // What is loaded for plain SEV is hashed as it is, so that the digest of an image is that of its file.
    if (launchDigest && mode === 'SEV' && kernel === undefined)
      assert.equal(
        verdict === 'matches',
        Buffer.compare(sha256(io.files.get(firmware!)!.bytes), launchDigest) === 0,
      );
    assertSentence(summary);
    assertPlain(terminalText(reportMarkdown(outcome.value)));
    return { feature: `${mode} ${verdict} ${steps.length}`, result: outcome.value };
  },
};

/** The targets of checks. */
export const CHECK_TARGETS: readonly Target[] = [checked, damaged, explained, digested];
