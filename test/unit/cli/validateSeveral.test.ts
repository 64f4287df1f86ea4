// `sevscope validate --launch` with several files: lines that a problem matcher reads, the greatest exit status, JSON, JUnit XML, and
// options that cannot be meant. With one plain path all is as before.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SAMPLE } from '../../../src/app/sampleNames';
import { runHere } from '../../helpers/cli';

let folder: string;
/** The two of SEV-ES. */
const SEV_ES = '*-sev-es-*.sevlaunch.json';
const at = (name: string) => join(folder, name);
const cli = (...args: string[]) => runHere(['validate', ...args], folder);

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-several-'));
  await runHere(['sample', '.'], folder);
  const matches = readFileSync(at(SAMPLE.sevEsMatches), 'utf8');
  mkdirSync(at('more/node_modules'), { recursive: true });
  const elsewhere = matches.replace(/: "(OVMF|vmlinuz|initrd|sample_)/g, ': "../$1');
  writeFileSync(at('more/copy.sevlaunch.json'), elsewhere);
  writeFileSync(at('more/[odd].sevlaunch.json'), elsewhere);
  writeFileSync(at('more/node_modules/not.sevlaunch.json'), matches);
  writeFileSync(at('debug.json'), matches.replace('"policy": 5', '"policy": 4'));
  writeFileSync(at('broken.json'), '{\n  "firmware": \n}\n');
  writeFileSync(at('shape.json'), matches.replace('"vcpus": 2', '"vcpus": 0'));
  writeFileSync(at('gone.json'), matches.replace('initrd.sample', 'gone\\u001b[1A'));
  writeFileSync(at('cpu.json'), matches.replace('EPYC-Milan', 'EPYC-Nowhere'));
  const domain = { connection: 'qemu+ext:///system?command=/bin/false', name: 'guest' };
  const asked = { ...(JSON.parse(matches) as object), launch: undefined, domain };
  writeFileSync(at('domain.json'), JSON.stringify(asked, null, 2));
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The problem matcher of the manifest. */
const { pattern } = (
  JSON.parse(readFileSync('package.json', 'utf8')) as {
    contributes: { problemMatchers: [{ pattern: { regexp: string } }] };
  }
).contributes.problemMatchers[0];

describe('Several launches', () => {
  it('have a line each and a summary', async () => {
    const { stdout, stderr, status } = await cli('--launch', '**/*.sevlaunch.json');
    assert.deepEqual(
      stdout.split('\n').map((line) => line.split(/:(?= )/)[0]),
      [
        `OK ${SAMPLE.snpMatches}`,
        `MISMATCH ${SAMPLE.snpMismatch}:10:3`,
        `OK ${SAMPLE.sevEsMatches}`,
        `MISMATCH ${SAMPLE.sevEsMismatch}:13:5`,
        'OK more/[odd].sevlaunch.json',
        'OK more/copy.sevlaunch.json',
        '6 launches',
        '',
      ],
    );
    assert.match(stdout, /\n6 launches: 4 match, 2 do not, 0 without a verdict\n$/);
    assert.equal(stderr, '');
    assert.equal(status, 1);
  });

  const problems: [string, number, string, RegExp][] = [
    [SAMPLE.snpMismatch, 1, 'error', /"launchDigest"/],
    [SAMPLE.sevEsMismatch, 1, 'error', /"measurement"/],
    ['broken.json', 2, 'error', /^\}$/],
    ['shape.json', 2, 'error', /"vcpus"/],
    ['gone.json', 6, 'error', /"initrd"/],
    ['cpu.json', 2, 'error', /"cpu"/],
    ['domain.json', 2, 'error', /"domain"/],
    ['nowhere.json', 6, 'error', /./],
  ];
  for (const [name, wanted, severity, where] of problems) {
    it(`point at what is wrong in ${name}`, async () => {
      const { stdout, status } = await cli('--launch', SAMPLE.sevEsMatches, name);
      const [, line = ''] = stdout.split('\n');
      const found = new RegExp(pattern.regexp).exec(line);
      assert.ok(found, line);
      const [, file, row, column, level, message] = found;
      assert.deepEqual([file, level, status], [name, severity, wanted]);
      assert.ok(message!.length > 20 && Number(column) >= 1);
      if (name === 'nowhere.json') return;
      assert.match(readFileSync(at(name), 'utf8').split('\n')[Number(row) - 1]!, where);
      assert.ok(!stdout.includes('\u001b'));
    });
  }

  it('tell warnings, too, as the matcher reads them', async () => {
    const { stdout } = await cli('--launch', 'debug.json', SAMPLE.sevEsMatches);
    const [mismatch, warning] = stdout.split('\n');
    assert.match(mismatch!, /^MISMATCH debug\.json:/);
    assert.equal(new RegExp(pattern.regexp).exec(warning!)?.[4], 'warning');
  });

  it('print one array with --json', async () => {
    const { stdout, status } = await cli('--json', '--launch', SAMPLE.sevEsMatches, 'gone.json');
    const [good, gone] = JSON.parse(stdout) as [Record<string, unknown>, Record<string, unknown>];
    assert.equal((good['report'] as { verdict: string }).verdict, 'matches');
    assert.deepEqual(
      [good['file'], good['status'], gone['file'], gone['status']],
      [SAMPLE.sevEsMatches, 0, 'gone.json', 6],
    );
    const { message, ...error } = gone['error'] as { message: string };
    assert.match(message, /gone.\[1A cannot be read: .*\. Check the path\.$/);
    assert.deepEqual(error, {
      kind: 'bug',
      code: 'unreadable-file',
      advice: 'Check the path.',
      at: { input: 'initrd', member: ['initrd'] },
      line: 5,
      column: 3,
    });
    assert.equal(status, 6);
  });

  it('print nothing with --quiet, and are the same file once', async () => {
    const quiet = await cli('--quiet', '--launch', SEV_ES, `./${SAMPLE.sevEsMatches}`);
    assert.deepEqual([quiet.stdout, quiet.stderr, quiet.status], ['', '', 1]);
    const { stdout } = await cli('--launch', `./${SAMPLE.sevEsMatches}`, SAMPLE.sevEsMatches);
    assert.match(stdout, /1 launch: 1 match/);
  });

  it('take options of the owner for all', async () => {
    writeFileSync(at('other.bin'), Buffer.alloc(16));
    const keys = ['--tik', 'other.bin', '--tek', 'other.bin'];
    const { stdout } = await cli('--launch', SEV_ES, ...keys);
    assert.match(stdout, /2 launches: 0 match, 2 do not/);
  });

  const refused: [string[], RegExp][] = [
    [['-m', 'AAAA'], /^ERROR: --measurement is about one launch/],
    [['--policy', '5'], /^ERROR: --policy is about one launch/],
    [['-o', 'guest'], /^ERROR: --domain is about one launch/],
    [['-s', 'luks-key:x'], /^ERROR: --inject-secret is about one launch/],
    [['--launch', 'no*such.json'], /^ERROR: No file matches "no\*such\.json"/],
  ];
  for (const [args, wanted] of refused) {
    it(`are refused ${args.join(' ')}`, async () => {
      const { status, stderr, stdout } = await cli('--launch', SEV_ES, ...args);
      assert.equal(status, 2);
      assert.match(stderr, wanted);
      assert.equal(stdout, '');
    });
  }
});

describe('One launch', () => {
  it('by its path is answered as before, by a pattern as several are', async () => {
    const one = await cli('--launch', 'more/[odd].sevlaunch.json');
    assert.match(one.stdout, /^OK: The reported measurement/);
    const pattern1 = await cli('--launch', 'more/c*.sevlaunch.json');
    assert.match(pattern1.stdout, /^OK more\/copy\.sevlaunch\.json: .*\n1 launch: 1 match/);
  });

  const cases: [string, string[], number, RegExp][] = [
    ['a match', ['--launch', SAMPLE.sevEsMatches], 0, /tests="1" failures="0" errors="0"/],
    ['a mismatch', ['--launch', SAMPLE.sevEsMismatch], 1, /<failure message="The reported/],
    ['no verdict', ['--launch', 'gone.json'], 6, /<error message=".*gone\\u001b\[1A cannot be read/],
    ['several', ['--launch', SEV_ES], 1, /tests="2" failures="1" errors="0"/],
  ];
  for (const [name, args, wanted, xml] of cases) {
    it(`and others write ${name} as JUnit XML`, async () => {
      const { status } = await cli(...args, '--junit', 'results.xml');
      assert.equal(status, wanted);
      assert.match(readFileSync(at('results.xml'), 'utf8'), xml);
    });
  }

  it('says so when the results cannot be written', async () => {
    const { status, stderr } = await cli('--launch', SAMPLE.sevEsMatches, '--junit', 'no/where.xml');
    assert.equal(status, 6);
    assert.match(stderr, /where\.xml cannot be written/);
  });
});
