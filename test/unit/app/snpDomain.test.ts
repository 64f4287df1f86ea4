// A domain of SEV-SNP, asked through a connection that is no process: the digest that its guest's report must show, computed a second
// time here, who said each input, and that it never matches.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { checkDomain, type DomainInputs } from '../../../src/app/domainCheck';
import { checkedInputs } from '../../../src/app/launch';
import { parseLaunchFile } from '../../../src/app/launchFile';
import { runCheck } from '../../../src/app/runCheck';
import { evidenceReader } from '../../../src/app/reportEvidence';
import { expectedText } from '../../../src/app/snpLaunch';
import { statusOf } from '../../../src/core/domain/report';
import { buildOvmf, DEFAULT_SEV_SECTIONS } from '../../../src/core/ovmf/build';
import { cpuByName, generateVmsa, type Role } from '../../../src/core/vmsa/launch/generate';
import type { Report } from '../../../src/core/launch/report';
import type { Connection } from '../../../src/libvirt/contract';
import { AT, makeEvidence } from '../../helpers/evidence';
import { memoryIo } from '../../helpers/memoryIo';
import { filled, padded, type ReportParts } from '../core/report/reports';
import { decode } from '../../../src/core/binary/struct';
import { bytesIn, PUBLIC_KEY } from '../../../src/core/tech/snp/idBlock';
import { idAuthWith, idBlockWith, questionWith, type Change } from '../core/domain/cleanQuestion';

const FIRMWARE = Buffer.from(buildOvmf());
const MILAN = cpuByName('EPYC-Milan');
const POLICY = 0x30000n;
const sha384 = (bytes: Uint8Array) => createHash('sha384').update(bytes).digest();
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

/** The types of SNP_LAUNCH_UPDATE by those of the metadata. */
const TYPES: Readonly<Record<number, number>> = { 1: 3, 2: 5, 3: 6, 4: 3, 0x10: 3 };

const usualPage = (role: Role, resetAddress: number) =>
  generateVmsa({ profile: 'snp', role, cpu: MILAN, resetAddress }).bytes;

/** The same with other SEV features, at 0x3b0. */
const pageWith = (features: number) => (role: Role, resetAddress: number) => {
  const page = Buffer.from(usualPage(role, resetAddress));
  page.writeUInt32LE(features, 0x3b0);
  return page;
};

/** The launch digest of this image with so many vCPUs, page by page as the ABI has it. */
function digestOf(vcpus: number, hashPage?: Uint8Array, pageOf = usualPage): string {
  let digest = Buffer.alloc(48);
  const add = (type: number, gpa: bigint, page?: Uint8Array) => {
    const info = Buffer.alloc(0x70);
    digest.copy(info, 0);
    if (page) sha384(page).copy(info, 0x30);
    info.writeUInt16LE(0x70, 0x60);
    info.writeUInt8(type, 0x62);
    info.writeBigUInt64LE(gpa, 0x68);
    digest = sha384(info);
  };
  for (let at = 0; at < FIRMWARE.length; at += 4096)
    add(1, BigInt(2 ** 32 - FIRMWARE.length + at), FIRMWARE.subarray(at, at + 4096));
  for (const { gpa = 0, size = 0, type = 0 } of DEFAULT_SEV_SECTIONS)
    for (let at = 0; at < size; at += 4096) {
      const isHashes = type === 0x10 && hashPage !== undefined;
      add(isHashes ? 1 : TYPES[type]!, BigInt(gpa + at), isHashes ? hashPage : undefined);
    }
  const resetAddress = 0x80b004;
  for (let i = 0; i < vcpus; i++) {
    const role = i === 0 ? 'bsp' : 'ap';
    add(2, 0xfffffffff000n, pageOf(role, resetAddress));
  }
  return digest.toString('hex');
}

const NO_KERNEL = { kernel: undefined, initrd: undefined, cmdline: undefined };
const OWN = { firmware: '/fw', vcpus: 2, cpu: MILAN };

/** Checks a domain of this definition. */
async function check(...args: Parameters<typeof run>): Promise<Report> {
  return (await run(...args)).report;
}

/** Files of a report with its certificates. */
let evidenceFiles: Readonly<Record<string, Uint8Array>> = {};

