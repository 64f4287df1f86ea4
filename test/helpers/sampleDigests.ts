// Launch digests that sev-snp-measure 0.0.13 gives for the sample's files (--mode snp), for tests that need an independent number.

import { SAMPLE } from '../../src/app/sampleNames';

/** Of the firmware alone with one and with two vCPUs of EPYC-Milan. */
export const ONE_VCPU =
  '1d9e3eae37a9512bafeff7e85a9598348b92c7905e2f76b22c7f916e1da602802f8ab964dc2c4e77b9e5bdf867501f83';
export const TWO_VCPUS =
  '8ba4b2692be0d22a9b42cc289e3d05183405bd5affb43f2b6d4d7b3942daf76ba87ac942d25a3eb0bdba423cf922d56f';

/** By launch file, with kernel, initrd and command line: two vCPUs of EPYC-Milan, four of EPYC-Genoa. */
export const LAUNCH_DIGESTS = {
  [SAMPLE.snpMatches]:
    '5e8343e99d90ba93b95ddc43d921830c68d6d795c6b38c1ba7200a711609dd44272f2e56a28ae1a3afb07510718ced31',
  [SAMPLE.snpMismatch]:
    'b6b282106bd3261912e6bbdb63f6ddda4944d33c553091cb138d5d1af2148a8a9b8fc8d737d1dccaf622cf731590ab99',
};
