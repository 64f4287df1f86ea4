// What the attestation report of an SNP guest must show, while there is none to compare with: the launch digest that the owner's inputs
// give. It is an answer without a verdict: whoever has the report compares it, and verifies the signature first.

import { bytesToHex, countOf } from '../binary/hex';
import type { Hashes } from '../launch/hasher';
import { encodeKernelHashes } from '../launch/kernelHashes';
import type { LaunchImage, VmsaPages } from '../launch/loads';
import type { Report } from '../launch/report';
import type { SnpState } from '../tech/snp/digest';
import { snp } from '../tech/snp/loads';
import { foldAll } from '../tech/technology';
import { loadedSteps, step, type LoadedInputs, type VmsaInput } from './loadedSteps';

/** What the launch digest of an SNP guest is computed from, once the files are read. */
export interface SnpInputs extends LoadedInputs {
  readonly title: string;
  readonly warnings?: readonly string[];
  readonly image: LaunchImage;
  /** The launch after its firmware. */
  readonly firmwareState: SnpState;
  readonly vmsa: VmsaInput & VmsaPages;
}

/** Where the launch digest is in an attestation report (SEV-SNP Firmware ABI, ATTESTATION_REPORT). */
export const MEASUREMENT_AT = '0x90';

/** The whole answer as a sentence. */
const summaryOf = (digest: string): string =>
  `There is no report to compare with. The guest's attestation report must show this measurement at ${MEASUREMENT_AT}: ${digest}.`;

/**
 * The launch digest that an SNP guest of these inputs has, as a report that never matches.
 * @throws CheckError when no VMM launches such an image, or not with a kernel
 */
export function expectLaunch(inputs: SnpInputs, hashes: Hashes): Report {
  const { title, firmware, kernel, initrd, cmdline, image, firmwareState, vmsa, warnings = [] } = inputs;
  const table =
    kernel && encodeKernelHashes(hashes, { kernel: kernel.sha256, initrd: initrd?.sha256, cmdline });
  const loads = [...snp.loads({ kernelHashes: table, vmsas: vmsa }, image)];
  const digest = snp.digest(foldAll(snp, firmwareState, loads));
  const sections = image.sevMetadata?.sections.length ?? 0;
  const bytes = loads.reduce((all, { size }) => all + size, firmware.bytes);
  return {
    title,
    mode: 'SEV-SNP',
    verdict: 'cannot be trusted',
    expected: bytesToHex(digest),
    summary: summaryOf(bytesToHex(digest)),
    facts: [{ name: 'vCPUs', value: String(vmsa.count) }],
    steps: [
      ...loadedSteps(hashes, inputs, table, vmsa),
      step('launch-digest', bytes, digest, {
        source: 'derived',
        algorithm: 'SHA-384',
        detail: `over the pages of the firmware, of ${countOf(sections, 'section')} of its metadata and of all vCPUs, in order`,
      }),
    ],
    warnings,
  };
}
