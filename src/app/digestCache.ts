// Digests of files for checks that run at the same time: checks that share a firmware, kernel or initrd read it
// once. The cache lives only as long as its batch.

import type { FileRole } from './fileRoles';
import { readMeasured, type LaunchReads, type MeasuredFirmware } from './firmware';
import type { DigestFile, Io, ReadOptions } from './io';

/** Keeps the digests of one batch, and of firmware what is in it. */
export class DigestCache implements LaunchReads {
  private readonly reads = new Map<string, Promise<unknown>>();
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
  readonly digest: DigestFile = (path, role, options = {}) =>
    this.shared(path, role, () => this.io.digest(path, role, options));

  /** The same for firmware, with what is in it, from one read. @throws CheckError as readMeasured */
  readonly firmware = async (path: string, options: ReadOptions = {}): Promise<MeasuredFirmware> => {
    const read = () => readMeasured(this.io, path, options);
    const { hasher, ...rest } = await this.shared(path, 'firmware', read);
    // Each user continues hashing from a copy.
    return { ...rest, hasher: hasher.copy() };
  };

  private async shared<T extends { readonly name: string }>(
    path: string,
    role: FileRole,
    read: () => Promise<T>,
  ): Promise<T> {
    const found = await this.io.stat(path);
    // A pipe delivers its bytes only once, and a missing file reports itself.
    if (found.kind !== 'file') return this.counted(read);
    // As firmware more of it is kept.
    const key = `${role === 'firmware' ? 'firmware' : 'digest'} ${found.identity}`;
    let reading = this.reads.get(key) as Promise<T> | undefined;
    if (!reading) {
      reading = this.counted(read);
      this.reads.set(key, reading);
    }
    return { ...(await reading), name: this.io.path.basename(path) };
  }

  private counted<T>(read: () => Promise<T>): Promise<T> {
    this.count += 1;
    return read();
  }
}
