// The firmware images that the Debian package `ovmf` installs, found by name; tests skip what is not there.

import { existsSync, readFileSync, readdirSync } from 'node:fs';

/** Paths of all images of the package, links included; none where it is not installed. */
export const imagePaths: readonly string[] = ['/usr/share/OVMF', '/usr/share/ovmf'].flatMap((folder) => {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.fd')) : [];
  return names.sort().map((name) => `${folder}/${name}`);
});

/** Paths of those that hold code, and so end in a table. */
export const codePaths: readonly string[] = imagePaths.filter((path) => !path.includes('_VARS'));

/** The whole image. */
export function readImage(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
}
