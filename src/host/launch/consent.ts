// Which connections belong to the user: those in the user settings, and those the user has agreed to. No file,
// link or report URI opens any other.

import type * as vscode from 'vscode';
import { plainText } from '../../core/binary/plainText';
import { connectionTexts } from '../connections/connectionSettings';
import { confirm } from '../shell/notify';
import { canonicalUri } from './lastVerdicts';
import { acceptUri } from '../connections/uriChoice';

const CONFIRMED = 'sevscope.confirmedConnections';
/** Longer names are truncated in questions. */
const LONGEST = 100;

/** A name from a host or a file, made safe to quote in a question. */
export const nameInWords = (name: string): string => plainText(name, LONGEST);

/** The connections the user has agreed to, in canonical form. */
export const confirmedUris = (memory: vscode.Memento): readonly string[] =>
  memory.get<readonly string[]>(CONFIRMED, []);

/** Withdraws the user's agreement to a connection: using it again asks again. */
export async function forgetConfirmed(memory: vscode.Memento, uri: string): Promise<void> {
  const confirmed = confirmedUris(memory);
  const rest = confirmed.filter((one) => one !== canonicalUri(uri));
  if (rest.length < confirmed.length) await memory.update(CONFIRMED, rest);
}

/** Whether a connection needs no question. @param canonical its canonical URI */
export function isHersAlready(memory: vscode.Memento, canonical: string): boolean {
  return confirmedUris(memory).includes(canonical) || connectionTexts().map(canonicalUri).includes(canonical);
}

/**
 * Whether a connection may be used; asks the user if necessary.
 * @param name of the domain, as it came or made safe
 * @throws CheckError when the connection is refused whatever the user says
 */
export async function isHers(memory: vscode.Memento, uri: string, name: string): Promise<boolean> {
  const { canonical } = acceptUri(uri);
  if (isHersAlready(memory, canonical)) return true;
  const detail = `It is for the domain ${nameInWords(name)}, and in none of your settings.`;
  if (!(await confirm(`Connect to ${canonical}?`, detail, 'Connect'))) return false;
  await memory.update(CONFIRMED, [...confirmedUris(memory), canonical]);
  return true;
}
