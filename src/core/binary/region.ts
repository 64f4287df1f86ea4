// What every parser returns: a tree of named byte ranges that covers the input, and the findings made on the
// way. Parsers notice and go on; they do not throw on content.

/** How much a finding matters: an `error` makes the file unfit for a use, a `warning` is likely a mistake. */
export type Severity = 'error' | 'warning' | 'info';

/** Something odd in a file, pinned to the bytes that show it. Offsets and sizes are bytes in the file. */
export interface Finding {
  /** Stable kebab-case name that documentation and tests use. */
  readonly rule: string;
  readonly severity: Severity;
  /** One sentence: what was found, what was wanted, and what it means. */
  readonly message: string;
  readonly offset: number;
  readonly size: number;
}

/** One decoded field of a region, ready to be shown: `raw` is hexadecimal, `meaning` is words. */
export interface FieldView {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly raw: string;
  readonly meaning: string;
  readonly doc: string;
}

/** A named byte range of a file, `size` bytes from `offset`. Children lie inside it and do not overlap. */
export interface Region {
  readonly name: string;
  /** What sort of thing it is, for icons and tests: `table`, `entry`, `section`, `unknown`, … */
  readonly kind: string;
  readonly offset: number;
  readonly size: number;
  readonly doc: string;
  readonly fields: readonly FieldView[];
  readonly children: readonly Region[];
}

/** A parser's answer: what could be read, and what was noticed while reading it. */
export interface Parsed<T> {
  readonly value: T;
  readonly findings: readonly Finding[];
}
