// The use cases on a machine in memory: a launch is written, read, judged, checked and changed without a disk, and everything that is
// said is the same as of the files of a real one.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { checkMany } from '../../../src/app/checkMany';
import type { Io } from '../../../src/app/io';
import { checkFiles, launchInputs } from '../../../src/app/launch';
import { runCheck } from '../../../src/app/runCheck';
import { sealForLaunch } from '../../../src/app/seal';
import { changeLaunchText } from '../../../src/app/launchEdits';
import { readLaunchFile, readLaunchText } from '../../../src/app/launchFile';
import { lintLaunch } from '../../../src/app/launchProblems';
import { measurementsInFolder } from '../../../src/app/launchesInFolder';
import { writeSample } from '../../../src/app/sample';
import { SAMPLE } from '../../../src/app/sampleNames';
import { readVmsaFile } from '../../../src/app/vmsaFile';
import { utf8 } from '../../../src/core/binary/hex';
import { secretGuid } from '../../../src/core/tech/sev/secret';
import { useFolder } from '../../helpers/folder';
import { io } from '../../helpers/io';
import { memoryIo } from '../../helpers/memoryIo';

const MATCHES = SAMPLE.sevEsMatches;
const MISMATCH = SAMPLE.sevEsMismatch;
/** Connects to nobody: the launches are recorded ones. */
const libvirt = {
  connect: () => Promise.reject(new Error('there are no hosts')),
  thisMachine: () => Promise.reject(new Error('there are no hosts')),
};

const inputsOf = async (machine: Io, path: string) =>
  launchInputs(await readLaunchFile(machine, path), 'a launch');

describe('A machine in memory', () => {
  const memory = memoryIo();
  let folder: string;
  const at = (name: string) => join(folder, name);
  useFolder(async (made) => {
    folder = made;
    memory.files.clear();
    for (const machine of [memory, io]) await writeSample(machine, folder);
  });

  it('has the report that the same files on a disk have', async () => {
    for (const [name, verdict] of [
      [MATCHES, 'matches'],
      [MISMATCH, 'does not match'],
    ] as const) {
      const report = await runCheck(memory, await inputsOf(memory, at(name)));
      assert.equal(report.verdict, verdict);
      assert.deepEqual(report, await runCheck(io, await inputsOf(io, at(name))));
    }
  });
  it('needs no disk for it', async () => {
    const { files, ...empty } = memoryIo();
    for (const [path, file] of memory.files) files.set(path.replace(folder, '/nowhere'), file);
    const report = await runCheck(empty, await inputsOf(empty, `/nowhere/${MATCHES}`));
    assert.equal(report.verdict, 'matches');
  });
  it('sees a changed bit', async () => {
    const image = memory.files.get(at('OVMF.sample.fd'))!;
    image.bytes[0]! ^= 1;
    assert.equal((await runCheck(memory, await inputsOf(memory, at(MATCHES)))).verdict, 'does not match');
  });
  it('checks many at once, and says which file is not there', async () => {
    memory.files.delete(at('vcpu0-wrong.vmsa'));
    const jobs = [MATCHES, MISMATCH].map((name) => ({
      path: at(name),
      prepare: async () => ({ recorded: await inputsOf(memory, at(name)) }),
    }));
    const [first, second] = await checkMany(memory, jobs, { libvirt });
    assert.equal(first?.status, 0);
    assert.ok(second && 'error' in second.outcome);
    assert.equal(second.outcome.error.code, 'unreadable-file');
  });
  it('judges the text of a launch file and the files that it names', async () => {
    const text = await readLaunchText(memory, at(MATCHES));
    assert.deepEqual((await lintLaunch(memory, text, at(MATCHES), { files: true })).problems, []);
    await memory.setMode(at('sample_tik.bin'), 0o644);
    await memory.write(at('.git/HEAD'), 'ref: refs/heads/main');
    await memory.write(at('.gitignore'), '*_tek.bin\n');
    const { problems } = await lintLaunch(memory, text, at(MATCHES), { files: true });
    assert.deepEqual(
      problems.map(({ rule, member }) => [rule, member]),
      [
        ['key-open-to-others', 'keys.tik'],
        ['key-in-work-tree', 'keys.tik'],
      ],
    );
  });
  it('changes a launch file, finds others beside it, reads pages and seals secrets', async () => {
    const text = await readLaunchText(memory, at(MATCHES));
    const edits = [{ member: ['firmware'], value: at('images/OVMF.fd') }];
    const [change] = changeLaunchText(memory, text, at(MATCHES), edits);
    assert.equal(change?.content, '"images/OVMF.fd"');
    const others = await measurementsInFolder(memory, at(MATCHES));
    assert.deepEqual(
      others.map(({ label }) => label),
      [MISMATCH],
    );
    assert.equal((await readVmsaFile(memory, at('vcpu0.vmsa'))).page.bytes.length, 4096);
    const inputs = await inputsOf(memory, at(MATCHES));
    const { image } = await checkFiles(memory, inputs);
    const secrets = [{ guid: secretGuid('luks-key'), data: utf8('secret') }];
    const { payload } = await sealForLaunch(memory, inputs, image, secrets);
    assert.ok(payload.length > 0);
  });
});
