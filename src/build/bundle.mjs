// Bundles everything with esbuild: the extension, the command line and the webview into dist/, tests into out/.
// --production: minified, without source maps and tests, and rejected when larger than promised.
// @ts-check

import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { JSONC_PARSER, loadedLate, withoutTables } from './late.mjs';
import { Failure, ROOT, main, readJson, since } from './run.mjs';
import { ensureNodeModules } from './setup.mjs';
import { Memory, hashOf } from './unchanged.mjs';

/** Packages that tests cannot load from node_modules as CommonJS, so they become part of each test bundle. */
const BUNDLED_INTO_TESTS = ['@noble/curves', '@noble/hashes', 'cborg', 'lzma1'];
/**
 * The sizes that are kept, in bytes, all gzipped: of the script that is loaded at activation, well below what is promised, of that in a browser, which
 * checks messages by the tables of all pages, and of the webview's script and style together.
 */
const EXTENSION_LIMIT = 220 * 1024;
const WEB_EXTENSION_LIMIT = 130 * 1024;
const WEBVIEW_LIMIT = 150 * 1024;

/** Files below a folder, as sorted paths relative to the project; empty when there is no such folder. */
export function filesBelow(/** @type {string} */ folder, /** @type {string} */ suffix) {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(suffix))
    .map((name) => join(folder, name).split(sep).join('/'))
    .sort();
}

/** @typedef {{publisher: string, name: string, version: string, devDependencies: Record<string, string>}} Manifest */

/** The parsed package.json. */
export const manifest = () => /** @type {Manifest} */ (readJson(join(ROOT, 'package.json')));

/**
 * Packages of which a specific build is used: for jsonc-parser the ES modules, whose imports a bundler can follow; for
 * the others CommonJS, because their ES modules ask for their own URL, which a CommonJS bundle does not have.
 */
const ALIAS = {
  'jsonc-parser': JSONC_PARSER,
  koffi: join(ROOT, 'node_modules/koffi/index.cjs'),
  tinyglobby: join(ROOT, 'node_modules/tinyglobby/dist/index.cjs'),
};

/** @returns {import('esbuild').BuildOptions} what all bundles share */
function common(/** @type {boolean} */ production) {
  return {
    alias: ALIAS,
    define: { SEVSCOPE_VERSION: JSON.stringify(manifest().version) },
    absWorkingDir: ROOT,
    bundle: true,
    minify: production,
    sourcemap: !production,
    metafile: true,
    logLevel: 'silent',
    legalComments: 'linked',
    plugins: [withoutTables],
  };
}

/** The scripts of the command line's commands: each whole, because whatever is asked for is one file to load. */
const COMMAND_SCRIPTS = 'src/cli/entries';

/** The bundles of dist/. */
export function products(/** @type {boolean} */ production) {
  const node = /** @type {const} */ ({ platform: 'node', format: 'cjs', target: 'node20' });
  const page = /** @type {const} */ ({ platform: 'browser', target: 'es2022' });
  const scripts = filesBelow(COMMAND_SCRIPTS, '.ts');
  /** @type {import('esbuild').BuildOptions[]} */
  const all = [
    {
      ...node,
      entryPoints: ['src/extension.ts'],
      outfile: 'dist/extension.js',
      // A separate bundle, loaded on demand: by require, because only that way does VS Code resolve "vscode".
      external: ['vscode', './testing.js'],
      supported: { 'dynamic-import': false },
    },
    {
      ...page,
      entryPoints: ['src/extension.web.ts'],
      outfile: 'dist/web/extension.js',
      format: 'cjs',
      external: ['vscode'],
    },
    { ...page, entryPoints: ['src/web/worker.ts'], outfile: 'dist/web/worker.js', format: 'iife' },
    {
      ...node,
      entryPoints: ['src/host/launch/testing.ts'],
      outfile: 'dist/testing.js',
      external: ['vscode'],
    },
    // Of the tasks in it, a thread evaluates only its own.
    { ...node, entryPoints: ['src/node/worker.ts'], outfile: 'dist/worker.js' },
    {
      ...node,
      entryPoints: ['src/libvirt/worker.ts'],
      outfile: 'dist/libvirtWorker.js',
    },
    { ...node, entryPoints: ['src/libvirt/watch.ts'], outfile: 'dist/libvirtWatch.js' },
    {
      ...node,
      entryPoints: ['src/cli/sevscope.ts'],
      outfile: 'dist/sevscope.js',
      banner: { js: '#!/usr/bin/env node' },
      plugins: [withoutTables, loadedLate],
      define: { SEVSCOPE_SCRIPTS: JSON.stringify(scripts.map((path) => basename(path, extname(path)))) },
    },
    ...scripts.map((path) => ({
      ...node,
      entryPoints: [path],
      outfile: `dist/cli/${basename(path, extname(path))}.js`,
      plugins: [withoutTables, loadedLate],
    })),
    {
      ...page,
      entryPoints: ['webview/main.tsx'],
      outfile: 'dist/webview/main.js',
      format: 'iife',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      // The style sheet is built separately, whether or not a script imports it.
      loader: { '.css': 'empty' },
    },
    { ...page, entryPoints: ['webview/style.css'], outfile: 'dist/webview/style.css', external: ['*.ttf'] },
  ];
  return all.map(({ define, ...options }) => {
    const shared = common(production);
    return { ...shared, ...options, define: { ...shared.define, ...define } };
  });
}

