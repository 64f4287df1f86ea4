// An in-memory machine: files are bytes in a Map by absolute path, folders are implied by those paths. It has no
// disk, no threads, and nothing of Node except paths and ciphers.

import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path/posix';
import { FILE_ROLES, type FileRole } from '../../src/app/fileRoles';
import type { Content, FileFacts, FileStat, Io, ReadOptions } from '../../src/app/io';
import { verifierOf } from '../../src/app/verifier';
import * as ioErrors from '../../src/app/ioErrors';
import { nobleHashes } from '../../src/core/launch/nobleHashes';
import { ciphers } from './ciphers';

const END = 64 * 1024;

const { sha256 } = nobleHashes;

/** Turns an immediate result into a promise, and a thrown failure into a rejection. */
const later =
  <A extends unknown[], R>(now: (...given: A) => R) =>
  (...given: A): Promise<R> =>
    Promise.resolve().then(() => now(...given));

/** What a file was written with. */
interface Written {
  readonly bytes: Uint8Array;
  readonly mode: number;
}

const endsOf = (bytes: Uint8Array) => ({ head: bytes.slice(0, END), tail: bytes.slice(-END) });

/** Creates an Io over files. @returns it with the files, which a test may change at any time */
export function memoryIo(): Io & { readonly files: Map<string, Written> } {
  const files = new Map<string, Written>();
  const at = (path: string, role: FileRole = 'shown'): Uint8Array => {
    const found = files.get(path);
    if (!found) throw ioErrors.unreadableFile(path, 'ENOENT');
    const { length } = found.bytes;
    if (length > FILE_ROLES[role].most) throw ioErrors.tooLarge(path, role, length);
    return found.bytes;
  };
  const isFolder = (path: string) => [...files.keys()].some((name) => name.startsWith(`${path}/`));
  const statOf = (path: string): FileStat => {
    const found = files.get(path);
    const { bytes, mode } = found ?? { bytes: new Uint8Array(0), mode: 0o755 };
    if (!found && !isFolder(path)) return { kind: 'none', code: 'ENOENT' };
    const identity = `${path} ${Buffer.from(sha256(bytes)).toString('hex')}`;
    return { kind: found ? 'file' : 'folder', size: bytes.length, mode, identity };
  };
  const write = async (path: string, content: Content, mode = 0o644) => {
    const parts: Uint8Array[] = [];
    if (content instanceof Uint8Array || typeof content === 'string')
      parts.push(Buffer.from(content as string));
    else for await (const part of content) parts.push(Buffer.from(part));
    files.set(path, { bytes: Uint8Array.from(Buffer.concat(parts)), mode });
  };
  return {
    files,
    hasDisk: true,
    path: { basename, dirname, isAbsolute, join, relative, resolve, toSlashes: (path) => path },
    read: later((path: string, role: FileRole) => at(path, role).slice()),
    readDigested: later((path: string, role: FileRole) => {
      const content = at(path, role).slice();
      const hasher = nobleHashes.newSha256();
      hasher.update(content);
      return { name: basename(path), bytes: content.length, sha256: sha256(content), hasher, content };
    }),
    readEnds: later((path: string, role: FileRole) => {
      const bytes = at(path, role);
      return { ...endsOf(bytes), bytes: bytes.length };
    }),
    readStandardInput: later(() => new Uint8Array(0)),
    digest: later((path: string, role: FileRole, { onProgress }: ReadOptions = {}) => {
      const bytes = at(path, role);
      const name = basename(path);
      onProgress?.(name, bytes.length, bytes.length);
      return { name, bytes: bytes.length, sha256: sha256(bytes) };
    }),
    probe: later((path: string, role: FileRole) => {
      at(path, role);
      return statOf(path) as FileFacts;
    }),
    stat: later(statOf),
    placeOf: later((path: string) => path),
    realPath: later((path: string) => path),
    list: later((folder: string) =>
      [...files.keys()].filter((path) => dirname(path) === folder).map((path) => basename(path)),
    ),
    write,
    writeAll: async (all) => {
      for (const { path, content } of all) await write(path, content);
    },
    setMode: later((path: string, mode: number) => {
      files.set(path, { bytes: at(path), mode });
    }),
    makeFolder: () => Promise.resolve(),
    homeFolder: () => '/home',
    configFolder: () => '/home/config',
    hashes: nobleHashes,
    verifier: verifierOf(() => crypto.subtle),
    random: (size) => new Uint8Array(size).fill(7),
    ...ciphers,
    cores: () => 1,
    commandLine: () => Promise.reject(new Error('There are no processes here.')),
    thread: () => {
      throw new Error('this machine has no threads');
    },
  };
}
