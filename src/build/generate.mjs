// Writes the files that are generated from tables in the source: the field reference, the schema of launch files,
// and what package.json tells VS Code. With --check it writes nothing and fails when one of them is out of date.
// @ts-check

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import * as prettier from 'prettier';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const bundle = join(root, 'out', 'reference.cjs');

const manifest = await readFile(join(root, 'package.json'), 'utf8');
const parsed = /** @type {unknown} */ (JSON.parse(manifest));
const { version } = /** @type {{ version: string }} */ (parsed);

await build({
  entryPoints: [join(root, 'src', 'build', 'reference.ts')],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  // A bundler cannot follow the imports in jsonc-parser's other build.
  mainFields: ['module', 'main'],
  format: 'cjs',
  define: { SEVSCOPE_VERSION: JSON.stringify(version) },
  logLevel: 'error',
});

/** @typedef {{ generatedFiles: (manifest: string) => Record<string, string> }} Reference */
const reference = /** @type {unknown} */ (await import(pathToFileURL(bundle).href));
const { generatedFiles } = /** @type {Reference} */ (reference);
const config = (await prettier.resolveConfig(join(root, 'package.json'))) ?? {};
const stale = [];
for (const [name, text] of Object.entries(generatedFiles(manifest))) {
  const path = join(root, name);
  // Prettier would pad the reference's tables to their widest cell, and each edit would touch every line.
  const formatted = /\.(md|1)$/.test(name)
    ? `${text}\n`
    : await prettier.format(text, { ...config, filepath: path });
  const current = await readFile(path, 'utf8').catch(() => '');
  if (current === formatted) continue;
  stale.push(name);
  if (process.argv.includes('--check')) continue;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, formatted);
}
if (stale.length > 0) {
  const check = process.argv.includes('--check');
  console.log(
    check ? `not up to date, run "npm run generate": ${stale.join(', ')}` : `wrote ${stale.join(', ')}`,
  );
  if (check) process.exitCode = 1;
}