async function run(change: Change, inputs: Partial<DomainInputs> = OWN, firmware: Uint8Array = FIRMWARE) {
  const io = memoryIo();
  const files = {
    '/fw': firmware,
    '/page': new Uint8Array(4096),
    '/vmlinuz': Buffer.from('fake vmlinuz\n'),
    '/initrd': Buffer.from('fake initrd\n'),
  };
  for (const [path, bytes] of Object.entries(files))
    io.files.set(path, { bytes: Uint8Array.from(bytes), mode: 0o600 });
  const { launch, loader, config: wanted, ...rest } = change;
  const { config, host, state } = questionWith({
    state: { name: 'running', reason: 'booted' },
    ...rest,
    config: { ...NO_KERNEL, ...wanted },
    launch: { type: 'sev-snp', kernelHashes: undefined, policy: POLICY, dhCert: undefined, ...launch },
    loader: { type: 'rom', ...loader },
  });
  const summary = { id: 1, name: config.name, uuid: config.uuid!, state, sevEs: undefined, vcpus: 1 };
  const connection: Connection = {
    ended: new Promise(() => undefined),
    host: () => Promise.resolve(host),
    listDomains: () => Promise.resolve([]),
    domain: () =>
      Promise.resolve({ summary: { ...summary, launchSecurity: 'sev-snp', problem: undefined }, config }),
    launchSecurityInfo: () =>
      Promise.resolve({
        ...{ measurement: undefined, apiMajor: 1, apiMinor: 55, buildId: 24, policy: undefined },
        snpPolicy: config.launchSecurity!.policy,
      }),
    setLaunchSecurityState: () => Promise.reject(new Error('no secret for an SNP guest')),
    resume: () => Promise.reject(new Error('not paused')),
    close: () => Promise.resolve(),
  };
  const libvirt = {
    connect: () => Promise.resolve(connection),
    thisMachine: () => Promise.resolve({ name: 'owner', ids: [] }),
  };
  const options = {
    libvirt,
    connection: { uri: 'qemu+ssh://elsewhere/system', workerPath: '' },
    verifyEvidence: evidenceReader(io),
  };
  for (const [path, bytes] of Object.entries(evidenceFiles)) io.files.set(path, { bytes, mode: 0o600 });
  return { ...(await checkDomain(io, { domain: 'guest', ...inputs }, options)), io };
}

