// One VS Code server and one Chromium for all browser tests of a run, started by the first test that needs them
// and ended after the last. The server is a child that ends with this process (src/build/serve.mjs). Chromium
// keeps one profile on disk, because only there does it cache VS Code's 19 MB of script compiled, which halves
// the load time of a window.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type BrowserContext, type LaunchOptions, type Page } from 'playwright-core';

/** The folder of package.json: every tier runs with it as the current folder. */
export const ROOT = process.cwd();

/** What serve.mjs prints when its server answers. */
interface Ready {
  /** host:port */
  address: string;
  /** a page's URL, with FOLDER in place of the workspace folder */
  page: string;
  settingsFile: string;
  settings: Record<string, unknown>;
  browser: LaunchOptions;
}

export interface VscodeServer extends Ready {
  chromium: BrowserContext;
}

/** The browser storage that VS Code and its webviews use; it does not include Chromium's script cache. */
const KEPT = 'cookies,file_systems,indexeddb,local_storage,cache_storage';

interface Running {
  server: Promise<VscodeServer>;
  child: ChildProcess;
}

// Each test file is a bundle with its own copy of this module, so shared state is on the global object.
const shared = globalThis as { sevscopeServers?: Map<boolean, Running> };
const servers = (shared.sevscopeServers ??= new Map<boolean, Running>());

async function launch(child: ChildProcess): Promise<VscodeServer> {
  const lines = createInterface({ input: child.stdout! });
  const ended = once(child, 'close').then(([code]) => {
    throw new Error(`serve.mjs ended with status ${String(code)} before it served`);
  });
  // VS Code's first-time set-up also prints to standard output; the answer is the line of JSON.
  const answer = new Promise<Ready>((done) => {
    lines.on('line', (line) => {
      if (line.startsWith('{')) done(JSON.parse(line) as Ready);
    });
  });
  const ready = await Promise.race([answer, ended]);
  ended.catch(() => undefined);
  // Without a name, Playwright puts the profile into a temporary folder and removes it.
  return {
    ...ready,
    chromium: await chromium.launchPersistentContext('', { ...ready.browser, viewport: null }),
  };
}

/**
 * The server that all tests of this run share, started on demand.
 * @param restricted a second server, which opens folders in Restricted Mode
 */
export function startServer(restricted = false): Promise<VscodeServer> {
  let running = servers.get(restricted);
  if (!running) {
    const options = JSON.stringify({ restricted, grace: 1 });
    const child = spawn(process.execPath, [join(ROOT, 'src/build/serve.mjs'), options], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    running = { child, server: launch(child) };
    servers.set(restricted, running);
  }
  return running.server;
}

/** A fresh page: no storage or permissions remain from earlier pages. */
export async function freshPage(server: VscodeServer): Promise<Page> {
  const page = await server.chromium.newPage();
  const session = await server.chromium.newCDPSession(page);
  await session.send('Storage.clearDataForOrigin', {
    origin: `http://${server.address}`,
    storageTypes: KEPT,
  });
  await session.detach();
  await server.chromium.clearPermissions();
  return page;
}

/** Writes the user settings for the next page: the quiet ones, and these. */
export function writeSettings(server: VscodeServer, settings: Record<string, unknown>): void {
  mkdirSync(dirname(server.settingsFile), { recursive: true });
  writeFileSync(server.settingsFile, JSON.stringify({ ...server.settings, ...settings }, null, 2));
}

/** The URL that shows `folder`. */
export function pageUrl(server: VscodeServer, folder: string): string {
  return server.page.replace('FOLDER', encodeURIComponent(resolve(folder)));
}

/** Ends all servers and browsers. */
export async function stopServers(): Promise<void> {
  const all = [...servers.values()];
  servers.clear();
  for (const { server, child } of all) {
    const closed = once(child, 'close');
    await server.then((running) => running.chromium.close()).catch(() => undefined);
    child.stdin?.end();
    if (child.exitCode === null) await closed;
  }
}

// A root hook: runs once, after the last test of the last file.
after('stop VS Code', async function () {
  this.timeout(20_000);
  await stopServers();
});
