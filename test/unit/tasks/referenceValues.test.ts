// The task behind the page of reference values, in the thread that ships: what it saves and copies has the bytes that the command prints which the
// page shows, in every form of every mode; it shows rows as they come, and is stopped at any of them.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formRow, type Form } from '../../../src/core/check/digestForms';
import {
  formsOf,
  NO_REFERENCES,
  REFERENCE_FILE,
  REFERENCE_MODES,
  referenceArguments,
  referenceCommand,
  withMode,
  type ReferenceMode,
  type ReferenceQuestion,
} from '../../../src/core/check/referenceQuestion';
import { shellWords } from '../../../src/core/domain/shellWords';
import { buildOvmf } from '../../../src/core/ovmf/build';
import { SVSM_INFO } from '../../../src/core/ovmf/entries';
import { PREVIEW, type ReferenceAnswer } from '../../../src/protocol/references';
import { startTask, type TaskEnd } from '../../../src/threads';
import { runHere } from '../../helpers/cli';
import { io } from '../../helpers/io';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-references-'));
  writeFileSync(join(folder, 'OVMF.fd'), buildOvmf({ size: 0x20000 }));
  writeFileSync(join(folder, 'my kernel'), 'fake vmlinuz\n');
  writeFileSync(join(folder, 'initrd'), 'fake initrd\n');
  const entry = { guid: SVSM_INFO.guid, data: Uint8Array.of(0, 0x10, 0, 0) };
  writeFileSync(join(folder, 'svsm.bin'), buildOvmf({ size: 0x10000, extraEntries: [entry] }));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** A running task, whose answers are taken one by one. */
function start(question: ReferenceQuestion) {
  const heard: (ReferenceAnswer | TaskEnd)[] = [];
  let wake = (): void => undefined;
  const hear = (message: ReferenceAnswer | TaskEnd) => {
    heard.push(message);
    wake();
  };
  const task = startTask(io, 'referenceValues', { question, folder }, { answer: hear, end: hear });
  const next = async () => {
    while (heard.length === 0) await new Promise<void>((done) => (wake = done));
    return heard.shift()!;
  };
  /** The next answer of a type; an end is a failure. */
  const until = async <T extends ReferenceAnswer['type']>(type: T) => {
    for (;;) {
      const answer = await next();
      if (answer.type === type) return answer as Extract<ReferenceAnswer, { type: T }>;
      assert.ok(!['failed', 'died', 'refused'].includes(answer.type), JSON.stringify(answer));
    }
  };
  return { task, next, until };
}

const LAUNCH = {
  ...{ firmware: 'OVMF.fd', kernel: 'my kernel', initrd: 'initrd' },
  cmdline: `console=hvc0 nr_cpus={vcpus} it's="quoted" $HOME`,
};
const LAUNCHES: Readonly<Record<ReferenceMode, Partial<ReferenceQuestion>>> = {
  snp: { ...LAUNCH, cpus: 'EPYC-v4, 25/17/1,EPYC', features: '0x21' },
  'snp:svsm': { firmware: 'OVMF.fd', svsm: 'svsm.bin', varsSize: '0x10000', cpus: 'EPYC-v4' },
  seves: { ...LAUNCH, cpus: 'all', profile: 'all' },
};

/** A question of a mode, of one launch where the form is of one. */
function questionOf(mode: ReferenceMode, format: Form): ReferenceQuestion {
  const base = { ...withMode(NO_REFERENCES, mode), ...LAUNCHES[mode], format };
  return formRow(format).of === 'one'
    ? { ...base, vcpus: '3', cpus: 'EPYC-v4', svn: format === 'corim' ? '7' : '' }
    : { ...base, vcpus: '1-3,8' };
}

