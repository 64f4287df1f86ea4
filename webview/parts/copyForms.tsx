// Buttons that copy the selected bytes in the forms of other tools.

import { BYTE_FORMS } from '../../src/core/binary/byteForms';
import type { ByteRange } from './rows';
import { CopyButton } from './widgets';

/** Longer values are read in the hex view. */
export const MOST_COPIED = 4096;

/** Bytes of a file; undefined while some of them are on their way. */
export const bytesHere = (
  { bytes, from = 0 }: { readonly bytes: Uint8Array; readonly from?: number | undefined },
  { offset, size }: ByteRange,
): Uint8Array | undefined => (offset < from ? undefined : bytes.subarray(offset, offset + size));

/** The buttons; none for runs of bytes too long for the clipboard. */
export function CopyForms({ bytes }: { bytes: Uint8Array | undefined }) {
  if (!bytes) return <p class="details-note">These bytes are on their way.</p>;
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
