// What an SEV or SEV-ES launch loads: the firmware, the table of kernel hashes, and for SEV-ES a VMSA page for each vCPU, in the order of
// QEMU (sev_encrypt_flash, sev_add_kernel_loader_hashes, sev_launch_get_measure in target/i386/sev.c).

import {
  firmwareLoads,
  vmsaLoad,
  vmsaLoads,
  type LaunchContents,
  type LaunchImage,
  type Load,
} from '../../launch/loads';
import type { Technology } from '../technology';
import { TRAITS } from '../traits';
import { apPageMissing, sevFold, unfitVcpuCount, type SevState } from './digest';

function* sevLoads(
  { firmware = [], kernelHashes: bytes }: LaunchContents,
  { hashArea }: LaunchImage,
): Generator<Load, undefined> {
  yield* firmwareLoads(firmware);
  const gpa = hashArea && BigInt(hashArea.base);
  if (bytes)
    yield {
      label: 'kernel hashes',
      type: 'normal',
      gpa,
      size: bytes.length,
      bytes,
      source: { from: 'kernel hashes' },
    };
}

/** @throws CheckError (usage) for a number of vCPUs that no guest has, or without a page for the additional ones */
function* sevEsLoads(launch: LaunchContents, image: LaunchImage): Generator<Load, undefined> {
  const { vmsas } = launch;
  const unfit = vmsas && (unfitVcpuCount(vmsas.count) ?? apPageMissing(vmsas.count, vmsas.ap));
  if (unfit) throw unfit;
  yield* sevLoads(launch, image);
  if (vmsas) yield* vmsaLoads(vmsas);
}

/** SEV, which measures no vCPUs. */
export const sev: Technology<SevState> = {
  id: 'sev',
  traits: TRAITS.sev,
  loads: sevLoads,
  vmsaLoad,
  ...sevFold,
};

/** SEV-ES. */
export const sevEs: Technology<SevState> = {
  id: 'sev-es',
  traits: TRAITS['sev-es'],
  loads: sevEsLoads,
  vmsaLoad,
  ...sevFold,
};
