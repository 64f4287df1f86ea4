// Digests of files for checks that run at the same time: checks that share a firmware, kernel or initrd read it
// once. The cache lives only as long as its batch.

import type { DigestFile, Io, ReadOptions, StreamedFile } from './io';

/** Keeps the digests of one batch. */
export class DigestCache {
  private readonly reads = new Map<string, Promise<StreamedFile>>();
  private count = 0;

  constructor(private readonly io: Io) {}

  /** How many files have been read so far; cache hits are not counted. */
  get filesRead(): number {
    return this.count;
  }

  /**
   * The digest of a file, as Io computes it. Requests for a file that is being read wait for that read and share
   * the options of the first request: a batch has one signal.
   * @throws CheckError when it cannot be read, or the signal stops it
   */
  readonly digest: DigestFile = async (path, options = {}) => {
    const found = await this.io.stat(path);
    // A pipe delivers its bytes only once, and a missing file reports itself.
    if (found.kind !== 'file') return this.read(path, options);
    let reading = this.reads.get(found.identity);
    if (!reading) {
      reading = this.read(path, options);
      this.reads.set(found.identity, reading);
    }
    const streamed = await reading;
    // Each user continues hashing from a copy.
    return { ...streamed, name: this.io.path.basename(path), hasher: streamed.hasher.copy() };
  };

  private read(path: string, options: ReadOptions): Promise<StreamedFile> {
    this.count += 1;
    return this.io.digest(path, options);
  }
}
