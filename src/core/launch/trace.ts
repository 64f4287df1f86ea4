// A launch page by page: what is measured, where it comes from, and the digest after it. A trace is all states of a launch; the first page in
// which two of them differ is the cause of two digests.

import { hex } from '../binary/hex';
import type { Hashes } from './hasher';
import { pagesOf, type Load, type LoadSource, type LoadType } from './loads';

/** What makes a trace of loads: the fold of a technology. */
export interface TracedTechnology<State> {
  readonly traits: { readonly isPaged: boolean; readonly contentsHash: 'sha256' | 'sha384' };
  fold(state: State, load: Load): State;
  digest(state: State): Uint8Array;
}

/** One step: a page of SNP, or a whole load where pages are not measured one by one. */
export interface TraceRow {
  /** From 0. */
  readonly index: number;
  readonly label: string;
  readonly type: LoadType;
  readonly gpa: bigint | undefined;
  /** In bytes. */
  readonly size: number;
  readonly source: LoadSource;
  /** Which page of its load, from 0. */
  readonly page: number;
  /** SHA-384 of the contents, for SEV and SEV-ES SHA-256; absent where contents are not measured. */
  readonly contents: Uint8Array | undefined;
  /** The launch digest after it. */
  readonly digest: Uint8Array;
  /** The page of a vCPU. */
  readonly vmsa: Uint8Array | undefined;
}

/** How a trace is made. */
export interface TraceRequest<State> {
  readonly technology: TracedTechnology<State>;
  readonly hashes: Pick<Hashes, 'sha256' | 'sha384'>;
  /** The state before the first load. */
  readonly start: State;
  readonly loads: Iterable<Load>;
}

/** All steps of a launch, as they are computed. @throws CheckError or RangeError as its loads and their fold */
export function* traceOf<State>(request: TraceRequest<State>): Generator<TraceRow, undefined> {
  const { technology, hashes, loads } = request;
  const { isPaged, contentsHash } = technology.traits;
  const hashOf = hashes[contentsHash];
  let state = request.start;
  let index = 0;
  for (const load of loads) {
    let page = 0;
    for (const step of isPaged ? pagesOf(load) : [load]) {
      state = technology.fold(state, step);
      const { label, type, gpa, size, source, bytes, sha384 } = step;
      yield {
        ...{ index: index++, page: page++, label, type, gpa, size, source },
        contents: sha384 ?? (bytes && hashOf(bytes)),
        digest: technology.digest(state),
        vmsa: type === 'vmsa' ? bytes : undefined,
      };
    }
  }
}

/** Steps of one type and origin at addresses that follow each other, or vCPUs with the same page. */
export interface TraceRun {
  readonly first: TraceRow;
  readonly last: TraceRow;
  readonly count: number;
  /** The contents of all, where they are the same. */
  readonly contents: Uint8Array | undefined;
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (!a || !b) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Whether a step goes on with a run. */
function goesOn({ last, contents }: TraceRun, next: TraceRow): boolean {
  if (next.type !== last.type) return false;
  if (next.type === 'vmsa') return isSame(contents, next.contents);
  if (next.page === 0 || next.label !== last.label || next.source.from !== last.source.from) return false;
  return next.gpa === undefined || next.gpa === (last.gpa ?? 0n) + BigInt(last.size);
}

/** The steps, folded into runs. */
export function* runsOf(rows: Iterable<TraceRow>): Generator<TraceRun, undefined> {
  let run: TraceRun | undefined;
  for (const row of rows) {
    if (run && goesOn(run, row)) {
      const contents: Uint8Array | undefined = isSame(run.contents, row.contents) ? run.contents : undefined;
      run = { first: run.first, last: row, count: run.count + 1, contents };
      continue;
    }
    if (run) yield run;
    run = { first: row, last: row, count: 1, contents: row.contents };
  }
  if (run) yield run;
}

/** Where a run comes from, in words. */
export function originOf({ first, last, count }: TraceRun): string {
  const range = (from: number) =>
    count === 1 ? hex(from) : `${hex(from)} to ${hex(from + (count - 1) * first.size)}`;
  const words: { readonly [F in LoadSource['from']]: (source: Extract<LoadSource, { from: F }>) => string } =
    {
      firmware: ({ offset }) => `firmware at ${range(offset)}`,
      svsm: ({ offset }) => `SVSM at ${range(offset)}`,
      metadata: ({ section, offset }) =>
        `section ${section}, ${first.label}${offset ? ` (row at ${hex(offset)})` : ''}`,
      'kernel hashes': () => 'kernel hashes',
      vcpu: ({ vcpu }) =>
        count === 1 ? `VMSA of vCPU ${vcpu}` : `VMSAs of vCPUs ${vcpu} to ${vcpu + last.index - first.index}`,
    };
  const { source } = first;
  return (words[source.from] as (of: LoadSource) => string)(source);
}
