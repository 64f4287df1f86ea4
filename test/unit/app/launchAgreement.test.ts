// Lint and check say the same of a launch file: for random combinations of members, lint shows an error of the rules exactly where the check
// refuses, and the first that decides is the one that is thrown.

import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CheckError } from '../../../src/core/errors';
import { firstFailure, judgeLaunch } from '../../../src/core/check/judge';
import { LAUNCH_RULES } from '../../../src/core/check/rules';
import { checkedInputs, checkOwnerInputs, domainInputsOf, statedPlatform } from '../../../src/app/launch';
import { evidenceReader } from '../../../src/app/reportEvidence';
import { runCheck } from '../../../src/app/runCheck';
import { parseLaunchFile } from '../../../src/app/launchFile';
import { lintLaunch } from '../../../src/app/launchProblems';
import { questionIn } from '../../../src/app/launchQuestion';
import { writeSample } from '../../../src/app/sample';
import { useFolder } from '../../helpers/folder';
import { io } from '../../helpers/io';
import { seeded, type Random } from '../../helpers/random';
import { makeReport } from '../core/report/reports';

let folder: string;
const path = () => join(folder, 'a.sevlaunch.json');

const LAUNCH = { measurement: 'A'.repeat(64), apiMajor: 1, apiMinor: 55, buildId: 24, policy: 5 };
const DOMAIN = { connection: 'qemu:///system', name: 'guest' };
const TIK = 'sample_tik.bin';
const [BSP, AP] = ['vcpu0.vmsa', 'ap.vmsa'];

/** Values of each member that the schema takes; the usual ones come more than once, so that many files are good. */
const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  kernel: [undefined, 'vmlinuz.sample', 'vmlinuz.sample', 'vmlinuz.sample'],
  initrd: [undefined, undefined, 'initrd.sample'],
  cmdline: [undefined, undefined, '', 'quiet\n'],
  vcpus: [undefined, 1, 1, 2, 2, 2],
  cpu: [undefined, undefined, 'EPYC-Milan', { family: 25, model: 1, stepping: 1 }],
  profile: [undefined, undefined, undefined, 'sev-es', 'sev-es-init2', 'snp'],
  vmm: [undefined, undefined, undefined, 'ec2', 'QEMU'],
  svsm: [...Array<undefined>(9), 'OVMF.sample.fd'],
  kernelHashes: [undefined, undefined, true, false],
  policy: [...Array<undefined>(9), '0x30000', '0x10000', '0x80000000030000'],
  technology: [...Array<undefined>(9), 'sev', 'sev-es', 'snp'],
  report: [...Array<undefined>(9), 'report.bin', 'report.bin'],
  certificates: [...Array<undefined>(19), '.', ['ark.der', '.']],
  require: [...Array<undefined>(19), {}, { vmpl: 0 }],
  vmsa: [undefined, undefined, { bsp: BSP }, { bsp: BSP, ap: AP }],
  keys: [
    ...Array<unknown>(9).fill({ tik: TIK }),
    { tik: TIK, tek: 'sample_tek.bin' },
    { tik: '0'.repeat(32) },
    undefined,
  ],
  launch: [
    undefined,
    undefined,
    ...[5, 5, 7, 1, 0x41, 0x30000].map((policy) => ({ ...LAUNCH, policy })),
    { ...LAUNCH, measurement: 'AAAA' },
  ],
  domain: [undefined, DOMAIN, { ...DOMAIN, policy: 1 }, { ...DOMAIN, policy: 7 }],
};
/** Values that it refuses. */
const REFUSED: Readonly<Record<string, readonly unknown[]>> = {
  kernel: [7],
  vcpus: [0, 'two'],
  cpu: ['nonsense'],
  profile: ['amd-init'],
  vmsa: [{ ap: AP }, { bsp: BSP, ap: 1 }],
  launch: [{ ...LAUNCH, policy: 'five' }, {}],
  certificates: [[], 7],
  require: [{ vmpl: 'x' }, { nothing: 1 }, []],
};

const pick = (random: Random): Record<string, unknown> => {
  const value = pickEach(random);
  const [is, also] = [random(3) === 0, random(30) === 0];
  const launchDigest = is || also ? 'a5'.repeat(random(4) === 0 ? 32 : 48) : undefined;
  return { ...value, ...(is && !also && { launch: undefined, domain: undefined }), launchDigest };
};

