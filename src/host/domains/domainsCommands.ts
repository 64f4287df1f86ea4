// The commands of the domains view. None does anything in Restricted Mode, whoever calls it.

import * as vscode from 'vscode';
import * as shellErrors from '../shell/errors';
import type { CommandId } from '../../contributions';
import { connectionTexts, storeConnectionTexts } from '../connections/connectionSettings';
import { confirmedUris, forgetConfirmed } from '../launch/consent';
import { choose } from '../shell/ask';
import { copyText } from '../shell/clipboard';
import type { Command } from '../shell/commands';
import type { DomainsView } from './domainsView';
import { canonicalUri } from '../launch/lastVerdicts';
import { chooseUri } from '../connections/uriChoice';
import { isObject } from '../../core/binary/values';

/** A string in the argument that a menu or caller passed: a row of the view, an object like one, or a URI string. */
function argumentPart(argument: unknown, part: 'uri' | 'domain'): string | undefined {
  const value = isObject(argument) ? argument[part] : part === 'uri' ? argument : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** Asks for one of the connections in the user settings, or one that the user has agreed to. */
async function pickUri(memory: vscode.Memento): Promise<string | undefined> {
  const known = [...new Set(connectionTexts().map(canonicalUri))];
  const agreed = confirmedUris(memory).filter((uri) => !known.includes(uri));
  const items = [
    ...known.map((label) => ({ label, description: 'in your settings' })),
    ...agreed.map((label) => ({ label, description: 'in none of your settings; you agreed to it once' })),
  ];
  return (await choose(items, { title: 'Connection to remove' }))?.label;
}

/** The commands by their ids. @param memory stores which connections the user has agreed to */
export function domainsCommands(view: DomainsView, memory: vscode.Memento) {
  async function add(given?: unknown): Promise<void> {
    const texts = connectionTexts();
    const known = texts.map(canonicalUri);
    const uri = await chooseUri(known, argumentPart(given, 'uri'));
    if (uri === undefined) return;
    if (!known.includes(uri)) await storeConnectionTexts([...texts, uri]);
    await view.reveal(uri);
  }

  async function remove(given?: unknown): Promise<void> {
    const uri = argumentPart(given, 'uri') ?? (await pickUri(memory));
    if (uri === undefined) return;
    await forgetConfirmed(memory, uri);
    const texts = connectionTexts();
    const rest = texts.filter((text) => canonicalUri(text) !== canonicalUri(uri));
    if (rest.length < texts.length) await storeConnectionTexts(rest);
  }

  return {
    addConnection: trusted(add),
    removeConnection: trusted(remove),
    refreshDomains: trusted((given) => {
      view.refresh(argumentPart(given, 'uri'));
    }),
    copyDomainUuid: trusted(async (given) => {
      const uuid = argumentPart(given, 'domain');
      if (uuid !== undefined) await copyText(uuid);
    }),
  } satisfies Partial<Record<CommandId, Command>>;
}

/** A command that refuses in Restricted Mode. */
const trusted =
  (run: (argument?: unknown) => unknown) =>
  async (argument?: unknown): Promise<unknown> => {
    if (!vscode.workspace.isTrusted) throw shellErrors.untrustedWorkspace();
    return await run(argument);
  };
