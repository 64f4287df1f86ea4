// What the walk of an image may cost. Whatever is long for a hostile file is paid before it is done, scans, checksums and failed
// decompression included, so that no file takes longer than another of its size may. It counts work, not time: the same file
// gives the same tree on every machine.

const MIB = 2 ** 20;

/**
 * The limits of one walk. A step is what takes one to three nanoseconds; OVMF of 4 MiB takes 125 million, of which 118 are for its
 * LZMA section, and holds 700 parts, seven levels deep, in 14 MiB of decompressed data.
 */
export const WALK_LIMITS = {
  steps: 360_000_000,
  parts: 3500,
  levels: 12,
  /** Bytes that are held: what comes out of decompression, what goes in, and the parts. */
  memory: 48 * MIB,
} as const;

/** Bytes that one part takes with its fields, about. */
export const PART_BYTES = 12_288;

/** Prices, in steps. */
export const PRICE = {
  /** Reading one part: its header, its fields and their words. */
  part: 5000,
  /** A place that looks like the start of something. */
  candidate: 40,
  /** Reading a GUID as text. */
  guid: 400,
  /** A byte of a volume's block map. */
  blockMapByte: 40,
  /** Setting up a decoder, on top of its tables. */
  decoder: 20_000,
} as const;
/** How many bytes a step covers, when they are compared with one byte, with others, added up, taken into a CRC or a digest. */
export const BYTES_PER_STEP = { blank: 8, compare: 4, sum: 3, crc: 0.5, digest: 0.25 } as const;

/** Raised when work cannot be paid for. Caught where lists of parts are read, and in no other place. */
export class Spent extends Error {
  constructor() {
    super('the budget for reading this image is used up');
  }
}

/** Takes steps before they are done. @throws Spent when there are not as many left */
export interface Charge {
  charge(steps: number): void;
}

/** What is left of the limits of a walk. */
export class Budget implements Charge {
  constructor(
    public steps: number = WALK_LIMITS.steps,
    public memory: number = WALK_LIMITS.memory,
    public parts: number = WALK_LIMITS.parts,
  ) {}

  charge(steps: number): void {
    if (steps > this.steps) {
      this.steps = 0;
      throw new Spent();
    }
    this.steps -= steps;
  }
}

/** For work whose size is known to be small. */
export const UNLIMITED: Charge = { charge: () => undefined };
