// Failures of the editor of ID blocks.

import { usage, type CheckError } from '../../core/errors';

/** The clipboard has no ID block. @param found what it has, a phrase */
export function noIdBlockToPaste(found: string): CheckError {
  return usage(
    'no-id-block-to-paste',
    `The clipboard has no ID block and no ID authentication, but ${found}.`,
    {
      advice: "Copy one in base64 or hexadecimal, or QEMU's options, libvirt's XML or Kata's annotations.",
    },
  );
}
