// The real workbench in Chromium, used as a person uses it: open a folder, a file, a command, and look into the
// webview. See openWorkbench for a whole test.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Locator, Page } from 'playwright-core';
import { browserOnly } from './browserOnly';
import { ROOT, freshPage, pageUrl, startServer, writeSettings } from './vscodeServer';

/** Themes by purpose: their names in VS Code's settings and in its list, and the classes of its root and our pages. */
const THEMES = {
  light: { id: 'Light Modern', name: 'Light Modern', root: 'vs', page: 'vscode-light' },
  dark: { id: 'Dark Modern', name: 'Dark Modern', root: 'vs-dark', page: 'vscode-dark' },
  highContrast: {
    id: 'Default High Contrast',
    name: 'Dark High Contrast',
    root: 'hc-black',
    page: 'vscode-high-contrast',
  },
  highContrastLight: {
    id: 'Default High Contrast Light',
    name: 'Light High Contrast',
    root: 'hc-light',
    page: 'vscode-high-contrast-light',
  },
} as const;

export type Theme = keyof typeof THEMES;

export interface WorkbenchOptions {
  /** the workspace folder; make a temporary one for tests that write */
  folder: string;
  theme?: Theme;
  /** ask for workspace trust: a folder opens in Restricted Mode */
  restricted?: boolean;
  /** VS Code without a machine behind the browser, and a copy of the folder in memory */
  withoutMachine?: boolean;
  /** further user settings */
  settings?: Record<string, unknown>;
  size?: { width: number; height: number };
  /** for a test that only reads: it may reuse the window of the previous such test, because opening windows is slow */
  shared?: boolean;
}

/** Time limit of one step in the workbench on a slow machine, in milliseconds. */
const PATIENCE = 45_000;
const LOAD_PATIENCE = 60_000;
/**
 * Marks in the page's timeline when VS Code is ready. Before the first, the extension's editors are not
 * registered; before the second, one of their files may still open as text.
 */
const LOADED = ['code/didLoadExtensions', 'code/LifecyclePhase/Eventually'];
/** VS Code's own code, and the URLs that it fails to reach without harm; its messages about those are not ours. */
const NOT_OURS = /\/static\/|\/_static\/|\/manifest\.json|\/update\/check|open-vsx\.org|fetching the script/;

/** Open windows of the running test. */
const open = new Set<Workbench>();
/**
 * The window left by the last test for a similar one, on each server by whether it is restricted; shared by all
 * test files, each of which has its own copy of this module.
 */
const shared = globalThis as { sevscopeWindows?: Map<boolean, Workbench> };
const leftOpen = (shared.sevscopeWindows ??= new Map<boolean, Workbench>());

/**
 * Opens a folder in a window that knows nothing of earlier ones and waits until all extensions are known.
 *
 *     const workbench = await openWorkbench({ folder, theme: 'dark' });
 *     await workbench.openFromExplorer('bsp.vmsa');
 *     const frame = await workbench.webviewFrame();
 *     await frame.getByText('rip').waitFor();
 *     await workbench.screenshot('vmsa');
 *     workbench.assertNoErrors();
 *
 * The window closes when the test ends, unless it is shared; when it fails, also the first time, a picture of the window is kept in
 * test-results/.
 */
export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const { folder, theme = 'light', restricted = false, settings = {} } = options;
  const server = await startServer(restricted);
  writeSettings(server, { 'workbench.colorTheme': THEMES[theme].id, ...settings });
  const key = options.shared === true ? JSON.stringify({ folder, settings }) : undefined;
  const workbench =
    (await takeShared(restricted, key)) ?? new Workbench(await freshPage(server), restricted, key);
  open.add(workbench);
  await workbench.page.setViewportSize(options.size ?? { width: 1280, height: 800 });
  if (options.withoutMachine) {
    const { url, close } = await browserOnly(server, folder);
    workbench.page.once('close', close);
    await workbench.load(url);
  } else if (workbench.page.url() === 'about:blank') await workbench.load(pageUrl(server, folder));
  await workbench.showIn(theme);
  return workbench;
}

