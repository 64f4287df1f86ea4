// The one way in which the program opens a file to read it. It follows links, takes regular files and pipes and
// nothing else, keeps to the limit of the role, and refuses a file that changes while it is read.

import {
  close as closeWithCallback,
  constants,
  fstat as fstatWithCallback,
  lstat as lstatWithCallback,
  open as openWithCallback,
  read as readWithCallback,
  stat as statWithCallback,
  type BigIntStats,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { FILE_ROLES, type FileRole } from '../app/fileRoles';
import * as ioErrors from '../app/ioErrors';
import type { PathKind, ReadOptions } from '../app/io';
import { CheckError } from '../core/errors';
import { pipeChunks } from './pipe';

// A FileHandle closes its descriptor by itself, but that of a pipe becomes a socket's.
const open = promisify(openWithCallback) as (path: string, flags: number) => Promise<number>;
const close = promisify(closeWithCallback);
const fstat = promisify(fstatWithCallback) as (fd: number, options: { bigint: true }) => Promise<BigIntStats>;
const read = promisify(readWithCallback);
type Stat = (path: string, options: { bigint: true }) => Promise<BigIntStats>;
/** What is at a path, behind links. */
export const stat = promisify(statWithCallback) as Stat;
/** What is at a path, which may be a link. */
export const lstat = promisify(lstatWithCallback) as Stat;

/** A chunk is hashed in well under a frame, so that an extension host stays responsive. */
const CHUNK = 2 ** 20;

/**
 * Node has few threads for files: opening or reading a pipe that nobody writes to must not block one of them.
 * Windows has no such flag, which counts as 0.
 */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** What messages call standard input. */
const STANDARD_INPUT = 'standard input';

/** The system's code of an error, such as ENOENT; without a code, its message. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/** What the system says something is. */
export function kindOf(found: BigIntStats): PathKind {
  if (found.isFile()) return 'file';
  if (found.isFIFO()) return 'pipe';
  if (found.isDirectory()) return 'folder';
  if (found.isSymbolicLink()) return 'link';
  if (found.isCharacterDevice()) return 'character device';
  if (found.isBlockDevice()) return 'block device';
  return found.isSocket() ? 'socket' : 'other';
}

/** A file that is open. */
export interface Opened {
  readonly found: BigIntStats;
  /** In bytes; 0 when unknown: of a pipe, and of what the kernel makes up, as in /proc. */
  readonly size: number;
  /**
   * Its bytes as they arrive, from the start; each chunk is valid only until the next.
   * @param into memory of the file's size, if that is known: the bytes are read into it, each chunk while the one before is used
   */
  readonly chunks: (into?: Uint8Array) => AsyncIterable<Buffer>;
  /** Reads a part by its place; undefined for a pipe, which has no places. */
  readonly part: ((position: number, length: number) => Promise<Buffer>) | undefined;
}

/**
 * Opens a file for `use`, and always closes it.
 * @throws CheckError when it cannot be read, is too large or no file, changes meanwhile, or when the signal stops it
 */
export async function withFile<T>(
  path: string,
  role: FileRole,
  options: ReadOptions,
  use: (opened: Opened) => Promise<T>,
): Promise<T> {
  const { signal } = options;
  try {
    if (signal?.aborted) throw ioErrors.cancelled();
    // Before it is opened, because to open a device or a pipe can do something; what was opened is judged again.
    refuseSpecial(path, await stat(path, { bigint: true }), options);
    const fd = await open(path, FLAGS);
    return await withDescriptor(fd, { path, role, options, follow: () => stat(path, { bigint: true }) }, use);
  } catch (error) {
    if (signal?.aborted) throw ioErrors.cancelled();
    throw error instanceof CheckError ? error : ioErrors.unreadableFile(path, codeOf(error));
  }
}

/**
 * Standard input when a file was given for it, for `use`; undefined for everything that arrives bit by bit.
 * @throws CheckError as withFile
 */
export async function withStandardInput<T>(
  role: FileRole,
  use: (opened: Opened) => Promise<T>,
): Promise<T | undefined> {
  const found = await fstat(0, { bigint: true }).catch(() => undefined);
  if (found?.isFile() !== true) {
    // Terminals are such devices, too, and a parent process may use a socket.
    if (found && !found.isSocket() && !process.stdin.isTTY) refuseSpecial(STANDARD_INPUT, found, {});
    return undefined;
  }
  const of = { path: STANDARD_INPUT, role, options: {}, follow: () => fstat(0, { bigint: true }) };
  // Somebody may have read a part of it already, so its size says nothing.
  return useDescriptor(0, of, found, (opened) =>
    use({ ...opened, size: 0, chunks: () => fileChunks(0, of, 0), part: undefined }),
  );
}

/** What is read through a descriptor. */
interface Reading {
  /** For messages. */
  readonly path: string;
  readonly role: FileRole;
  readonly options: ReadOptions;
  /** What is at the path by now. */
  readonly follow: () => Promise<BigIntStats>;
}

async function withDescriptor<T>(fd: number, of: Reading, use: (opened: Opened) => Promise<T>): Promise<T> {
  const held = { isOurs: true };
  try {
    const found = await fstat(fd, { bigint: true });
    refuseSpecial(of.path, found, of.options);
    if (found.isFile()) return await useDescriptor(fd, of, found, use);
    const chunks = () => {
      // The socket closes it.
      held.isOurs = false;
      return limited(pipeChunks(fd, of.options.signal), of.path, of.role);
    };
    return await use({ found, size: 0, chunks, part: undefined });
  } finally {
    if (held.isOurs) await close(fd);
  }
}

/** @throws CheckError for a folder, a device, a socket; for a pipe where only a file will do */
function refuseSpecial(path: string, found: BigIntStats, { onlyFile = false }: ReadOptions): void {
  const kind = kindOf(found);
  if (kind === 'file' || (kind === 'pipe' && !onlyFile)) return;
  throw ioErrors.unreadableFile(path, ioErrors.notAFile(kind, onlyFile));
}

async function useDescriptor<T>(
  fd: number,
  of: Reading,
  opened: BigIntStats,
  use: (opened: Opened) => Promise<T>,
): Promise<T> {
  const { path, role } = of;
  const found = await settled(fd, opened, of.options.signal);
  const size = Number(found.size);
  if (size > FILE_ROLES[role].most) throw ioErrors.tooLarge(path, role, size);
  const part = async (position: number, length: number) => {
    const bytes = Buffer.alloc(length);
    const { bytesRead } = await read(fd, bytes, 0, length, position);
    if (bytesRead !== length) throw ioErrors.changedFile(path);
    return bytes;
  };
  const result = await use({ found, size, chunks: (into) => fileChunks(fd, of, size, into), part });
  const [now, there] = await Promise.all([fstat(fd, { bigint: true }), of.follow().catch(() => undefined)]);
  if (!there || !isSame(found, now) || !isSame(now, there)) throw ioErrors.changedFile(path);
  return result;
}

/** A change shows in one of these. */
const STATE = ['dev', 'ino', 'size', 'mtimeNs', 'ctimeNs'] as const;
const isSame = (a: BigIntStats, b: BigIntStats) =>
  STATE.every(
    // On Windows, some versions of Node give another device for a descriptor than for a path.
    (name) => a[name] === b[name] || (name === 'dev' && process.platform === 'win32'),
  );

/** Longer than a tick of the clock that the kernel stamps files with (10 ms at 100 Hz), in milliseconds. */
const TICK = 12;
/** A file that is written all the time never settles; that it changes shows in the end. */
const MOST_TICKS = 4;

/**
 * The state of a file once its last change is more than a tick ago, because two changes in the same tick have the
 * same time.
 */
async function settled(
  fd: number,
  opened: BigIntStats,
  signal: AbortSignal | undefined,
): Promise<BigIntStats> {
  let found = opened;
  for (let i = 0; i < MOST_TICKS; i++) {
    const age = Date.now() - Number(found.ctimeMs);
    // Another machine's clock, of a network file system, may be ahead.
    if (age < 0 || age > TICK) break;
    await sleep(TICK + 1 - age, undefined, signal && { signal });
    found = await fstat(fd, { bigint: true });
  }
  return found;
}

async function* fileChunks(
  fd: number,
  { path, role, options: { signal } }: Reading,
  size: number,
  into: Uint8Array = new Uint8Array(0),
): AsyncGenerator<Buffer> {
  const { most } = FILE_ROLES[role];
  // One buffer for the whole file: a new one per chunk would become garbage faster than it is collected. Behind the memory that is given,
  // it is for the bytes that should not be there.
  const buffer = Buffer.allocUnsafeSlow(into.length > 0 ? 1 : size > 0 ? Math.min(CHUNK, size + 1) : CHUNK);
  const readNext = async () => {
    const rest = into.subarray(length, length + CHUNK);
    const target = rest.length > 0 ? Buffer.from(rest.buffer, rest.byteOffset, rest.length) : buffer;
    const { bytesRead } = await read(fd, target, 0, target.length, null);
    return target.subarray(0, bytesRead);
  };
  let length = 0;
  let next: Promise<Buffer> | undefined;
  try {
    for (;;) {
      if (signal?.aborted) throw ioErrors.cancelled();
      const chunk = await (next ?? readNext());
      next = undefined;
      if (chunk.length === 0) break;
      length += chunk.length;
      if (length > most) throw ioErrors.tooLarge(path, role);
      // Who appends faster than we read would never let us end.
      if (size > 0 && length > size) throw ioErrors.changedFile(path);
      if (into.length > 0) next = readNext();
      // Its failure is heard with its bytes.
      next?.catch(() => undefined);
      yield chunk;
    }
  } finally {
    // The descriptor is closed soon, and another file may get its number.
    await next?.catch(() => undefined);
    // It may be a key.
    buffer.fill(0);
  }
  if (size > 0 && length < size) throw ioErrors.changedFile(path);
}

/** What arrives bit by bit, up to the limit of its role. Each chunk is cleared: it may be a key. */
export async function* limited(
  stream: AsyncIterable<Buffer>,
  path: string,
  role: FileRole,
): AsyncGenerator<Buffer> {
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    try {
      if (length > FILE_ROLES[role].most) throw ioErrors.tooLarge(path, role);
      yield chunk;
    } finally {
      chunk.fill(0);
    }
  }
}
