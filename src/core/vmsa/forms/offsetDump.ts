// Pages from dumps with an address on each line: xxd, hexdump, od, objdump, debuggers and monitors.

import { countOf, hex } from '../../binary/hex';
import { KERNEL_STRUCT_SIZE, VMSA_SIZE } from '../layout/layout';
import { assembleDumps, type BrokenDump, type Dump } from './assembleDump';
import { dumpLines, type NumberedLine } from './dumpText';
import { numberLaunches } from './launches';
import { describeArtefact } from './notVmsa';
import { isLaunchPage } from './launchEvidence';
import { findOtherDump } from './otherDump';
import {
  MAX_PAGE_BYTES,
  broken,
  findBinaryPages,
  found,
  padded,
  type NotPages,
  type PagesFound,
  type SourcePage,
} from './pageSource';
import { chooseOrder } from './wordOrder';

/** Addresses are hexadecimal, except in od, which prints octal by default and decimal on request, as xxd -d does. */
const RADIXES = [16, 8, 10] as const;
/** Fewer bytes in lines that look like a dump's are an accident. */
const LEAST_DUMP_BYTES = 64;

/** The only lines of a dump with addresses of which a loss cannot show. */
const REPEATED =
  'Where a "*" stands for lines, the line before it was repeated; if that line was lost, this cannot be seen.';

const refused = (reason: string) => broken('hex-dump', reason);

/** The dumps with addresses of the radix that explains most lines, or where it ends to do so. */
function assemble(text: Uint8Array, lines: readonly NumberedLine[]): Dump[] | BrokenDump {
  let furthest: BrokenDump | undefined;
  for (const radix of RADIXES) {
    const dumps = assembleDumps(text, lines, radix);
    if (!('problem' in dumps)) return dumps;
    if (!furthest || dumps.number > furthest.number) furthest = dumps;
  }
  return furthest!;
}

/** The pages of one dump, or why it has none. */
function pagesOf(dump: Dump, isOnly: boolean): readonly SourcePage[] | { problem: string } {
  const artefact = describeArtefact(dump.memory) ?? describeArtefact(dump.littleEndian);
  if (artefact !== undefined) return { problem: artefact };
  const read = chooseOrder(dump);
  if ('problem' in read) return read;
  const { bytes } = read;
  const note =
    [read.note, dump.repeated ? REPEATED : undefined].filter((text) => text !== undefined).join(' ') ||
    undefined;
  const { length } = bytes;
  const isPages = length > 0 && length % VMSA_SIZE === 0;
  const isWhole = isPages || length === KERNEL_STRUCT_SIZE;
  if (dump.start !== 0 && !(isWhole && isLaunchPage(bytes)))
    return {
      problem: `It starts at ${hex(dump.start, 3)} of a page, and no VMSA begins there: its first lines may be missing.`,
    };
  // What is above the kernel's structure may be left out where nothing else can be missing.
  if (!isWhole && !(isOnly && length > KERNEL_STRUCT_SIZE && length < VMSA_SIZE))
    return {
      problem: `It has ${countOf(length, 'byte')}; a VMSA is one page of ${VMSA_SIZE}, of which Linux uses ${KERNEL_STRUCT_SIZE}. Take the dump again, whole.`,
    };
  if (!isPages) return [padded(bytes, 'page', note)];
  const pages = findBinaryPages(bytes, 'hex-dump');
  if ('reason' in pages) return { problem: pages.reason };
  return pages.pages.map((page) => ({ ...page, ...(note !== undefined && { note }) }));
}

/** Dumps with addresses; undefined for text that has none. */
export function findOffsetDumpPages(text: Uint8Array): PagesFound | NotPages | undefined {
  const lines = dumpLines(text);
  if (!lines)
    return refused(
      `It has more lines than dumps of ${MAX_PAGE_BYTES >> 20} MiB, which no guest's pages have.`,
    );
  const size = lines.reduce((sum, { line }) => sum + (line?.bytes.length ?? 0), 0);
  if (size < LEAST_DUMP_BYTES) return undefined;
  const dumps = assemble(text, lines);
  // Columns of digits without any address seem to have one, which the second line does not follow.
  if ('problem' in dumps && !lines[0]!.line?.form.colon && dumps.number === lines[1]?.number)
    return undefined;
  if ('problem' in dumps)
    return findOtherDump(text) ?? refused(`Line ${dumps.number} of the hex dump ${dumps.problem}.`);
  const pages: SourcePage[] = [];
  for (const dump of dumps) {
    const read = pagesOf(dump, dumps.length === 1);
    if ('problem' in read)
      return refused(
        dumps.length === 1
          ? `As a hex dump it cannot be read. ${read.problem}`
          : `The hex dump from line ${dump.number} cannot be read. ${read.problem}`,
      );
    pages.push(...read);
  }
  return found('hex-dump', dumps.length === 1 ? pages : numberLaunches(pages));
}
