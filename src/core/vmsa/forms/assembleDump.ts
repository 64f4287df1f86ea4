// Puts the lines of a dump together by their addresses. Each line must follow from the one before it; a line that is
// there twice counts once, `*` repeats a line, and a whole dump may be followed by another. All else is refused at
// its line: a page with a gap would have every later field in the wrong place.

import { Bytes } from '../../binary/ascii';
import { countOf } from '../../binary/hex';
import { KERNEL_STRUCT_SIZE, VMSA_SIZE } from '../layout/layout';
import type { DumpLine, LineForm } from './dumpLine';
import type { NumberedLine } from './dumpText';
import { MAX_PAGE_BYTES } from './pageSource';
import { contradicts, reverseWords, type BothOrders } from './wordOrder';

/** One dump: consecutive bytes from an address. */
export interface Dump extends Required<BothOrders> {
  readonly form: LineForm;
  /** The number of its first line. */
  readonly number: number;
  /** The low bits of its address, within a page. */
  readonly start: number;
  /** Whether a `*` stands for some of its lines. */
  readonly repeated: boolean;
}

/** Why lines are no dumps: at which of them, and a sentence. */
export interface BrokenDump {
  readonly number: number;
  readonly problem: string;
}

/** The halves of an address, which can have 64 bits, and no number is so exact. */
interface Place {
  readonly high: number;
  readonly low: number;
}

function placeOf(digits: string, radix: number): Place | undefined {
  if (radix !== 16) {
    const low = /^[0-9]+$/.test(digits) && digits.length < 16 ? parseInt(digits, radix) : NaN;
    return /[89]/.test(digits) && radix === 8 ? undefined : Number.isNaN(low) ? undefined : { high: 0, low };
  }
  return { high: parseInt(digits.slice(0, -8) || '0', 16), low: parseInt(digits.slice(-8), 16) };
}

const distance = (a: Place, b: Place) => (b.high - a.high) * 2 ** 32 + (b.low - a.low);

/** Builds one dump, line by line. */
class Builder {
  private readonly memory = new Bytes(MAX_PAGE_BYTES);
  private readonly littleEndian = new Bytes(MAX_PAGE_BYTES);
  private readonly contradictions = { memory: 0, littleEndian: 0 };
  /** Where the last line starts, and how many bytes it has. */
  private last = { at: 0, size: 0 };
  /** Whether an address alone has ended it. */
  private ended = false;
  private repeated = false;

  constructor(
    private readonly text: Uint8Array,
    private readonly first: DumpLine,
    private readonly number: number,
    private readonly place: Place,
  ) {}

  /** Whether nothing is missing at its end. */
  private get isWhole(): boolean {
    const { length } = this.memory;
    return length === KERNEL_STRUCT_SIZE || (length > 0 && length % VMSA_SIZE === 0);
  }

  /**
   * Adds the next line. 'other' for the first line of another dump, otherwise why it does not follow.
   * @param repeats whether a `*` is between it and the last line
   */
  add(numbered: NumberedLine, place: Place, repeats: boolean): 'added' | 'other' | { problem: string } {
    const line = numbered.line!;
    const at = distance(this.place, place);
    if (repeats) {
      if (!this.repeatUpTo(at)) return { problem: 'follows a "*", but repeated lines do not end there' };
    } else if (at === this.last.at + 8 && this.lastMayEndAtEight) {
      this.cutToEight();
    }
    const missing = at - this.memory.length;
    if (missing === 0 && line.bytes.length > 0) return this.append(numbered);
    if (line.bytes.length === 0) {
      if (missing !== 0 && !this.ended) return { problem: gapText(missing) };
      this.ended = true;
      return 'added';
    }
    if (this.has(at, line) && (at > 0 || !this.isWhole)) return 'added';
    return this.isWhole ? 'other' : { problem: gapText(missing) };
  }