describe('Reference values of the page', () => {
  for (const mode of Object.keys(REFERENCE_MODES) as ReferenceMode[])
    for (const format of formsOf(mode))
      it(`have the bytes that the command writes: ${mode}, ${format}`, async () => {
        const question = questionOf(mode, format);
        const words = shellWords(referenceCommand(question)).words;
        assert.deepEqual(words, ['sevscope', ...referenceArguments(question)]);
        const { status, stderr } = await runHere(words.slice(1), folder);
        assert.equal(status, 0, stderr);
        const name = `${REFERENCE_FILE}.${formRow(format).extension}`;
        const ofCommand = readFileSync(join(folder, name));
        assert.ok(ofCommand.length > 0);
        const { task, until } = start(question);
        await until('computed');
        task.request({ path: join(folder, 'saved') });
        await until('saved');
        assert.deepEqual(readFileSync(join(folder, 'saved')), ofCommand);
        task.request({});
        const { text } = await until('text');
        assert.equal(text, formRow(format).binary ? undefined : ofCommand.toString());
        await task.stop();
      });

  it('are shown as they come, the first of them, and counted', async () => {
    const { task, until, next } = start({
      ...withMode(NO_REFERENCES, 'snp'),
      ...{ firmware: 'OVMF.fd', vcpus: '1-512', cpus: 'EPYC-v4,EPYC,EPYC-Milan', format: 'csv' },
    });
    const counts: number[] = [];
    let rows = 0;
    for (let answer = await next(); answer.type !== 'computed'; answer = await next()) {
      if (answer.type !== 'rows') continue;
      assert.equal(answer.total, 3 * 512);
      counts.push(answer.done);
      rows += answer.rows.length;
    }
    assert.equal(rows, PREVIEW);
    assert.deepEqual(
      counts,
      counts.toSorted((a, b) => a - b),
    );
    assert.ok(counts.length > 10 && counts.at(-1) === 3 * 512);
    // What is copied has all.
    task.request({});
    assert.equal((await until('text')).text?.split('\r\n').length, 3 * 512 + 2);
    await task.stop();
  });

  it('are stopped long before their end', async () => {
    // More pages than anybody waits for: for each number of vCPUs all of them anew.
    const { task, until } = start({
      ...withMode(NO_REFERENCES, 'snp'),
      ...{ ...LAUNCH, profile: 'all', vcpus: '1-4096', cpus: 'all' },
    });
    for (let done = 0; done < 64;) ({ done } = await until('rows'));
    await task.stop();
  });

  const REFUSED: readonly [what: string, change: Partial<ReferenceQuestion>, code: string, input: string][] =
    [
      ['no firmware', { firmware: '' }, 'file-needed', 'firmware'],
      ['firmware that is not there', { firmware: 'no.fd' }, 'unreadable-file', 'firmware'],
      ['a kernel that is not there', { kernel: 'no' }, 'unreadable-file', 'kernel'],
      ['an initrd without a kernel', { kernel: '', cmdline: '' }, 'kernel-needed', 'kernel'],
      ['no vCPUs', { vcpus: '' }, 'bad-vcpu-list', 'vcpus'],
      ['a range that ends before it starts', { vcpus: '8-1' }, 'bad-vcpu-list', 'vcpus'],
      ['more vCPUs than a machine has', { vcpus: '1-5000' }, 'bad-vcpu-list', 'vcpus'],
      ['no CPU', { cpus: ' ' }, 'cpu-needed', 'cpu'],
      ['a CPU that nobody knows', { cpus: 'EPYC-v4,EPYC-v99' }, 'unknown-cpu-model', 'cpu'],
      ['CPU numbers that are none', { cpus: '25/x/1' }, 'bad-matrix-cpu', 'cpu'],
      ['a profile of another mode', { profile: 'sev-es' }, 'profile-of-other-mode', 'profile'],
      ['SEV features that are no number', { features: 'Turbo' }, 'bad-sev-features', 'features'],
      ['several CPUs in a form of one launch', { format: 'corim', vcpus: '2' }, 'form-of-one-launch', 'cpu'],
      ['several vCPUs in a form of one launch', { format: 'dstack' }, 'form-of-one-launch', 'vcpus'],
      [
        'several profiles in a form of one launch',
        { format: 'corim', vcpus: '2', cpus: 'EPYC', profile: 'all' },
        'form-of-one-launch',
        'profile',
      ],
      [
        'a launch of which dstack knows nothing',
        {
          format: 'dstack',
          vcpus: '2',
          cpus: 'EPYC',
          profile: 'snp-ec2',
          kernel: '',
          initrd: '',
          cmdline: '',
        },
        'no-dstack-inputs',
        'format',
      ],
      ['an SVN that is no number', { format: 'corim-amd', svn: '-1' }, 'bad-svn', 'svn'],
      ['a form of SEV-SNP for SEV-ES', { mode: 'seves', format: 'rvps' }, 'form-of-other-mode', 'format'],
      ['no SVSM', { mode: 'snp:svsm', format: 'csv', profile: 'snp-svsm' }, 'file-needed', 'svsm'],
      [
        'a size of variables that is none',
        { mode: 'snp:svsm', profile: 'snp-svsm', svsm: 'svsm.bin', varsSize: 'much' },
        'bad-vars-size',
        'varsSize',
      ],
    ];
  for (const [what, change, code, input] of REFUSED)
    it(`are refused with the input that is wrong: ${what}`, async () => {
      const { next } = start({ ...questionOf('snp', 'csv'), ...change });
      let end = await next();
      while (end.type === 'reading' || end.type === 'rows') end = await next();
      assert.ok(end.type === 'failed', end.type);
      assert.deepEqual([end.error.code, end.error.at?.input], [code, input]);
    });

  it('cannot be saved where nothing can be written nor over what they are of, and then can be elsewhere', async () => {
    const { task, next, until } = start(questionOf('snp', 'rvps'));
    await until('computed');
    task.request({ path: join(folder, 'no folder', 'saved') });
    const refused = await next();
    assert.ok(refused.type === 'refused');
    for (const name of ['OVMF.fd', 'my kernel', 'initrd']) {
      const before = readFileSync(join(folder, name));
      task.request({ path: join(folder, name) });
      const input = await next();
      assert.ok(input.type === 'refused');
      assert.equal(input.error.code, 'output-is-input');
      assert.deepEqual(readFileSync(join(folder, name)), before);
    }
    task.request({ path: join(folder, 'saved') });
    await until('saved');
    await task.stop();
  });
});
