// The search for an explanation as a whole, in its threads: from files to an answer whose edits make the launch match, with
// progress, in bounded time, and with no key left behind.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  EditedValue,
  ExplainProgress,
  ExplainResult,
  LaunchEdit,
} from '../../../src/core/explain/explanation';
import { answerOf } from '../../../src/core/explain/answer';
import { searchSpace } from '../../../src/core/explain/causes';
import { planUnits } from '../../../src/core/explain/plan';
import { Search } from '../../../src/core/explain/search';
import { readFacts } from '../../../src/app/explainFacts';
import { nodeHashes } from '../../../src/node/hashes';
import { buildOvmf, DEFAULT_SEV_SECTIONS } from '../../../src/core/ovmf/build';
import { SVSM_INFO } from '../../../src/core/ovmf/entries';
import { toBase64 } from '../../../src/core/binary/hex';
import type { ErrorPlace } from '../../../src/core/errors';
import { KEY_MEMORY, type CoordinatorAnswer } from '../../../src/app/explainThreads';
import { digestInputs, launchInputs, type DigestInputs, type LaunchInputs } from '../../../src/app/launch';
import { runCheck } from '../../../src/app/runCheck';
import { parseLaunchFile } from '../../../src/app/launchFile';
import { measurementsInFolder } from '../../../src/app/launchesInFolder';
import { writeSample } from '../../../src/app/sample';
import { SAMPLE } from '../../../src/app/sampleNames';
import { explainLaunch, type ExplainOptions } from '../../../src/tasks/explain';
import { runTask } from '../../../src/threads';
import { runHere } from '../../helpers/cli';
import { useFolder } from '../../helpers/folder';
import { few } from '../../helpers/hostile';
import { io } from '../../helpers/io';
import { TWO_VCPUS } from '../../helpers/sampleDigests';
import { promptly } from '../../helpers/promptly';

const MATCHES = SAMPLE.sevEsMatches;

let folder: string;
const at = (name: string) => join(folder, name);
interface Json {
  [name: string]: EditedValue | Json;
}
const readJson = (name: string) => JSON.parse(readFileSync(at(name), 'utf8')) as Json;
const load = (json: Json, name = MATCHES): LaunchInputs =>
  launchInputs(parseLaunchFile(io, JSON.stringify(json), at(name)), name);
/** A search among few vCPU counts, unless told: what a test waits for otherwise is the same hypothesis, many times. */
const explain = (inputs: LaunchInputs | DigestInputs, options?: ExplainOptions) =>
  explainLaunch(io, inputs, { maxVcpus: 4, ...options });
/** The same for a launch digest without threads, whose start takes longer than what they try, and of single changes. */
async function explainHere(inputs: DigestInputs): Promise<ExplainResult> {
  const { facts } = await readFacts(io, inputs, { maxVcpus: 2 }, () => undefined);
  const space = searchSpace(facts);
  const search = new Search(space, undefined, nodeHashes);
  const parts = ([0, 1] as const)
    .flatMap((stage) => planUnits(space, stage))
    .map((unit) => ({ ...search.run(unit), first: unit.first, second: unit.second }));
  return answerOf(
    space,
    parts.flatMap(({ hits }) => hits),
    parts,
  );
}
const titles = ({ explanations }: ExplainResult) => explanations.map(({ title }) => title);

/** A launch file after its edits. */
function edited(json: Json, edits: readonly LaunchEdit[]): Json {
  const copy = structuredClone(json);
  for (const { member, value } of edits) {
    const parent = member.slice(0, -1).reduce((inner, name) => inner[name] as Json, copy);
    if (value === undefined) Reflect.deleteProperty(parent, member.at(-1)!);
    else parent[member.at(-1)!] = value;
  }
  return copy;
}

/** Each suite starts with the sample. */
const withSample = () => {
  useFolder((made) => writeSample(io, (folder = made)));
};

