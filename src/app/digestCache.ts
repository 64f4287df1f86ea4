// Digests of files for checks that run at the same time: checks that share a firmware, kernel or initrd read it once. Nothing
// outlives the batch that it is made for.

import type { DigestFile, Io, ReadOptions, StreamedFile } from './io';

/** Keeps the digests of one batch. */
export class DigestCache {
  private readonly reads = new Map<string, Promise<StreamedFile>>();
  private count = 0;

  constructor(private readonly io: Io) {}

  /** Files that were read so far; those that were found here are not counted. */
  get filesRead(): number {
    return this.count;
  }

  /**
   * The digest of a file, as its Io has it. Requests for a file that is being read wait for that read, whose options are
   * those of the first: a batch has one signal.
   * @throws CheckError when it cannot be read, or the signal stops it
   */
  readonly digest: DigestFile = async (path, options = {}) => {
    const found = await this.io.stat(path);
    // What is no file, as a pipe, gives its bytes once; and what is not there says so itself.
    if (found.kind !== 'file') return this.read(path, options);
    let reading = this.reads.get(found.identity);
    if (!reading) {
      reading = this.read(path, options);
      this.reads.set(found.identity, reading);
    }
    const streamed = await reading;
    // Each user goes on hashing from here.
    return { ...streamed, name: this.io.path.basename(path), hasher: streamed.hasher.copy() };
  };

  private read(path: string, options: ReadOptions): Promise<StreamedFile> {
    this.count += 1;
    return this.io.digest(path, options);
  }
}
