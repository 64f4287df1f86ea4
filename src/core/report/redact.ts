// What of a report and its verification names a machine or a guest, masked for those who shall not know: CHIP_ID, report ids, the address of
// the VCEK, which has the chip in it, and the VCEK itself.

import type { CheckStep } from '../launch/checkSteps';
import type { StepId } from './steps';

/** The fields of a report that name a machine or a guest. */
export const PRIVATE_FIELDS: readonly string[] = ['chip_id', 'report_id', 'report_id_ma'];

/** What stands for a masked value. */
export const REDACTED = 'redacted';

/** Steps whose reasons have such a value: the chain names the address of a certificate that is missing. */
const PRIVATE_STEPS: readonly string[] = [
  'chain',
  'chip-id',
  'report-id',
  'report-id-ma',
] satisfies readonly StepId[];

/** No chip is named by fewer digits: that of a Turin has 16. */
const NAME = /[0-9a-f]{16,}/gi;

/** A step whose reason names no machine and no guest. */
export const redactedStep = <S extends CheckStep>(one: S): S =>
  PRIVATE_STEPS.includes(one.step) ? { ...one, reason: one.reason.replaceAll(NAME, REDACTED) } : one;

/** A certificate of a chain, without what is of one chip only: a VCEK's key and hash. */
export const redactedLink = <
  L extends { readonly role: string; readonly sha256: string; readonly publicKey: string },
>(
  link: L,
): L => (link.role === 'VCEK' ? { ...link, sha256: REDACTED, publicKey: REDACTED } : link);