describe('An explanation from files', () => {
  withSample();
  const wrong: readonly (readonly [string, (json: Json) => void, string])[] = [
    ['vCPUs', (json) => (json['vcpus'] = 4), 'vcpus'],
    ['a CPU', (json) => (json['cpu'] = 'EPYC-Genoa'), 'cpu-model'],
    ['a flavour', (json) => (json['profile'] = 'sev-es-init2'), 'fpu-state'],
    ['a policy', (json) => ((json['launch'] as Json)['policy'] = 7), 'policy'],
    ['an API version', (json) => ((json['launch'] as Json)['apiMinor'] = 51), 'api-minor'],
    [
      'a kernel and an initrd that are swapped',
      (json) => {
        const { kernel = '', initrd = '' } = json;
        Object.assign(json, { kernel: initrd, initrd: kernel });
      },
      'kernel-initrd-swapped',
    ],
    ['white space', (json) => (json['cmdline'] = `${json['cmdline'] as string}\n`), 'cmdline-text'],
    [
      'swapped keys',
      (json) => (json['keys'] = { tik: 'sample_tek.bin', tek: 'sample_tik.bin' }),
      'keys-swapped',
    ],
  ];
  for (const [name, spoil, cause] of few(wrong)) {
    it(`names ${name}, and its edits make the launch match`, async () => {
      const json = readJson(MATCHES);
      spoil(json);
      const { explanations, outcome } = await explain(load(json));
      assert.equal(outcome, 'explained');
      assert.deepEqual(
        explanations.map(({ changes }) => changes.map((change) => change.cause)),
        [[cause]],
      );
      const mended = edited(json, explanations[0]!.edits);
      assert.equal((await runCheck(io, load(mended))).verdict, 'matches');
    });
  }
  it('says which generated pages the sample that does not match needs', async () => {
    const json = readJson(SAMPLE.sevEsMismatch);
    const result = await explain(load(json));
    assert.deepEqual(titles(result), [
      'It matches with profile sev-es (not sev-es-debugswap, by the file) and CPU EPYC-Milan (25/1/1) (not EPYC-Genoa (25/17/0), by the file)',
    ]);
    const mended = edited(json, result.explanations[0]!.edits);
    assert.equal((await runCheck(io, load(mended))).verdict, 'matches');
  });
  it('finds an image beside the firmware when it is asked to, and only then', async () => {
    const image = readFileSync(at('OVMF.sample.fd'));
    writeFileSync(at('OVMF.sample.fd.bak'), image);
    image[100]! ^= 1;
    writeFileSync(at('OVMF.sample.fd'), image);
    writeFileSync(at('empty.fd'), '');
    const inputs = load(readJson(MATCHES));
    const without = await explain(inputs);
    assert.equal(without.outcome, 'not explained');
    assert.ok(without.remains.some(({ scope }) => scope === 'beside'));
    const { explanations } = await explain(inputs, { searchFolder: true });
    assert.deepEqual(
      explanations.map(({ changes, edits, weight }) => [changes[0]!.cause, weight, edits]),
      [['firmware-beside', 'serious', [{ member: ['firmware'], value: at('OVMF.sample.fd.bak') }]]],
    );
  });
  it('knows CODE from a combined image in both directions', async () => {
    const both = readFileSync(at('OVMF.sample.fd'));
    const [store, code] = [both.subarray(0, 0x4000), both.subarray(0x4000)];
    // By the digest, of plain SEV: that of the image itself.
    const given = (name: string, launched: Buffer) => ({
      title: 't',
      firmware: at(name),
      launchDigest: createHash('sha256').update(launched).digest(),
    });
    const combined = await explain(given('OVMF.sample.fd', code));
    assert.deepEqual(
      combined.explanations.map(({ changes }) => changes[0]!.cause),
      ['firmware-code-part'],
    );
    writeFileSync(at('CODE.fd'), code);
    const named = await explain(given('OVMF.sample.fd', code), { searchFolder: true });
    assert.deepEqual(named.explanations[0]!.edits, [{ member: ['firmware'], value: at('CODE.fd') }]);
    rmSync(at('OVMF.sample.fd'));
    writeFileSync(at('VARS.fd'), store);
    const digest = await explain(given('CODE.fd', both), { searchFolder: true });
    assert.deepEqual(titles(digest), ['It matches with firmware VARS.fd and then CODE.fd (not CODE.fd)']);
  });
  it('explains a launch digest without keys, and takes 32 bytes for one', async () => {
    const report = await runCheck(io, load(readJson(MATCHES)));
    const hex = report.steps.find(({ id }) => id === 'launch-digest')!.digest;
    const launchDigest = Buffer.from(hex, 'hex');
    const { keys, measurement, platform, ...owner } = load(readJson(MATCHES));
    assert.ok(measurement && platform);
    const result = await explain({ ...owner, vcpus: 3, launchDigest });
    assert.deepEqual(titles(result), ['It matches with vCPUs 2 (not 3)']);
    const given = { ...owner, keys, platform, vcpus: 3, measurement: toBase64(launchDigest) };
    const asMeasurement = await explain(given);
    assert.deepEqual(titles(asMeasurement), titles(result));
    assert.match(asMeasurement.summary, /^The value has 32 bytes, as a launch digest has/);
  });
  it('explains a launch digest of SEV-SNP, with an image beside or without', async () => {
    const image = readFileSync(at('OVMF.sample.fd'));
    // As sev-snp-measure has it for two vCPUs of EPYC-Milan.
    const launchDigest = Buffer.from(TWO_VCPUS, 'hex');
    const cpu = { family: 25, model: 1, stepping: 1 };
    const given = { title: 't', firmware: at('OVMF.sample.fd'), launchDigest, cpu, vmsa: undefined };
    const two = await explain({ ...given, vcpus: 3, features: 0x21n });
    assert.deepEqual(titles(two), [
      'It matches with sev_features 0x1 (SNPActive) (not 0x21 (SNPActive, DebugVirtualization)) and vCPUs 2 (not 3)',
    ]);
    writeFileSync(at('OVMF.sample.fd.bak'), image);
    image[100]! ^= 1;
    writeFileSync(at('OVMF.sample.fd'), image);
    const beside = await explain({ ...given, vcpus: 2 }, { searchFolder: true });
    assert.deepEqual(titles(beside), ['It matches with firmware OVMF.sample.fd.bak (not OVMF.sample.fd)']);
    writeFileSync(at('none.fd'), image.subarray(0, 8192));
    await assert.rejects(explain({ ...given, firmware: at('none.fd') }), { code: 'no-snp-metadata' });
  });
  it('recognises the digest of a file that was taken for one of the launch', async () => {
    const image = readFileSync(at('OVMF.sample.fd'));
    const hash = (algorithm: string, bytes: Uint8Array) => createHash(algorithm).update(bytes).digest();
    const ovmfHash = await runHere(['digest', '--mode', 'snp:ovmf-hash', '--ovmf', 'OVMF.sample.fd'], folder);
    const cpu = { family: 25, model: 1, stepping: 1 };
    const es = { technology: 'sev-es', kernel: at('vmlinuz.sample') } as const;
    const cases: [words: string, digest: Uint8Array, over?: Partial<DigestInputs>][] = [
      ['the SHA-256 of OVMF.sample.fd', hash('sha256', image), es],
      ['the SHA-256 of vmlinuz.sample', hash('sha256', readFileSync(at('vmlinuz.sample'))), es],
      ['the SHA-384 of OVMF.sample.fd', hash('sha384', image)],
      ['the digest of the pages of OVMF.sample.fd alone', Buffer.from(ovmfHash.stdout.trim(), 'hex')],
      [
        'the SHA-384 of vmlinuz.sample',
        hash('sha384', readFileSync(at('vmlinuz.sample'))),
        { kernel: at('vmlinuz.sample') },
      ],
    ];
    for (const [words, launchDigest, over] of cases) {
      const given = { title: 't', firmware: at('OVMF.sample.fd'), cpu, vmsa: undefined, vcpus: 1 };
      const result = await explain({ ...given, ...over, launchDigest }, { maxVcpus: 1 });
      // The SHA-256 of firmware is a launch digest of plain SEV, which is said, too.
      assert.equal(titles(result)[0], `It matches with the given value as ${words} (not as a launch digest)`);
    }
  });
  it('recognises what a digest is that has not the size of those of the inputs', async () => {
    const CMDLINE = 'quiet';
    const options = [
      '--ovmf',
      'OVMF.sample.fd',
      '--vcpus',
      '2',
      '--vcpu-type',
      'EPYC-Milan',
      '--append',
      CMDLINE,
    ];
    const kernel = ['--kernel', 'vmlinuz.sample', '--initrd', 'initrd.sample'];
    const digestOf = async (mode: string, ...more: string[]) =>
      Buffer.from(
        (await runHere(['digest', '--mode', mode, ...options, ...kernel, ...more], folder)).stdout.trim(),
        'hex',
      );
    const hash = (algorithm: string, bytes: Uint8Array | string) =>
      createHash(algorithm).update(bytes).digest();
    const file = (name: string) => readFileSync(at(name));
    const cpu = { family: 25, model: 1, stepping: 1 };
    const base = {
      ...{ title: 't', firmware: at('OVMF.sample.fd'), kernel: at('vmlinuz.sample') },
      ...{ initrd: at('initrd.sample'), cmdline: CMDLINE, vcpus: 2, cpu, vmsa: undefined },
    };
    const ofSnp: readonly Partial<DigestInputs>[] = [
      { technology: 'snp' },
      { profile: 'snp' },
      { features: 1n },
      { policy: 0x30000 },
      { vmm: 'ec2', profile: 'snp-ec2' },
    ];
    const ofEs: readonly Partial<DigestInputs>[] = [
      { technology: 'sev-es' },
      { profile: 'sev-es' },
      { policy: 5 },
    ];
    type Row = readonly [digest: Buffer, given: readonly Partial<DigestInputs>[], title: RegExp | undefined];
    const rows: readonly Row[] = [
      [hash('sha256', file('OVMF.sample.fd')), ofSnp.slice(0, 1), /value as the SHA-256 of OVMF.sample.fd/],
      [hash('sha256', file('vmlinuz.sample')), ofSnp, /value as the SHA-256 of vmlinuz.sample/],
      [hash('sha256', file('initrd.sample')), ofSnp.slice(0, 1), /value as the SHA-256 of initrd.sample/],
      [hash('sha256', `${CMDLINE}\0`), ofSnp.slice(0, 1), /SHA-256 of the command line and a NUL/],
      [hash('sha256', CMDLINE), ofSnp.slice(0, 1), /SHA-256 of the command line without a NUL/],
      [hash('sha256', `${CMDLINE}\n`), ofSnp.slice(0, 1), /SHA-256 of the command line and a line feed/],
      [
        await digestOf('sev'),
        ofSnp.slice(0, 2),
        /value as one of SEV \(not as a launch digest of SEV-SNP\)$/,
      ],
      [await digestOf('seves'), ofSnp.slice(1, 2), /value as one of SEV-ES \(not as .* of SEV-SNP\)/],
      [
        await digestOf('seves', '--vcpu-type', 'EPYC-Genoa'),
        ofSnp.slice(0, 1),
        /one of SEV-ES .* and CPU EPYC-Genoa/,
      ],
      [Buffer.alloc(32), ofSnp.slice(0, 1), undefined],
      [hash('sha384', file('vmlinuz.sample')), ofEs, /value as the SHA-384 of vmlinuz.sample/],
      [hash('sha384', file('initrd.sample')), ofEs.slice(0, 1), /value as the SHA-384 of initrd.sample/],
      [await digestOf('snp'), ofEs, /value as one of SEV-SNP \(not as a launch digest of SEV-ES\)$/],
    ];
    for (const [launchDigest, some, title] of rows)
      for (const over of some) {
        const result = await explainHere({ ...base, ...over, launchDigest });
        const what = `${launchDigest.toString('hex')} ${Object.keys(over).join()}`;
        assert.equal(result.outcome, title ? 'explained' : 'not explained', what);
        if (title) assert.match(titles(result)[0]!, title, what);
        else
          assert.match(
            result.summary,
            /^The given value has (32|48) bytes, and a launch digest of SEV-/,
            what,
          );
      }
    // A measurement has 48 bytes, too.
    const recorded = load(readJson(MATCHES));
    const snp = await digestOf('snp', '--append', recorded.cmdline!);
    const asMeasurement = await explain(
      { ...recorded, measurement: snp.toString('base64') },
      { maxVcpus: 2 },
    );
    assert.deepEqual(titles(asMeasurement), [
      'It matches with the given value as the launch digest that these inputs give with SEV-SNP (not as a measurement)',
    ]);
  });
  it('explains a launch with an SVSM image, and its edits make the launch file match', async () => {
    const image = (entry: number) =>
      buildOvmf({
        size: 0x8000,
        seed: entry,
        extraEntries: [{ guid: SVSM_INFO.guid, data: Uint8Array.of(0, entry, 0, 0) }],
        sevSections: DEFAULT_SEV_SECTIONS.slice(0, 4),
      });
    writeFileSync(at('svsm.bin'), image(1));
    writeFileSync(at('svsm-2.bin'), image(2));
    writeFileSync(at('odd.bin'), new Uint8Array(100));
    writeFileSync(at('VARS'), new Uint8Array(0x5000));
    const json: Json = { technology: 'snp', firmware: 'OVMF.sample.fd', vcpus: 2, cpu: 'EPYC-Milan' };
    const svsm: Json = { ...json, svsm: 'svsm.bin', varsSize: 0x20000, profile: 'snp-svsm' };
    const cases: [given: Json, launched: Json, title: RegExp][] = [
      [svsm, { ...svsm, varsSize: 0x84000 }, /with size of the variables 540672 bytes/],
      [{ ...svsm, varsSize: undefined!, varsFile: 'VARS' }, svsm, /with size of the variables 131072 bytes/],
      [svsm, { ...svsm, varsSize: 0 }, /with size of the variables 0 bytes/],
      [svsm, { ...svsm, profile: 'snp-svsm-measure' }, /with profile snp-svsm-measure/],
      [svsm, { ...svsm, svsm: 'svsm-2.bin' }, /with SVSM image svsm-2.bin \(not svsm.bin\)/],
      [svsm, json, /with no SVSM image \(not svsm.bin\)/],
      [json, { ...svsm, profile: 'snp-svsm' }, /with SVSM image svsm.bin below 131072 bytes \(128 KiB\)/],
    ];
    const inputsOf = (launch: Json, digest: string) => {
      const file = parseLaunchFile(io, JSON.stringify({ ...launch, launchDigest: digest }), at('a.json'));
      return digestInputs(file, file.launchDigest!, 'a');
    };
    const digestOf = async (launch: Json) => {
      const { steps } = await runCheck(io, inputsOf(launch, '00'.repeat(48)));
      return steps.find(({ id }) => id === 'launch-digest')!.digest;
    };
    for (const [given, launched, title] of cases) {
      const digest = await digestOf(launched);
      const result = await explain(inputsOf(given, digest), { searchFolder: true });
      assert.equal(result.explanations.length, 1, String(title));
      assert.match(result.explanations[0]!.title, title);
      const mended = edited(given, result.explanations[0]!.edits);
      assert.equal((await runCheck(io, inputsOf(mended, digest))).verdict, 'matches', String(title));
    }
    const bad: [Json, string][] = [
      [{ ...svsm, svsm: 'OVMF.sample.fd' }, 'no-svsm-entry'],
      [{ ...svsm, varsSize: 100 }, 'unfit-svsm-base'],
      [{ ...svsm, varsFile: 'VARS' }, 'svsm-variables'],
      [{ ...svsm, svsm: 'odd.bin' }, 'unfit-svsm-size'],
    ];
    for (const [launch, code] of bad)
      await assert.rejects(explain(inputsOf(launch, '00'.repeat(48))), { code });
  });
  it('recognises the measurement of another launch file beside', async () => {
    const json = readJson(MATCHES);
    const stale = {
      ...json,
      launch: { ...(json['launch'] as Json), measurement: toBase64(new Uint8Array(48).fill(5)) },
    };
    writeFileSync(at('stale.sevlaunch.json'), JSON.stringify(stale));
    const otherMeasurements = await measurementsInFolder(io, at('stale.sevlaunch.json'));
    assert.deepEqual(
      otherMeasurements.map(({ label }) => label),
      [MATCHES, SAMPLE.sevEsMismatch],
    );
    const result = await explain(load(stale), { otherMeasurements });
    assert.deepEqual(titles(result), [
      `It matches with the measurement of ${SAMPLE.sevEsMatches} (not the given one)`,
    ]);
    const mended = edited(stale, result.explanations[0]!.edits);
    assert.equal((await runCheck(io, load(mended))).verdict, 'matches');
  });
  it('refuses what a check refuses, as the same failure', async () => {
    const inputs = load(readJson(MATCHES));
    const bad: readonly (readonly [Partial<LaunchInputs>, code: string, at: ErrorPlace, RegExp])[] = [
      [
        { firmware: at('none.fd') },
        'unreadable-file',
        { input: 'firmware', member: ['firmware'] },
        /none\.fd cannot be read: there is no such file/,
      ],
      [
        { initrd: at('none') },
        'unreadable-file',
        { input: 'initrd', member: ['initrd'] },
        /none cannot be read/,
      ],
      [
        { keys: { tik: at('README.md') } },
        'key-size',
        { input: 'keys.tik', member: ['keys', 'tik'] },
        /README\.md has more than 16 bytes/,
      ],
      [{ kernel: undefined }, 'kernel-needed', { input: 'kernel', member: ['initrd'] }, /kernel/],
      [
        { measurement: 'AAAA' },
        'bad-measurement',
        { input: 'measurement' },
        /measurement is base64 of 3 bytes/,
      ],
      [{ vcpus: 0 }, 'bad-vcpu-count', { input: 'vcpus', member: ['vcpus'] }, /vCPUs is 0/],
    ];
    for (const [over, code, place, message] of bad)
      await assert.rejects(explain({ ...inputs, ...over }), { code, at: place, message });
    truncateSync(at('OVMF.sample.fd'), 65 * 2 ** 20);
    await assert.rejects(explain(inputs), {
      code: 'file-too-large',
      message: /has at most 67108864 bytes \(64 MiB\)/,
    });
  });
});

