// Whether something that was built or checked would come out the same again, because all that it comes from has the
// same contents as then. What is known about it is kept in .cache/.
// @ts-check

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CACHE, ROOT, readJson } from './run.mjs';

/**
 * @typedef {object} Made
 * @property {string[]} inputs files that it comes from, relative to the project
 * @property {string} hash of their names and contents
 * @property {string[]} outputs files that it consists of
 * @property {string} stamp when these were written, and their sizes
 */

/** Hashes of files that this process has read. @type {Map<string, string>} */
const hashes = new Map();

/** The hash of a file's contents; of a file that is not there, an empty text. */
function hashOfFile(/** @type {string} */ path) {
  let hash = hashes.get(path);
  if (hash === undefined) {
    const file = join(ROOT, path);
    hash = existsSync(file) ? createHash('sha1').update(readFileSync(file)).digest('hex') : '';
    hashes.set(path, hash);
  }
  return hash;
}

/** One hash of files, by name and contents, and of words. */
export function hashOf(/** @type {string[]} */ files, /** @type {string[]} */ ...words) {
  const all = JSON.stringify([words, files.map((path) => [path, hashOfFile(path)])]);
  return createHash('sha1').update(all).digest('hex');
}

/** The size and time of each file, so that it shows when another program wrote it. */
const stampOf = (/** @type {string[]} */ files) =>
  files
    .map((path) => statSync(join(ROOT, path), { throwIfNoEntry: false }))
    .map((found) => (found ? `${found.size} ${found.mtimeMs}` : 'none'))
    .join(', ');

/** What was made before, by name, in a file of .cache/. */
export class Memory {
  /** @type {Map<string, Made>} */
  #made = new Map();
  #path;
  #key;

  /**
   * @param {string} name of the file
   * @param {string} key what everything in it depends on: of another key, nothing is remembered
   */
  constructor(name, key) {
    this.#path = join(CACHE, name);
    this.#key = key;
    try {
      const kept = /** @type {{key: string, made: Record<string, Made>}} */ (readJson(this.#path));
      if (kept.key === key) this.#made = new Map(Object.entries(kept.made));
    } catch {
      // The first time, or it was cut short.
    }
  }

  /** Whether it would come out the same, and is still there. */
  has(/** @type {string} */ name) {
    const made = this.#made.get(name);
    if (!made || made.outputs.some((path) => !existsSync(join(ROOT, path)))) return false;
    return made.stamp === stampOf(made.outputs) && made.hash === hashOf(made.inputs);
  }

  /**
   * What was just made. It is not remembered when somebody changed a file meanwhile: nobody knows which contents it has.
   * @param {string} name
   * @param {Pick<Made, 'inputs' | 'outputs'>} made
   * @param {number} begin when it was begun, as of `Date.now()`
   */
  set(name, { inputs, outputs }, begin) {
    this.#made.delete(name);
    const isLater = (/** @type {string} */ path) =>
      (statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? Infinity) >= begin;
    if (inputs.some(isLater)) return;
    this.#made.set(name, { inputs, hash: hashOf(inputs), outputs, stamp: stampOf(outputs) });
  }

  /** Writes it, without the things that are not named. */
  keep(/** @type {string[]} */ names) {
    const made = Object.fromEntries([...this.#made].filter(([name]) => names.includes(name)));
    mkdirSync(dirname(this.#path), { recursive: true });
    // Renamed into place: two concurrent runs may both get here.
    writeFileSync(`${this.#path}.${process.pid}`, JSON.stringify({ key: this.#key, made }));
    renameSync(`${this.#path}.${process.pid}`, this.#path);
  }
}
