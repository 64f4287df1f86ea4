// The dump that Linux prints of each VMSA before it is encrypted: sev_es_sync_vmsa() in arch/x86/kvm/svm/sev.c, with
// dynamic debug on. A header line, followed by print_hex_dump_debug() with DUMP_PREFIX_NONE: 16 bytes per line, no
// addresses. Therefore a dump counts only whole: a lost line would shift every later field.

import { finder, latin1, lineEnd } from '../../binary/ascii';
import { KERNEL_STRUCT_SIZE, VMSA_SIZE } from '../layout/layout';
import { isLaunchPage } from './launchEvidence';
import { numberLaunches } from './launches';
import { LINE_BYTES, lineStart, prefixShape, readLogRun, type LogRun } from './logRun';
import {
  MAX_PAGES,
  broken,
  found,
  padded,
  type NotPages,
  type PagesFound,
  type SourcePage,
} from './pageSource';

const HEADER = 'Virtual Machine Save Area (VMSA):';
const findHeader = finder(HEADER);

const DYNAMIC_DEBUG = "echo 'file arch/x86/kvm/svm/sev.c +p' > /sys/kernel/debug/dynamic_debug/control";

const refused = (reason: string) => broken('kernel-log', reason);

function headers(text: Uint8Array): number[] {
  const places: number[] = [];
  for (let at = findHeader(text); at >= 0 && places.length <= MAX_PAGES;) {
    places.push(at);
    at = findHeader(text, at + HEADER.length);
  }
  return places;
}

/** A run of lines as dumps of whole pages, or of the kernel's structure; undefined if lines are missing. */
function splitRun({ bytes }: LogRun): Uint8Array[] | undefined {
  const size = [VMSA_SIZE, KERNEL_STRUCT_SIZE].find((n) => bytes.length > 0 && bytes.length % n === 0);
  if (size === undefined) return undefined;
  const dumps = Array.from({ length: bytes.length / size }, (_, i) => bytes.slice(i * size, (i + 1) * size));
  // Only the page itself shows that another dump begins where the first should end, and that no line is there twice.
  return dumps.length === 1 || dumps.every(isLaunchPage) ? dumps : undefined;
}

/** Why a run of lines is no dump. @param what whose lines they are */
function explain(what: string, run: LogRun): string {
  const { bytes, backwards } = run;
  if (backwards !== undefined)
    return `${what} is out of order: line ${backwards} of the log is older than the line before it. Take the log in the order in which it was written, without -r and sort.`;
  const lines = bytes.length / LINE_BYTES;
  const most = KERNEL_STRUCT_SIZE / LINE_BYTES;
  return `${what} has ${bytes.length} bytes in ${lines} lines; Linux prints ${KERNEL_STRUCT_SIZE} in ${most}, so that lines are ${lines < most ? 'missing' : 'there twice, or those of another dump'}. Take the log again with a larger buffer (log_buf_len), or from the journal.`;
}

/** Sixteen bytes as Linux prints them, wherever in a line. */
const PAIRS = /[0-9a-f]{2}(?: [0-9a-f]{2}){15}/i;
/** So much text behind a header tells whether lines of its dump follow at all. */
const SAMPLE = 4096;

/** Why there is no line of a dump between a header and the next. @param behind the text from there on */
function explainNone(vcpu: number, behind: Uint8Array, isLast: boolean): string {
  const names = `The log names the VMSA of vCPU ${vcpu}, but`;
  const sample = latin1(behind, 0, SAMPLE);
  if (!PAIRS.test(sample))
    return `${names} no dump follows. Turn on its second message, too: ${DYNAMIC_DEBUG}.`;
  return isLast || !sample.includes(HEADER)
    ? `${names} the lines of the dump do not end with their bytes, or do not begin as the line before them. Take the log as dmesg prints it.`
    : `${names} the next header comes before any of its bytes. If two guests were started at the same time, their lines are mixed: start one alone.`;
}

const named = (dumps: readonly Uint8Array[]): PagesFound =>
  found('kernel-log', numberLaunches(dumps.map((dump): SourcePage => padded(dump, 'vCPU 0'))));

/** The dumps in a log, in order; undefined when there are none. */
export function findKernelLogPages(text: Uint8Array): PagesFound | NotPages | undefined {
  const places = headers(text);
  if (places.length === 0) return undefined;
  if (places.length > MAX_PAGES)
    return refused(`The log has more than ${MAX_PAGES} dumps. Cut out those of one launch.`);
  const dumps: Uint8Array[] = [];
  for (const [i, at] of places.entries()) {
    const next = places[i + 1];
    const to = next === undefined ? text.length : lineStart(text, next);
    const title = prefixShape(text, lineStart(text, at), at);
    const run = readLogRun(text, lineEnd(text, at) + 1, to, { title });
    const split = run.backwards === undefined ? splitRun(run) : undefined;
    if (!split)
      return refused(
        run.bytes.length === 0
          ? explainNone(dumps.length, text.subarray(at + HEADER.length), next === undefined)
          : explain(`The dump of vCPU ${dumps.length}`, run),
      );
    dumps.push(...split);
  }
  return named(dumps);
}

/** Dumps without their header lines, as people copy them: the text begins with a full line of bytes. */
export function findBareDumpPages(text: Uint8Array): PagesFound | NotPages | undefined {
  const run = readLogRun(text, 0, text.length, { begins: true });
  // Fewer lines of 16 bytes are in many a log.
  if (run.bytes.length < KERNEL_STRUCT_SIZE / 2) return undefined;
  const split = run.backwards === undefined ? splitRun(run) : undefined;
  return split ? named(split) : refused(explain('The dump', run));
}
