// The state of one walk through a file: what was found, and how much more may be done. The nodes for bytes that no part
// claims are made here, because telling blank bytes from others takes work.

import { hex, isSameBytes, onlyByte } from '../../binary/hex';
import type { Finding } from '../../binary/region';
import type { Budget } from './budget';
import { BYTES_PER_STEP, PART_BYTES, PRICE, Spent, WALK_LIMITS } from './budget';
import type { CompressionMethod } from './compressions';
import type { VolumeRule } from './rules';
import { volumeFinding } from './rules';
import { node, unknownNode, type ByteSpace, type Decompress, type VolumeNode, type WalkRange } from './tree';

/** Bytes, without a depth. */
type ByteRange = Pick<WalkRange, 'space' | 'at' | 'end'>;

/** Why a walk stopped: as a phrase for the parts that were not read, and as the start of the finding. */
const STOPS = {
  parts: {
    reason: 'there are more parts than are read',
    message: 'There are more parts than any firmware has',
  },
  levels: {
    reason: 'there are more levels than are read',
    message: `There are more than ${WALK_LIMITS.levels} levels`,
  },
  work: {
    reason: 'reading more would take longer than any firmware does',
    message: 'Reading all of this would take longer than any firmware does',
  },
} as const;

/** More findings under one rule than anyone reads. */
const MOST_OF_ONE_RULE = 100;
/** Bytes that are compared at once, which is as far as a scan may go without being paid. */
const BLOCK = 2 ** 16;

/** A stream that was decompressed. */
interface Opened {
  readonly method: CompressionMethod;
  readonly data: Uint8Array;
  readonly output: Uint8Array;
}

/** The state of one walk through a file. */
export class Walk {
  private readonly findings: Finding[] = [];
  private readonly counts = new Map<VolumeRule, number>();
  private readonly noted = new Set<keyof typeof STOPS>();
  /** What was decompressed, for images that hold the same section several times. */
  readonly opened: Opened[] = [];

  constructor(
    readonly decompress: Decompress | undefined,
    readonly budget: Budget,
    /** Reads the volumes of a range: sections hold volumes, which hold files, which hold sections. */
    readonly volumesIn: (walk: Walk, range: WalkRange) => VolumeNode[],
  ) {}

  /**
   * Reads one more part of a list, and what follows from it.
   * @returns undefined when it may not be read: then the rest of the list is `unread`
   */
  step<T>(range: WalkRange, read: () => T): T | undefined {
    const full =
      range.depth >= WALK_LIMITS.levels
        ? 'levels'
        : this.budget.parts > 0 && this.budget.memory >= PART_BYTES
          ? undefined
          : 'parts';
    if (full) {
      this.stop(full, range);
      return undefined;
    }
    this.budget.parts--;
    this.budget.memory -= PART_BYTES;
    return this.within(range, () => {
      this.budget.charge(PRICE.part);
      return read();
    });
  }

  /** Does work that may end the walk. @returns undefined when it did */
  within<T>(range: ByteRange, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Spent)) throw error;
      this.stop('work', range);
      return undefined;
    }
  }

  /** Notes the first place at which a walk stops for a reason. */
  private stop(why: keyof typeof STOPS, { space, at, end }: ByteRange): void {
    if (this.noted.has(why)) return;
    this.noted.add(why);
    const message = `${STOPS[why].message}; the ${hex(end - at)} bytes from ${hex(at)} on and what follows them are not read.`;
    this.note(space, 'volume-limits', at, end - at, message);
  }

  /** Nodes for bytes that are not read, because the walk may not go on here. */
  unread({ space, at, end, depth }: WalkRange): VolumeNode[] {
    if (at >= end) return [];
    const why = this.noted.has('work') ? 'work' : depth >= WALK_LIMITS.levels ? 'levels' : 'parts';
    if (why !== 'work' && this.within({ space, at, end }, () => this.blank(space, at, end)) !== undefined)
      return this.unclaimed({ space, at, end });
    const undecoded = { method: 'unread', why: 'limits', reason: STOPS[why].reason } as const;
    return [{ ...unknownNode(at, end), undecoded }];
  }

  /** 0 or 0xff when all bytes are that, for which as many are paid as are looked at. @throws Spent */
  blank({ bytes }: ByteSpace, at: number, end: number): number | undefined {
    const byte = bytes[at];
    if (byte !== 0 && byte !== 0xff) return undefined;
    return this.runEnd(bytes, at, end) === end ? byte : undefined;
  }

  /** Where the run of the byte at `at` ends, or `end`. @throws Spent */
  runEnd(bytes: Uint8Array, at: number, end: number): number {
    const byte = bytes[at];
    for (let from = at; from < end; from += BLOCK) {
      const to = Math.min(from + BLOCK, end);
      this.budget.charge(1 + Math.ceil((to - from) / BYTES_PER_STEP.blank));
      if (bytes[from] === byte && onlyByte(bytes, from, to) === byte) continue;
      let run = from;
      while (bytes[run] === byte) run++;
      return run;
    }
    return end;
  }

  /** Nodes for bytes that no part of a volume claims: padding when they are all zero or all erased. @throws Spent */
  unclaimed({ space, at, end }: ByteRange): VolumeNode[] {
    if (at >= end) return [];
    const byte = this.blank(space, at, end);
    return byte === undefined
      ? [unknownNode(at, end)]
      : [node('padding', 'padding', at, end - at, `Every byte is ${hex(byte, 2)}.`)];
  }

  /** What came out of the same bytes elsewhere in this file. @throws Spent */
  openedBefore(method: CompressionMethod, data: Uint8Array): Uint8Array | undefined {
    const same = this.opened.find((one) => {
      if (one.method !== method || one.data.length !== data.length) return false;
      this.budget.charge(PRICE.candidate + data.length / BYTES_PER_STEP.compare);
      return isSameBytes(one.data, data);
    });
    return same?.output;
  }

  /** The space of bytes that were decompressed from a section. */
  inside(section: { offset: number; size: number }, outer: ByteSpace, bytes: Uint8Array): ByteSpace {
    const anchor = outer.anchor ?? { offset: section.offset, size: section.size };
    return { bytes, offset: 0, fileSize: bytes.length, anchor };
  }

  /** All findings. Of those under one rule the first are listed, and how many more there are. */
  allFindings(fileSize: number): Finding[] {
    return [...this.findings, ...leftOut(this.counts, fileSize)];
  }

  note(space: ByteSpace, rule: VolumeRule, offset: number, size: number, message: string): void {
    const count = (this.counts.get(rule) ?? 0) + 1;
    this.counts.set(rule, count);
    if (count > MOST_OF_ONE_RULE) return;
    const { anchor } = space;
    this.findings.push(
      anchor
        ? volumeFinding(
            rule,
            anchor.offset,
            anchor.size,
            `${message} It is at ${hex(offset)} of what is compressed here.`,
          )
        : volumeFinding(rule, offset, size, message),
    );
  }
}

/** Findings that were left out, one a rule. */
function leftOut(counts: ReadonlyMap<VolumeRule, number>, fileSize: number): Finding[] {
  return [...counts].flatMap(([rule, count]) => {
    if (count <= MOST_OF_ONE_RULE) return [];
    const message = `There are ${count - MOST_OF_ONE_RULE} more findings of this kind, which are not listed.`;
    return [volumeFinding(rule, 0, fileSize, message)];
  });
}
