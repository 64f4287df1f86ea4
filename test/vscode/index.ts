// Entry point of the tests in the extension host: VS Code calls run(). What to do comes in the environment, which the extension
// host inherits from the server; the report goes to a file, because nobody sees this console.

import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The options of src/build/mocha.mjs, except the files, and where the report goes; without it, to the console. */
interface Options {
  result: string;
  report?: string;
  grep?: string;
}

interface MochaRunner {
  runMocha: (
    options: Options & { files: string[] },
    print?: (line: string) => void,
  ) => Promise<{ passed: number; failed: number }>;
}

/** Runs every test file beside this one. @throws when one failed, which a desktop VS Code makes its exit status */
export async function run(): Promise<void> {
  const options = JSON.parse(process.env['SEVSCOPE_TESTS'] ?? '{}') as Options;
  const { report } = options;
  process.setSourceMapsEnabled(true);
  // This file is out/test/vscode/index.js.
  const runner = pathToFileURL(join(__dirname, '../../../src/build/mocha.mjs')).href;
  const { runMocha } = (await import(runner)) as MochaRunner;
  const files = readdirSync(__dirname)
    .filter((name) => name.endsWith('.test.js'))
    .sort()
    .map((name) => join(__dirname, name));
  const print =
    report === undefined
      ? undefined
      : (line: string) => {
          appendFileSync(report, `${line}\n`);
        };
  const { failed } = await runMocha({ ...options, files }, print);
  if (failed > 0) throw new Error(`${failed} tests failed`);
}
