// What the tests of the view of domains share: views of their own on the real worker or another, and hooks that leave nothing open.

import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { storeConnectionTexts } from '../../src/host/connections/connectionSettings';
import { Connections } from '../../src/host/connections/connections';
import type { DomainsNode } from '../../src/host/domains/domainItems';
import { DomainsView } from '../../src/host/domains/domainsView';
import { libvirtWorkerScript } from '../../src/host/shell/files';
import { LastVerdicts } from '../../src/host/launch/lastVerdicts';
import { children } from '../helpers/libvirt';
import { until } from './until';

/** A host that every libvirt has. */
export const HOST = 'test:///default';
export const run = (command: string, ...args: unknown[]) => vscode.commands.executeCommand(command, ...args);
export const extension = vscode.extensions.getExtension('sevscope.sevscope')!;
/** The worker as it is shipped. */
export const realWorker = () => libvirtWorkerScript(extension.extensionUri);

/** What is disposed of after each test. */
export const used: { dispose: () => unknown }[] = [];

/** Processes that talk to libvirt, of anybody in this extension host. */
export const workers = () =>
  children().filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('libvirtWorker');
    } catch {
      return false;
    }
  });

/** What VS Code keeps for an extension, kept here. */
export function memory(values: Record<string, unknown> = {}): vscode.Memento {
  const kept = new Map(Object.entries(values));
  return {
    keys: () => [...kept.keys()],
    get: <T>(key: string, otherwise?: T) => (kept.get(key) as T | undefined) ?? otherwise,
    update: (key, value) => Promise.resolve(void kept.set(key, value)),
  };
}

interface Made {
  view: DomainsView;
  connections: Connections;
  verdicts: LastVerdicts;
}

/** Connections of its own, which are closed after the test. */
export function connectionsOf(workerPath = realWorker(), idleMs?: number): Connections {
  const connections = new Connections(workerPath, idleMs);
  used.push(connections);
  return connections;
}

/** A view of its own, with all that is behind it. */
export function make(workerPath = realWorker(), idleMs?: number): Made {
  const connections = new Connections(workerPath, idleMs);
  const verdicts = new LastVerdicts(memory());
  const view = new DomainsView(connections, verdicts);
  used.push(view);
  return { view, connections, verdicts };
}

export const roots = (view: DomainsView) => view.getChildren();
/** The rows below a connection, which connects. */
export async function domains(view: DomainsView, uri = HOST): Promise<DomainsNode[]> {
  const root = (await roots(view)).find((node) => node.uri === uri);
  assert.ok(root, `no connection ${uri}`);
  return view.getChildren(root);
}
export const rootItem = async (view: DomainsView) => view.getTreeItem((await roots(view))[0]!);
export const labelOf = (label: vscode.TreeItem['label']) => (typeof label === 'string' ? label : '');
/** Rows as `label: description`. */
export const descriptions = (view: DomainsView, nodes: readonly DomainsNode[]) =>
  nodes.map((node) => {
    const { label, description } = view.getTreeItem(node);
    return `${labelOf(label)}: ${String(description ?? '')}`;
  });

/** Hooks for a suite: a folder that is there while its tests run. */
export function temporaryFolder(): () => string {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'sevscope-domains-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  return () => folder;
}

/** Hooks for a suite: the settings hold HOST, and after each test no connection is left. */
export function withHost(): void {
  before(() => extension.activate());
  beforeEach(() => storeConnectionTexts([HOST]));
  afterEach(async () => {
    for (const one of used.splice(0)) one.dispose();
    await storeConnectionTexts([]);
    await until('no connection is left', () => workers().length === 0);
  });
}
