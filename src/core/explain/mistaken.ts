// A value that was taken for another: a digest of one file, of another technology, or of a launch where a measurement was meant.

import { bytesToHex, countOf } from '../binary/hex';
import { equalInConstantTime } from '../launch/hasher';
import { TECHNOLOGY_NAMES } from '../launch/inputs';
import { TRAITS } from '../tech/traits';
import type { LaunchCause } from './cause';
import type { SearchSpace } from './causes';
import { DIGEST_FOR_MEASUREMENT, DIGEST_OF_FILE, DIGEST_OF_OTHER } from './causesMistaken';
import type { Change, Explanation, Weight } from './explanation';
import type { LaunchFacts, Wanted } from './launchFacts';
import type { Hit } from './matcher';
import { searchTechnologyOf } from './searchTechnologies';
import type { Setting } from './setting';

/** How much it matters that one value was taken for another. */
export const MIXED_UP: Weight = 'mistake';

/** All bytes of the value that was given. */
const valueOf = (wanted: Wanted): Uint8Array =>
  wanted.kind === 'digest' ? wanted.digest : Uint8Array.of(...wanted.hmac, ...wanted.mnonce);

/** Whether it is as long as a SHA-384, not as a SHA-256, as measurements are, too. */
export const isLong = (wanted: Wanted): boolean => valueOf(wanted).length === TRAITS.snp.digestSize;

/** Whether a digest is the value that was given. */
export const isGiven = (wanted: Wanted, digest: Uint8Array): boolean =>
  equalInConstantTime(digest, valueOf(wanted));

/** The title of an explanation with these changes. */
export function titleOf(changes: readonly Change[]): string {
  const parts = changes.map(({ title, found, given }) => {
    const what = found === 'none' ? `no ${title}` : `${title} ${found}`;
    return `${what} (${given === 'none' ? 'none given' : `not ${given}`})`;
  });
  return `It matches with ${parts.join(' and ')}`;
}

/** Begins the answer about a digest that has not the size of those of the technology: what it was compared with. */
export function otherSize({ wanted, meant, technology }: LaunchFacts): string {
  if (meant === undefined) return '';
  const { ids } = searchTechnologyOf({ technology });
  const launches = ids.map((id) => TECHNOLOGY_NAMES[id]).join(' and ');
  return `The given value has ${countOf(valueOf(wanted).length, 'byte')}, and a launch digest of ${TECHNOLOGY_NAMES[meant]} has ${TRAITS[meant].digestSize}: it was compared with digests of the given files, and with launches of ${launches}. `;
}

/** The change when a value is a launch digest rather than the measurement that it was taken for, or of another technology. */
export function mixedUp({ facts }: SearchSpace, { what }: Hit, setting: Setting): Change | undefined {
  const { wanted, meant, technology } = facts;
  if (what !== 'digest') return undefined;
  if (meant !== undefined) {
    const searched = searchTechnologyOf({ technology });
    const isMeasured = searched.measuresVcpus(setting.policy);
    const found = searched.ids.find((id) => TRAITS[id].measuresVcpus === isMeasured)!;
    return changeTo(
      DIGEST_OF_OTHER,
      `as a launch digest of ${TECHNOLOGY_NAMES[meant]}`,
      `as one of ${TECHNOLOGY_NAMES[found]}`,
    );
  }
  return wanted.kind === 'measurement'
    ? changeTo(DIGEST_FOR_MEASUREMENT, 'as a measurement', 'as a launch digest')
    : undefined;
}

const changeTo = ({ id, input, title, why, advice }: LaunchCause, given: string, found: string): Change => ({
  cause: id,
  input,
  title,
  given,
  found,
  why,
  advice,
});

/** The explanation that the given value is another one. @param evidence ends a sentence about that value */
function mistaken(cause: LaunchCause, given: string, found: string, evidence: string): Explanation {
  const change = { ...changeTo(cause, given, found), title: 'the given value' };
  return { title: titleOf([change]), changes: [change], weight: cause.weight, evidence, edits: [] };
}

/** Explanations for a value that is the digest of one file, or for a launch digest that is the HMAC of one of these measurements. */
export function mistakenValue({ wanted, others, ofFiles }: LaunchFacts): Explanation[] {
  const text = bytesToHex(valueOf(wanted));
  const given = wanted.kind === 'digest' ? 'as a launch digest' : 'as a measurement';
  return [
    ...ofFiles
      .filter(({ digest }) => isGiven(wanted, digest))
      .map(({ words, isLaunch }) =>
        mistaken(isLaunch ? DIGEST_OF_OTHER : DIGEST_OF_FILE, given, `as ${words}`, `${text} is ${words}.`),
      ),
    ...others
      .filter(({ hmac }) => wanted.kind === 'digest' && isGiven(wanted, hmac))
      .map(({ label }) =>
        mistaken(
          DIGEST_FOR_MEASUREMENT,
          given,
          `as the HMAC of the measurement of ${label}`,
          `${text} are the first 32 bytes of that measurement.`,
        ),
      ),
  ];
}
