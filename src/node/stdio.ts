// Descriptors that are files. Node's own streams ignore that a file took only a part of what was written, as on a full disk or at a
// limit; and whoever opened one for this process wants it continued, not replaced.

import { fstatSync, writeSync } from 'node:fs';

/** Writes to an open descriptor until all is written. @throws the system's error */
export function writeTo(fd: number, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
}

/**
 * Writes to an open descriptor as much as it takes.
 * @returns what is left, of a full pipe that its maker wants nobody to wait for @throws the system's error
 */
export function writeSome(fd: number, content: string | Uint8Array): Uint8Array | undefined {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      return bytes.subarray(at);
    }
  }
  return undefined;
}

/** Whether a descriptor is a regular file, or a pipe of this system; anything else, also what is not open, is neither. */
export function kindOfDescriptor(fd: number): 'file' | 'pipe' | undefined {
  try {
    const found = fstatSync(fd);
    if (found.isFile()) return 'file';
    return found.isFIFO() && process.platform !== 'win32' ? 'pipe' : undefined;
  } catch {
    return undefined;
  }
}

/** The paths of descriptors of this process. */
const DESCRIPTOR = /^\/(?:dev\/(?:std(out|err)|fd\/(\d+))|proc\/self\/fd\/(\d+))$/;

/** The descriptor that a path names, if it is a regular file. */
export function fileBehind(path: string): number | undefined {
  const [, name, ...numbers]: readonly (string | undefined)[] = DESCRIPTOR.exec(path) ?? [];
  const number = name === undefined ? numbers.find((one) => one !== undefined) : name === 'out' ? 1 : 2;
  return number !== undefined && kindOfDescriptor(Number(number)) === 'file' ? Number(number) : undefined;
}
