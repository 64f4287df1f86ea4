// Digests of files for checks that run at the same time: checks that share a firmware, kernel or initrd read it
// once. The cache lives only as long as its batch, and keeps the bytes of some firmware only.

import type { FileRole } from './fileRoles';
import { readWholeFirmware, type LaunchReads, type MeasuredFirmware, type WholeFirmware } from './firmware';
import type { DigestFile, Io, ReadOptions } from './io';

/** What is kept of a file: of firmware more. */
const keyOf = (role: FileRole, identity: string): string =>
  `${role === 'firmware' ? 'firmware' : 'digest'} ${identity}`;

/** How many bytes of firmware are kept: as many as its largest file has. */
const MOST_BYTES = 64 * 2 ** 20;

/** Firmware without its bytes, unless it has no key. */
interface KeptFirmware extends MeasuredFirmware {
  readonly key: string | undefined;
  readonly content?: Uint8Array;
}

/** Keeps the digests of one batch, and of firmware what is in it. */
export class DigestCache implements LaunchReads {
  private readonly reads = new Map<string, Promise<unknown>>();
  /** The bytes of firmware, the file that was needed last at the end. */
  private readonly contents = new Map<string, Uint8Array>();
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
  readonly firmware = (path: string, options: ReadOptions = {}): Promise<MeasuredFirmware> =>
    this.measured(path, options);

  /** The same with its bytes, for which a file is read again when those of too many others were read since. */
  readonly wholeFirmware = async (path: string, options: ReadOptions = {}): Promise<WholeFirmware> => {
    const { key, content, ...measured } = await this.measured(path, options);
    const kept = content ?? (key === undefined ? undefined : this.contents.get(key));
    if (!kept) return this.counted(() => readWholeFirmware(this.io, path, options));
    if (key !== undefined) this.keep(key, kept);
    return { ...measured, content: kept };
  };

  /** What is known of firmware, and the key of its bytes, or these where nobody else can have them. */
  private async measured(path: string, options: ReadOptions): Promise<KeptFirmware> {
    const read = async (key: string | undefined): Promise<KeptFirmware> => {
      const { content, ...measured } = await readWholeFirmware(this.io, path, options);
      if (key === undefined) return { ...measured, key, content };
      this.keep(key, content);
      return { ...measured, key };
    };
    const { hasher, ...rest } = await this.shared(path, 'firmware', read);
    // Each user continues hashing from a copy.
    return { ...rest, hasher: hasher.copy() };
  }

  private keep(key: string, content: Uint8Array): void {
    this.contents.delete(key);
    this.contents.set(key, content);
    let size = [...this.contents.values()].reduce((all, { length }) => all + length, 0);
    for (const [old, { length }] of this.contents) {
      if (size <= MOST_BYTES || old === key) return;
      this.contents.delete(old);
      size -= length;
    }
  }

  private async shared<T extends { readonly name: string }>(
    path: string,
    role: FileRole,
    read: (key: string | undefined) => Promise<T>,
  ): Promise<T> {
    const found = await this.io.stat(path);
    // A pipe delivers its bytes only once, and a missing file reports itself.
    if (found.kind !== 'file') return this.counted(() => read(undefined));
    const key = keyOf(role, found.identity);
    let reading = this.reads.get(key) as Promise<T> | undefined;
    if (!reading) {
      reading = this.counted(() => read(key));
      this.reads.set(key, reading);
    }
    return { ...(await reading), name: this.io.path.basename(path) };
  }

  private counted<T>(read: () => Promise<T>): Promise<T> {
    this.count += 1;
    return read();
  }
}