/** The sources that have a bundle in out/, each with its name there. @returns {Map<string, string>} by source */
function testEntries() {
  const tests = [...filesBelow('test', '.test.ts'), ...filesBelow('test', '.test.tsx')];
  const others = ['test/vscode/index.ts', 'test/fuzz/main.ts'].filter((path) => existsSync(join(ROOT, path)));
  return new Map([...tests, ...others].map((path) => [path, `out/${path.replace(/\.tsx?$/, '.js')}`]));
}

/** How tests are bundled, in out/test with the layout of test/. */
function tests(/** @type {string[]} */ entryPoints) {
  /** @type {import('esbuild').BuildOptions} */
  const options = {
    ...common(false),
    // Tests import the other packages as they are installed.
    alias: { 'jsonc-parser': ALIAS['jsonc-parser'] },
    entryPoints,
    // The sources lie beside the bundles: copies of them would be most of what is written.
    sourcesContent: false,
    outdir: 'out/test',
    outbase: 'test',
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    external: [
      'vscode',
      ...Object.keys(manifest().devDependencies).filter((name) => !BUNDLED_INTO_TESTS.includes(name)),
    ],
  };
  return options;
}

/** Removes the bundles of deleted tests, which would otherwise be found and run. */
function removeStale(/** @type {Iterable<string>} */ outputs) {
  const current = new Set([...outputs].flatMap((path) => [path, `${path}.map`]));
  for (const file of [...filesBelow('out/test', '.js'), ...filesBelow('out/test', '.js.map')]) {
    if (!current.has(file)) rmSync(join(ROOT, file), { force: true });
  }
}

/** What every bundle depends on besides the contents of its own files: how it is built, and which files a name may mean. */
function keyOfBundles() {
  const names = ['src', 'webview', 'test'].flatMap((folder) => filesBelow(folder, ''));
  const recipe = ['bundle', 'late', 'unchanged'].map((name) => `src/build/${name}.mjs`);
  const packages = ['package.json', 'package-lock.json', 'node_modules/.package-lock.json', 'tsconfig.json'];
  return hashOf([...recipe, ...packages], process.version, process.arch, ...names);
}

/** The files of a build that an entry comes from, near and far. @returns {string[]} */
function inputsOf(/** @type {import('esbuild').Metafile} */ { inputs }, /** @type {string} */ entry) {
  const found = new Set([entry]);
  // What is added while it is walked is walked, too.
  for (const path of found)
    for (const to of inputs[path]?.imports ?? []) if (!to.external) found.add(to.path);
  // What a plug-in writes is no file.
  return [...found].filter((path) => path in inputs && !path.startsWith('late:'));
}

/**
 * Builds those products and tests that would not come out as they are.
 * @param {(entry: string) => boolean} wanted which of the tests
 */
async function buildChanged(wanted) {
  const begin = Date.now();
  const memory = new Memory('bundles.json', keyOfBundles());
  const entries = testEntries();
  const changed = [...entries.keys()].filter((entry) => wanted(entry) && !memory.has(entry));
  const all = products(false).map((options) => ({
    options,
    entry: /** @type {string[]} */ (options.entryPoints)[0] ?? '',
  }));
  await Promise.all([
    ...all
      .filter(({ entry }) => !memory.has(entry))
      .map(async ({ options, entry }) => {
        const { metafile = { inputs: {}, outputs: {} } } = await build(options);
        const made = { inputs: inputsOf(metafile, entry), outputs: Object.keys(metafile.outputs) };
        memory.set(entry, made, begin);
      }),
    changed.length > 0 &&
      build(tests(changed)).then(({ metafile = { inputs: {}, outputs: {} } }) => {
        for (const entry of changed) {
          const script = entries.get(entry) ?? '';
          const outputs = [script, `${script}.map`];
          memory.set(entry, { inputs: inputsOf(metafile, entry), outputs }, begin);
        }
      }),
  ]);
  memory.keep([...entries.keys(), ...all.map(({ entry }) => entry)]);
  removeStale(entries.values());
}

