// The bytes of what is selected, for another tool.

import { BYTE_FORMS } from '../../src/core/binary/byteForms';
import { CopyButton } from './widgets';

/** Longer values than this are read in the hex view. */
export const MOST_COPIED = 4096;

/** The buttons; none for runs of bytes that are too long for the clipboard to be the way. */
export function CopyForms({ bytes }: { bytes: Uint8Array }) {
  if (bytes.length > MOST_COPIED) return null;
  return (
    <div class="details-copy copy-forms">
      {BYTE_FORMS.filter(({ size }) => size === undefined || size === bytes.length).map(
        ({ title, write }) => (
          <CopyButton
            key={title}
            text={() => write(bytes)}
            what={`bytes as ${title}`}
            label={`bytes as ${title}`}
          />
        ),
      )}
    </div>
  );
}
