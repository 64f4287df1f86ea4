// What a comparison of two OVMF images reports: one difference, its two sides, and the files they come from.

/** A region, field or part of a volume on one side; offsets are in that file, unless `inside` is set. */
export interface ChangeSide {
  readonly offset: number;
  readonly size: number;
  /** Value of a field in hexadecimal; empty for all else. */
  readonly raw: string;
  /**
   * Value of a field in words, the fields of a region, or the type of a part of a volume; empty when there are none.
   */
  readonly meaning: string;
  /** The offset is in decompressed data, so the file itself has no such bytes. */
  readonly inside?: true;
  /** SHA-256 of the part when it is `inside`, in hexadecimal. */
  readonly digest?: string;
}

/** One difference. `a` is absent for what was added, `b` for what was removed. */
export interface ImageChange {
  /** `moved`: the same content at another place in its parent, in another parent, or at another gpa. */
  readonly kind: 'added' | 'removed' | 'changed' | 'moved';
  /** The kind of region, such as `entry` or `section`, or `field`. */
  readonly what: string;
  /** Names from the outermost region down; the last is the name of the region or field itself. */
  readonly path: readonly string[];
  readonly a?: ChangeSide;
  readonly b?: ChangeSide;
  /** What differs about it, each in a few words; absent when the sides show it. */
  readonly notes?: readonly string[];
}

/** A file to compare: its size, and the bytes that are available, from `offset` to its end. */
export interface ComparedFile {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly fileSize: number;
}
