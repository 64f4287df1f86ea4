// What to change in a launch file, found in the thread that ships: an answer for each explanation, and one sentence when the thread
// fails.

import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import type { LaunchEdit } from '../../../src/core/explain/explanation';
import { nodeIo } from '../../../src/node/io';
import * as errors from '../../../src/host/launch/errors';
import { runTask } from '../../../src/threads';
import { io } from '../../helpers/io';

const TEXT = '{"firmware":"a.fd","vcpus":4,"keys":{"tk":"k"},"domain":{"connection":"c","name":"n"}}';
const PATH = '/work/a.sevlaunch.json';
const options = { died: errors.launchEditsFailed };
const vcpus = (value: number): LaunchEdit => ({ member: ['vcpus'], value });

describe('The thread that finds what to change in a launch file', () => {
  it('answers each explanation by itself', async () => {
    const edits = [[vcpus(2)], [vcpus(4)], [vcpus(0)], []];
    const [changed, same, wrong, nothing] = await runTask(
      io,
      'changeLaunch',
      { text: TEXT, path: PATH, edits },
      options,
    );
    assert.deepEqual(changed, { changes: [{ offset: TEXT.indexOf('4'), length: 1, content: '2' }] });
    assert.deepEqual([same, nothing], [{ changes: [] }, { changes: [] }]);
    assert.ok(wrong && 'error' in wrong);
    assert.equal(wrong.error.code, 'not-a-launch-file');
    assert.deepEqual(wrong.error.at, { member: ['vcpus'] });
    assert.match(wrong.error.found, /vcpus: wanted/);
  });
  it('that cannot start ends in one sentence', async () => {
    const task = { text: TEXT, path: PATH, edits: [[vcpus(2)]] };
    await assert.rejects(runTask(nodeIo(resolve('dist/none')), 'changeLaunch', task, options), {
      code: 'launch-edits-failed',
      message: /What to change .* was not found: .*by hand/s,
    });
  });
});
