// Reads files for checks: small ones whole with a limit, large ones as a stream into a digest. Node only; used
// by the command line and the extension host.

import { createHash, type Hash } from 'node:crypto';
import { constants, open as openWithCallback } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { Socket } from 'node:net';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import * as ioErrors from '../app/ioErrors';
import { CheckError } from '../core/errors';
import type { FileDigest } from '../core/check/check';

/** Called while a large file is read: bytes so far, of how many when that is known. */
export type OnProgress = (name: string, done: number, total: number | undefined) => void;

/** How a long read can be watched and stopped. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** A file read as a stream: its digest, a hasher that can go on from there, and its last bytes. */
export interface StreamedFile extends FileDigest {
  readonly hasher: Hash;
  readonly tail: Uint8Array;
}

/** A chunk is hashed in well under a frame, so that an extension host stays responsive. */
const CHUNK = 256 * 1024;

/** OVMF's tables and metadata lie in the last pages of an image. */
const TAIL = 64 * 1024;

const openDescriptor = promisify(openWithCallback) as (path: string, flags: number) => Promise<number>;

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/** Streams a file of any size. @throws CheckError when it cannot be read, or when the signal stops it */
export async function digestFile(
  path: string,
  { signal, onProgress }: ReadOptions = {},
): Promise<StreamedFile> {
  const hasher = createHash('sha256');
  const name = basename(path);
  let bytes = 0;
  let tail = Buffer.alloc(0);
  await withFile(path, signal, async ({ size, chunks }) => {
    for await (const chunk of chunks) {
      hasher.update(chunk);
      bytes += chunk.length;
      tail =
        chunk.length >= TAIL
          ? Buffer.from(chunk.subarray(-TAIL))
          : Buffer.concat([tail, chunk]).subarray(-TAIL);
      onProgress?.(name, bytes, size > 0 ? size : undefined);
    }
  });
  return { name, bytes, sha256: hasher.copy().digest(), hasher, tail };
}

/** Whether a path is a pipe, which can be read once only. What cannot be looked at is found out by whoever reads it. */
export function isPipe(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFIFO(),
    () => false,
  );
}

/** A file that is open. */
interface Opened {
  /** 0 when nobody knows. */
  readonly size: number;
  /** Its bytes as they come; each chunk is gone with the next. */
  readonly chunks: AsyncIterable<Buffer>;
  /** Absent for a pipe, which has no positions. */
  readonly file: FileHandle | undefined;
}

/**
 * Neither opening a pipe that nobody writes to nor reading it may hold up one of the few threads that Node has for files.
 * Windows has no such flag, which counts as 0.
 */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * Opens a file for `use` and closes it whatever happens.
 * @throws CheckError when the system refuses, or when the signal stops it
 */
async function withFile<T>(
  path: string,
  signal: AbortSignal | undefined,
  use: (opened: Opened) => Promise<T>,
): Promise<T> {
  try {
    if (await isPipe(path)) return await use({ size: 0, chunks: pipeChunks(path, signal), file: undefined });
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
  // One buffer for the whole file: new ones for each chunk would be garbage faster than it is collected.
  const buffer = Buffer.alloc(CHUNK);
  for (;;) {
    if (signal?.aborted) throw ioErrors.cancelled();
    const { bytesRead } = await file.read(buffer, 0, CHUNK, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

/** A pipe as a socket, which waits for its writer without a thread, and ends at once when it is stopped. */
async function* pipeChunks(path: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  if (signal?.aborted) throw ioErrors.cancelled();
  const fd = await openDescriptor(path, FLAGS);
  const socket = new Socket({ fd, readable: true, writable: false, ...(signal && { signal }) });
  for await (const chunk of socket) yield chunk as Buffer;
}

/**
 * The last 64 KiB of a file, where the tables of a firmware image are, and its length. Reads no more than that, but
 * for a pipe, which has to be read to its end.
 * @throws CheckError when it cannot be read
 */
export async function readTail(path: string): Promise<Pick<StreamedFile, 'tail' | 'bytes'>> {
  const found = await withFile(path, undefined, async ({ file, size }) => {
    if (!file) return undefined;
    const tail = Buffer.alloc(Math.min(size, TAIL));
    const { bytesRead } = await file.read(tail, 0, tail.length, size - tail.length);
    return size > 0 && bytesRead === tail.length ? { tail, bytes: size } : undefined;
  });
  return found ?? digestFile(path);
}

/**
 * Reads a file whole when it has at most `limit` bytes; otherwise its first `limit + 1`, so that the caller sees
 * that there is more. Works on pipes, whose size nobody knows.
 * @throws CheckError when it cannot be read, or when the signal stops it
 */
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
        // It may be a key.
        chunk.fill(0);
        if (length === buffer.length) break;
      }
    }
    // A Buffer's own slice shares its memory, which core does not expect of bytes.
    return new Uint8Array(buffer.buffer, buffer.byteOffset, length);
  });
}

/**
 * Reads a file whole into memory that threads share.
 * @throws CheckError when it cannot be read or has more than `most` bytes
 */
export async function readShared(path: string, most: number): Promise<Uint8Array> {
  const bytes = await readUpTo(path, most);
  if (bytes.length > most) throw ioErrors.tooLarge(path, most);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}
