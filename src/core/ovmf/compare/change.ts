// What a comparison of two OVMF images says: one difference, its two sides, and the files that they lie in.

/** A region, field or part of a volume on one side; offsets are in that file, unless it is `inside`. */
export interface ChangeSide {
  readonly offset: number;
  readonly size: number;
  /** Value of a field in hexadecimal; empty for all else. */
  readonly raw: string;
  /** Value of a field in words, the fields of a region, or what a part of a volume is; empty when there are none. */
  readonly meaning: string;
  /** The offset counts in what was decompressed: the file itself has no such bytes. */
  readonly inside?: true;
  /** SHA-256 of what is `inside`, in hexadecimal. */
  readonly digest?: string;
}

/** One difference. `a` is absent for what was added, `b` for what was removed. */
export interface ImageChange {
  /** `moved`: the same content at another place in its parent or in another one, or at another guest-physical address. */
  readonly kind: 'added' | 'removed' | 'changed' | 'moved';
  /** Kind of the region, such as `entry` or `section`, or `field`. */
  readonly what: string;
  /** Names from the outermost region down; the last is the name of the region or field itself. */
  readonly path: readonly string[];
  readonly a?: ChangeSide;
  readonly b?: ChangeSide;
  /** What about it differs, each in a few words; absent when the sides say it. */
  readonly notes?: readonly string[];
}

/** One file to compare: its size, and the bytes that are at hand from `offset` to its end. */
export interface ComparedFile {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly fileSize: number;
}
