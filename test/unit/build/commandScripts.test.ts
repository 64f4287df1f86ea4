// The scripts of the command line: one for each command, with what that command needs and no more, and all of them in both packages.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build, type BuildOptions } from 'esbuild';
import type * as bundles from '../../../src/build/bundle.mjs';
import { COMMANDS } from '../../../src/cli/commands';
import { buildProgram } from '../../../src/cli/program';
import { printer } from '../../../src/cli/terminal';
import { CLI, run } from '../../helpers/peer';
import { IS_QUICK, few } from '../../helpers/hostile';
import { io } from '../../helpers/io';

const ENTRIES = readdirSync('src/cli/entries').map((name) => basename(name, '.ts'));
const SCRIPTS = ['dist/sevscope.js', ...ENTRIES.map((name) => `dist/cli/${name}.js`)].sort();

const streams = { stdout: { write: () => true }, stderr: { write: () => true } };
const words = buildProgram(COMMANDS, { io, ...streams }, printer(streams), () => undefined).commands.map(
  (command) => command.name(),
);

/** What a script of a command is made of must not begin with any of these. */
const NOT_IN: Readonly<Record<string, readonly string[]>> = {
  digestPlain: [
    ...['src/libvirt/', 'src/core/explain/', 'src/core/domain/', 'src/core/ovmf/compare/', 'src/cli/vmsa'],
    ...['node_modules/valibot/', 'node_modules/saxes/', 'node_modules/tinyglobby/', 'node_modules/koffi/'],
    ...[
      'node_modules/jsonc-parser/',
      'src/core/vmsa/forms/sevctl',
      'src/app/launchFile.ts',
      'src/node/decompress',
    ],
    ...['src/core/check/exportJunit.ts', 'src/cli/validate'],
  ],
  show: [
    'src/libvirt/',
    'src/core/explain/',
    'node_modules/valibot/',
    'node_modules/tinyglobby/',
    'src/app/launchFile.ts',
  ],
  validate: ['node_modules/koffi/', 'src/cli/vmsa', 'src/cli/ovmf', 'src/cli/digest'],
};

describe('The scripts of the command line', () => {
  let products: BuildOptions[];
  // Tests are CommonJS, and the scripts know where they are only as modules.
  before(async () => {
    const url = pathToFileURL(join('src', 'build', 'bundle.mjs')).href;
    products = ((await import(url)) as typeof bundles).products(false);
  });

  it('are one for each command, and one with all', () => {
    // What completes all commands has to have all of them.
    const own = words.filter((word) => word !== 'completion');
    assert.deepEqual(ENTRIES.toSorted(), [...own, 'all', 'digestPlain'].sort());
  });

  for (const [command, beginnings] of Object.entries(NOT_IN))
    it(`have in that of ${command} nothing that it does not need`, async () => {
      const options = products.find(({ outfile }) => outfile === `dist/cli/${command}.js`);
      const { metafile } = await build({ ...options, write: false });
      const inputs = Object.values(metafile!.outputs).flatMap((output) => Object.entries(output.inputs));
      const used = inputs.flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : []));
      assert.ok(used.includes(`src/cli/entries/${command}.ts`));
      assert.deepEqual(
        used.filter((path) => beginnings.some((beginning) => path.startsWith(beginning))),
        [],
      );
    });

  for (const word of few([...words, 'help', '--help', 'none']))
    it(`answer "${word}" as the whole program does`, async () => {
      const args = words.includes(word) ? [word, '--help'] : [word];
      const both = await Promise.all(
        [CLI, resolve('dist/cli/all.js')].map((script) => run(process.execPath, [script, ...args], '.')),
      );
      assert.deepEqual(both[0], both[1]);
      assert.equal(both[0]!.status, word === 'none' ? 2 : 0);
    });

  it('are all in the extension', async () => {
    const vsce = (await import('@vscode/vsce')) as { listFiles: (options: object) => Promise<string[]> };
    const files = await vsce.listFiles({ packageManager: 0, ignoreFile: '.vscodeignore' });
    assert.deepEqual(files.filter((file) => SCRIPTS.includes(file)).sort(), SCRIPTS);
  });

  it('are all in an npm package', async function () {
    // It reads every file of the project.
    if (IS_QUICK) this.skip();
    const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      maxBuffer: 1 << 24,
    });
    const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
    assert.deepEqual(
      files
        .map(({ path }) => path)
        .filter((path) => SCRIPTS.includes(path))
        .sort(),
      SCRIPTS,
    );
  });
});