describe('A domain of SEV-SNP', () => {
  for (const vcpus of [1, 2, 64]) {
    it(`with ${vcpus} vCPUs gets the digest that its report must show, and no verdict`, async () => {
      const config = { vcpus: { max: vcpus, current: vcpus } };
      const report = await check({ config }, { ...OWN, vcpus });
      const digest = digestOf(vcpus);
      assert.equal(report.expected, digest);
      assert.equal(report.steps.at(-1)!.digest, digest);
      assert.equal(
        report.summary,
        `There is no report to compare with. The guest's attestation report must show this measurement at 0x90: ${digest}.`,
      );
      assert.deepEqual(
        [report.mode, report.verdict, report.agrees],
        ['SEV-SNP', 'cannot be trusted', undefined],
      );
      assert.equal(statusOf(report), 3);
      assert.deepEqual(
        report.steps.map(({ id, source }) => [id, source]),
        [
          ['firmware', 'owner'],
          ['vmsa', 'derived'],
          ['launch-digest', 'derived'],
        ],
      );
    });
  }

  it('is measured with its kernel where hashes are on', async () => {
    const kernel = { kernel: '/boot/k', initrd: '/boot/i', cmdline: 'quiet' };
    const own = { ...OWN, kernel: '/vmlinuz', initrd: '/initrd', cmdline: 'quiet' };
    const report = await check({ config: kernel, launch: { kernelHashes: true } }, own);
    const hash = (text: string) => createHash('sha256').update(text).digest();
    const entry = (guid: string, digest: Buffer) =>
      Buffer.concat([Buffer.from(guid, 'hex'), Buffer.of(50, 0), digest]);
    const table = Buffer.concat([
      Buffer.from('06d63894224fc94cb479a793d411fd21a800', 'hex'),
      entry('d82dd09720bd944caa78e7714d36ab2a', hash('quiet\0')),
      entry('31f7ba442f3ad74b9af141e29169781d', hash('fake initrd\n')),
      entry('3794e74dd2ab7f42b835d5b172d2045b', hash('fake vmlinuz\n')),
    ]);
    const page = Buffer.alloc(4096);
    table.copy(page, 0xc00);
    assert.equal(report.expected, digestOf(2, page));
    assert.ok(report.steps.some(({ id }) => id === 'kernel-hashes'));
  });

  it('is measured with the profile and the SEV features that its owner gives, and says whose they are', async () => {
    const facts = ({ facts: all }: Report, name: string) => {
      const { value, source } = all.find((fact) => fact.name === name)!;
      return [value, source];
    };
    const usual = await check({});
    assert.deepEqual(facts(usual, 'Profile'), ['snp', 'derived']);
    assert.deepEqual(facts(usual, 'SEV features'), ['0x1 (SNPActive)', 'derived']);
    assert.deepEqual(facts(usual, 'vCPUs'), ['2', 'owner']);
    const swapped = await check({}, { ...OWN, profile: 'snp-debugswap' });
    assert.equal(swapped.expected, digestOf(2, undefined, pageWith(0x21)));
    assert.deepEqual(facts(swapped, 'Profile'), ['snp-debugswap', 'owner']);
    const given = await check({}, { ...OWN, features: 0x21n });
    assert.equal(given.expected, swapped.expected);
    assert.match(given.warnings.join('\n'), /libvirt asks for 0x1 \(SNPActive\) only/);
    const older = await check({}, { ...OWN, profile: 'snp-legacy' });
    const legacy = (role: Role, resetAddress: number) =>
      generateVmsa({ profile: 'snp-legacy', role, cpu: MILAN, resetAddress }).bytes;
    assert.equal(older.expected, digestOf(2, undefined, legacy));
  });

  it('of another technology than that of the profile has one sentence with those that fit', async () => {
    const report = await check({}, { ...OWN, profile: 'sev-es' });
    assert.deepEqual([statusOf(report), report.expected], [2, undefined]);
    assert.match(
      report.summary,
      /^The profile "sev-es" is not one of SEV-SNP .* Use one of snp, snp-debugswap, snp-legacy, snp-legacy-debugswap\.$/,
    );
  });

  it('is compared with the policy and the host data of its owner, which the report must show', async () => {
    const hostData = new Uint8Array(32).fill(0xcd);
    const launch = { hostData: base64(new Uint8Array(32).fill(0xab)) };
    const report = await check({ launch }, { ...OWN, hostData, guestPolicy: 0x20000n });
    const facts = report.facts.filter(({ name }) => /0x0(08|c0)/.test(name));
    assert.deepEqual(facts, [
      { name: 'Policy (0x008)', value: '0x20000: bit 17, always set', source: 'owner' },
      { name: 'Host data (0x0c0)', value: 'cd'.repeat(32), source: 'owner' },
    ]);
    const warned = report.rules!.filter(({ warning }) => warning).map(({ id }) => id);
    assert.deepEqual(warned, ['policy-agrees', 'host-data']);
    assert.equal(report.expected, digestOf(2));
  });

  it('is compared with all that its owner wants of it, in whose words the report is expected', async () => {
    const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'base64'));
    const wanted = {
      kernelHashes: false,
      idBlock: bytesOf(idBlockWith({ policy: POLICY, guest_svn: 7 })),
      idAuth: bytesOf(idAuthWith()),
      authorKey: false,
      vcek: false,
      guestVisibleWorkarounds: new Uint8Array(16).fill(1),
    };
    const { report, expected, io } = await run(
      { launch: { idBlock: idBlockWith({ policy: POLICY }), idAuth: idAuthWith() } },
      { ...OWN, ...wanted },
    );
    const warned = report.rules!.filter(({ warning }) => warning).map(({ id }) => id);
    assert.deepEqual(warned, ['id-block-wish', 'vcek-wish', 'workarounds-wish']);
    const facts = Object.fromEntries(report.facts.map(({ name, value, source }) => [name, [value, source]]));
    assert.deepEqual(facts['Guest SVN (0x004)'], ['7', 'owner']);
    assert.deepEqual(facts['Signing key'], ['VLEK: the VCEK is switched off', 'owner']);
    assert.ok(
      report.warnings.some((text) => /ID block of the domain is for the launch digest 0{96}/.test(text)),
    );
    const file = parseLaunchFile(io, expectedText(io, expected!, '/a.sevlaunch.json'), '/a.sevlaunch.json');
    const kept = Object.fromEntries(Object.keys(wanted).map((name) => [name, file[name as 'idBlock']]));
    assert.deepEqual(kept, wanted);
    const checked = await runCheck(io, checkedInputs(file, 'a'));
    assert.equal(checked.verdict, 'matches');
    assert.match(
      checked.warnings.join(),
      /The ID block is for the launch digest 0{96}, which these inputs do not give/,
    );
    assert.ok(
      checked.facts.some(
        ({ name, value }) => name === 'VCEK' && value === 'no; no part of the launch digest',
      ),
    );
  });

  it('has no pages from files, which are those of SEV-ES', async () => {
    const report = await check({}, { firmware: '/fw', vcpus: 2, vmsa: { bsp: '/page', ap: '/page' } });
    const failed = report.rules!.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id);
    assert.deepEqual([failed, report.steps], [['cpu-input'], []]);
  });

  it('whose CPU is not given rests on the host, where that is allowed', async () => {
    const inputs = { firmware: '/fw', vcpus: 2 };
    const refused = await check({}, inputs);
    assert.deepEqual([statusOf(refused), refused.expected, refused.steps], [3, undefined, []]);
    const config = { cpu: { mode: 'custom', model: 'EPYC-Milan' } };
    const report = await check({ config }, { ...inputs, insecure: true });
    assert.equal(report.expected, digestOf(2));
    assert.equal(report.steps.find(({ id }) => id === 'vmsa')!.source, 'host');
    assert.match(report.summary, /Even then it proves nothing: .*\(The CPU of the VMSAs is the owner's\)\.$/);
    assert.equal(statusOf(report), 3);
  });

  it('that allows debugging is refused before anything is hashed', async () => {
    const report = await check({ launch: { policy: 0xb0000n } });
    assert.deepEqual([report.expected, report.steps, statusOf(report)], [undefined, [], 3]);
    assert.match(report.summary, /^The policy 0xb0000 lets the host debug the guest/);
  });

  it('tells what else the report must show', async () => {
    const launch_digest = Uint8Array.from(Buffer.from(digestOf(2), 'hex'));
    const id_key = new Uint8Array(1028).fill(7);
    const author_key = new Uint8Array(1028).fill(9);
    const id = { launch_digest, policy: POLICY, guest_svn: 3, family_id: new Uint8Array(16).fill(1) };
    const launch = {
      hostData: base64(new Uint8Array(32).fill(0xab)),
      guestVisibleWorkarounds: base64(new Uint8Array(16)),
      idBlock: idBlockWith(id),
      idAuth: idAuthWith({
        id_key: decode(PUBLIC_KEY, id_key),
        author_key: decode(PUBLIC_KEY, author_key),
        author_key_algorithm: 1,
      }),
      authorKey: true,
      vcek: false,
    };
    const report = await check({ launch });
    const facts = Object.fromEntries(report.facts.map(({ name, value }) => [name, value]));
    const expected = {
      'Policy (0x008)': '0x30000: SMT; bit 17, always set',
      'Kernel hashes': 'off',
      'Host data (0x0c0)': 'ab'.repeat(32),
      'Guest-visible workarounds': '00'.repeat(16),
      'Signing key': 'VLEK: the VCEK is switched off',
      'Author key': 'in the ID block',
      'Guest SVN (0x004)': '3',
      'Family ID (0x010)': '01'.repeat(16),
      'Image ID (0x020)': '00'.repeat(16),
      'ID key digest (0x0e0)': sha384(id_key).toString('hex'),
      'Author key digest (0x110)': sha384(author_key).toString('hex'),
    };
    for (const [name, value] of Object.entries(expected)) assert.equal(facts[name], value, name);
    assert.deepEqual(report.warnings, []);
  });

  it('is a launch file in which the digest of the report is to be put', async () => {
    const kernel = { kernel: '/boot/k', initrd: '/boot/i', cmdline: 'quiet "now"' };
    const wanted = { guestPolicy: POLICY, hostData: new Uint8Array(32).fill(0xcd), features: 0x21n };
    const own = { ...OWN, kernel: '/vmlinuz', initrd: '/initrd', cmdline: 'quiet "now"', ...wanted };
    const given = { ...own, profile: 'snp-legacy' as const };
    const { report, expected, io } = await run({ config: kernel, launch: { kernelHashes: true } }, given);
    for (const path of ['/a.sevlaunch.json', '/b/c/a.sevlaunch.json']) {
      const text = expectedText(io, expected!, path);
      const file = parseLaunchFile(io, text, path);
      assert.deepEqual(
        [
          file.technology,
          file.firmware,
          file.policy,
          file.hostData,
          Buffer.from(file.launchDigest!).toString('hex'),
        ],
        ['snp', '/fw', POLICY, wanted.hostData, report.expected],
      );
      assert.equal((await runCheck(io, checkedInputs(file, 'a'))).verdict, 'matches');
      const other = parseLaunchFile(io, text.replace(report.expected!, 'ab'.repeat(48)), path);
      assert.equal((await runCheck(io, checkedInputs(other, 'a'))).verdict, 'does not match');
    }
    const beside = JSON.parse(expectedText(io, expected!, '/a.sevlaunch.json')) as { firmware: string };
    assert.equal(beside.firmware, 'fw');
  });
  it('is none where the host said an input', async () => {
    const { expected, io } = await run({}, { firmware: '/fw', cpu: MILAN, insecure: true });
    assert.throws(() => expectedText(io, expected!, '/a.sevlaunch.json'), {
      code: 'inputs-of-host',
      message: /: vcpus would be what the host says/,
    });
  });

  it('warns of an ID block for another launch', async () => {
    const launch = { idBlock: idBlockWith({ policy: POLICY }), idAuth: idAuthWith() };
    const { warnings } = await check({ launch });
    assert.match(
      warnings.join('\n'),
      /^The ID block of the domain is for the launch digest 0{96}, .*Bad measurement/,
    );
  });

  it('says of the owner that the domain has something else', async () => {
    const { warnings, expected } = await check({ config: { vcpus: { max: 8, current: 8 } } });
    assert.match(warnings.join('\n'), /The owner gave 2, and the domain has 8/);
    assert.equal(expected, digestOf(2));
  });

  const unfit: [what: string, image: Uint8Array, change: Change, inputs: object, code: string][] = [
    ['without SEV metadata', buildOvmf({ sevSections: false }), {}, {}, 'no-snp-metadata'],
    [
      'without room for the hashes of its kernel',
      buildOvmf({ hashArea: false }),
      { config: { kernel: '/boot/k' }, launch: { kernelHashes: true } },
      { kernel: '/vmlinuz' },
      'no-hash-area',
    ],
    ['that is no whole page', buildOvmf().subarray(1), {}, {}, 'no-snp-digest'],
    ['without a reset address', buildOvmf({ resetAddress: false }), {}, {}, 'no-reset-address'],
  ];
  for (const [what, image, change, inputs, code] of unfit) {
    it(`has no digest with firmware ${what}`, async () => {
      await assert.rejects(check(change, { ...OWN, ...inputs }, image), { code });
    });
  }
});