describe('A search for an explanation', () => {
  withSample();
  const long = () => ({ ...load(readJson(MATCHES)), cmdline: 'another' });

  it('tells its progress, at most ten times a second and never more than the total', async () => {
    const told: { tried: number; total: number; at: number }[] = [];
    const { outcome } = await explain(long(), {
      onProgress: (progress) => progress.kind === 'trying' && told.push({ ...progress, at: Date.now() }),
    });
    assert.equal(outcome, 'not explained');
    assert.ok(told.length > 0);
    assert.ok(told.every(({ tried, total }) => tried <= total));
    const seconds = (told.at(-1)!.at - told[0]!.at) / 1000;
    assert.ok(told.length <= 10 * seconds + 2, `${told.length} in ${seconds} s`);
  });
  it('is cancelled soon, while it reads and while it searches', async () => {
    writeFileSync(at('large'), '');
    truncateSync(at('large'), 8 * 2 ** 30);
    const cases = [
      {
        inputs: long(),
        isThere: (now: ExplainProgress) => now.kind === 'trying' && now.title.includes(' with '),
      },
      {
        inputs: { ...long(), initrd: at('large') },
        isThere: (now: ExplainProgress) => now.kind === 'reading' && now.name === 'large',
      },
    ];
    for (const { inputs, isThere } of cases) {
      const stop = new AbortController();
      let assertPrompt: (() => void) | undefined;
      const running = explain(inputs, {
        signal: stop.signal,
        maxVcpus: 4096,
        onProgress: (now) => {
          if (!isThere(now) || assertPrompt) return;
          assertPrompt = promptly(250);
          stop.abort();
        },
      });
      await assert.rejects(running, { kind: 'state', code: 'explain-cancelled' });
      assertPrompt!();
    }
  });
  it('is not begun when it is cancelled before', async () => {
    await assert.rejects(explain(long(), { signal: AbortSignal.abort() }), {
      code: 'explain-cancelled',
      message: /The search was cancelled/,
    });
  });
  it('has keys in its memory only as what is cleared, and never says them', async () => {
    const json = readJson(MATCHES);
    const inputs = load({ ...json, vcpus: 4 });
    const keyMemory = new SharedArrayBuffer(KEY_MEMORY);
    const messages: CoordinatorAnswer[] = [];
    const answer = (message: CoordinatorAnswer) => messages.push(message);
    await runTask(io, 'explain', { inputs, keyMemory }, { answer, died: Error });
    assert.equal(messages.at(-1)!.type, 'result');
    const said = JSON.stringify(messages);
    const prepared = Buffer.from(new Uint8Array(keyMemory));
    assert.ok(prepared.some((byte) => byte !== 0));
    for (const name of ['sample_tik.bin', 'sample_tek.bin']) {
      const key = readFileSync(at(name));
      for (const form of ['hex', 'base64', 'latin1'] as const) assert.ok(!said.includes(key.toString(form)));
      assert.ok(!prepared.includes(key));
    }
  });
});
