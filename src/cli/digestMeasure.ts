// From a launch digest to the measurement that a platform reports, when `sevscope digest` gets keys, nonce,
// versions and policy.

import * as errors from './errors';
import { PLAIN_FORMS, readTextBytes } from '../core/binary/textBytes';
import type { KeyPaths } from '../core/check/launchFile';
import { computeMeasurement, measurementText } from '../core/tech/sev/evidence';
import { isSevEs } from '../core/tech/sev/policy';
import { refuseUnfit } from '../core/check/judge';
import { waysToGive } from '../app/inputs';
import type { Io } from '../app/io';
import { withKeys } from '../app/keys';
import type { DigestOptions } from './digestOptions';
import { checkKeyOptions } from './launchOptions';
import type { Output } from './output';

/** The measurement for a launch digest, in base64 as libvirt reports it. */
export type Measure = (digest: Uint8Array) => string;

const NEEDED = {
  nonce: '--nonce',
  apiMajor: '--api-major',
  apiMinor: '--api-minor',
  buildId: '--build-id',
  policy: '--policy',
} as const satisfies Partial<Record<keyof DigestOptions, string>>;

function keysFrom(options: DigestOptions): KeyPaths | undefined {
  checkKeyOptions(options);
  const { tk, tik, tek } = options;
  if (tk !== undefined) return { tk };
  return tik === undefined ? undefined : { tik, tek };
}

function nonceOf(text: string): Uint8Array {
  const read = readTextBytes(text, [16], PLAIN_FORMS);
  if (!read.ok) throw errors.badNonce(read);
  return read.bytes;
}

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
  const names = Object.keys(NEEDED) as (keyof typeof NEEDED)[];
  const keys = keysFrom(options);
  const missing = names.filter((name) => options[name] === undefined);
  if (!keys && missing.length === names.length) return use(undefined);
  const why = 'a measurement takes the TIK, a nonce, the API version, the build and the policy';
  if (!keys) throw errors.digestNeeds('--tik or --tk', why);
  if (missing[0]) throw errors.digestNeeds(NEEDED[missing[0]], why);
  const { mode, apiMajor = 0, apiMinor = 0, buildId = 0, policy = 0 } = options;
  if (mode !== 'sev' && mode !== 'seves') throw errors.oddOption('--nonce', 'SNP has no such measurement');
  const launch = { policy, apiMajor, apiMinor };
  for (const remark of refuseUnfit({ given: { launch } }, 'digest', waysToGive)) out.note(`NOTE: ${remark}`);
  if (isSevEs(policy) !== (mode === 'seves'))
    throw errors.oddOption(
      '--policy',
      `bit 2 says ${isSevEs(policy) ? 'SEV-ES' : 'plain SEV'}, --mode ${mode} does not`,
    );
  const mnonce = nonceOf(options.nonce!);
  return withKeys(io, keys, ({ tik }) =>
    use((digest) =>
      measurementText({
        hmac: computeMeasurement(io.hmac, tik, { apiMajor, apiMinor, buildId, policy }, digest, mnonce),
        mnonce,
      }),
    ),
  );
}
