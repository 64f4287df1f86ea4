// The seam between the use cases and the machine they run on: callers hand in an Io. Node's is src/node/io.ts; tests
// use an in-memory one. Paths are in the platform's form, sizes in bytes, and errors are a CheckError of ioErrors.ts.

import type { FileDigest } from '../core/check/loadedSteps';
import type { Hasher, Hashes } from '../core/launch/hasher';
import type { Verifier } from '../core/report/certificate';
import type { Ciphers } from '../core/tech/sev/secret';
import type { FileRole } from './fileRoles';

/** Called while a large file is read: bytes so far, and the total when it is known. */
export type OnProgress = (name: string, done: number, total: number | undefined) => void;

/** How a read can be watched and stopped, and what it takes. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
  /** Refuse a pipe: for who reads a file unasked, or more than once. */
  readonly onlyFile?: boolean | undefined;
  /** Read into memory that threads share, so that a task takes it without a copy, as far as the runtime has such memory. */
  readonly shared?: boolean | undefined;
  /** Compute the SHA-384, too, where a file is only hashed. */
  readonly sha384?: boolean | undefined;
  /**
   * Called before the rest is read, when both ends of a file are known, END bytes each, or all of a smaller one; not
   * for a pipe. The rest is read when it has settled. @param whole will hold the rest, too
   */
  readonly onEnds?: ((whole: Uint8Array) => Promise<void> | void) | undefined;
}

/**
 * The first and the last 64 KiB of a file, or all of a smaller one; and the length of the whole file. A file of
 * another kind is known by its start; the tables of a firmware image are at its end.
 */
export interface ReadEnds {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  readonly bytes: number;
}

/** All of a file and its digest, from one read: also a hasher that can continue from there. */
export interface DigestedFile extends FileDigest {
  readonly content: Uint8Array;
  readonly hasher: Hasher;
}

/** Reads a file into a digest; provided by an Io, or by a cache in front of it. */
export type DigestFile = (path: string, role: FileRole, options?: ReadOptions) => Promise<FileDigest>;

/** What can be at a path. Only files and pipes are read. */
export type PathKind =
  'file' | 'pipe' | 'folder' | 'link' | 'character device' | 'block device' | 'socket' | 'other';

/** What the system says of something at a path. */
export interface FileFacts {
  readonly kind: PathKind;
  readonly size: number;
  /** The nine permission bits; undefined where the platform has none. */
  readonly mode: number | undefined;
  /** Changes whenever the bytes at the path change, as far as the system can tell. */
  readonly identity: string;
}

/** What is at a path; `none` when there is nothing, or when the system does not let this process look. */
export type FileStat =
  | FileFacts
  | {
      readonly kind: 'none';
      /** Why, as the system's code, such as ENOENT. */
      readonly code: string;
    };

/** The content of a file: all of it, or its parts as they arrive. */
export type Content = Uint8Array | string | AsyncIterable<string>;

/** A file to be written. */
export interface NewFile {
  readonly path: string;
  readonly content: Content;
}

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

/** Events of a thread. An error, such as a deadline that passed, ends the thread; `end` fires exactly once, last. */
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

/** How long a thread may run, in milliseconds: far longer than anything that someone waits for. */
export const THREAD_DEADLINE = 60_000;

/** Options for starting a thread. */
export interface ThreadOptions {
  /** Heap limit in MiB; exceeding it ends the thread with an error. */
  readonly memory?: number;
  /** Milliseconds after which a thread that still runs is ended with an error; THREAD_DEADLINE by default. */
  readonly deadline?: number;
  /** Memory in the input that moves to the thread instead of being copied. */
  readonly transfer?: readonly ArrayBuffer[];
}

/** How a run of our command line ended: whether with status 0, and what it said of that. */
export interface CommandLineEnd {
  readonly isDone: boolean;
  readonly stderr: string;
}

/** What the use cases need from the machine. Its ciphers leave nothing of a key in memory. */
export interface Io extends Ciphers {
  /** Whether it reads by path. A browser does not, though it, too, has files of the scheme "file". */
  readonly hasDisk: boolean;
  readonly path: Paths;

  // All that is read goes through one opener. It follows links and takes regular files and pipes; each role has a
  // limit (fileRoles.ts); and a file that changes while it is read is a failure, so that what is returned is one
  // version of it.

  /**
   * Reads a whole file.
   * @throws CheckError when it cannot be read, is too large or no file, changes meanwhile, or when the signal stops it
   */
  read(path: string, role: FileRole, options?: ReadOptions): Promise<Uint8Array>;
  /** Reads a whole file, and hashes it on the way. @throws CheckError as `read` */
  readDigested(path: string, role: FileRole, options?: ReadOptions): Promise<DigestedFile>;
  /** Reads only the two ends of a file, except for a pipe, which must be read to its end. @throws CheckError as `read` */
  readEnds(path: string, role: FileRole, options?: ReadOptions): Promise<ReadEnds>;
  /** Reads standard input to its end. Empty when there is none. @throws CheckError as `read` */
  readStandardInput(role: FileRole): Promise<Uint8Array>;
  /** Streams a file into its digest and keeps nothing. @throws CheckError as `read` */
  readonly digest: DigestFile;
  /** Opens a file and reads nothing. @returns what is open @throws CheckError as `read` */
  probe(path: string, role: FileRole, options?: ReadOptions): Promise<FileFacts>;

  /** What is at a path; follows a link unless asked about the link itself. Never throws. */
  stat(path: string, options?: { readonly ofLink: boolean }): Promise<FileStat>;
  /**
   * Which file would be written at a path: a text that another path has only if it leads to the same file, through
   * links, hard links and folders, there or not. Undefined for what takes more than one output: a pipe, a terminal.
   */
  placeOf(path: string): Promise<string | undefined>;
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
  /** Writes several files as `write` does: all of them or, as far as they are files, none. @throws CheckError as `write` */
  writeAll(files: readonly NewFile[]): Promise<void>;
  /** Changes a file's permission bits. @throws Error of the system when that is not allowed */
  setMode(path: string, mode: number): Promise<void>;
  /** Creates a folder and its missing parents. @throws CheckError when one cannot be created */
  makeFolder(path: string): Promise<void>;
  /** The user's home folder; undefined where there is none. */
  homeFolder(): string | undefined;
  /** The folder whose `git` subfolder holds the user's Git configuration, such as `~/.config`. */
  configFolder(): string;

  /** Hash functions that are fast enough for gigabytes. */
  readonly hashes: Hashes;
  /** Signatures of certificates and attestation reports. */
  readonly verifier: Verifier;
  /** `size` cryptographically random bytes. */
  random(size: number): Uint8Array;

  /** How many threads can run at the same time. */
  cores(): number;
  /**
   * Starts a thread for a task of src/threads.ts, which calls this.
   * @param input what the task starts with; shared memory in it is shared
   */
  thread(task: string, input: unknown, options?: ThreadOptions): Thread;
  /** Runs our command line in a process of its own, until `signal` stops it: for what no process may outlive. Never throws for its answer. */
  commandLine(args: readonly string[], signal?: AbortSignal): Promise<CommandLineEnd>;
}
