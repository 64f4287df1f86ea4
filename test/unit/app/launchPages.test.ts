// VMSA pages that a launch names are read in every form that other pages are read in, and refused in the same words:
// by a check, by lint and by the search for an explanation.

import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPages } from '../../../src/core/vmsa/forms/findPages';
import { EXPORTS } from '../../../src/core/vmsa/forms/exportPage';
import { readFacts } from '../../../src/app/explainFacts';
import { checkOwnerInputs, launchInputs, type LaunchInputs } from '../../../src/app/launch';
import { runCheck } from '../../../src/app/runCheck';
import { parseLaunchFile } from '../../../src/app/launchFile';
import { lintLaunch } from '../../../src/app/launchProblems';
import { writeSample } from '../../../src/app/sample';
import { SAMPLE } from '../../../src/app/sampleNames';
import type { CheckError } from '../../../src/core/errors';
import { PREFIXES, kernelLog } from '../../helpers/dumps';
import { runHere } from '../../helpers/cli';
import { useFolder } from '../../helpers/folder';
import { io } from '../../helpers/io';

let folder: string;
const at = (name: string) => join(folder, name);
const MATCHES = SAMPLE.sevEsMatches;
let given: LaunchInputs;
let [bsp, ap] = [Buffer.alloc(0), Buffer.alloc(0)];

const withFiles = (files: { bsp: string; ap: string }): LaunchInputs => ({
  ...given,
  cpu: undefined,
  profile: undefined,
  vmsa: { bsp: at(files.bsp), ap: at(files.ap) },
});

describe('The VMSA pages of a launch', () => {
  useFolder(async (made) => {
    folder = made;
    await writeSample(io, folder);
    given = launchInputs(parseLaunchFile(io, readFileSync(at(MATCHES), 'utf8'), at(MATCHES)), 'a');
    const build = ['vmsa', 'build', '--cpu-model', 'EPYC-Milan', '--firmware', 'OVMF.sample.fd'];
    for (const cpu of ['0', '1']) {
      const { status, stderr } = await runHere([...build, '--cpu', cpu, `${cpu}.vmsa`], folder);
      assert.equal(status, 0, stderr);
    }
    [bsp, ap] = [readFileSync(at('0.vmsa')), readFileSync(at('1.vmsa'))];
  });

  type Form = [title: string, write: (page: Buffer) => string | Uint8Array, note?: RegExp | undefined];
  const forms: Form[] = [
    ['a raw page', (page) => page],
    ...EXPORTS.map(({ id, write }): Form => [
      `what "vmsa export --as ${id}" writes`,
      (page) => write(page, 'page'),
      id === 'sevctl' ? /sevctl JSON/ : undefined,
    ]),
    [
      "a kernel log with Linux's dump",
      (page) => `${kernelLog([page], PREFIXES['dmesg']!).join('\n')}\n`,
      /the rest of the page was filled up with zeros/,
    ],
    ['hexadecimal with a byte order mark', (page) => `\ufeff${page.toString('hex')}\n`],
    ['hexadecimal in UTF-16', (page) => Buffer.from(`\ufeff${page.toString('hex')}\n`, 'utf16le')],
  ];
  for (const [title, write, note] of forms)
    it(`are read from ${title}`, async () => {
      const files = { bsp: 'bsp.txt', ap: 'ap.txt' };
      writeFileSync(at(files.bsp), write(bsp));
      writeFileSync(at(files.ap), write(ap));
      const inputs = withFiles(files);
      await checkOwnerInputs(io, inputs);
      const report = await runCheck(io, inputs);
      assert.equal(report.verdict, 'matches');
      assert.equal(report.warnings.length, note ? 2 : 0);
      if (note) for (const warning of report.warnings) assert.match(warning, note);
      const { facts } = await readFacts(io, inputs, {}, () => undefined);
      assert.deepEqual([facts.vmsa!.bsp.length, facts.vmsa!.ap!.length], [4096, 4096]);
      const { problems } = await lint({ bsp: files.bsp, ap: files.ap });
      assert.deepEqual(problems, []);
    });

  const lint = (vmsa: object) => {
    const file = JSON.parse(readFileSync(at(MATCHES), 'utf8')) as object;
    const text = JSON.stringify({ ...file, cpu: undefined, profile: undefined, vmsa });
    return lintLaunch(io, text, at('a.sevlaunch.json'), { files: true });
  };

  const whole = (page: Buffer) => kernelLog([page], PREFIXES['dmesg']!).join('\n');
  const refused: [title: string, bytes: () => string | Uint8Array, found: RegExp][] = [
    ['cut short', () => bsp.subarray(0, 4000), /It is cut short/],
    ['a key', () => readFileSync(at('sample_tik.bin')), /It has 16 bytes/],
    ['a firmware image', () => readFileSync(at('OVMF.sample.fd')), /open it as an OVMF image/],
    ['a torn dump', () => whole(bsp).split('\n').toSpliced(20, 3).join('\n'), /lines are missing/],
    ['base64 that is cut', () => bsp.toString('base64').slice(0, 1000), /It is cut short/],
    ['the pages of two vCPUs', () => Buffer.concat([bsp, ap]), /has 2 pages \(VMSA pages one after/],
    ['the log of two vCPUs', () => `${whole(bsp)}\n${whole(ap)}\n`, /has 2 pages \(kernel log\)/],
    ['nothing', () => '', /The file is empty/],
  ];
  for (const [title, bytes, found] of refused)
    it(`are not read from ${title}, which is said in the same words everywhere`, async () => {
      writeFileSync(at('odd'), bytes());
      const inputs = { ...withFiles({ bsp: '0.vmsa', ap: 'odd' }) };
      const failures = await Promise.all(
        [runCheck(io, inputs), checkOwnerInputs(io, inputs), readFacts(io, inputs, {}, () => undefined)].map(
          (work) =>
            work.then(
              () => assert.fail('It was taken.'),
              (error: unknown) => error as CheckError,
            ),
        ),
      );
      for (const { code, message, at: place } of failures) {
        assert.deepEqual([code, place?.input], ['not-a-page', 'vmsa.ap']);
        assert.match(message, found);
        assert.equal(message, failures[0]!.message);
      }
      const { problems } = await lint({ bsp: '0.vmsa', ap: 'odd' });
      assert.deepEqual(
        problems.map(({ rule, member, message }) => [rule, member, message]),
        [['not-a-page', 'vmsa.ap', failures[0]!.message.replace(at('odd'), 'odd')]],
      );
      const read = findPages(readFileSync(at('odd')));
      if ('reason' in read) assert.ok(failures[0]!.message.endsWith(read.reason));
    });

  it('may stand behind as much log as is read of any file, and no more', async () => {
    writeFileSync(at('log'), `${whole(bsp)}\n`);
    appendFileSync(at('log'), Buffer.alloc(64 * 2 ** 20 - readFileSync(at('log')).length, 'a line\n'));
    assert.equal((await runCheck(io, withFiles({ bsp: 'log', ap: '1.vmsa' }))).verdict, 'matches');
    appendFileSync(at('log'), '\n');
    await assert.rejects(runCheck(io, withFiles({ bsp: 'log', ap: '1.vmsa' })), {
      code: 'file-too-large',
      at: { input: 'vmsa.bsp', member: ['vmsa', 'bsp'] },
    });
  });
});
