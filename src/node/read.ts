// How Node reads files, all through one opener: whole, streamed into a digest, or both ends; and how it reports what
// is at a path.

import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { FileRole } from '../app/fileRoles';
import type { DigestedFile, ReadEnds, FileFacts, FileStat, ReadOptions } from '../app/io';
import type { FileDigest } from '../core/check/loadedSteps';
import { END } from '../core/ovmf/kinds/fileKind';
import { codeOf, kindOf, limited, lstat, stat, withFile, withStandardInput, type Opened } from './open';
import { linkTarget } from './target';

/** Memory of its own outside of V8's heap, in which a small array is moved and leaves copies: it may be for a key. */
const memoryOf = (size: number, shared = false): Uint8Array =>
  new Uint8Array(shared ? new SharedArrayBuffer(size) : new ArrayBuffer(size));

/** All bytes in memory of their own, which a pooled Buffer is not, and which core expects of bytes. */
async function wholeOf(
  { size, chunks, part }: Pick<Opened, 'size' | 'chunks' | 'part'>,
  seen: (chunk: Buffer, length: number) => void,
  { onEnds, shared }: Pick<ReadOptions, 'onEnds' | 'shared'> = {},
): Promise<Uint8Array> {
  const memory = (length: number) => memoryOf(length, shared);
  const whole = memory(size);
  if (onEnds && part && size > 0) {
    const length = Math.min(size, END);
    whole.set(await part(0, length));
    whole.set(await part(size - length, length), size - length);
    await onEnds(whole);
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of chunks(whole)) {
      if (size === 0) {
        const part = memory(chunk.length);
        part.set(chunk);
        parts.push(part);
      }
      length += chunk.length;
      seen(chunk, length);
    }
    if (size > 0) return whole;
    const joined = memory(length);
    let at = 0;
    for (const part of parts) {
      joined.set(part, at);
      at += part.length;
    }
    return joined;
  } finally {
    // They may be a key.
    for (const part of parts) part.fill(0);
  }
}

/** Reports how far a file is read. */
const progressOf = (path: string, { size }: Opened, { onProgress }: ReadOptions) => {
  const name = basename(path);
  return (length: number) => onProgress?.(name, length, size > 0 ? size : undefined);
};

/** Reads a file whole. */
export function readFile(path: string, role: FileRole, options: ReadOptions = {}): Promise<Uint8Array> {
  return withFile(path, role, options, (opened) => {
    const progress = progressOf(path, opened, options);
    return wholeOf(opened, (_chunk, length) => progress(length), options);
  });
}

/** Reads a file whole, and hashes it on the way. */
export function readDigested(path: string, role: FileRole, options: ReadOptions = {}): Promise<DigestedFile> {
  return withFile(path, role, options, async (opened) => {
    const hasher = createHash('sha256');
    const progress = progressOf(path, opened, options);
    const content = await wholeOf(opened, (chunk, length) => {
      hasher.update(chunk);
      progress(length);
    });
    const sha256 = hasher.copy().digest();
    return { name: basename(path), bytes: content.length, sha256, hasher, content };
  });
}

/** Reads a file in chunks into its digest. */
export function digestFile(path: string, role: FileRole, options: ReadOptions = {}): Promise<FileDigest> {
  return withFile(path, role, options, async (opened) => {
    const hasher = createHash('sha256');
    const other = options.sha384 ? createHash('sha384') : undefined;
    const progress = progressOf(path, opened, options);
    let bytes = 0;
    for await (const chunk of opened.chunks()) {
      hasher.update(chunk);
      other?.update(chunk);
      bytes += chunk.length;
      progress(bytes);
    }
    return { name: basename(path), bytes, sha256: hasher.digest(), ...(other && { sha384: other.digest() }) };
  });
}

/** Reads both ends of a file by their places; what has none is read whole, and its ends are kept. */
export function readEnds(path: string, role: FileRole, options: ReadOptions = {}): Promise<ReadEnds> {
  return withFile(path, role, options, async (opened) => {
    const { part, size } = opened;
    if (part && size > 0) {
      const length = Math.min(size, END);
      return { head: await part(0, length), tail: await part(size - length, length), bytes: size };
    }
    let [head, tail, bytes] = [Buffer.alloc(0), Buffer.alloc(0), 0];
    for await (const chunk of opened.chunks()) {
      bytes += chunk.length;
      if (head.length < END) head = Buffer.concat([head, chunk.subarray(0, END - head.length)]);
      tail = Buffer.concat([tail, chunk.subarray(-END)]).subarray(-END);
    }
    return { head, tail, bytes };
  });
}

/** Opens a file, and reads nothing. */
export function probe(path: string, role: FileRole, options: ReadOptions = {}): Promise<FileFacts> {
  return withFile(path, role, options, ({ found }) => Promise.resolve(factsOf(path, found)));
}

/** Reads standard input to its end. */
export async function readStandardInput(role: FileRole): Promise<Uint8Array> {
  const seen = () => undefined;
  return (
    (await withStandardInput(role, (opened) => wholeOf(opened, seen))) ??
    wholeOf({ size: 0, part: undefined, chunks: () => limited(process.stdin, 'standard input', role) }, seen)
  );
}

function factsOf(path: string, found: BigIntStats): FileFacts {
  const { dev, ino, size, mode, mtimeNs, ctimeNs } = found;
  return {
    kind: kindOf(found),
    size: Number(size),
    // Windows has no such bits: every file would look open.
    mode: process.platform === 'win32' ? undefined : Number(mode) & 0o777,
    identity: [path, dev, ino, size, mtimeNs, ctimeNs].join('\0'),
  };
}

/** What the system reports about a path, as Io's FileStat. */
export async function statOf(path: string, { ofLink } = { ofLink: false }): Promise<FileStat> {
  try {
    return factsOf(path, await (ofLink ? lstat : stat)(path, { bigint: true }));
  } catch (error) {
    return { kind: 'none', code: codeOf(error) };
  }
}

/** Which file would be written at a path, as Io says. */
export async function fileIdentity(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  if (found) return found.isFile() ? `${found.dev}:${found.ino}` : undefined;
  const target = await linkTarget(resolve(path));
  const folder = await realpath(dirname(target)).catch(() => dirname(target));
  // Elsewhere two names that differ in case only are usually one.
  const name = process.platform === 'linux' ? basename(target) : basename(target).toLowerCase();
  return join(folder, name);
}

/** The names in a folder; empty when it cannot be read. */
export function listFolder(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
