// The short run of `npm test`: each target for a moment, with the same seed each time and with one that is another
// every day. A failure says how to run it again.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { Fuzzing } from './loop';
import type { Target } from './target';
import { Watch } from './watch';

const FOLDER = 'fuzz-failures';
/** Of a processor, for each seed; the runs of all targets take 20 seconds of two cores. */
const SECONDS = 0.2;
/** The least for each seed, however slow a target is, and the most. */
const [LEAST, MOST] = [3, 2000];
const DAY_MS = 86_400_000;

/** Declares a test for each target. */
export function fuzzShortly(targets: readonly Target[]): void {
  describe('Mutated inputs', () => {
    let watch: Watch;
    before(() => {
      watch = new Watch(FOLDER);
    });
    after(() => watch.stop());

    for (const target of targets) {
      it(`keep what must hold of ${target.name}`, async () => {
        for (const seed of [1, Math.floor(Date.now() / DAY_MS)]) await once(target, seed, watch);
      });
    }
  });
}

async function once(target: Target, seed: number, watch: Watch): Promise<void> {
  const fuzzing = new Fuzzing(target, seed, watch);
  await fuzzing.run({ executions: LEAST, seconds: Infinity, stopAtFailure: true });
  await fuzzing.run({ executions: MOST, seconds: SECONDS, stopAtFailure: true });
  const [failure] = fuzzing.result.failures;
  if (!failure) return;
  mkdirSync(FOLDER, { recursive: true });
  const name = createHash('sha256').update(failure.input).digest('hex').slice(0, 8);
  const path = `${FOLDER}/${target.name}-${name}`;
  writeFileSync(path, failure.input);
  assert.fail(
    `seed ${seed}: ${failure.message}\nagain: npm run fuzz -- --target ${target.name} --input ${path}`,
  );
}
