// Which functions of the sources were called, from the counts of V8 and the source map of this bundle.

import { Session, type Profiler } from 'node:inspector';
import { findSourceMap } from 'node:module';
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A line of a source in which a function that was called begins. Lines count from 1. */
export interface Called {
  readonly file: string;
  readonly line: number;
}

/** Counts calls while `work` runs. */
export async function calledBy(work: () => Promise<void>): Promise<Called[]> {
  const session = new Session();
  session.connect();
  const post = (method: string, params = {}) =>
    new Promise<unknown>((done, fail) => {
      session.post(method, params, (error, result) => {
        if (error) fail(error);
        else done(result);
      });
    });
  await post('Profiler.enable');
  await post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await work();
  const { result } = (await post('Profiler.takePreciseCoverage')) as Profiler.TakePreciseCoverageReturnType;
  session.disconnect();
  return result.filter(({ url }) => url.endsWith(__filename.replaceAll('\\', '/'))).flatMap(sourcesOf);
}

/** The places in the sources of the functions of one script. */
function sourcesOf({ url, functions }: Profiler.ScriptCoverage): Called[] {
  const path = url.startsWith('file:') ? fileURLToPath(url) : url;
  const map = findSourceMap(path);
  if (!map) throw new Error(`${path} has no source map: run it with --enable-source-maps`);
  const text = readFileSync(path, 'utf8');
  const starts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  return functions.flatMap(({ ranges: [range] }) => {
    if (!range || range.count === 0) return [];
    const line = lineAt(starts, range.startOffset);
    const entry = map.findEntry(line, range.startOffset - starts[line]!);
    if (!('originalSource' in entry)) return [];
    const source = entry.originalSource;
    const file = relative(
      '',
      source.startsWith('file:') ? fileURLToPath(source) : resolve(path, '..', source),
    );
    return [{ file: file.replaceAll('\\', '/'), line: entry.originalLine + 1 }];
  });
}

/** The last line, from 0, that starts at or before an offset. */
function lineAt(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
