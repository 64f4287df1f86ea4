// The inputs of one SNP launch as the object of hashes from which dstack computes its digest.

import * as errors from './errors';
import { digestFinding } from '../core/check/digestRules';
import { pagesFor, type MatrixRequest } from '../core/check/matrix';
import { isTrimmed, snpInputsJson } from '../core/tech/snp/inputs';
import { findCpuModel, modelsWithSignature } from '../core/vmsa/launch/cpuModels';
import { decodePage } from '../core/vmsa/vmsaPage';
import type { DigestReading, LaunchStart } from './digestLaunch';

/** What decides one launch. */
export type OneLaunch = LaunchStart & Pick<MatrixRequest, 'profiles' | 'cpus' | 'counts' | 'features'>;

/**
 * The object.
 * @param cpu its name where the launch has one
 * @throws CheckError (usage) for a launch that such an object cannot say
 */
export function snpInputsOf(
  request: OneLaunch,
  { cpu: given, cmdline }: { readonly cpu: string | undefined; readonly cmdline: string },
  { find }: Pick<DigestReading, 'find'>,
): ReturnType<typeof snpInputsJson> {
  const { image, firmwareDigest, kernelDigests, profiles, cpus, counts } = request;
  const [profile] = profiles;
  if (profile?.vmm !== 'qemu') throw errors.noDstackInputs('only QEMU launches such a guest');
  const { values } = decodePage(pagesFor(request, profile, cpus[0]?.id).bsp);
  const cpu = given !== undefined && findCpuModel(given) ? given : modelsWithSignature(values.rdx)[0]?.name;
  if (cpu === undefined) throw errors.noDstackInputs('no CPU model of QEMU has the signature of the CPU');
  if (isTrimmed(cmdline))
    find(
      digestFinding(
        'cmdline-trimmed',
        'dstack removes the white space at the ends of the command line, which gives another digest.',
      ),
    );
  return snpInputsJson({
    ...{ image, firmwareDigest: firmwareDigest!, kernelDigests, cmdline, vcpus: counts[0]!, cpu },
    resetAddress: request.resetAddress(),
    features: values.sev_features,
  });
}
