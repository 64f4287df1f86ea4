// The rows of the domains view: connections, their domains, and notes that say what to do.

import type * as vscode from 'vscode';
import {
  describeSummary,
  plainName,
  whySummaryNotLaunched,
  whySummaryUncheckable,
} from '../../core/domain/describeSummary';
import type { DomainStateName, DomainSummary, SevCapabilities } from '../../core/domain/facts';
import { plainText } from '../../core/binary/plainText';
import { parseConnectionUri } from '../../libvirt/uri';
import { ROWS } from '../../contributions';
import type { ConnectionState } from '../connections/connections';
import type { Remembered } from '../launch/lastVerdicts';
import { treeItem } from '../shell/labels';

/** A connection from the user settings. */
export interface ConnectionNode {
  readonly kind: 'connection';
  /** Canonical; for a refused URI, its text in the settings. */
  readonly uri: string;
}

/** A domain. Also the argument that the commands of its menu receive. */
export interface DomainNode {
  readonly kind: 'domain';
  readonly uri: string;
  /** The UUID. */
  readonly domain: string;
  /** On one line, truncated when very long. */
  readonly name: string;
  readonly summary: DomainSummary;
}

/** A line of text, with or without a command. */
export interface NoteNode {
  readonly kind: 'note';
  readonly uri: string;
  readonly text: string;
  readonly icon: string;
  readonly command?: vscode.Command;
}

/** A row. */
export type DomainsNode = ConnectionNode | DomainNode | NoteNode;

const STATE_ICONS: Readonly<Record<DomainStateName, string>> = {
  'no state': 'vm',
  running: 'vm-running',
  blocked: 'vm-running',
  paused: 'debug-pause',
  'shutting down': 'vm',
  'shut off': 'vm-outline',
  crashed: 'error',
  suspended: 'debug-pause',
};

const CONNECTION_ICONS: Readonly<Record<ConnectionState['kind'], string>> = {
  closed: 'debug-disconnect',
  connecting: 'loading~spin',
  connected: 'server',
  failed: 'warning',
};

/** The row of a domain in a list. */
export function domainNode(uri: string, summary: DomainSummary): DomainNode {
  return { kind: 'domain', uri, domain: summary.uuid, name: plainName(summary), summary };
}

function describeState(state: ConnectionState): string {
  switch (state.kind) {
    case 'closed':
      return '';
    case 'connecting':
      return 'connecting…';
    case 'connected': {
      const { hostname, serverVersion } = state.host;
      const version = serverVersion === undefined ? 'of unknown version' : plainText(serverVersion, 20);
      return `${plainText(hostname, 100)}, libvirt ${version}`;
    }
    case 'failed':
      return state.error.message;
  }
}

/** The item of a connection. */
export function connectionItem({ uri }: ConnectionNode, state: ConnectionState): vscode.TreeItem {
  const label = plainText(uri, 200);
  const target = parseConnectionUri(uri, { allowTcp: true });
  const description = describeState(state);
  const paragraphs = [target.ok ? target.display : label, description].filter((text) => text !== '');
  return treeItem({
    label,
    id: uri,
    contextValue: ROWS.connection,
    description,
    tooltip: paragraphs,
    icon: CONNECTION_ICONS[state.kind],
    hasRows: true,
  });
}

const describeTime = (when: number) =>
  new Date(when).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** The item of a domain, without its tooltip. */
export function domainItem({ name, summary }: DomainNode, last: Remembered | undefined): vscode.TreeItem {
  const facts = describeSummary(summary);
  const why = whySummaryUncheckable(summary);
  // The verdict comes first: a narrow side bar cuts off the end.
  const checked = last ? `${last.verdict} · ${facts} · checked ${describeTime(last.when)}` : facts;
  return treeItem({
    label: name,
    // Menus use this to decide whether to offer the check.
    contextValue: why ? ROWS.domain : ROWS.checkableDomain,
    description: `${checked}${why ? `. ${why.found}` : ''}`,
    icon: STATE_ICONS[summary.state.name],
  });
}

/** The tooltip of a domain's item, in paragraphs. @param host what its host can launch, if that is known */
export function domainTooltip(
  { name, domain, summary }: DomainNode,
  last: Remembered | undefined,
  host: SevCapabilities | undefined,
): string[] {
  const why = whySummaryUncheckable(summary);
  const obstacle = whySummaryNotLaunched(summary, host);
  const { state } = summary;
  const because = state.reason === 'unknown' ? '' : ` (${plainText(state.reason)})`;
  return [
    name,
    `UUID ${plainText(domain, 60)}`,
    `${describeSummary(summary)}${because}`,
    ...(why ? [`It cannot be checked. ${why.found}`, why.advice] : []),
    ...(obstacle
      ? [`${obstacle.isCertain ? 'It does not start here. ' : ''}${obstacle.found}`, obstacle.advice]
      : []),
    ...(last ? [`The last check, ${describeTime(last.when)}: ${last.verdict}.`] : []),
  ];
}

/** The item of a note. */
export function noteItem({ text, icon, command }: NoteNode): vscode.TreeItem {
  return treeItem({ label: text, icon, tooltip: [text], ...(command && { command }) });
}
