// `npm start`: from a fresh clone to a VS Code that shows the three jobs on sample files. Sets up, builds, writes
// the sample, checks its launches here in the terminal and explains those that do not match, then serves VS Code until interrupted.
// --port serves it at another port; --desktop opens the desktop's VS Code instead; --once does everything up to serving, and ends.
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
  doc: 'Sets up, builds, checks the launches of a sample, and serves VS Code with the extension until Ctrl+C.',
  options: {
    port: {
      type: 'string',
      value: 'N',
      doc: 'Serve at this port of 127.0.0.1; by default 8123, or any free one.',
    },
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

/**
 * The port to serve at; 0 for any free one.
 * @param {string | boolean | undefined} wanted
 * @throws {Failure} for what is no port, and for one that is taken
 */
async function portFor(wanted) {
  if (wanted === undefined) return (await isFree(PORT)) ? PORT : 0;
  const port = /^\d{1,5}$/.test(String(wanted)) ? Number(wanted) : 0;
  if (port < 1 || port > 65535) throw new Failure(`--port ${wanted} is no port. Give one from 1 to 65535.`);
  if (!(await isFree(port)))
    throw new Failure(`Port ${port} of 127.0.0.1 is taken or reserved. Give another, or leave out --port.`);
  // As a browser does, fetch refuses ports of other protocols before it asks anyone.
  const refusal = await fetch(`http://127.0.0.1:${port}/`).then(
    () => undefined,
    (/** @type {unknown} */ error) =>
      error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined,
  );
  if (refusal === 'bad port')
    throw new Failure(`Browsers open no page at port ${port}. Give another, or leave out --port.`);
  return port;
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

/** Checks the launches of the sample, in its order, and explains those that do not match. @param written what `sevscope sample` printed */
async function checkLaunches(/** @type {string} */ written) {
  const launches = [...written.matchAll(/^(.*\.sevlaunch\.json): (.*)$/gm)];
  if (launches.length === 0) throw new Failure('The sample has no launch files.');
  for (const [, file = '', text] of launches) {
    console.log(`\n# ${text}`);
    const matches = !file.includes('-mismatch.');
    await demonstrate(['validate', '--launch', file], matches ? 0 : 1);
    if (!matches) await demonstrate(['explain', '--launch', file], 0);
  }
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
  // Before minutes of set-up.
  const port = await portFor(values['port']);
  await ensureNodeModules();
  if (!values['desktop']) await ensureVscodeServer();
  await bundle();

  const written = await must('sample.log', process.execPath, [
    join(ROOT, 'dist/sevscope.js'),
    'sample',
    SAMPLE,
  ]);
  console.log(`Wrote ${SAMPLE}/: launches of SEV-SNP and SEV-ES to check, their firmware, VMSAs and keys`);
  await checkLaunches(written);

  if (values['desktop']) {
    await openDesktop();
    return 0;
  }
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

Its README.md says what to try: open a launch file, the firmware or a VMSA, or press F1 and type "SEV".
Ctrl+C stops it. To use a desktop VS Code instead: npm start -- --desktop`);
  await server.ended;
  if (!isInterrupted()) throw new Failure('The VS Code server ended by itself.');
  return 0;
});
