// A listed domain in words: what it is, and why its launch cannot be checked. All of it comes from the host,
// so names and messages are made plain before they enter a sentence.

import { plainText } from '../binary/plainText';
import { errorFrom } from '../errors';
import type { DomainSummary, SevCapabilities } from './facts';
import { whyNotLaunched, type Obstacle } from './launchable';
import { isActive } from './question';
import { modeOfType, whyUncheckable, whyUnreported, type Uncheckable } from './launchTypes';

/** Longer names are truncated, in characters. */
const LONGEST_NAME = 100;

/** The name of a domain in one line. */
export const plainName = ({ name }: DomainSummary): string => plainText(name, LONGEST_NAME);

/** `SEV`, `SEV-ES`, `SEV-SNP`, or a phrase for none of them. */
function describeSecurity({ launchSecurity, sevEs, problem }: DomainSummary): string {
  if (problem !== undefined) return 'unreadable';
  return modeOfType(launchSecurity, sevEs === true);
}

/** State, launch security and vCPUs, such as `running, SEV-ES, 4 vCPUs`. */
export function describeSummary(summary: DomainSummary): string {
  const { state, vcpus } = summary;
  const count = vcpus === undefined ? [] : [vcpus === 1 ? '1 vCPU' : `${vcpus} vCPUs`];
  return [state.name, describeSecurity(summary), ...count].join(', ');
}

/** Why the launch of a domain cannot be checked, and what to do; undefined when it can. */
export const whySummaryUncheckable = (summary: DomainSummary): Uncheckable | undefined =>
  whyNot(summary, whyUncheckable);

/** Why no measurement of its launch can be recorded, and what to do; undefined when one can. */
export const whySummaryUnreported = (summary: DomainSummary): Uncheckable | undefined =>
  whyNot(summary, whyUnreported);

/** Why its host does not launch a domain that is off, as far as that is known; undefined when nothing speaks against it. */
export function whySummaryNotLaunched(
  { state, launchSecurity, sevEs }: DomainSummary,
  host: SevCapabilities | undefined,
): Obstacle | undefined {
  return isActive({ state }) ? undefined : whyNotLaunched({ type: launchSecurity, sevEs }, host);
}

function whyNot(
  { launchSecurity, problem }: DomainSummary,
  ofType: (type: string | undefined) => Uncheckable | undefined,
): Uncheckable | undefined {
  if (problem === undefined)
    return ofType(launchSecurity === undefined ? undefined : plainText(launchSecurity, LONGEST_NAME));
  return {
    found: 'The definition of the domain cannot be read, so nothing is known of its launch.',
    advice: plainText(errorFrom(problem).message),
  };
}
