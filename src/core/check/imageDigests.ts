// The digests of an image: of the file, and of the launches that load it. The launch digest of plain SEV and the pages of
// SNP assume that QEMU loads the image as a single flash.

import { byteCount } from '../binary/hex';
import type { Finding } from '../binary/region';
import type { Hashes } from '../launch/hasher';
import { firmwareLoads, PAGE_SIZE } from '../launch/loads';
import { ovmfFinding } from '../ovmf/rules';
import { sev } from '../tech/sev/loads';
import { snp } from '../tech/snp/loads';
import { digestOf } from '../tech/technology';

/** The digests of one image. */
export interface ImageDigests {
  /** 32 bytes. */
  readonly sha256: Uint8Array;
  /** 48 bytes. */
  readonly sha384: Uint8Array;
  /** Launch digest of a plain SEV guest without kernel hashes, 32 bytes: the SHA-256 of everything loaded. */
  readonly sevLaunchDigest: Uint8Array;
  /** SNP launch digest after the firmware pages, 48 bytes; tools take it as the starting point for the rest. */
  readonly snpOvmfHash?: Uint8Array;
  /** Why there is no SNP digest. */
  readonly snpRefusal?: Finding;
}

/** The digests of an image. */
export function computeImageDigests(image: Uint8Array, hashes: Hashes): ImageDigests {
  const firmware = [...firmwareLoads([image])];
  const sevLaunchDigest = digestOf(sev, hashes, firmware);
  const refusal = refuseSnp(image.length);
  return {
    // SEV measures the bytes of an image and nothing else.
    sha256: sevLaunchDigest,
    sha384: hashes.sha384(image),
    sevLaunchDigest,
    ...(refusal ? { snpRefusal: refusal } : { snpOvmfHash: digestOf(snp, hashes, firmware) }),
  };
}

/** The name of each digest for texts and tables, in display order. */
export function digestRows(digests: ImageDigests): readonly {
  readonly name: string;
  readonly title: string;
  readonly value: Uint8Array | string;
}[] {
  const { snpOvmfHash, snpRefusal } = digests;
  return [
    { name: 'sha256', title: 'SHA-256', value: digests.sha256 },
    { name: 'sha384', title: 'SHA-384', value: digests.sha384 },
    { name: 'sevLaunchDigest', title: 'SEV launch digest', value: digests.sevLaunchDigest },
    { name: 'snpOvmfHash', title: 'SNP OVMF hash', value: snpOvmfHash ?? `none: ${snpRefusal!.message}` },
  ];
}

/** Why no SNP launch can load an image of so many bytes. */
export function refuseSnp(size: number): Finding | undefined {
  if (size > 0 && size <= 2 ** 32 && size % PAGE_SIZE === 0) return undefined;
  const wanted = size > 2 ** 32 ? 'more than 4 GiB' : 'not one or more whole pages of 4096 bytes';
  const message = `The image has ${byteCount(size)}, ${wanted}: an SNP launch cannot load it.`;
  return ovmfFinding('image-size', 0, size, message);
}
