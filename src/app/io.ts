// The seam between the use cases and the machine they run on: callers hand in an Io. Node's is src/node/io.ts; tests
// use an in-memory one. Paths are in the platform's form, sizes in bytes, and errors are a CheckError of ioErrors.ts.

import type { FileDigest } from '../core/check/check';
import type { CopyableHasher } from '../core/launch/hasher';
import type { Ciphers } from '../core/tech/sev/secret';

/** Called while a large file is read: bytes so far, and the total when it is known. */
export type OnProgress = (name: string, done: number, total: number | undefined) => void;

/** How a long read can be watched and stopped. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/**
 * The first and the last 64 KiB of a file, or all of a smaller one; and the length of the whole file. A file of
 * another kind is known by its start; the tables of a firmware image are at its end.
 */
export interface FileEnds {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  readonly bytes: number;
}

/** A file read as a stream: its digest, a hasher that can continue from there, and its ends. */
export interface StreamedFile extends FileDigest, FileEnds {
  readonly hasher: CopyableHasher;
}

/** Reads a file into a digest; provided by an Io, or by a cache in front of it. */
export type DigestFile = (path: string, options?: ReadOptions) => Promise<StreamedFile>;

/** What is at a path; `none` when there is nothing, or when the system does not let this process look. */
export type FileStat =
  | {
      readonly kind: 'file' | 'pipe' | 'folder' | 'link' | 'other';
      readonly size: number;
      /** The nine permission bits; undefined where the platform has none. */
      readonly mode: number | undefined;
      /** Changes whenever the bytes at the path change, as far as the system can tell. */
      readonly identity: string;
    }
  | {
      readonly kind: 'none';
      /** Why, as the system's code, such as ENOENT. */
      readonly code: string;
    };

/** The content of a file: all of it, or its parts as they arrive. */
export type Content = Uint8Array | string | AsyncIterable<string>;

/** Path operations of the platform, on text only: the file system is not consulted. */
export interface Paths {
  readonly basename: (path: string) => string;
  readonly dirname: (path: string) => string;
  readonly isAbsolute: (path: string) => boolean;
  readonly join: (...parts: string[]) => string;
  /** The relative path from one absolute path to another. */
  readonly relative: (from: string, to: string) => string;
  /**
   * As an absolute path; relative parts are resolved against the parts before them, then against the current folder.
   */
  readonly resolve: (...parts: string[]) => string;
  /** With slashes between its parts, on every platform. */
  readonly toSlashes: (path: string) => string;
}

/** Events of a thread. An error ends the thread; `end` fires exactly once, last. */
export interface ThreadEvents<Message> {
  readonly message: (message: Message) => void;
  readonly error: (why: string) => void;
  readonly end?: (status: number) => void;
}

/** A running thread. */
export interface Thread {
  /** Subscribes. When called in the same turn that starts the thread, no event is missed. */
  hear<Message>(on: ThreadEvents<Message>): void;
  /** Sends a message. @param transfer memory in the message that moves to the thread instead of being copied */
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  /** Stops it at any point, and waits until it has ended. */
  terminate(): Promise<void>;
}

/** Options for starting a thread. */
export interface ThreadOptions {
  /** Heap limit in MiB; exceeding it ends the thread with an error. */
  readonly memory?: number;
}

/** What the use cases need from the machine. Its ciphers leave nothing of a key in memory. */
export interface Io extends Ciphers {
  readonly path: Paths;

  /**
   * Reads a whole file of at most `limit` bytes; of a larger one the first `limit + 1`, so that the caller can
   * tell. Also works on pipes, whose size is unknown.
   * @throws CheckError when it cannot be read, or when the signal stops it
   */
  read(path: string, limit: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** Reads only the two ends of a file, except for a pipe, which must be read to its end. @throws CheckError as `read` */
  readEnds(path: string): Promise<FileEnds>;
  /**
   * Reads standard input to its end or, when it is longer than `limit` bytes, until more than `limit` are read.
   * Empty when there is none.
   */
  readStandardInput(limit: number): Promise<Uint8Array>;
  /** Streams a file of any size. @throws CheckError as `read` */
  readonly digest: DigestFile;

  /** What is at a path; follows a link unless asked about the link itself. Never throws. */
  stat(path: string, options?: { readonly ofLink: boolean }): Promise<FileStat>;
  /** The system's error code when this process may not read a file; undefined when it may. */
  whyUnreadable(path: string): Promise<string | undefined>;
  /** The path with links resolved. @throws Error of the system when nothing is there */
  realPath(path: string): Promise<string>;
  /** The names in a folder, in no particular order; empty when it cannot be read. */
  list(folder: string): Promise<string[]>;

  /**
   * Writes a file so that an interrupted run leaves the old one. Follows links, keeps the mode of an existing
   * file, and writes into a pipe or terminal instead of replacing it.
   * @param mode of a new file
   * @throws CheckError when it cannot be written
   */
  write(path: string, content: Content, mode?: number): Promise<void>;
  /** Changes a file's permission bits. @throws Error of the system when that is not allowed */
  setMode(path: string, mode: number): Promise<void>;
  /** Creates a folder and its missing parents. @throws Error of the system when one cannot be created */
  makeFolder(path: string): Promise<void>;
  /** The folder whose `git` subfolder holds the user's Git configuration, such as `~/.config`. */
  configFolder(): string;

  /** A SHA-256 that is fast enough for gigabytes. */
  newHasher(): CopyableHasher;
  /** `size` cryptographically random bytes. */
  random(size: number): Uint8Array;

  /** How many threads can run at the same time. */
  cores(): number;
  /**
   * Starts one of the program's threads.
   * @param name of its script, without .js
   * @param data handed to the thread at start
   */
  thread(name: string, data: unknown, options?: ThreadOptions): Thread;
}