describe('A domain of SEV-SNP with the report of its guest', () => {
  before(function () {
    // Keys of 4096 bits.
    this.timeout(240_000);
    makeEvidence();
  });
  afterEach(() => {
    evidenceFiles = {};
  });
  const EVIDENCE = { report: '/report', certificates: ['/certs'], roots: ['/ark.der'], at: AT };
  const HOST_DATA = filled(32, 0x33);
  const ZEROS = base64(HOST_DATA);

  /** Checks a domain whose guest has this report. */
  async function checkReported(change: Change, report: ReportParts, inputs: Partial<DomainInputs> = {}) {
    const measurement = padded(digestOf(2), 48);
    const made = makeEvidence({ report: { measurement, policy: POLICY, ...report } });
    evidenceFiles = {
      '/report': made.report,
      '/ark.der': made.ark,
      '/certs/ark.der': made.ark,
      '/certs/ask.der': made.ask,
      '/certs/vcek.der': made.leaf,
    };
    const config = { vcpus: { max: 2, current: 2 } };
    return check({ config, ...change }, { ...OWN, evidence: EVIDENCE, ...inputs });
  }
  const withHostData = { launch: { hostData: ZEROS } };
  const ID_KEY_DIGEST = Uint8Array.from(sha384(new Uint8Array(PUBLIC_KEY.size)));
  /** An ID block for the launch, of this family. */
  const blockOf = (family: number, fields: object = {}) =>
    idBlockWith({
      ...{ launch_digest: padded(digestOf(2), 48), family_id: filled(16, family), policy: POLICY },
      ...fields,
    });
  const withBlock = (idBlock: string) => ({
    launch: { ...withHostData.launch, idBlock, idAuth: idAuthWith() },
  });

  it('matches when that shows the ID block that owner and domain have', async () => {
    const report = await checkReported(
      withBlock(blockOf(7)),
      { family_id: filled(16, 7), id_key_digest: ID_KEY_DIGEST },
      { idBlock: bytesIn(blockOf(7)), idAuth: bytesIn(idAuthWith()) },
    );
    assert.deepEqual([report.verdict, statusOf(report)], ['matches', 0], report.summary);
  });

  it('matches when that shows the digest of the inputs and what the domain is defined with', async () => {
    const report = await checkReported(withHostData, {});
    assert.equal(report.verdict, 'matches', report.summary);
    assert.equal(statusOf(report), 0);
    assert.equal('expected' in report, false);
    assert.ok(report.rules!.length > 0);
  });

  const rows: [string, Change, ReportParts, Partial<DomainInputs>, Report['verdict'], number][] = [
    ['of other inputs', withHostData, { measurement: filled(48, 1) }, {}, 'does not match', 1],
    ['of another policy than the domain has', withHostData, { policy: 0x20000n }, {}, 'does not match', 1],
    ['of other host data', withHostData, { host_data: filled(32, 1) }, {}, 'does not match', 1],
    [
      'of another family than that of the ID block',
      {
        launch: {
          ...withHostData.launch,
          idBlock: idBlockWith({
            launch_digest: padded(digestOf(2), 48),
            family_id: filled(16, 7),
            policy: POLICY,
          }),
          idAuth: idAuthWith(),
        },
      },
      {},
      {},
      'does not match',
      1,
    ],
    [
      'of another ID block than the owner has, although the domain has that',
      withBlock(blockOf(7)),
      { family_id: filled(16, 7), id_key_digest: ID_KEY_DIGEST },
      { idBlock: bytesIn(blockOf(8)) },
      'does not match',
      1,
    ],
    [
      'of another policy than that of the ID block of the owner',
      withHostData,
      {},
      { idBlock: bytesIn(blockOf(0, { policy: 0x20000n })) },
      'does not match',
      1,
    ],
    [
      'of another ID key than the owner has, although the domain has that',
      withBlock(blockOf(7)),
      { family_id: filled(16, 7), id_key_digest: ID_KEY_DIGEST },
      { idAuth: filled(4096, 1) },
      'does not match',
      1,
    ],
    [
      'without the author key that the owner wants',
      withHostData,
      {},
      { authorKey: true },
      'does not match',
      1,
    ],
    ['of a VCEK where the owner wants a VLEK', withHostData, {}, { vcek: false }, 'does not match', 1],
    [
      'that is not signed',
      withHostData,
      {},
      { evidence: { ...EVIDENCE, certificates: [] } },
      'cannot be trusted',
      3,
    ],
    [
      'with a wish that fails',
      withHostData,
      {},
      { evidence: { ...EVIDENCE, require: { vmpl: 2n } } },
      'cannot be trusted',
      3,
    ],
    [
      'with a root that nobody trusts',
      withHostData,
      {},
      { evidence: { ...EVIDENCE, roots: [] } },
      'cannot be trusted',
      3,
    ],
    [
      'with inputs of the host',
      withHostData,
      {},
      { vcpus: undefined, insecure: true },
      'cannot be trusted',
      3,
    ],
  ];
  for (const [title, change, report, inputs, verdict, status] of rows)
    it(`has no match by one ${title}`, async () => {
      const found = await checkReported(change, report, inputs);
      assert.deepEqual([found.verdict, statusOf(found)], [verdict, status], found.summary);
    });

  it('is refused when it is none of SEV-SNP', async () => {
    const found = await checkReported({ launch: { type: 'sev', policy: 7n } }, {}).catch(
      (error: unknown) => error,
    );
    const isRefused = found instanceof Error || (found as Report).verdict === 'cannot be trusted';
    assert.ok(isRefused, JSON.stringify(found));
  });
});