  /** Adds a line that follows. */
  append({ line, characters }: NumberedLine): 'added' | { problem: string } {
    const { bytes, unit, form, mayEndAtEight } = line!;
    const { first, memory, littleEndian, contradictions } = this;
    if (unit !== first.unit || form.colon !== first.form.colon)
      return { problem: `has words of ${countOf(unit, 'byte')}; those before it have ${first.unit}` };
    this.last = { at: memory.length, size: bytes.length };
    this.lastMayEndAtEight = mayEndAtEight;
    const reversed = unit > 1 ? reverseWords(bytes, unit) : bytes;
    for (const b of bytes) memory.push(b);
    for (const b of reversed) littleEndian.push(b);
    if (memory.overflowed)
      return { problem: `is beyond ${MAX_PAGE_BYTES >> 20} MiB, which no guest's pages have` };
    if (characters === undefined) return 'added';
    if (contradicts(this.text, characters, bytes)) contradictions.memory++;
    if (contradicts(this.text, characters, reversed)) contradictions.littleEndian++;
    return 'added';
  }

  private lastMayEndAtEight = false;

  /** Leaves eight bytes of the last line: the others are its characters, which look like bytes. */
  private cutToEight(): void {
    for (const bytes of [this.memory, this.littleEndian]) bytes.cut(this.last.at + 8);
    this.last.size = 8;
  }

  /** Whether the bytes of a line stand at `at` already. */
  private has(at: number, { bytes }: DumpLine): boolean {
    return at >= 0 && bytes.every((b, i) => this.memory.at(at + i) === b);
  }

  /** Fills up to `at` with the last line, again and again; false if that does not end there. */
  private repeatUpTo(at: number): boolean {
    const more = at - this.memory.length;
    const { size } = this.last;
    if (more < 0 || size === 0 || more % size !== 0 || at > MAX_PAGE_BYTES) return false;
    for (const bytes of [this.memory, this.littleEndian]) bytes.repeat(size, more);
    this.repeated = true;
    return true;
  }

  done(): Dump {
    const { memory, littleEndian, contradictions, first, number, place } = this;
    return {
      memory: memory.take(),
      littleEndian: littleEndian.take(),
      contradictions,
      unit: first.unit,
      form: first.form,
      number,
      start: place.low % VMSA_SIZE,
      repeated: this.repeated,
    };
  }
}

function gapText(missing: number): string {
  if (missing > 0 && missing <= MAX_PAGE_BYTES)
    return `does not follow from the line before it: ${countOf(missing, 'byte')} ${missing === 1 ? 'is' : 'are'} missing`;
  return missing < 0 && missing >= -MAX_PAGE_BYTES
    ? 'goes back to an address that was there already, with other bytes'
    : 'is at an address far from the line before it';
}

/** The dumps of a text with addresses of this radix, or the first line that does not fit. */
export function assembleDumps(
  text: Uint8Array,
  lines: readonly NumberedLine[],
  radix: number,
): Dump[] | BrokenDump {
  const dumps: Dump[] = [];
  let dump: Builder | undefined;
  let repeats = false;
  for (const numbered of lines) {
    const { number, line } = numbered;
    if (!line) {
      repeats = true;
      continue;
    }
    const place = placeOf(line.address, radix);
    if (!place) return { number, problem: `has the address ${line.address}, unlike the lines before it` };
    const added = dump?.add(numbered, place, repeats) ?? 'other';
    if (typeof added === 'object') return { number, ...added };
    repeats = false;
    if (added === 'added') continue;
    if (dump) dumps.push(dump.done());
    dump = undefined;
    // An address alone begins nothing.
    if (line.bytes.length === 0) continue;
    dump = new Builder(text, line, number, place);
    dump.append(numbered);
  }
  if (repeats && dump)
    return {
      number: lines.at(-1)!.number,
      problem: 'is a "*", but no address follows that says how often the line repeats',
    };
  return dump ? [...dumps, dump.done()] : dumps;
}
