// Deals the test files out to processes by their last run times, which are kept in .cache/, so that all processes
// end at about the same time. Used by both `npm test` and `npm run check`.
// @ts-check

import { existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { filesBelow } from './bundle.mjs';
import { CACHE, ROOT, readJson } from './run.mjs';

/** Where the seconds of each file are kept, as paths below out/test: of whole runs, and of quick ones, which try fewer cases. */
const MEMORIES = { whole: join(CACHE, 'test-seconds.json'), quick: join(CACHE, 'quick-seconds.json') };
/** The estimate for a file that was never run: this many bytes of source take a second, whatever the tier. */
const BYTES_PER_SECOND = 4000;

/** @typedef {Record<string, number>} Seconds */
/** @typedef {keyof typeof MEMORIES} Kind of a run */

/** @returns {Seconds} times from earlier runs; empty when they cannot be read */
function remembered(/** @type {Kind} */ kind) {
  const memory = MEMORIES[kind];
  try {
    return existsSync(memory) ? /** @type {Seconds} */ (readJson(memory)) : {};
  } catch {
    return {};
  }
}

const keyOf = (/** @type {string} */ file) => relative(join(ROOT, 'out/test'), file);

/**
 * Stores run times for the next run; drops those of deleted files.
 * @param {Seconds} seconds by absolute path
 * @param {Kind} [kind]
 */
export function remember(seconds, kind = 'whole') {
  const memory = MEMORIES[kind];
  const known = { ...remembered(kind) };
  for (const [file, took] of Object.entries(seconds)) known[keyOf(file)] = Math.round(took * 100) / 100;
  const kept = Object.entries(known).filter(([file]) => existsSync(join(ROOT, 'out/test', file)));
  mkdirSync(CACHE, { recursive: true });
  // Renamed into place: two concurrent runs may both get here.
  writeFileSync(`${memory}.${process.pid}`, JSON.stringify(Object.fromEntries(kept.sort()), null, 1));
  renameSync(`${memory}.${process.pid}`, memory);
}

/**
 * Deals out the built test files of a tier: the longest goes to the part with the least to do, and so on.
 * @param {string} tier
 * @param {number} count how many parts
 * @param {Kind} [kind]
 * @returns {{files: string[], seconds: number}[]} absolute paths and estimated times; the longest part first, no
 * empty ones
 */
export function deal(tier, count, kind = 'whole') {
  const known = { ...remembered('whole'), ...remembered(kind) };
  const files = filesBelow(`test/${tier}`, '.test.ts').map((source) => {
    const file = join(ROOT, 'out', source.replace(/ts$/, 'js'));
    return { file, seconds: known[keyOf(file)] ?? statSync(join(ROOT, source)).size / BYTES_PER_SECOND };
  });
  const parts = Array.from({ length: count }, () => ({ files: /** @type {string[]} */ ([]), seconds: 0 }));
  for (const { file, seconds } of files.sort((a, b) => b.seconds - a.seconds)) {
    const least = parts.reduce((a, b) => (b.seconds < a.seconds ? b : a));
    least.files.push(file);
    least.seconds += seconds;
  }
  for (const part of parts) part.files.sort();
  return parts.filter((part) => part.files.length > 0).sort((a, b) => b.seconds - a.seconds);
}
