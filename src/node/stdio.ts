// Descriptors that are files. Node's own streams ignore that a file took only a part of what was written, as on a full disk or at a
// limit; and whoever opened one for this process wants it continued, not replaced.

import { fstatSync, writeSync } from 'node:fs';

/** Writes to an open descriptor until all is written. @throws the system's error */
export function writeTo(fd: number, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
}

/** Whether a descriptor is a regular file. */
export function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}

/** The paths of descriptors of this process. */
const DESCRIPTOR = /^\/(?:dev\/(?:std(out|err)|fd\/(\d+))|proc\/self\/fd\/(\d+))$/;

/** The descriptor that a path names, if it is a regular file. */
export function fileBehind(path: string): number | undefined {
  const [, name, ...numbers]: readonly (string | undefined)[] = DESCRIPTOR.exec(path) ?? [];
  const number = name === undefined ? numbers.find((one) => one !== undefined) : name === 'out' ? 1 : 2;
  return number !== undefined && isFile(Number(number)) ? Number(number) : undefined;
}