/** The window left by the last test, reset, if it has the same key; a window with another key is closed. */
async function takeShared(restricted: boolean, key: string | undefined): Promise<Workbench | undefined> {
  const last = leftOpen.get(restricted);
  leftOpen.delete(restricted);
  if (last && last.key === key) {
    try {
      await last.tidy();
      return last;
    } catch (error) {
      // If it cannot be tidied up, do without it.
      console.log(`    a window is not used again: ${(error as Error).message}`);
    }
  }
  await last?.close();
  return undefined;
}

export class Workbench {
  /** Errors that the webviews logged to the console or did not catch. */
  readonly errors: string[] = [];

  /** @param key identifies how the window was opened, if a later test may reuse it */
  constructor(
    readonly page: Page,
    readonly restricted: boolean,
    readonly key?: string,
  ) {
    page.setDefaultTimeout(PATIENCE);
    // A webview's page is written into its frame, so its own messages have no URL; those of its files do.
    page.on('console', (message) => {
      const text = `${message.text()} ${message.location().url}`.trim();
      if (message.type() === 'error' && !NOT_OURS.test(text)) this.errors.push(text);
    });
    page.on('pageerror', (error) => {
      const text = error.stack ?? error.message;
      if (!NOT_OURS.test(text)) this.errors.push(text);
    });
  }

  /** Opens the URL, and waits until a double click opens the right editor. */
  async load(url: string): Promise<void> {
    await this.page.goto(url, { timeout: LOAD_PATIENCE });
    await this.page.waitForFunction(
      (marks) => marks.every((mark) => performance.getEntriesByName(mark).length > 0),
      LOADED,
      { timeout: LOAD_PATIENCE },
    );
    await this.page.locator('.explorer-folders-view').waitFor();
  }

  /** Opens a file as a user does, by a double click on its name in the Explorer. */
  async openFromExplorer(name: string): Promise<void> {
    await this.explorerItem(name).dblclick();
    await this.activeTab(name).waitFor();
  }

  /** A file or folder in the Explorer, by its full name. */
  explorerItem(name: string): Locator {
    return this.page.locator('.explorer-folders-view').getByRole('treeitem', { name, exact: true });
  }

  /** Selects two files in the Explorer. */
  async selectTwo(first: string, second: string): Promise<void> {
    await this.explorerItem(first).click();
    // The click also opens the file, and the Explorer then selects only the opened one.
    await this.activeTab(first).waitFor();
    await this.webviewFrame();
    await this.explorerItem(second).click({ modifiers: ['Control'] });
  }

  /** Chooses from the context menu of a file or folder in the Explorer. */
  async chooseInMenu(name: string, item: RegExp): Promise<void> {
    await this.explorerItem(name).click({ button: 'right' });
    // In its first 100 ms, a menu ignores the release of a mouse button, which may be the one that opened it.
    await this.page.getByRole('menuitem', { name: item }).click({ delay: 200 });
  }

  /** Presses a button in the title bar of the active editor. */
  async pressInTitle(name: RegExp): Promise<void> {
    const bar = this.page.locator('.editor-group-container.active .editor-actions');
    const button = bar.getByRole('button', { name });
    // VS Code recreates the bar whenever something that a button depends on changes; a click on the old one is lost.
    for (;;) {
      const drawn = await button.elementHandle();
      await this.page.waitForTimeout(500);
      if (await drawn.evaluate((element) => element.isConnected)) break;
    }
    await button.click();
  }

  /** The tab of the active editor, if its label has this text. */
  activeTab(name: string): Locator {
    return this.page.locator('.editor-group-container.active .tab.active').filter({ hasText: name });
  }

  /** Runs a command through the command palette. @param title as the palette shows it, with its category: "SEV: …" */
  async runCommand(title: string): Promise<void> {
    await this.findCommand(title);
    await this.row(title).click();
  }

