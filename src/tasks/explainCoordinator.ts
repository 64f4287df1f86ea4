// The thread that runs a search: reads the files, prepares the keys, has the units tried stage by stage, and
// words the answer.

import type { KeyPaths } from '../core/check/launchFile';
import * as errors from '../app/errors';
import { CheckError } from '../core/errors';
import { answerOf, isFinal, isMatch } from '../core/explain/answer';
import { partTitle, type TriedPart } from '../core/explain/covered';
import { searchSpace, type SearchSpace } from '../core/explain/causes';
import type { ExplainProgress, ExplainResult } from '../core/explain/explanation';
import { KEY_WORDS, prepareKey } from '../core/explain/measurementMac';
import { mistakenValue } from '../core/explain/mistaken';
import { planUnits, type ChangeCount, type Unit } from '../core/explain/plan';
import type { Hit } from '../core/explain/matcher';
import type { UnitResult } from '../core/explain/search';
import { readFacts } from '../app/explainFacts';
import type { CoordinatorAnswer, CoordinatorTask } from '../app/explainThreads';
import type { Io } from '../app/io';
import { withKeys } from '../app/keys';
import { SearcherPool } from './explainPool';

const STAGES: readonly ChangeCount[] = [0, 1, 2];
/** Milliseconds between two progress messages. */
const PROGRESS_EVERY = 100;

/** Runs a search and answers with its progress and its outcome. @throws CheckError when there is none */
export async function coordinate(
  io: Io,
  task: CoordinatorTask,
  answer: (answer: CoordinatorAnswer) => Promise<void>,
): Promise<void> {
  let lastReported = 0;
  const reportProgress = (progress: ExplainProgress) => {
    const now = Date.now();
    if (now - lastReported < PROGRESS_EVERY) return;
    lastReported = now;
    void answer({ type: 'progress', progress });
  };
  try {
    await answer({ type: 'result', result: await search(io, task, reportProgress) });
  } catch (error) {
    throw error instanceof CheckError ? error : errors.explainFailed(String(error));
  }
}

async function search(
  io: Io,
  task: CoordinatorTask,
  reportProgress: (progress: ExplainProgress) => void,
): Promise<ExplainResult> {
  const { inputs, keyMemory, ...scope } = task;
  const { facts, isDigestGiven, keys } = await readFacts(io, inputs, scope, (name, done, total) =>
    reportProgress({ kind: 'reading', name, done, total: total ?? done }),
  );
  if (keys) await prepareKeys(io, keys, new Int32Array(keyMemory));
  const space = searchSpace(facts);
  const pool = new SearcherPool(io, { facts, keyMemory: keys && keyMemory });
  try {
    const { hits, parts } = await tryAll(space, pool, reportProgress);
    const answer = answerOf(space, hits, parts);
    return isDigestGiven
      ? {
          ...answer,
          summary: `The value has 32 bytes, as a launch digest has, or an HMAC without its nonce, which can be compared with nothing. ${answer.summary}`,
        }
      : answer;
  } finally {
    await pool.end();
  }
}

/** Keys stay in memory only while they are prepared; whoever provided the memory clears the prepared keys. */
function prepareKeys(io: Io, paths: KeyPaths, memory: Int32Array): Promise<void> {
  return withKeys(io, paths, ({ tik, tek }) => {
    prepareKey(tik, memory, 0);
    if (tek) prepareKey(tek, memory, KEY_WORDS);
  });
}

/** Stage by stage, until a stage explains it. */
async function tryAll(
  space: SearchSpace,
  pool: SearcherPool,
  reportProgress: (progress: ExplainProgress) => void,
): Promise<{ hits: readonly Hit[]; parts: readonly TriedPart[] }> {
  const stages = STAGES.map((stage) => planUnits(space, stage));
  const total = stages.flat().reduce((all, { size }) => all + size, 0);
  const hits: Hit[] = [];
  const parts: TriedPart[] = [];
  let tried = 0;
  const isEnough = () => hits.some((hit) => isMatch(space, hit) || isFinal(space, hit));
  for (const [stage, units] of stages.entries()) {
    await pool.run(units, (unit: Unit, result: UnitResult) => {
      hits.push(...result.hits);
      parts.push({ first: unit.first, second: unit.second, tried: result.tried });
      tried += unit.size;
      reportProgress({ kind: 'trying', tried, total, title: partTitle(unit) });
      // Try every single change, since several may explain it; stop trying pairs at the first answer.
      return stage === 2 && isEnough();
    });
    // The digest of a file is hardly that of a launch in which two inputs are others.
    if (isEnough() || (stage === 1 && mistakenValue(space.facts).length > 0)) break;
  }
  return { hits, parts };
}
