// `sevscope validate --launch` with several files: one line for each, with the place of the problem, and a summary.

import { relative } from 'node:path';
import type { Io } from '../app/io';
import { errorPlace, verdictPlace } from '../app/launchPlaces';
import type { LineColumn } from '../app/launchText';
import type { LaunchResult } from '../app/checkMany';
import { readLaunchSource } from '../app/launchFile';
import { launchName, printJson, type Output } from './output';

/** A path relative to the current folder. */
export const shortPath = (path: string): string => relative('', path) || path;

/** How a check ended, as the first word of its line. */
type Ending = 'OK' | 'MISMATCH' | 'NOT TRUSTED' | 'NOT VERIFIED' | 'ERROR';

function endingOf({ outcome }: LaunchResult): Ending {
  if ('error' in outcome) return 'ERROR';
  const { verdict, agrees, expected, evidence } = outcome.report;
  if (expected !== undefined) return 'NOT VERIFIED';
  if (verdict === 'matches') return 'OK';
  if (verdict === 'does not match') return 'MISMATCH';
  return agrees === true || evidence ? 'NOT TRUSTED' : 'ERROR';
}

const sentenceOf = ({ outcome }: LaunchResult): string =>
  'error' in outcome ? outcome.error.message : outcome.report.summary;

/** The place in its launch file that caused a result. */
async function placeIn(io: Io, { path, outcome }: LaunchResult): Promise<LineColumn> {
  const { text } = await readLaunchSource(io, path).catch(() => ({ text: '' }));
  return 'error' in outcome ? errorPlace(text, outcome.error) : verdictPlace(text);
}

const nameOf = ({ path, outcome }: LaunchResult, out: Output): string =>
  launchName(shortPath(path), outcome, out);

/** The line of a result, and one for each warning; a problem has its place, as compilers print it. */
async function linesOf(io: Io, out: Output, result: LaunchResult): Promise<string[]> {
  const ending = endingOf(result);
  const warnings = 'report' in result.outcome ? result.outcome.report.warnings : [];
  const name = nameOf(result, out);
  const at = ({ line, column }: LineColumn) => `${name}:${line}:${column}`;
  const place = ending === 'OK' && warnings.length === 0 ? undefined : at(await placeIn(io, result));
  return [
    ending === 'OK'
      ? `OK ${name}: ${sentenceOf(result)}`
      : `${ending} ${place!}: error: ${sentenceOf(result)}`,
    ...warnings.map((warning) => `WARNING ${place!}: warning: ${warning}`),
  ];
}

function summaryOf(results: readonly LaunchResult[]): string {
  const count = (...endings: Ending[]) => results.filter((r) => endings.includes(endingOf(r))).length;
  const untrusted = count('NOT TRUSTED');
  const launches = results.length === 1 ? '1 launch' : `${results.length} launches`;
  const parts = [
    `${count('OK')} match`,
    `${count('MISMATCH')} do not`,
    `${count('ERROR')} without a verdict`,
  ];
  if (untrusted > 0) parts.push(`${untrusted} not to be trusted`);
  const unverified = count('NOT VERIFIED');
  if (unverified > 0) parts.push(`${unverified} without a report to compare with`);
  return `${launches}: ${parts.join(', ')}`;
}

/** Prints results as they arrive, in the order of their files. */
export class ResultLines {
  private readonly waiting = new Map<number, LaunchResult>();
  private next = 0;
  private printing = Promise.resolve();

  constructor(
    private readonly io: Io,
    private readonly out: Output,
  ) {}

  /** Adds a result; it is printed once all before it are. */
  add(result: LaunchResult, index: number): void {
    this.waiting.set(index, result);
    for (let ready = this.waiting.get(this.next); ready; ready = this.waiting.get(this.next)) {
      const lines = linesOf(this.io, this.out, ready);
      this.waiting.delete(this.next++);
      this.printing = this.printing.then(async () => {
        for (const line of await lines) this.out.line(line);
      });
    }
  }

  /** Prints the summary after the last one. */
  async end(results: readonly LaunchResult[]): Promise<void> {
    await this.printing;
    this.out.line(summaryOf(results));
  }
}

/** Prints all results as one array: for each file its exit status, and its report, or the error with its place. */
export async function printResults(io: Io, out: Output, results: readonly LaunchResult[]): Promise<void> {
  const rows = results.map(async (result) => {
    const { status, milliseconds, outcome } = result;
    const file = { file: nameOf(result, out), status, milliseconds: Math.round(milliseconds) };
    if ('report' in outcome) return { ...file, report: outcome.report };
    const { kind, code, message, advice, at: where } = outcome.error;
    return { ...file, error: { kind, code, message, advice, at: where, ...(await placeIn(io, result)) } };
  });
  printJson(out, await Promise.all(rows));
}
