// `npm start`: from a fresh clone to a VS Code that shows the three jobs on sample files. Sets up, builds, writes
// the sample, runs a matching and a failing check here in the terminal, then serves VS Code until interrupted.
// --desktop opens the desktop's VS Code instead; --once does everything up to serving, and ends.
// @ts-check

import { createServer } from 'node:net';
import { join } from 'node:path';
import { bundle } from './bundle.mjs';
import { CACHE, Failure, ROOT, isInterrupted, main, must, run } from './run.mjs';
import { serve } from './serve.mjs';
import { ensureNodeModules, ensureVscodeServer, which } from './setup.mjs';
import { readArguments } from './usage.mjs';

/** @type {import('./usage.mjs').Command} */
const COMMAND = {
  name: 'npm start',
  doc: 'Sets up, builds, checks two sample launches, and serves VS Code with the extension until Ctrl+C.',
  options: {
    desktop: { type: 'boolean', doc: 'Open the VS Code of this desktop instead.' },
    once: { type: 'boolean', doc: 'End when VS Code has answered.' },
  },
};

/** The port where VS Code is served unless it is taken. */
const PORT = 8123;
/** Git-ignored. Every start rewrites the sample's own files and leaves others alone. */
const SAMPLE = 'sample';

/** Whether a port of this machine is free. */
function isFree(/** @type {number} */ port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** Shows one run of the command line as if it had been typed, and requires its exit status. */
async function demonstrate(/** @type {string[]} */ args, /** @type {number} */ status) {
  console.log(`\n$ sevscope ${args.join(' ')}`);
  const { code, output } = await run(process.execPath, [join(ROOT, 'dist/sevscope.js'), ...args], {
    seconds: 60,
  });
  console.log(`${output.trimEnd()}\n(exit status ${code})`);
  if (code !== status) throw new Failure(`Exit status ${status} was expected here.`);
}

/** Opens the sample in the desktop's VS Code. */
async function openDesktop() {
  const code = ['code', 'code-insiders', 'codium'].find((name) => which(name) !== undefined);
  if (code === undefined)
    throw new Failure(
      'There is no "code" on the PATH. In VS Code: Shell Command: Install \'code\' command in PATH.',
    );
  await must('desktop.log', code, [`--extensionDevelopmentPath=${ROOT}`, join(ROOT, SAMPLE)], {
    seconds: 60,
  });
  console.log(`\nVS Code opens with the extension and ${SAMPLE}/.`);
}

await main(import.meta.url, async (args) => {
  const { values } = readArguments(COMMAND, args);
  await ensureNodeModules();
  if (!values['desktop']) await ensureVscodeServer();
  await bundle();

  await must('sample.log', process.execPath, [join(ROOT, 'dist/sevscope.js'), 'sample', `${SAMPLE}/`]);
  console.log(`Wrote ${SAMPLE}/: firmware, VMSAs, keys, and two launches to check`);
  await demonstrate(['validate', '--launch', `${SAMPLE}/matches.sevlaunch.json`], 0);
  await demonstrate(['validate', '--launch', `${SAMPLE}/mismatch.sevlaunch.json`], 1);

  if (values['desktop']) {
    await openDesktop();
    return 0;
  }
  const port = (await isFree(PORT)) ? PORT : 0;
  const server = await serve({ port, ...(values['once'] ? {} : { data: join(CACHE, 'start') }) });
  const url = server.pageUrl(join(ROOT, SAMPLE));
  if (values['once']) {
    await server.stop();
    console.log(`\nVS Code answered at ${url}\nand was stopped again, because of --once.`);
    return 0;
  }
  console.log(`
VS Code with the extension:

  ${url}

Its README.md says what to try: open OVMF.sample.fd and vcpu0.vmsa, or press F1 and type "SEV".
Ctrl+C stops it. To use a desktop VS Code instead: npm start -- --desktop`);
  await server.ended;
  if (!isInterrupted()) throw new Failure('The VS Code server ended by itself.');
  return 0;
});
