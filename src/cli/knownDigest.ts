// The option that takes the digest of a launch that goes on.

import { InvalidArgumentError } from 'commander';
import { DIGEST_FORMS, readTextBytes } from '../core/binary/textBytes';

/** Bytes of a launch digest of SEV-SNP. */
const SNP_DIGEST = 48;

/** Reads a digest of SEV-SNP in any form of one. @throws InvalidArgumentError */
export function readKnownDigest(text: string): Uint8Array {
  const read = readTextBytes(text, [SNP_DIGEST], DIGEST_FORMS);
  if (!read.ok)
    throw new InvalidArgumentError(
      'It must be a digest of SEV-SNP, 48 bytes: 96 hexadecimal digits, base64, or a line of sha384sum.',
    );
  return read.bytes;
}
