// Starts the VS Code server on 127.0.0.1 with this extension in it. As a program, for tests: takes options as JSON, prints
// one line of JSON when the server answers, and serves until its standard input closes, so that no server outlives the
// test that started it.
// @ts-check

import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifest } from './bundle.mjs';
import { Failure, ROOT, atExit, main, optionsIn, start, stop } from './run.mjs';
import { chromiumPath, ensureVscodeServer } from './setup.mjs';

/**
 * User settings that limit VS Code to what a screenshot is about: no chat, no welcome page, nothing that contacts
 * the internet.
 */
const QUIET_SETTINGS = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  // As on a desktop; in a browser, VS Code saves after a second by default.
  'files.autoSave': 'off',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.colorTheme': 'Light Modern',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/**
 * Playwright's options for the system's Chromium; it opens only pages of 127.0.0.1, and also works as root in a
 * container.
 */
export function browserOptions() {
  return {
    executablePath: chromiumPath(),
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  };
}

/**
 * Puts this project into a server's folder of installed extensions, as a link, so that a reload shows a new build.
 * It could be loaded as an extension under development instead, but a built workbench does that only together with its
 * smoke-test driver, which shows no notifications.
 */
function installExtension(/** @type {string} */ home) {
  const { publisher, name, version } = manifest();
  const folder = join(home, 'extensions');
  // The server scans for new folders only when it has no list of installed extensions.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  symlinkSync(ROOT, join(folder, `${publisher}.${name}-${version}`));
}

/**
 * @typedef {object} ServeOptions
 * @property {number} [port] 0, the default, for any free port
 * @property {string} [data] the server's data folder; by default a temporary one, removed at the end
 * @property {string} [tests] a module whose run() the extension host runs when a page opens
 * @property {number} [grace] seconds for which an extension host waits for a closed page; hours by default
 * @property {boolean} [restricted] ask for workspace trust, so that a fresh folder opens in Restricted Mode
 * @property {Record<string, string>} [env] additions to the environment, which the extension host inherits
 */

/**
 * Starts a server and waits until it answers.
 * @param {ServeOptions} [options]
 */
export async function serve({ port = 0, data, tests, grace, restricted = false, env } = {}) {
  const { node, main } = await ensureVscodeServer();
  const home = data ?? mkdtempSync(join(tmpdir(), 'sevscope-vscode-'));
  const settingsFile = join(home, 'data', 'User', 'settings.json');
  // The server leaves sockets in the folder for temporary files.
  const temporary = join(home, 'tmp');
  for (const folder of [join(home, 'data', 'User'), temporary]) mkdirSync(folder, { recursive: true });
  if (!existsSync(settingsFile)) writeFileSync(settingsFile, JSON.stringify(QUIET_SETTINGS, null, 2));

  const flags = ['--without-connection-token', '--accept-server-license-terms', '--telemetry-level', 'off'];
  flags.push('--server-data-dir', home);
  if (!restricted) flags.push('--disable-workspace-trust');
  if (grace !== undefined) flags.push('--reconnection-grace-time', String(grace));
  if (tests === undefined) installExtension(home);
  else flags.push('--enable-smoke-test-driver');
  const child = start(node, [main, '--host', '127.0.0.1', '--port', String(port), ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: temporary, ...env },
  });
  const end = new Promise((resolve) => child.once('close', resolve));
  const tidy = () => {
    rmSync(temporary, { recursive: true, force: true, maxRetries: 3 });
    if (data === undefined) rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  };
  atExit(tidy);

  let printed = '';
  /** @type {Promise<string>} */
  const announced = new Promise((resolve, reject) => {
    const give = (/** @type {string} */ why) =>
      reject(new Failure(`The VS Code server ${why}:\n${printed.slice(-2000)}`));
    const listen = (/** @type {Buffer} */ chunk) => {
      printed += chunk.toString();
      const found = /Extension host agent listening on (\d+)/.exec(printed);
      if (found?.[1] !== undefined) resolve(found[1]);
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.once('close', () => give('ended'));
    child.once('error', (error) => give(`did not start: ${error.message}`));
    setTimeout(() => give('did not answer within 30 s'), 30_000).unref();
  });
  const address = `127.0.0.1:${await announced}`;
  const { status } = await fetch(`http://${address}/`, { signal: AbortSignal.timeout(20_000) });
  if (status !== 200) throw new Failure(`The VS Code server answered with HTTP ${status}.`);

  return {
    address,
    settingsFile,
    /** The URL of a page with `folder` open. */
    pageUrl: (/** @type {string} */ folder) => {
      const url = new URL(`http://${address}/`);
      url.searchParams.set('folder', folder);
      if (tests !== undefined) {
        // The authority must match the one in the page's own URL.
        const remote = (/** @type {string} */ path) => `vscode-remote://${address}${path}`;
        const payload = Object.entries({
          extensionDevelopmentPath: remote(ROOT),
          extensionTestsPath: remote(tests),
        });
        url.searchParams.set('payload', JSON.stringify(payload));
      }
      // Slashes are allowed in a query, and a person reads this.
      return url.href.replaceAll('%2F', '/');
    },
    ended: end,
    stop: async () => {
      // Killed with all its extension hosts, which keep waiting for their page when only the server ends.
      stop(child, 'SIGKILL');
      await end;
      tidy();
    },
  };
}

await main(import.meta.url, async (args) => {
  const server = await serve(/** @type {ServeOptions} */ (optionsIn(args)));
  const { address, settingsFile } = server;
  const page = server.pageUrl('FOLDER');
  console.log(
    JSON.stringify({ address, page, settingsFile, settings: QUIET_SETTINGS, browser: browserOptions() }),
  );
  await Promise.race([server.ended, new Promise((resolve) => process.stdin.resume().once('close', resolve))]);
  await server.stop();
  return 0;
});