  /** Opens the command palette and searches for a command. */
  async findCommand(title: string): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    const find = async () => {
      await this.input.waitFor({ timeout: 3000 });
      await this.input.fill(`>${title}`, { timeout: 3000 });
      await this.row(title).waitFor({ timeout: 3000 });
    };
    for (;;) {
      await this.page.keyboard.press('F1');
      // It closes when something else takes the focus, such as a page that has just been drawn.
      const found = await find().then(
        () => true,
        () => false,
      );
      if (found) return;
      if (Date.now() > deadline) throw new Error(`The command palette does not offer "${title}"`);
      // A palette shows what was enabled when it opened: shortly after start-up, a command may be missing.
      await this.page.keyboard.press('Escape');
    }
  }

  /** The text field of the open quick pick or input box. */
  get input(): Locator {
    return this.page.locator('.quick-input-widget .quick-input-box input');
  }

  /** The row with this label in the open quick pick. */
  row(label: string): Locator {
    const name = this.page.locator('.quick-input-list-label .label-name').getByText(label, { exact: true });
    return this.page.locator('.quick-input-list .monaco-list-row').filter({ has: name }).first();
  }

  /** Chooses a row of the open quick pick. */
  async pick(label: string): Promise<void> {
    await this.row(label).click();
  }

  /**
   * Runs a command that shows a quick pick, and chooses a row of it. On a busy machine the focus goes back to the page that had it before
   * the palette, after the list has opened, which closes it: then the command is run again, and a line says so.
   */
  async runAndPick(title: string, label: string): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      await this.runCommand(title);
      const row = this.row(label);
      const isShown = await row
        .waitFor({ timeout: 5000 })
        .then(() => row.click({ timeout: 5000 }))
        .then(
          () => true,
          () => false,
        );
      if (isShown) return;
      if (Date.now() > deadline) throw new Error(`The list of "${title}" does not stay open`);
      console.log(`      asked again: the list of "${title}" closed before "${label}" was chosen`);
    }
  }

  /** Answers the open input box. */
  async answer(text: string): Promise<void> {
    await this.input.waitFor();
    await this.input.fill(text);
    await this.input.press('Enter');
  }

  /** Waits for the path that a file dialog suggests after it opens: text typed before that is lost. */
  async suggested(end: string): Promise<void> {
    await this.input.waitFor();
    for (let i = 0; i < 100 && !(await this.input.inputValue()).endsWith(end); i++)
      await this.page.waitForTimeout(100);
  }

  /** Answers the open dialog for a file or a folder. @param path a folder ends in a slash */
  async answerPath(path: string): Promise<void> {
    await this.suggested('/');
    // It may fill in its suggestion more than once.
    do {
      await this.input.fill(path);
      await this.page.waitForTimeout(500);
    } while ((await this.input.inputValue()) !== path);
    await this.input.press('Enter');
  }

  /** A notification with this text. */
  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast').filter({ hasText: text });
  }

  /** The innermost frame of the active custom editor, which contains the extension's own page. */
  async webviewFrame(): Promise<Frame> {
    const deadline = Date.now() + PATIENCE;
    do {
      const group = await this.page.locator('.editor-group-container.active .editor-container').boundingBox();
      for (const frame of this.page.frames()) {
        if (group && frame.url().includes('fake.html') && (await isActiveIn(frame, group))) return frame;
      }
      await this.page.waitForTimeout(100);
    } while (Date.now() < deadline);
    throw new Error(`The active editor showed no webview within ${PATIENCE / 1000} s`);
  }

  /**
   * Waits until VS Code has stored its state with this text in it. In a browser it does so every few seconds,
   * because a closing page cannot wait for its database; a reload before that restores older state.
   */
  async waitUntilStored(text: string): Promise<void> {
    const deadline = Date.now() + LOAD_PATIENCE;
    // VS Code postpones storing while its own document has no focus, as when a frame in it has: focus an empty part.
    const explorer = this.page.locator('.explorer-folders-view');
    const { height } = (await explorer.boundingBox())!;
    await explorer.click({ position: { x: 100, y: height - 20 } });
    while (!(await this.stored()).includes(text)) {
      if (Date.now() > deadline) throw new Error(`VS Code did not store "${text}"`);
      await this.page.waitForTimeout(500);
    }
  }

  /** Everything that VS Code has stored in the browser, as one text. */
  stored(): Promise<string> {
    return this.page.evaluate(storedText);
  }

  /** Looks at the current window in each theme in turn; its content stays, as when a user changes theme. */
  async inEveryTheme(look: (theme: Theme) => Promise<unknown>): Promise<void> {
    for (const theme of Object.keys(THEMES) as Theme[]) {
      await this.showIn(theme);
      await look(theme);
    }
  }

  /** Switches the window to a theme as a user would, unless it is already active. */
  async showIn(theme: Theme): Promise<void> {
    const { name, root, page } = THEMES[theme];
    if (await this.page.locator(`.monaco-workbench.${root}`).isVisible()) return;
    await this.runCommand('Preferences: Color Theme');
    await this.input.fill(name);
    await this.pick(name);
    await this.page.locator(`.monaco-workbench.${root}`).waitFor();
    for (const frame of this.page.frames())
      if (frame.url().includes('fake.html')) await frame.locator(`body.${page}`).waitFor();
  }

  /** Writes a screenshot of the whole window to test-results/, as an artefact of the run. */
  async screenshot(name: string): Promise<string> {
    const path = join(ROOT, 'test-results', `${name}.png`);
    mkdirSync(join(ROOT, 'test-results'), { recursive: true });
    await this.page.screenshot({ path, animations: 'disabled' });
    return path;
  }

  /** Throws when a webview wrote an error to the console. */
  assertNoErrors(): void {
    if (this.errors.length > 0) throw new Error(`The webview reported errors:\n${this.errors.join('\n')}`);
  }

  /**
   * Removes what a test has left: editors with their unsaved changes, questions, messages, and views other than
   * the Explorer.
   */
  async tidy(): Promise<void> {
    this.errors.length = 0;
    await this.page.emulateMedia({ reducedMotion: null });
    await this.page.keyboard.press('Escape');
    await this.runCommand('View: Close All Editors');
    const tabs = this.page.locator('.editor-group-container .tab');
    const loseChanges = this.page.getByRole('button', { name: "Don't Save" });
    await loseChanges.or(this.page.locator('.editor-group-container.empty')).first().waitFor();
    if (await loseChanges.isVisible()) await loseChanges.click();
    await tabs.first().waitFor({ state: 'detached' });
    await this.runCommand('Notifications: Clear All Notifications');
    if (await this.page.locator('.part.panel').isVisible())
      await this.runCommand('View: Toggle Panel Visibility');
    if (!(await this.page.locator('.explorer-folders-view').isVisible()))
      await this.runCommand('View: Show Explorer');
    await this.page.locator('.explorer-folders-view').waitFor();
  }

  async close(): Promise<void> {
    open.delete(this);
    await this.page.close();
  }
}

