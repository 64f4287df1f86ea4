// The firmware images that the Debian packages `ovmf` and `ovmf-ia32` install, found by name; tests skip missing ones.

import { existsSync, readFileSync, readdirSync } from 'node:fs';

/** Paths of all images of the packages, including links; empty when it is not installed. */
export const imagePaths: readonly string[] = ['/usr/share/OVMF', '/usr/share/ovmf'].flatMap((folder) => {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.fd')) : [];
  return names.sort().map((name) => `${folder}/${name}`);
});

/** Paths of images with code, which therefore end in a table. */
export const codePaths: readonly string[] = imagePaths.filter((path) => !path.includes('_VARS'));

/** The whole image. */
export function readImage(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
}

/** Paths of images for Arm, of the Debian packages `qemu-efi-aarch64` and `qemu-efi-arm`; empty without them. */
export const armPaths: readonly string[] = ['/usr/share/AAVMF', '/usr/share/qemu-efi-aarch64'].flatMap(
  (folder) => {
    const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.fd')) : [];
    return names.sort().map((name) => `${folder}/${name}`);
  },
);
