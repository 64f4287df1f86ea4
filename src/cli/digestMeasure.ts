// From a launch digest to the measurement that a platform reports, when `sevscope digest` gets keys, nonce,
// versions and policy.

import * as errors from './errors';
import { inputRow, REPORTED_IDS } from '../core/launch/inputs';
import { computeMeasurement, measurementText } from '../core/tech/sev/evidence';
import { isSevEs } from '../core/tech/sev/policy';
import { modeRow } from '../core/tech/traits';
import { refuseUnfit } from '../core/check/judge';
import { waysToGive } from '../app/inputs';
import type { Measure } from '../app/digestTable';
import type { Io } from '../app/io';
import { withKeys } from '../app/keys';
import type { DigestOptions } from './digestOptions';
import { readInput } from '../core/launch/readInput';
import { measuringKeys } from './launchOptions';
import type { Output } from './output';

/** The inputs of a measurement besides the keys. */
const NEEDED = ['nonce', ...REPORTED_IDS.filter((id) => id !== 'measurement')] as const;

/** All that only a measurement takes. */
const OF_MEASUREMENT = ['keys.tik', 'keys.tek', 'keys.tk', ...NEEDED] as const;

/** Why such an option is not for SEV-SNP, a phrase. */
const whyUnmeasured = (id: (typeof OF_MEASUREMENT)[number]): string =>
  id === 'policy'
    ? 'it is for measurements of SEV and SEV-ES; the policy of SEV-SNP is no part of its launch digest, and the attestation report shows it'
    : 'it is for measurements of SEV and SEV-ES; SEV-SNP has no such measurement, and no key of the owner';

/**
 * Calls `use` with the function that measures as the options say; with undefined when there are none of these options.
 * @throws CheckError (usage) when only some of them are given, or a policy for another mode
 */
export async function withMeasure<T>(
  io: Io,
  options: DigestOptions,
  out: Output,
  use: (measure: Measure | undefined) => Promise<T>,
): Promise<T> {
  const { mode } = options;
  const { traits } = modeRow(mode);
  if (!traits.hasMeasurement) {
    const given = OF_MEASUREMENT.find((id) => options[id] !== undefined);
    if (given) throw errors.oddOption(inputRow(given).option!, whyUnmeasured(given));
    return use(undefined);
  }
  const keys = measuringKeys(options);
  const missing = NEEDED.filter((name) => options[name] === undefined);
  if (!keys && missing.length === NEEDED.length) return use(undefined);
  const why = 'a measurement takes the TIK, a nonce, the API version, the build and the policy';
  if (!keys) throw errors.digestNeeds('--tik or --tk', why);
  if (missing[0]) throw errors.digestNeeds(inputRow(missing[0]).option!, why);
  const { apiMajor = 0, apiMinor = 0, buildId = 0, policy = 0 } = options;
  const launch = { policy, apiMajor, apiMinor };
  for (const remark of refuseUnfit({ given: { launch } }, 'digest', waysToGive)) out.note(`NOTE: ${remark}`);
  if (isSevEs(policy) !== traits.measuresVcpus)
    throw errors.oddOption(
      '--policy',
      `bit 2 says ${isSevEs(policy) ? 'SEV-ES' : 'plain SEV'}, --mode ${mode} does not`,
    );
  const mnonce = readInput('nonce', options.nonce!, ({ found }) => errors.badNonce(found!));
  return withKeys(io, keys, ({ tik }) =>
    use((digest) =>
      measurementText({
        hmac: computeMeasurement(io.hmac, tik, { apiMajor, apiMinor, buildId, policy }, digest, mnonce),
        mnonce,
      }),
    ),
  );
}
