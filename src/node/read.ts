// How Node reads files: small ones whole up to a limit, large ones streamed into a digest; and how it reports
// what is at a path.

import { createHash } from 'node:crypto';
import { constants, open as openWithCallback } from 'node:fs';
import { access, lstat, open, readdir, stat, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import * as ioErrors from '../app/ioErrors';
import type { FileEnds, FileStat, ReadOptions, StreamedFile } from '../app/io';
import { CheckError } from '../core/errors';
import { pipeChunks } from './pipe';

/** A chunk is hashed in well under a frame, so that an extension host stays responsive. */
const CHUNK = 256 * 1024;

/** OVMF's tables and metadata are in the last pages of an image, and what marks other files is in the first. */
const END = 64 * 1024;

const openDescriptor = promisify(openWithCallback) as (path: string, flags: number) => Promise<number>;

/** The system's code of an error, such as ENOENT; without a code, its message. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/** Reads a file in chunks and keeps only its ends. */
export async function digestFile(
  path: string,
  { signal, onProgress }: ReadOptions = {},
): Promise<StreamedFile> {
  const hasher = createHash('sha256');
  const name = basename(path);
  let bytes = 0;
  let head = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  await withFile(path, signal, async ({ size, chunks }) => {
    for await (const chunk of chunks) {
      hasher.update(chunk);
      bytes += chunk.length;
      if (head.length < END) head = Buffer.concat([head, chunk.subarray(0, END - head.length)]);
      tail =
        chunk.length >= END ? Buffer.from(chunk.subarray(-END)) : Buffer.concat([tail, chunk]).subarray(-END);
      onProgress?.(name, bytes, size > 0 ? size : undefined);
    }
  });
  return { name, bytes, sha256: hasher.copy().digest(), hasher, head, tail };
}

/** What the system reports about a path, as Io's FileStat. */
export async function statOf(path: string, { ofLink } = { ofLink: false }): Promise<FileStat> {
  try {
    const found = await (ofLink ? lstat : stat)(path, { bigint: true });
    const { dev, ino, size, mode, mtimeNs, ctimeNs } = found;
    const kind = found.isFile()
      ? 'file'
      : found.isFIFO()
        ? 'pipe'
        : found.isDirectory()
          ? 'folder'
          : found.isSymbolicLink()
            ? 'link'
            : 'other';
    return {
      kind,
      size: Number(size),
      // Windows has no such bits: every file would look open.
      mode: process.platform === 'win32' ? undefined : Number(mode) & 0o777,
      identity: [path, dev, ino, size, mtimeNs, ctimeNs].join('\0'),
    };
  } catch (error) {
    return { kind: 'none', code: codeOf(error) };
  }
}

/** Asks the system whether this process may read a file, and returns its error code. */
export function whyUnreadable(path: string): Promise<string | undefined> {
  return access(path, constants.R_OK).then(() => undefined, codeOf);
}

/** The names in a folder; empty when it cannot be read. */
export function listFolder(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

/** A file that is open. */
interface Opened {
  /** 0 when unknown. */
  readonly size: number;
  /** Its bytes as they arrive; each chunk is valid only until the next. */
  readonly chunks: AsyncIterable<Buffer>;
  /** Undefined for a pipe, which has no positions. */
  readonly file: FileHandle | undefined;
}

/**
 * Node has few threads for files: opening or reading a pipe that nobody writes to must not block one of them.
 * Windows has no such flag, which counts as 0.
 */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * Opens a file for `use` and always closes it.
 * @throws CheckError when the system refuses, or when the signal stops it
 */
async function withFile<T>(
  path: string,
  signal: AbortSignal | undefined,
  use: (opened: Opened) => Promise<T>,
): Promise<T> {
  try {
    if ((await statOf(path)).kind === 'pipe')
      return await use({ size: 0, chunks: openedPipe(path, signal), file: undefined });
    const file = await open(path, FLAGS);
    try {
      return await use({ size: (await file.stat()).size, chunks: fileChunks(file, signal), file });
    } finally {
      await file.close();
    }
  } catch (error) {
    if (signal?.aborted) throw ioErrors.cancelled();
    throw error instanceof CheckError ? error : ioErrors.unreadableFile(path, codeOf(error));
  }
}

async function* fileChunks(file: FileHandle, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  // One buffer for the whole file: a new one per chunk would become garbage faster than it is collected.
  const buffer = Buffer.alloc(CHUNK);
  for (;;) {
    if (signal?.aborted) throw ioErrors.cancelled();
    const { bytesRead } = await file.read(buffer, 0, CHUNK, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

async function* openedPipe(path: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  if (signal?.aborted) throw ioErrors.cancelled();
  yield* pipeChunks(await openDescriptor(path, FLAGS), signal);
}

/** Reads both ends of a file by position; a pipe, which has no positions, is read whole. */
export async function readEnds(path: string): Promise<FileEnds> {
  const found = await withFile(path, undefined, async ({ file, size }) => {
    if (!file) return undefined;
    const [head, tail] = [Buffer.alloc(Math.min(size, END)), Buffer.alloc(Math.min(size, END))];
    const first = await file.read(head, 0, head.length, 0);
    const last = await file.read(tail, 0, tail.length, size - tail.length);
    const isWhole = size > 0 && first.bytesRead === head.length && last.bytesRead === tail.length;
    return isWhole ? { head, tail, bytes: size } : undefined;
  });
  return found ?? digestFile(path);
}

/** Reads a file into one buffer of `limit + 1` bytes. It may be a key: nothing else has what was read. */
export async function readUpTo(path: string, limit: number, signal?: AbortSignal): Promise<Uint8Array> {
  return withFile(path, signal, async ({ file, chunks }) => {
    const buffer = Buffer.alloc(limit + 1);
    let length = 0;
    if (file) {
      while (length < buffer.length) {
        const { bytesRead } = await file.read(buffer, length, buffer.length - length, null);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
    } else {
      for await (const chunk of chunks) {
        length += chunk.copy(buffer, length);
        if (length === buffer.length) break;
      }
    }
    // A Buffer's own slice shares its memory, which core does not expect of bytes.
    return new Uint8Array(buffer.buffer, buffer.byteOffset, length);
  });
}

/** Reads standard input until it ends or exceeds `limit`. */
export async function readStandardInput(limit: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > limit) break;
  }
  return Buffer.concat(chunks);
}