const pickEach = (random: Random): Record<string, unknown> => ({
  firmware: random(40) === 0 ? undefined : 'OVMF.sample.fd',
  ...Object.fromEntries(
    Object.keys(VALUES).map((name) => {
      const values = (random(30) === 0 ? REFUSED[name] : undefined) ?? VALUES[name]!;
      return [name, values[random(values.length)]];
    }),
  ),
});

/** What a check refuses before a host is asked; undefined when it goes on, or has its answer. */
async function refused(text: string): Promise<CheckError | undefined> {
  try {
    const file = parseLaunchFile(io, text, path());
    const { launch, launchDigest, report, domain } = file;
    if (launch ?? launchDigest ?? (domain ? undefined : report))
      await runCheck(io, checkedInputs(file, 'a'), { verifyEvidence: evidenceReader(io) });
    else await checkOwnerInputs(io, { ...domainInputsOf(file, 'a'), platform: statedPlatform(file) });
    return undefined;
  } catch (error) {
    assert.ok(error instanceof CheckError, String(error));
    return error;
  }
}

/**
 * What is left to the host of a domain: the domain's own rules refuse it (vcpu-count, cpu-input), or the check does once the host has said
 * whether its launch measures pages.
 */
const LEFT_TO_HOST: readonly string[] = ['vcpus-needed', 'pages-needed', 'ap-page-needed'];

describe('Lint and check agree', () => {
  useFolder(async (made) => {
    folder = made;
    await writeSample(io, folder);
    copyFileSync(join(folder, BSP), join(folder, AP));
    writeFileSync(join(folder, 'report.bin'), makeReport('Genoa'));
    writeFileSync(join(folder, 'ark.der'), 'no certificate');
  });

  it('on 1500 random launch files: an error here is a refusal there, with the same code', async function () {
    this.timeout(60_000);
    const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
    const random = seeded(seed);
    const decided = new Set<string>();
    let good = 0;
    for (let i = 0; i < 1500; i++) {
      const value = pick(random);
      const text = JSON.stringify(value, null, 2);
      const where = `SEED=${seed}, file ${i}:\n${text}`;
      const { problems } = await lintLaunch(io, text, path(), { files: false });
      const isOpen = value['launch'] === undefined && value['domain'] !== undefined;
      const left = isOpen ? LEFT_TO_HOST : [];
      const shown = problems
        .filter(({ severity }) => severity === 'error')
        .map(({ rule }) => rule)
        .filter((rule) => !left.includes(rule));
      const error = await refused(text);
      assert.equal(shown.length > 0, error !== undefined, `${where}\n${shown.join()} ${error?.message}`);
      if (!error) {
        good += 1;
        continue;
      }
      const judged = judgeLaunch(questionIn(JSON.parse(text)), 'lint');
      const unfit = firstFailure(judged.filter(({ rule }) => !left.includes(rule)));
      // The schema comes before all rules.
      const first = shown.includes('not-a-launch-file') ? 'not-a-launch-file' : unfit!.rule;
      assert.equal(error.code, first, where);
      assert.ok(
        shown.some((rule) => rule === first),
        where,
      );
      if (first === unfit?.rule) assert.deepEqual(error.at?.member ?? [], unfit.member, where);
      decided.add(first);
    }
    // That chance left nothing out.
    assert.ok(good > 30, `${good} were good, SEED=${seed}`);
    const judged = LAUNCH_RULES.filter((row) => row.severity === 'error' && row.judge && !row.bySchema);
    const wanted: readonly string[] = ['not-a-launch-file', ...judged.map(({ id }) => id)];
    assert.deepEqual([...decided].sort(), [...wanted].sort(), `SEED=${seed}`);
  });

  for (const policy of [undefined, 1, 7])
    it(`but for one page for two vCPUs of a domain, with policy ${policy}: its host has to be asked first`, async () => {
      await checkOwnerInputs(io, {
        firmware: join(folder, 'OVMF.sample.fd'),
        vcpus: 2,
        vmsa: { bsp: join(folder, BSP) },
        keys: { tik: join(folder, TIK) },
        platform: policy === undefined ? {} : { policy },
      });
    });
});