// A root hook, for every test of the run.
afterEach('close the workbench', async function () {
  this.timeout(30_000);
  const test = this.currentTest;
  for (const workbench of [...open]) {
    // To Mocha, a test that will be retried has not failed.
    if (test?.isPassed() === false) {
      const name = `failed-${test.fullTitle().replace(/\W+/g, '-')}`;
      await workbench.screenshot(name).catch(() => undefined);
      for (const error of workbench.errors) console.log(`      in the webview: ${error}`);
    }
    if (test?.isPassed() && workbench.key !== undefined) {
      open.delete(workbench);
      leftOpen.set(workbench.restricted, workbench);
    } else await workbench.close();
  }
});

/**
 * Runs in the page: everything that VS Code keeps in the browser's databases, as one text; unescapes nested values.
 */
async function storedText(): Promise<string> {
  const done = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => {
        resolve(request.result);
      };
      request.onerror = () => {
        reject(request.error ?? new Error('the database did not answer'));
      };
    });
  let text = '';
  for (const { name } of await indexedDB.databases()) {
    if (!name?.startsWith('vscode-web-state-db')) continue;
    const database = await done(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      text += JSON.stringify(await done(database.transaction(store).objectStore(store).getAll()));
    }
    database.close();
  }
  return text.replaceAll('\\', '');
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * Whether a frame is a webview's live content (not the one being loaded behind it) and is within a part of the window.
 */
async function isActiveIn(frame: Frame, part: Box): Promise<boolean> {
  try {
    const element = await frame.frameElement();
    if ((await element.getAttribute('id')) !== 'active-frame' || !(await element.isVisible())) return false;
    // VS Code positions webviews over the editors, not inside them, so only the position tells which editor shows one.
    const box = await element.boundingBox();
    const x = box ? box.x + box.width / 2 : -1;
    const y = box ? box.y + box.height / 2 : -1;
    return x >= part.x && x <= part.x + part.width && y >= part.y && y <= part.y + part.height;
  } catch {
    // The frame was removed during the check.
    return false;
  }
}