/** @throws {Failure} when a product is larger than promised */
function checkSizes() {
  const gzipped = (/** @type {string} */ path) => gzipSync(readFileSync(join(ROOT, path))).length;
  const extension = gzipped('dist/extension.js');
  const inBrowser = gzipped('dist/web/extension.js');
  const webview = gzipped('dist/webview/main.js') + gzipped('dist/webview/style.css');
  const kilobytes = (/** @type {number} */ size) => `${(size / 1024).toFixed(0)} KB`;
  console.log(
    `  gzipped: extension ${kilobytes(extension)}, in a browser ${kilobytes(inBrowser)}, webview ${kilobytes(webview)}`,
  );
  if (extension > EXTENSION_LIMIT)
    throw new Failure(`dist/extension.js is larger than ${kilobytes(EXTENSION_LIMIT)} gzipped.`);
  if (inBrowser > WEB_EXTENSION_LIMIT)
    throw new Failure(`dist/web/extension.js is larger than ${kilobytes(WEB_EXTENSION_LIMIT)} gzipped.`);
  if (webview > WEBVIEW_LIMIT)
    throw new Failure(`dist/webview is larger than ${kilobytes(WEBVIEW_LIMIT)} gzipped.`);
}

/** Copies a file, which a process that has mapped the old one keeps: written over, it would crash. */
function replaceFile(/** @type {string} */ from, /** @type {string} */ to) {
  copyFileSync(from, `${to}.part`);
  renameSync(`${to}.part`, to);
}

/**
 * Copies koffi's native module next to the worker's bundle, where koffi's own bundled loader looks for it:
 * `dist/PLATFORM_ARCH/koffi.node` (and one for musl). npm installs only the one for this platform.
 */
function copyKoffi() {
  const packages = join(ROOT, 'node_modules/@koromix');
  const names = existsSync(packages) ? readdirSync(packages) : [];
  for (const name of names.filter((found) => found.startsWith('koffi-'))) {
    for (const file of filesBelow(`node_modules/@koromix/${name}`, 'koffi.node')) {
      const folder = join(ROOT, 'dist', basename(dirname(file)));
      mkdirSync(folder, { recursive: true });
      replaceFile(join(ROOT, file), join(folder, 'koffi.node'));
      replaceFile(join(ROOT, 'node_modules/koffi/LICENSE.txt'), join(folder, 'LICENSE.txt'));
    }
  }
}

/** Runs one esbuild build, turning its messages into the text of a Failure. */
async function build(/** @type {import('esbuild').BuildOptions} */ options) {
  const esbuild = await import('esbuild');
  try {
    return await esbuild.build(options);
  } catch (error) {
    const { errors } = /** @type {import('esbuild').BuildFailure} */ (error);
    if (!Array.isArray(errors)) throw error;
    throw new Failure(
      (await esbuild.formatMessages(errors, { kind: 'error', color: process.stdout.isTTY })).join(''),
    );
  }
}

/**
 * Builds everything; but for production, what has not changed since it was built stays as it is.
 * @param {{production?: boolean, quiet?: boolean, tier?: string}} [options] tier: of the tests, only these
 * @throws {Failure} with esbuild's messages
 */
export async function bundle({ production = false, quiet = false, tier } = {}) {
  const begin = performance.now();
  await ensureNodeModules();
  // A published build contains nothing from other builds, such as source maps.
  if (production) rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
  if (production) await Promise.all(products(true).map(build));
  else await buildChanged((entry) => tier === undefined || entry.startsWith(`test/${tier}/`));
  if (existsSync(join(ROOT, 'dist/sevscope.js'))) chmodSync(join(ROOT, 'dist/sevscope.js'), 0o755);
  mkdirSync(join(ROOT, 'dist/webview'), { recursive: true });
  for (const file of ['codicon.css', 'codicon.ttf']) {
    copyFileSync(join(ROOT, 'node_modules/@vscode/codicons/dist', file), join(ROOT, 'dist/webview', file));
  }
  copyKoffi();
  if (!quiet) console.log(`Built dist/${production ? '' : ' and out/'} in ${since(begin)}`);
  if (production) checkSizes();
}

/**
 * The code that is written for no platform: each folder, with the prefixes of other paths that it may pull in. Of
 * src/libvirt, that is what is computed from text; types leave nothing in a bundle.
 */
