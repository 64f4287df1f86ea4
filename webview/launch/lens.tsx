// Opens what was loaded where it can be read: bytes of an image, the row of its metadata that asks for a load, the page of a vCPU.

import { hex } from '../../src/core/binary/hex';
import type { LoadSource } from '../../src/core/launch/loads';
import type { LaunchParts } from '../../src/protocol/launch';
import { send } from '../host';
import { Icon } from '../parts/widgets';

/** What a load is opened as. */
const LABELS: { readonly [F in LoadSource['from']]: (source: Extract<LoadSource, { from: F }>) => string } = {
  firmware: ({ offset }) => (offset === 0 ? 'Open Image' : `Open Image at ${hex(offset)}`),
  svsm: ({ offset }) => (offset === 0 ? 'Open SVSM Image' : `Open SVSM Image at ${hex(offset)}`),
  metadata: () => 'Open Section in Image',
  'kernel hashes': () => '',
  vcpu: ({ vcpu }) => `Open VMSA of vCPU ${vcpu}`,
};

/** Asks the host to open a load. */
export function openLoad(source: LoadSource, size: number): void {
  send({ type: 'openLoad', source, size });
}

/** Whether a load can be opened. */
export const canOpen = (parts: LaunchParts | undefined, { from }: LoadSource): boolean =>
  parts?.opens.includes(from) === true;

/** The button that opens a load, if it can be opened. @param size in bytes */
export function Lens(props: { parts: LaunchParts | undefined; source: LoadSource; size: number }) {
  const { parts, source, size } = props;
  if (!canOpen(parts, source)) return null;
  const label = (LABELS[source.from] as (of: LoadSource) => string)(source);
  return (
    <button
      type="button"
      class="quiet-button"
      onClick={() => {
        openLoad(source, size);
      }}
    >
      <Icon name="go-to-file" /> {label}
    </button>
  );
}
