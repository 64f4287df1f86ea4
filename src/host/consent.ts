// Which connections are a person's own: those in her user settings, and those that she has agreed to. No file, link or address
// of a report makes a connection of any other kind.

import * as vscode from 'vscode';
import { plainText } from '../core/plainText';
import { connectionTexts } from './connectionSettings';
import { canonicalUri } from './lastVerdicts';
import { acceptUri } from './uriChoice';

const CONFIRMED = 'sevscope.confirmedConnections';
/** Longer names are cut in questions. */
const LONGEST = 100;

/** A name from a host or a file as it may stand in a question. */
export const nameInWords = (name: string): string => plainText(name, LONGEST);

/**
 * Whether a connection is hers; when it is not, she is asked. @param name of the domain, in words or not
 * @throws CheckError when the connection is refused whatever she says
 */
export async function isHers(memory: vscode.Memento, uri: string, name: string): Promise<boolean> {
  const { canonical } = acceptUri(uri);
  const confirmed = memory.get<string[]>(CONFIRMED, []);
  if (confirmed.includes(canonical) || connectionTexts().map(canonicalUri).includes(canonical)) return true;
  const connect = 'Connect';
  const detail = `It is for the domain ${nameInWords(name)}, and in none of your settings.`;
  const options = { modal: true, detail };
  const answer = await vscode.window.showWarningMessage(`Connect to ${canonical}?`, options, connect);
  if (answer !== connect) return false;
  await memory.update(CONFIRMED, [...confirmed, canonical]);
  return true;
}
