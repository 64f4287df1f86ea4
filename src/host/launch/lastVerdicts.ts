// The last verdict on each domain, kept across windows: only a word and a time, nothing about what was checked.
// It describes that launch only; a restarted domain is another launch, so the time is always shown with it.

import * as vscode from 'vscode';
import type { Verdict } from '../../core/launch/report';
import { parseConnectionUri } from '../../libvirt/uri';
import { isObject } from '../../core/binary/values';

/** How a check of a domain ended. */
export type LastVerdict = Verdict | 'no verdict';

const WORDS: readonly string[] = [
  'matches',
  'does not match',
  'cannot be trusted',
  'no verdict',
] satisfies LastVerdict[];

/** A verdict and its time. */
export interface Remembered {
  /** Canonical. */
  readonly uri: string;
  /** The UUID of the domain. */
  readonly domain: string;
  readonly verdict: LastVerdict;
  /** Milliseconds since 1970. */
  readonly when: number;
}

const KEY = 'lastVerdicts';
const MOST = 500;

/** The canonical spelling of a URI; a refused one is returned unchanged. */
export function canonicalUri(text: string): string {
  const uri = parseConnectionUri(text, { allowTcp: true });
  return uri.ok ? uri.canonical : text;
}

function isRemembered(value: unknown): value is Remembered {
  if (!isObject(value)) return false;
  const { uri, domain, verdict, when } = value;
  return (
    typeof uri === 'string' &&
    typeof domain === 'string' &&
    WORDS.includes(String(verdict)) &&
    typeof when === 'number' &&
    Number.isFinite(new Date(when).getTime())
  );
}

/** The verdicts, latest first. */
export class LastVerdicts implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<Remembered>();
  private readonly latest: Map<string, Remembered>;

  constructor(private readonly memory: vscode.Memento) {
    const stored = memory.get<unknown>(KEY);
    const list = Array.isArray(stored) ? stored.filter(isRemembered) : [];
    this.latest = new Map(list.map((one) => [keyOf(one.uri, one.domain), one]));
  }

  /** Fires when there is a new verdict. */
  get onDidChange(): vscode.Event<Remembered> {
    return this.changed.event;
  }

  /** The last verdict on a domain, or undefined when there was none. */
  find(uri: string, uuid: string): Remembered | undefined {
    return this.latest.get(keyOf(canonicalUri(uri), uuid));
  }

  /** Remembers how a check ended, for display with the domain. */
  async rememberVerdict(uri: string, uuid: string, verdict: LastVerdict, when: Date): Promise<void> {
    const one: Remembered = { uri: canonicalUri(uri), domain: uuid, verdict, when: when.getTime() };
    const key = keyOf(one.uri, uuid);
    this.latest.delete(key);
    const kept: [string, Remembered][] = [[key, one], ...this.latest];
    this.latest.clear();
    for (const [name, value] of kept.slice(0, MOST)) this.latest.set(name, value);
    this.changed.fire(one);
    await this.memory.update(KEY, [...this.latest.values()]);
  }

  dispose(): void {
    this.changed.dispose();
  }
}

const keyOf = (uri: string, uuid: string) => `${uri} ${uuid.toLowerCase()}`;
