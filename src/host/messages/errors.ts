// Failures of explaining error messages.

import { usage, type CheckError } from '../../core/errors';

/** No line of a text is one that is known. */
export function unknownMessage(): CheckError {
  return usage('message-unknown', 'No line of this text is an error message that is known here.', {
    advice:
      'Known are those of QEMU, libvirt, KVM, the SEV firmware, OVMF and the guest about a launch, such as one with fw_error=.',
  });
}
