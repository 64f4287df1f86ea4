// The digests of an image: of the file, and of the launches that load it. Computed incrementally, so
// that a file can be streamed; the launch digest of plain SEV and the pages of SNP assume that QEMU
// loads the image as a single flash.

import { sha256, sha384 } from '@noble/hashes/sha2.js';
import { byteCount } from '../binary/hex';
import { SNP_PAGE_SIZE, extendPage, newSnpDigest } from '../tech/snp/digest';
import type { Finding } from '../binary/region';
import { ovmfFinding } from '../ovmf/rules';

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

/** An incremental computation of the digests. */
export interface ImageDigester {
  /** Takes the next bytes of the image, in file order. */
  update(bytes: Uint8Array): void;
  /**
   * The digests; the digester cannot be used afterwards.
   * @throws RangeError for more or fewer bytes than announced
   */
  finish(): ImageDigests;
}

/** A digester for an image of `size` bytes, which ends at 4 GiB in the guest. */
export function newImageDigester(size: number): ImageDigester {
  const whole = { sha256: sha256.create(), sha384: sha384.create() };
  const refusal = refuseSnp(size);
  const page = new Uint8Array(SNP_PAGE_SIZE);
  let snp = newSnpDigest();
  let taken = 0;
  const addPage = (contents: Uint8Array, end: number) => {
    snp = extendPage(snp, { type: 'normal', gpa: BigInt(2 ** 32 - size + end - SNP_PAGE_SIZE), contents });
  };
  const addPages = (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length;) {
      const filled = (taken + at) % SNP_PAGE_SIZE;
      const part = bytes.subarray(at, at + SNP_PAGE_SIZE - filled);
      at += part.length;
      if (part.length < SNP_PAGE_SIZE) page.set(part, filled);
      if (filled + part.length === SNP_PAGE_SIZE)
        addPage(part.length < SNP_PAGE_SIZE ? page : part, taken + at);
    }
  };
  return {
    update(bytes) {
      if (bytes.length > size - taken) throw new RangeError(`more than ${size} bytes were given`);
      whole.sha256.update(bytes);
      whole.sha384.update(bytes);
      if (!refusal) addPages(bytes);
      taken += bytes.length;
    },
    finish() {
      if (taken !== size) throw new RangeError(`${taken} of ${size} bytes were given`);
      const digest = whole.sha256.digest();
      return {
        sha256: digest,
        sha384: whole.sha384.digest(),
        sevLaunchDigest: digest,
        ...(refusal ? { snpRefusal: refusal } : { snpOvmfHash: snp }),
      };
    },
  };
}

/** The digests of an image that is in memory. */
export function computeImageDigests(image: Uint8Array): ImageDigests {
  const digester = newImageDigester(image.length);
  digester.update(image);
  return digester.finish();
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

function refuseSnp(size: number): Finding | undefined {
  if (size > 0 && size <= 2 ** 32 && size % SNP_PAGE_SIZE === 0) return undefined;
  const wanted = size > 2 ** 32 ? 'more than 4 GiB' : 'not one or more whole pages of 4096 bytes';
  const message = `The image has ${byteCount(size)}, ${wanted}: an SNP launch cannot load it.`;
  return ovmfFinding('image-size', 0, size, message);
}