const FOR_NO_PLATFORM = {
  'src/core': ['node_modules/@noble/hashes/'],
  'src/app': [
    'src/core/',
    'src/libvirt/address.ts',
    'src/libvirt/errors.ts',
    'src/libvirt/locality.ts',
    'src/libvirt/uri.ts',
    'node_modules/@peculiar/',
    'node_modules/asn1js/',
    'node_modules/pvtsutils/',
    'node_modules/pvutils/',
    'node_modules/tslib/',
    'node_modules/@noble/hashes/',
    'node_modules/cborg/',
    'node_modules/ignore/',
    'node_modules/jsonc-parser/',
    'node_modules/valibot/',
  ],
  'src/tasks': [
    'src/core/',
    'src/app/',
    'src/libvirt/address.ts',
    'src/libvirt/domainXml.ts',
    'src/libvirt/errors.ts',
    'src/libvirt/locality.ts',
    'src/libvirt/uri.ts',
    'src/libvirt/xml.ts',
    'src/protocol/',
    'src/threads.ts',
    'node_modules/@peculiar/',
    'node_modules/asn1js/',
    'node_modules/pvtsutils/',
    'node_modules/pvutils/',
    'node_modules/tslib/',
    'node_modules/@noble/hashes/',
    'node_modules/cborg/',
    'node_modules/ignore/',
    'node_modules/jsonc-parser/',
    'node_modules/saxes/',
    'node_modules/valibot/',
    'node_modules/xmlchars/',
  ],
};

/** The folders that `alone` takes. */
export const ALONE = /** @type {(keyof typeof FOR_NO_PLATFORM)[]} */ (Object.keys(FOR_NO_PLATFORM));

/**
 * One of the walls around a folder: bundles it alone, for no platform. A Node or DOM module does not resolve
 * there; anything else that is pulled in and not on its list is reported.
 * @param {keyof typeof FOR_NO_PLATFORM} folder
 * @throws {Failure} naming what it pulled in
 */
export async function alone(folder) {
  const { metafile } = await build({
    ...common(false),
    sourcemap: false,
    entryPoints: filesBelow(folder, '.ts'),
    outdir: 'out/alone',
    write: false,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    format: 'esm',
  });
  const known = [`${folder}/`, ...FOR_NO_PLATFORM[folder]];
  const strangers = Object.keys(metafile?.inputs ?? {}).filter(
    (path) => !known.some((beginning) => path.startsWith(beginning)),
  );
  if (strangers.length > 0) {
    const names = strangers.map((path) => relative(ROOT, join(ROOT, path))).join(', ');
    throw new Failure(`${folder} runs on any platform, but pulls in ${names}`);
  }
}

/**
 * The wall between what runs in a browser and Node: nothing but VS Code is left to be loaded there. That it uses no global of
 * Node's is for the types of src/web to say.
 * @param {string[]} [entries] others than those of dist/web
 * @throws {Failure} naming what it would load
 */
export async function browserHasNoNode(entries) {
  const inBrowser = products(true).filter(({ outfile }) => outfile?.startsWith('dist/web/'));
  const wanted = entries?.map((entry) => ({ ...inBrowser[0], entryPoints: [entry] })) ?? inBrowser;
  const built = await Promise.all(wanted.map((options) => build({ ...options, write: false })));
  const outputs = built.flatMap(({ metafile }) => Object.entries(metafile?.outputs ?? {}));
  const scripts = outputs.filter(([path]) => path.endsWith('.js'));
  const loads = scripts.flatMap(([path, { imports }]) => imports.map((one) => `${path} loads ${one.path}`));
  const strangers = new Set(loads.filter((line) => !line.endsWith(' loads vscode')));
  if (scripts.length === 0) throw new Failure('Nothing is bundled for browsers.');
  if (strangers.size > 0) throw new Failure(`In a browser, ${[...strangers].join(', ')}`);
}

/** What the page may pull in of the code for firmware images: words. */
const WORDS_OF_IMAGES = [
  'src/core/ovmf/compare/exportComparison.ts',
  'src/core/ovmf/hashEntries.ts',
  'src/core/ovmf/kinds/fileKind.ts',
  'src/core/ovmf/mapBox.ts',
  'src/core/ovmf/support.ts',
];

/**
 * The wall between the page and images: it draws on the thread that its keys are heard on, and whatever reads the bytes of
 * an image, which may be hostile and has up to 64 MiB, is run by the thread behind the extension host.
 * @throws {Failure} naming what it pulled in
 */
export async function pageReadsNoImage() {
  const page = products(true).find(({ outfile }) => outfile === 'dist/webview/main.js');
  const { metafile } = await build({ ...page, write: false });
  const inputs = Object.values(metafile?.outputs ?? {}).flatMap((output) => Object.entries(output.inputs));
  const readers = inputs
    .filter(([path, { bytesInOutput }]) => path.startsWith('src/core/ovmf/') && bytesInOutput > 0)
    .map(([path]) => path)
    .filter((path) => !WORDS_OF_IMAGES.includes(path));
  if (inputs.length === 0) throw new Failure('webview/main.tsx is not bundled.');
  if (readers.length > 0)
    throw new Failure(
      `The page reads no image, but pulls in ${readers.join(', ')}: read it in src/tasks/images.ts`,
    );
}

await main(import.meta.url, async (args) => {
  await bundle({ production: args.includes('--production') });
  return 0;
});
