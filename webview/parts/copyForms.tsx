// Buttons that copy the selected bytes in the forms of other tools.

import { BYTE_FORMS } from '../../src/core/binary/byteForms';
import { CopyButton } from './widgets';

/** Longer values are read in the hex view. */
export const MOST_COPIED = 4096;

/** The buttons; none for runs of bytes too long for the clipboard. */
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
