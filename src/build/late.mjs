// What esbuild leaves to later or leaves out, so that a run of the command line loads little.
// @ts-check

import { dirname, join } from 'node:path';
import { ROOT } from './run.mjs';

/**
 * Modules of Node that a run may not need, and that take it milliseconds to load. Each is loaded when a function or class of it is first
 * called; anything else of it cannot be imported.
 */
const LOADED_LATE = [
  ...[
    'node:child_process',
    'node:crypto',
    'node:fs/promises',
    'node:net',
    'node:os',
    'node:readline/promises',
  ],
  ...['node:stream', 'node:timers/promises', 'node:worker_threads', 'node:zlib'],
];

/** @type {import('esbuild').Plugin} */
export const loadedLate = {
  name: 'loaded late',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path, namespace }) =>
      namespace !== 'late' && LOADED_LATE.includes(path)
        ? { path, namespace: 'late', sideEffects: false }
        : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'late' }, async ({ path }) => {
      const all = /** @type {Record<string, unknown>} */ (
        await /** @type {Promise<unknown>} */ (import(path))
      );
      const names = Object.keys(all).filter((name) => name !== 'default' && typeof all[name] === 'function');
      const functions = names.map(
        (name) => `export function ${name}(...args) {
  const called = (loaded ??= require('${path}')).${name};
  return new.target ? Reflect.construct(called, args) : called(...args);
}`,
      );
      return { contents: ['let loaded;', ...functions].join('\n') };
    });
  },
};

/** The ES modules of jsonc-parser, whose imports a bundler can follow. */
export const JSONC_PARSER = join(ROOT, 'node_modules/jsonc-parser/lib/esm/main.js');

/**
 * jsonc-parser's modules do nothing when they are loaded but fill tables: without this, those of what is not used would be in every
 * bundle.
 * @type {import('esbuild').Plugin}
 */
export const withoutTables = {
  name: 'without tables',
  setup(build) {
    build.onResolve({ filter: /^(?:jsonc-parser$|\.\/)/ }, ({ path, resolveDir }) => {
      if (path === 'jsonc-parser') return { path: JSONC_PARSER, sideEffects: false };
      if (!resolveDir.startsWith(dirname(JSONC_PARSER))) return undefined;
      return { path: join(resolveDir, path.replace(/(?:\.js)?$/, '.js')), sideEffects: false };
    });
  },
};
