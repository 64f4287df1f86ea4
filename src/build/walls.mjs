// The inner walls, which `no-restricted-imports` cannot see: no two rooms import each other, even indirectly, and
// inside core no arrow runs up. A room is a folder, or a file beside folders. Type imports count like all others.
// @ts-check

import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';
import { filesBelow } from './bundle.mjs';
import { Failure, ROOT, main } from './run.mjs';

/** The folders of core from the ground up: each may import those before it, and errors.ts, which imports nothing. */
const FLOORS = ['binary', 'ovmf', 'igvm', 'vmsa', 'launch', 'tech', 'report', 'check', 'domain', 'explain'];

/** @returns {Promise<Map<string, string[]>>} each file with the files that it imports */
async function imports() {
  // Only now, because whoever starts this may have to install it first.
  const { default: ts } = await import('typescript');
  const files = ['src', 'webview'].flatMap((folder) =>
    ['.ts', '.tsx'].flatMap((suffix) => filesBelow(folder, suffix)),
  );
  const known = new Set(files);
  return new Map(
    files.map((file) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(join(ROOT, file), 'utf8'), true, true);
      const found = importedFiles.flatMap(({ fileName }) => {
        if (!fileName.startsWith('.')) return [];
        const path = normalize(join(dirname(file), fileName));
        return [`${path}.ts`, `${path}.tsx`, `${path}.d.ts`].find((name) => known.has(name)) ?? [];
      });
      return [file, found];
    }),
  );
}

/** @returns {(file: string) => string} the room that a file is in */
function roomsOf(/** @type {string[]} */ files) {
  const folders = new Set(files.map((file) => dirname(file)));
  const hasFolders = (/** @type {string} */ folder) =>
    [...folders].some((other) => other.startsWith(`${folder}/`));
  return (file) => (hasFolders(dirname(file)) ? file : dirname(file));
}

/**
 * @param {Map<string, string[]>} graph
 * @returns {string[] | undefined} a path from a room back to itself
 */
function circle(graph) {
  /** @type {Set<string>} */
  const done = new Set();
  /** @returns {string[] | undefined} */
  const visit = (/** @type {string} */ room, /** @type {string[]} */ path) => {
    if (path.includes(room)) return [...path.slice(path.indexOf(room)), room];
    if (done.has(room)) return undefined;
    for (const next of graph.get(room) ?? []) {
      const found = visit(next, [...path, room]);
      if (found) return found;
    }
    done.add(room);
    return undefined;
  };
  for (const room of graph.keys()) {
    const found = visit(room, []);
    if (found) return found;
  }
  return undefined;
}

/** @throws {Failure} naming what is in the way */
export async function walls() {
  const arrows = await imports();
  const room = roomsOf([...arrows.keys()]);
  /** @type {Map<string, string[]>} */
  const graph = new Map();
  for (const [file, found] of arrows) {
    const from = room(file);
    graph.set(from, [...(graph.get(from) ?? []), ...found.map(room).filter((to) => to !== from)]);
  }
  const found = circle(graph);
  if (found) throw new Failure(`Rooms import each other: ${found.join(' -> ')}`);
  const floor = (/** @type {string} */ file) => FLOORS.indexOf(file.split('/')[2] ?? '');
  const up = [...arrows]
    .filter(([file]) => file.startsWith('src/core/'))
    .flatMap(([file, all]) => all.filter((to) => floor(to) > floor(file)).map((to) => `${file} -> ${to}`));
  if (up.length > 0) throw new Failure(`In core an arrow runs up:\n${up.join('\n')}`);
}

await main(import.meta.url, async () => {
  await walls();
  return 0;
});
