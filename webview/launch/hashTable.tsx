// The table of kernel hashes as it lies in guest memory: each hash with its place in the table, and the file that gave it.

import { useState } from 'preact/hooks';
import { bytesToHex, fromHex, hex } from '../../src/core/binary/hex';
import { encodeHashTable, KERNEL_HASHES } from '../../src/core/launch/kernelHashes';
import type { Step, StepId } from '../../src/core/launch/report';
import { HASH_ENTRIES } from '../../src/core/ovmf/hashEntries';
import { Digest } from '../parts/digest';
import { CopyButton, Disclosure } from '../parts/widgets';

/** The step that gives each entry, and the GUID of it. */
const ENTRIES: Readonly<Record<string, { readonly step: StepId; readonly guid: string }>> = {
  cmdline: { step: 'cmdline', guid: HASH_ENTRIES['command line'] },
  initrd: { step: 'initrd', guid: HASH_ENTRIES.initrd },
  kernel: { step: 'kernel', guid: HASH_ENTRIES.kernel },
};
/** Where the hash is in an entry: after GUID and length. */
const HASH_AT = 18;

/** The bytes of the table in hexadecimal; undefined without all three hashes. */
function tableOf(steps: readonly Step[]): string | undefined {
  const hashOf = (id: StepId) => fromHex(steps.find((step) => step.id === id)?.digest ?? '?');
  const [kernel, initrd, cmdline] = [hashOf('kernel'), hashOf('initrd'), hashOf('cmdline')];
  return kernel && initrd && cmdline && bytesToHex(encodeHashTable({ kernel, initrd, cmdline }));
}

/** The table, folded at first. @param steps with those of kernel, initrd and command line */
export function HashTable({ steps }: { steps: readonly Step[] }) {
  const [open, setOpen] = useState(false);
  const table = tableOf(steps);
  if (table === undefined) return null;
  const rows = KERNEL_HASHES.rows.flatMap(({ name, offset }) => {
    const entry = ENTRIES[name];
    const step = entry && steps.find(({ id }) => id === entry.step);
    return step ? [{ offset: offset + HASH_AT, guid: entry.guid, step }] : [];
  });
  return (
    <div class="hash-table">
      <Disclosure label={`Table of ${KERNEL_HASHES.size} bytes`} open={open} onChange={setOpen} />
      {open && (
        <>
          <table aria-label="Kernel hashes in guest memory">
            <thead>
              <tr>
                <th>Offset</th>
                <th>SHA-256 of</th>
                <th>Value</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ offset, guid, step }) => (
                <tr key={step.id}>
                  <td>
                    <code>{hex(offset, 2)}</code>
                  </td>
                  <td>
                    <b>{step.title}</b>
                    <div>{step.detail}</div>
                    <code>{guid}</code>
                  </td>
                  <td>
                    <Digest
                      digest={step.digest}
                      what={`SHA-256 of ${step.title.toLowerCase()} in the table`}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <CopyButton text={table} what="table as hex" label="table as hex" />
        </>
      )}
    </div>
  );
}
