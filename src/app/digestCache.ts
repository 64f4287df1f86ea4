// Digests of files for checks that run at the same time: checks that share a firmware, kernel or initrd read it once. Nothing
// outlives the batch that it is made for.

import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { digestFile, type ReadOptions, type StreamedFile } from '../node/read';

/** Reads a file into a digest; digestFile, or a cache in front of it. */
export type DigestFile = (path: string, options: ReadOptions) => Promise<StreamedFile>;

/** Keeps the digests of one batch. */
export class DigestCache {
  private readonly reads = new Map<string, Promise<StreamedFile>>();
  private count = 0;

  /** Files that were read so far; those that were found here are not counted. */
  get filesRead(): number {
    return this.count;
  }

  /**
   * The digest of a file, as digestFile has it. Requests for a file that is being read wait for that read, whose options are
   * those of the first: a batch has one signal.
   * @throws CheckError when it cannot be read, or the signal stops it
   */
  readonly digest: DigestFile = async (path, options) => {
    const identity = await identityOf(path);
    // What is no file, as a pipe, gives its bytes once; and what is not there says so itself.
    if (identity === undefined) return this.read(path, options);
    let reading = this.reads.get(identity);
    if (!reading) {
      reading = this.read(path, options);
      this.reads.set(identity, reading);
    }
    const found = await reading;
    // Each user goes on hashing from here.
    return { ...found, name: basename(path), hasher: found.hasher.copy() };
  };

  private read(path: string, options: ReadOptions): Promise<StreamedFile> {
    this.count += 1;
    return digestFile(path, options);
  }
}

/** What changes when the bytes at a path do; undefined when there is no regular file. */
async function identityOf(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path, { bigint: true });
    const { dev, ino, size, mtimeNs, ctimeNs } = found;
    return found.isFile() ? [path, dev, ino, size, mtimeNs, ctimeNs].join('\0') : undefined;
  } catch {
    return undefined;
  }
}
