// The seam between the use cases and the machine that they run on: whoever calls one hands in an Io. Node's is src/node/io.ts; tests have
// one in memory. Paths are those of the platform, sizes are in bytes, and what is thrown is a CheckError of ioErrors.ts.

import type { FileDigest } from '../core/check/check';
import type { CopyableHasher } from '../core/launch/hasher';
import type { Encrypt } from '../core/tech/sev/secret';

/** Called while a large file is read: bytes so far, of how many when that is known. */
export type OnProgress = (name: string, done: number, total: number | undefined) => void;

/** How a long read can be watched and stopped. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** The last 64 KiB of a file, where the tables of a firmware image are, or all of a smaller one; and the length of the whole file. */
export interface FileTail {
  readonly tail: Uint8Array;
  readonly bytes: number;
}

/** A file read as a stream: its digest, a hasher that can go on from there, and its tail. */
export interface StreamedFile extends FileDigest, FileTail {
  readonly hasher: CopyableHasher;
}

/** Reads a file into a digest; that of an Io, or a cache in front of it. */
export type DigestFile = (path: string, options?: ReadOptions) => Promise<StreamedFile>;

/** What is at a path; `none` for nothing, and for what the system does not let this process look at. */
export type FileStat =
  | {
      readonly kind: 'file' | 'pipe' | 'folder' | 'link' | 'other';
      readonly size: number;
      /** The nine permission bits; undefined where the platform has none. */
      readonly mode: number | undefined;
      /** Another one whenever the bytes at the path are others, as far as the system tells. */
      readonly identity: string;
    }
  | {
      readonly kind: 'none';
      /** Why, as the system's code, such as ENOENT. */
      readonly code: string;
    };

/** What a file is to hold: all of it, or its parts as they come. */
export type Content = Uint8Array | string | AsyncIterable<string>;

/** The paths of the platform: text only, nothing is looked at. */
export interface Paths {
  readonly basename: (path: string) => string;
  readonly dirname: (path: string) => string;
  readonly isAbsolute: (path: string) => boolean;
  readonly join: (...parts: string[]) => string;
  /** From one absolute path to another. */
  readonly relative: (from: string, to: string) => string;
  /** As an absolute path; what is relative counts from the parts before it, and then from the current folder. */
  readonly resolve: (...parts: string[]) => string;
  /** With slashes between its parts, on every platform. */
  readonly toSlashes: (path: string) => string;
}

/** What is heard of a thread. An error ends it; the end comes once, last. */
export interface ThreadEvents<Message> {
  readonly message: (message: Message) => void;
  readonly error: (why: string) => void;
  readonly end?: (status: number) => void;
}

/** A thread that was started. */
export interface Thread {
  /** Hears of it from now on. Called in the same turn as the thread is started, it misses nothing. */
  hear<Message>(on: ThreadEvents<Message>): void;
  /** @param transfer memory in the message that moves to the thread instead of being copied */
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  /** Ends it wherever it is, and waits until it has ended. */
  terminate(): Promise<void>;
}

/** How a thread is started. */
export interface ThreadOptions {
  /** MiB of values that it may hold; more ends it with an error. */
  readonly memory?: number;
}

/** What the use cases need of the machine. */
export interface Io {
  readonly path: Paths;

  /**
   * A file whole when it has at most `limit` bytes; otherwise its first `limit + 1`, so that the caller sees that there is more. Works on
   * pipes, whose size nobody knows.
   * @throws CheckError when it cannot be read, or when the signal stops it
   */
  read(path: string, limit: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** The end of a file. Reads no more than that, but for a pipe, which has to be read to its end. @throws CheckError as `read` */
  readTail(path: string): Promise<FileTail>;
  /** Standard input to its end; when it has more than `limit` bytes, its beginning, which is longer than that. Empty where there is none. */
  readStandardInput(limit: number): Promise<Uint8Array>;
  /** Streams a file of any size. @throws CheckError as `read` */
  readonly digest: DigestFile;

  /** What is at a path; of a link what it leads to, unless it is the link itself that is asked about. Throws nothing. */
  stat(path: string, options?: { readonly ofLink: boolean }): Promise<FileStat>;
  /** The system's code for why this process may not read a file; undefined when it may. */
  whyUnreadable(path: string): Promise<string | undefined>;
  /** The path without links. @throws Error of the system when there is nothing */
  realPath(path: string): Promise<string>;
  /** The names in a folder, in no order; none of one that cannot be read. */
  list(folder: string): Promise<string[]>;

  /**
   * Writes a file so that an interrupted run leaves the old one. Follows links, keeps the mode of a file that is there, and writes into what is
   * no file, as a pipe or a terminal, instead of replacing it.
   * @param mode of a file that is new
   * @throws CheckError when it cannot be written
   */
  write(path: string, content: Content, mode?: number): Promise<void>;
  /** Gives a file other permission bits. @throws Error of the system when that is not allowed */
  setMode(path: string, mode: number): Promise<void>;
  /** Makes a folder and those around it, where they are missing. @throws Error of the system when one cannot be made */
  makeFolder(path: string): Promise<void>;
  /** The folder whose `git` holds the person's own settings of Git, such as `~/.config`. */
  configFolder(): string;

  /** A SHA-256 that is fit for gigabytes. */
  newHasher(): CopyableHasher;
  /** So many bytes that nobody can guess. */
  random(size: number): Uint8Array;
  /** AES-128-CTR. */
  readonly encrypt: Encrypt;

  /** How many threads run at the same time. */
  cores(): number;
  /** Starts one of the program's threads. @param name of its script, without .js @param data what it is started with */
  thread(name: string, data: unknown, options?: ThreadOptions): Thread;
}
