// One VS Code server and one Chromium for all browser tests of a run, started by the first test that needs them and ended
// after the last. The server is a child that ends when this process does (src/build/serve.mjs). Chromium keeps the same
// profile on disk, because only there it keeps VS Code's 19 MB of script compiled, which halves the load of a window.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type BrowserContext, type LaunchOptions, type Page } from 'playwright-core';

/** The folder of package.json: every tier runs with it as the current folder. */
export const ROOT = process.cwd();

/** What serve.mjs says when its server answers. */
interface Ready {
  /** host:port */
  address: string;
  /** a page's address, with FOLDER where the workspace folder belongs */
  page: string;
  settingsFile: string;
  settings: Record<string, unknown>;
  browser: LaunchOptions;
}

export interface VscodeServer extends Ready {
  chromium: BrowserContext;
}

/** What VS Code and its webviews keep in a browser; what Chromium keeps of their scripts is none of it. */
const KEPT = 'cookies,file_systems,indexeddb,local_storage,cache_storage';

interface Running {
  server: Promise<VscodeServer>;
  child: ChildProcess;
}

// Each test file is a bundle with its own copy of this module, so what they share hangs on the global object.
const shared = globalThis as { sevscopeServers?: Map<boolean, Running> };
const servers = (shared.sevscopeServers ??= new Map<boolean, Running>());

async function launch(child: ChildProcess): Promise<VscodeServer> {
  const lines = createInterface({ input: child.stdout! });
  const ended = once(child, 'close').then(([code]) => {
    throw new Error(`serve.mjs ended with status ${String(code)} before it served`);
  });
  // The first-time set-up of VS Code also reports on standard output; the answer is the line of JSON.
  const answer = new Promise<Ready>((done) => {
    lines.on('line', (line) => {
      if (line.startsWith('{')) done(JSON.parse(line) as Ready);
    });
  });
  const ready = await Promise.race([answer, ended]);
  ended.catch(() => undefined);
  // Without a name, the profile is in a temporary folder that Playwright removes.
  return {
    ...ready,
    chromium: await chromium.launchPersistentContext('', { ...ready.browser, viewport: null }),
  };
}

/**
 * The server that all tests of this run share, started when needed.
 * @param restricted a second server, that opens folders in Restricted Mode
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

/** A new page, to which VS Code is new: nothing is left of what earlier pages stored or were allowed. */
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

/** Writes the user settings that the next page starts with: the quiet ones, and these. */
export function writeSettings(server: VscodeServer, settings: Record<string, unknown>): void {
  mkdirSync(dirname(server.settingsFile), { recursive: true });
  writeFileSync(server.settingsFile, JSON.stringify({ ...server.settings, ...settings }, null, 2));
}

/** The address that shows `folder`. */
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
