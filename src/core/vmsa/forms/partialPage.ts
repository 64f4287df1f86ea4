// Pages of which a dump lists some fields only, and why such a dump is no page. They are no PagesFound: who does not
// know of parts refuses them with a sentence.

import { latin1, lineEnd } from '../../binary/ascii';
import { writeLeaf } from '../../binary/struct';
import { VMSA_SIZE, vmsaLeaf, type VmsaName, type VmsaWord } from '../layout/layout';
import { FIELDS_OF_PAGE } from '../part';
import { broken, formatTitle, type NotPages, type PageFormat, type PartialPage } from './pageSource';

/** No dump has more lines for a vCPU, even with other messages between its own. */
const MOST_LINES = 400;
/** No line of a dump is longer, also of one that lost its line ends on its way through a form. */
const MOST_LINE = 4096;

/** The lines of a range, at most as many as a dump has, and each cut to the length that one can have. */
export function* linesIn(bytes: Uint8Array, from: number, to: number): Generator<string> {
  for (let at = from, count = 0; at < to && count < MOST_LINES; count++) {
    const end = lineEnd(bytes, at, to);
    yield latin1(bytes, at, Math.min(end, at + MOST_LINE));
    at = end + 1;
  }
}

/** The values of a dump by field. */
export class KnownValues {
  private readonly values = new Map<VmsaWord, bigint>();
  /** Whether a field was set to two values: then the dump is not of one vCPU. */
  isMixed = false;

  get(name: VmsaWord): bigint | undefined {
    return this.values.get(name);
  }

  /** Sets a field: its first value counts, and one that does not fit says nothing. */
  set(name: VmsaWord, value: bigint): void {
    if (value >> BigInt(8 * vmsaLeaf(name).size) !== 0n) return;
    const first = this.values.get(name);
    if (first === undefined) this.values.set(name, value);
    else if (first !== value) this.isMixed = true;
  }

  has(...names: readonly VmsaWord[]): boolean {
    return names.every((name) => this.values.has(name));
  }

  get names(): ReadonlySet<VmsaName> {
    return new Set<VmsaName>(this.values.keys());
  }

  /** A page with these values; all its other bytes mean nothing. */
  page(): Uint8Array {
    const page = new Uint8Array(VMSA_SIZE);
    for (const [name, value] of this.values) {
      const leaf = vmsaLeaf(name);
      writeLeaf(page, leaf, leaf.size === 8 ? value : Number(value));
    }
    return page;
  }
}

/** Without these, a dump says too little to be shown. */
const NEEDED: readonly VmsaWord[] = ['cs_selector', 'cs_base', 'rip', 'cr0'];

/** Whether a dump has what it takes to say where and how a vCPU starts. */
export const isEnough = (values: KnownValues): boolean => values.has(...NEEDED);

/** The result for a dump that lists some fields of each page. */
export function foundParts(format: PageFormat, partial: readonly PartialPage[]): NotPages {
  const known = partial[0]!.part.known.size;
  const reason = `It is a ${formatTitle(format)}, which has ${known} of the ${FIELDS_OF_PAGE} fields of a page; the others are not known. Only those can be shown, compared and identified: there is no whole page in it.`;
  return { ...broken(format, reason), partial };
}
