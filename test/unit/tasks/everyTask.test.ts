// Every task of the table in the thread that ships: it starts and answers, it ends, it can be stopped, and a thread that dies is
// heard once.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readFacts } from '../../../src/app/explainFacts';
import { KEY_MEMORY } from '../../../src/app/explainThreads';
import type { DigestInputs } from '../../../src/app/launch';
import { NO_REFERENCES } from '../../../src/core/check/referenceQuestion';
import type { LaunchFacts } from '../../../src/core/explain/launchFacts';
import { buildOvmf } from '../../../src/core/ovmf/build';
import { ANSWER, STATE_SIZE, type SectionJob } from '../../../src/core/ovmf/volumes/sectionJob';
import { generateVmsa } from '../../../src/core/vmsa/launch/generate';
import { nodeIo } from '../../../src/node/io';
import {
  runTask,
  startTask,
  TASKS,
  type TaskEnd,
  type TaskInput,
  type TaskName,
  type TaskRequest,
} from '../../../src/threads';
import { COMPRESSED } from '../../helpers/compressions';
import { io } from '../../helpers/io';
import { makeReport } from '../core/report/reports';

const image = buildOvmf({ size: 0x4000 });
const page = generateVmsa({
  profile: 'sev-es',
  role: 'bsp',
  cpu: { family: 25, model: 1, stepping: 1 },
}).bytes;
const text = '{"firmware":"a.fd","vcpus":4,"keys":{"tk":"k"},"domain":{"connection":"c","name":"n"}}';
const path = resolve('a.sevlaunch.json');

let folder: string;
let inputs: DigestInputs;
let facts: LaunchFacts;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-tasks-'));
  writeFileSync(join(folder, 'a.fd'), image);
  writeFileSync(join(folder, 'report.bin'), makeReport('Genoa'));
  inputs = { title: 'a', firmware: join(folder, 'a.fd'), launchDigest: new Uint8Array(32).fill(1) };
  ({ facts } = await readFacts(io, inputs, { maxVcpus: 1 }, () => undefined));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** A section, and where its answer will be. */
const STATE = () => new SharedArrayBuffer(STATE_SIZE);
const DATA = new Uint8Array(100).fill(7);
const job = (): SectionJob => {
  const stream = COMPRESSED.lzma(DATA);
  const input = new SharedArrayBuffer(stream.length);
  new Uint8Array(input).set(stream);
  return { method: 'lzma', input, size: stream.length, output: new SharedArrayBuffer(100), steps: Infinity };
};

/** What each starts with; and what one that serves is asked, which otherwise never ends. */
const CASES: {
  readonly [N in TaskName]: { readonly input: () => TaskInput<N>; readonly request?: () => TaskRequest<N> };
} = {
  readImage: { input: () => ({ image }) },
  compareImages: { input: () => ({ a: image, b: buildOvmf({ size: 0x8000 }) }) },
  exportPage: { input: () => ({ page, form: 'json', name: 'a page' }) },
  identifyPage: { input: () => ({ page }) },
  explainLog: { input: () => ({ text: 'fw_error=11' }) },
  readReport: { input: () => ({ file: makeReport('Genoa'), beside: [], at: 0 }) },
  verifyReport: { input: () => ({ report: join(folder, 'report.bin') }) },
  lintLaunch: { input: () => ({ text, path, files: false }) },
  checkDigest: { input: () => inputs },
  changeLaunch: { input: () => ({ text, path, edits: [[{ member: ['vcpus'], value: 2 }]] }) },
  fillReferences: { input: () => ({ text, path }) },
  referenceValues: {
    input: () => ({ question: { ...NO_REFERENCES, firmware: 'a.fd', cpus: 'EPYC' }, folder }),
    request: () => ({}),
  },
  explain: { input: () => ({ inputs, keyMemory: new SharedArrayBuffer(KEY_MEMORY), maxVcpus: 1 }) },
  search: {
    input: () => ({ facts, keyMemory: undefined }),
    request: () => ({ first: undefined, second: undefined, from: 0, to: 1, size: 1 }),
  },
  decompress: { input: STATE, request: job },
};
const NAMES = Object.keys(TASKS) as TaskName[];

