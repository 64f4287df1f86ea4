// Many checks at once: files that they share are read once, each has its own result in its own place, and none stops another.

import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkMany, type LaunchJob, type LaunchResult } from '../../../src/app/checkMany';
import { DigestCache } from '../../../src/app/digestCache';
import { readMeasured } from '../../../src/app/firmware';
import { launchInputs, type LaunchInputs } from '../../../src/app/launch';
import { runCheck } from '../../../src/app/runCheck';
import { readLaunchFile } from '../../../src/app/launchFile';
import { libvirt } from '../../../src/libvirt/client';
import { writeSample } from '../../../src/app/sample';
import { SAMPLE } from '../../../src/app/sampleNames';
import { useFolder } from '../../helpers/folder';
import { io } from '../../helpers/io';

let folder: string;
const at = (name: string) => join(folder, name);

/** Each suite starts with the sample. */
const withSample = () => {
  useFolder((made) => writeSample(io, (folder = made)));
};

const job = (
  name: string,
  change: (inputs: LaunchInputs) => Partial<LaunchInputs> = () => ({}),
): LaunchJob => ({
  path: at(name),
  prepare: async () => {
    const inputs = launchInputs(await readLaunchFile(io, at(name)), name);
    return { recorded: { ...inputs, ...change(inputs) } };
  },
});

const ending = ({ outcome }: LaunchResult) =>
  'report' in outcome ? outcome.report.verdict : outcome.error.kind;

describe('Many checks', () => {
  withSample();
  it('that share a firmware, a kernel and an initrd read each once', async () => {
    const reads: string[] = [];
    const jobs = Array.from({ length: 100 }, (_, i) =>
      job(SAMPLE.sevEsMatches, () => ({ vcpus: 1 + (i % 4) })),
    );
    const results = await checkMany(io, jobs, {
      libvirt,
      onProgress: (name, done, total) => done === total && reads.push(name),
    });
    assert.deepEqual(reads.sort(), ['OVMF.sample.fd', 'initrd.sample', 'vmlinuz.sample']);
    const wanted = jobs.map((_, i) => (i % 4 === 1 ? 'matches' : 'does not match'));
    assert.deepEqual(results.map(ending), wanted);
  });

  it('against launch digests read a firmware once, too, whatever else is checked with it', async () => {
    const reads: string[] = [];
    const firmware = at('OVMF.sample.fd');
    const digests = Array.from({ length: 50 }, (_, i) => ({
      ...{ title: `${i}`, firmware, cpu: { family: 25, model: 1, stepping: 1 }, vcpus: 1 + (i % 4) },
      launchDigest: new Uint8Array(i % 2 === 0 ? 32 : 48),
    }));
    const jobs = [
      job('matches.sevlaunch.json'),
      ...digests.map((recorded) => ({
        path: at(recorded.title),
        prepare: () => Promise.resolve({ recorded }),
      })),
    ];
    const results = await checkMany(io, jobs, {
      libvirt,
      onProgress: (name, done, total) => done === total && reads.push(name),
    });
    assert.equal(reads.filter((name) => name === 'OVMF.sample.fd').length, 1);
    assert.deepEqual(new Set(results.slice(1).map(ending)), new Set(['does not match']));
  });

  it('each have the report that they have alone', async () => {
    const names = [SAMPLE.sevEsMatches, SAMPLE.sevEsMismatch];
    const results = await checkMany(
      io,
      [...names, ...names].map((name) => job(name)),
      { libvirt },
    );
    for (const [i, { outcome }] of results.entries()) {
      const name = names[i % 2]!;
      const alone = await runCheck(io, launchInputs(await readLaunchFile(io, at(name)), name));
      assert.deepEqual('report' in outcome && outcome.report, alone);
    }
  });

  it('that fail stop no other, and all come in the order of the jobs', async () => {
    const ended: number[] = [];
    const results = await checkMany(
      io,
      [
        job('gone.sevlaunch.json'),
        job(SAMPLE.sevEsMatches),
        job(SAMPLE.sevEsMatches, () => ({ firmware: at('gone.fd') })),
        { path: at('odd'), prepare: () => Promise.reject(new TypeError('odd')) },
        job(SAMPLE.sevEsMismatch),
        job(SAMPLE.sevEsMatches, () => ({ vcpus: undefined })),
      ],
      { libvirt, onResult: (_result, index) => ended.push(index) },
    );
    assert.deepEqual(results.map(ending), ['bug', 'matches', 'bug', 'bug', 'does not match', 'usage']);
    assert.deepEqual(
      results.map(({ status }) => status),
      [6, 0, 6, 6, 1, 2],
    );
    assert.deepEqual(ended.sort(), [0, 1, 2, 3, 4, 5]);
    assert.ok(results.every(({ milliseconds }) => milliseconds >= 0));
  });

  it('that are cancelled say so, and no more is begun', async () => {
    const stop = new AbortController();
    const started: number[] = [];
    const jobs = Array.from({ length: 40 }, () => job(SAMPLE.sevEsMatches));
    const results = await checkMany(io, jobs, {
      libvirt,
      signal: stop.signal,
      onStart: (index) => {
        started.push(index);
        stop.abort();
      },
    });
    assert.equal(started.length, 1);
    assert.ok(results.every(({ status }) => status === 5));
  });
});

describe('The digests of a batch', () => {
  withSample();
  const firmware = () => at('OVMF.sample.fd');

  it('are those of the files, and each user goes on hashing for itself', async () => {
    const cache = new DigestCache(io);
    const [alone, ...shared] = await Promise.all([
      readMeasured(io, firmware()),
      ...Array.from({ length: 3 }, () => cache.firmware(firmware())),
    ]);
    assert.equal(cache.filesRead, 1);
    for (const { hasher, name, bytes, sha256, image } of shared) {
      const { name: n, bytes: b, sha256: d, image: i } = alone;
      assert.deepEqual([name, bytes, sha256, image], [n, b, d, i]);
      const expected = alone.hasher.copy();
      for (const one of [expected, hasher]) one.update(Buffer.from('x'));
      assert.deepEqual(hasher.digest(), expected.digest());
    }
  });

  const changes: [string, (path: string) => void][] = [
    [
      'other bytes of the same length',
      (path) => {
        const bytes = readFileSync(path);
        bytes[0]! ^= 1;
        writeFileSync(path, bytes);
      },
    ],
    [
      'another time',
      (path) => {
        utimesSync(path, 1, 1);
      },
    ],
    [
      'another file in its place',
      (path) => {
        rmSync(path);
        copyFileSync(at('vmlinuz.sample'), path);
      },
    ],
  ];
  for (const [name, change] of changes) {
    it(`are read again for ${name}`, async () => {
      const cache = new DigestCache(io);
      await cache.digest(firmware(), 'kernel');
      change(firmware());
      const { sha256 } = await cache.digest(firmware(), 'kernel');
      assert.equal(cache.filesRead, 2);
      assert.deepEqual(sha256, (await io.digest(firmware(), 'kernel')).sha256);
    });
  }
});
