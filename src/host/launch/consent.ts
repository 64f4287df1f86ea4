// Which connections are a person's own: those in her user settings, and those that she has agreed to. No file, link or address
// of a report makes a connection of any other kind.

import type * as vscode from 'vscode';
import { plainText } from '../../core/binary/plainText';
import { connectionTexts } from '../connections/connectionSettings';
import { confirm } from '../shell/notify';
import { canonicalUri } from './lastVerdicts';
import { acceptUri } from '../connections/uriChoice';

const CONFIRMED = 'sevscope.confirmedConnections';
/** Longer names are cut in questions. */
const LONGEST = 100;

/** A name from a host or a file as it may stand in a question. */
export const nameInWords = (name: string): string => plainText(name, LONGEST);

/** The connections that she has agreed to, in canonical form. */
export const confirmedUris = (memory: vscode.Memento): readonly string[] =>
  memory.get<readonly string[]>(CONFIRMED, []);

/** Takes her agreement to a connection back: she is asked again before it is used. */
export async function forgetConfirmed(memory: vscode.Memento, uri: string): Promise<void> {
  const confirmed = confirmedUris(memory);
  const rest = confirmed.filter((one) => one !== canonicalUri(uri));
  if (rest.length < confirmed.length) await memory.update(CONFIRMED, rest);
}

/** Whether a connection is hers without asking. @param canonical its URI in the one spelling */
export function isHersAlready(memory: vscode.Memento, canonical: string): boolean {
  return confirmedUris(memory).includes(canonical) || connectionTexts().map(canonicalUri).includes(canonical);
}

/**
 * Whether a connection is hers; when it is not, she is asked. @param name of the domain, in words or not
 * @throws CheckError when the connection is refused whatever she says
 */
export async function isHers(memory: vscode.Memento, uri: string, name: string): Promise<boolean> {
  const { canonical } = acceptUri(uri);
  if (isHersAlready(memory, canonical)) return true;
  const detail = `It is for the domain ${nameInWords(name)}, and in none of your settings.`;
  if (!(await confirm(`Connect to ${canonical}?`, detail, 'Connect'))) return false;
  await memory.update(CONFIRMED, [...confirmedUris(memory), canonical]);
  return true;
}
