// What every parser returns: a tree of named byte ranges that covers the input, and the findings made on the
// way. Parsers record a problem and go on; they do not throw on content.

/** How much a finding matters: an `error` makes the file unfit for a use, a `warning` is likely a mistake. */
export type Severity = (typeof SEVERITIES)[number];
/** Severities, the worst first. */
export const SEVERITIES = ['error', 'warning', 'info'] as const;

/** Something wrong or notable in a file, with the bytes that show it. Offsets and sizes are bytes in the file. */
export interface Finding {
  /** Stable kebab-case name, used in documentation and tests. */
  readonly rule: string;
  readonly severity: Severity;
  /** One sentence: what was found, what was expected, and what it means. */
  readonly message: string;
  readonly offset: number;
  readonly size: number;
}

/** Bytes of a file. */
export interface ByteRange {
  readonly offset: number;
  readonly size: number;
}

/** One decoded field of a region, ready for display: `raw` is hexadecimal, `meaning` is words. */
export interface FieldView {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly raw: string;
  readonly meaning: string;
  readonly doc: string;
}

/** A named range of `size` bytes from `offset`. Children are inside it and do not overlap. */
export interface Region {
  readonly name: string;
  /** The type of region, for icons and tests: `table`, `entry`, `section`, `unknown`, … */
  readonly kind: string;
  readonly offset: number;
  readonly size: number;
  readonly doc: string;
  readonly fields: readonly FieldView[];
  readonly children: readonly Region[];
}

/** A parser's result: what could be read, and the findings. */
export interface Parsed<T> {
  readonly value: T;
  readonly findings: readonly Finding[];
}