/** What is heard of a task, and its ends. */
function start<N extends TaskName>(name: N, machine = io) {
  const { input } = CASES[name];
  const ends: TaskEnd[] = [];
  let answers = 0;
  let wake = (): void => undefined;
  const task = startTask(machine, name, input(), {
    answer: () => {
      answers++;
      wake();
    },
    end: (end) => {
      ends.push(end);
      wake();
    },
  });
  const heard = () => new Promise<void>((done) => (wake = done));
  return { task, ends, heard, answers: () => answers };
}

describe('A check in a thread', () => {
  it('compares a launch with its report, which is answered, too', async () => {
    const { title, firmware } = inputs;
    const launch = { title, firmware, vcpus: 1, cpu: { family: 25, model: 1, stepping: 1 } };
    const last = await runTask(
      io,
      'checkDigest',
      { ...launch, report: join(folder, 'report.bin') },
      { died: Error },
    );
    assert.ok(last.type === 'report' && last.evidence);
    assert.equal(last.report.verdict, 'cannot be trusted');
    assert.equal(last.evidence.picture.boxes.length, 4);
    assert.ok(last.trace.pages);
  });
});

/** Longer than what is still on its way. */
const aWhile = () => new Promise((done) => setTimeout(done, 50));

describe('A task in a thread', () => {
  for (const name of NAMES) {
    const { input, request } = CASES[name];
    if (!request)
      it(`runs to its end, with an answer: ${name}`, async () => {
        const answer: unknown = await runTask(io, name, input(), { died: Error });
        assert.ok(answer !== undefined);
      });
    it(`is stopped when it has just started, and then not heard: ${name}`, async () => {
      const { task, ends, answers } = start(name);
      await task.stop();
      await aWhile();
      assert.deepEqual([ends, answers()], [[], 0]);
    });
    if (!request)
      it(`is stopped by a signal, before and after it started: ${name}`, async () => {
        const options = { died: Error };
        assert.equal(
          await runTask(io, name, input(), { ...options, signal: AbortSignal.abort() }),
          undefined,
        );
        const stop = new AbortController();
        const running = runTask(io, name, input(), { ...options, signal: stop.signal });
        stop.abort();
        assert.equal(await running, undefined);
      });
  }
  it('that serves answers each request until it is stopped: search', async () => {
    const { task, ends, answers, heard } = start('search');
    for (let i = 0; i < 3; i++) task.request(CASES.search.request!());
    while (answers() < 3) await heard();
    assert.deepEqual(ends, []);
    await task.stop();
  });
  it('that serves answers in the memory that it shares: decompress', async () => {
    const state = STATE();
    const task = startTask(io, 'decompress', state, { answer: () => undefined, end: () => undefined });
    const section = job();
    task.request(section);
    assert.notEqual(Atomics.wait(new Int32Array(state), 0, ANSWER.none, 20_000), 'timed-out');
    assert.equal(new Int32Array(state)[0], ANSWER.whole);
    assert.deepEqual(new Uint8Array(section.output), DATA);
    await task.stop();
  });
});

describe('A task whose thread dies', () => {
  const DEATHS: readonly [title: string, script: string | undefined, why: RegExp][] = [
    ['by a failure', "throw new Error('broken')", /^broken$/],
    ['by leaving', 'process.exit(3)', /^its thread ended with 3$/],
    [
      'after an answer',
      "require('node:worker_threads').parentPort.postMessage({ type: 'answer', answer: 1 }); throw new Error('late')",
      /^late$/,
    ],
    ['before it starts', undefined, /Cannot find module/],
  ];
  for (const [title, script, why] of DEATHS)
    for (const name of NAMES)
      it(`${title} is heard once: ${name}`, async () => {
        const scripts = mkdtempSync(join(folder, 'scripts-'));
        if (script !== undefined) writeFileSync(join(scripts, 'worker.js'), script);
        const { ends, heard, task } = start(name, nodeIo(scripts));
        while (ends.length === 0) await heard();
        await task.stop();
        await aWhile();
        const [end, ...more] = ends;
        assert.deepEqual(more, []);
        assert.ok(end?.type === 'died');
        assert.match(end.why, why);
      });
});
