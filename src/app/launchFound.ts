// The inputs of a launch from a command line of QEMU or the XML of a domain, whichever a text is, and in words what was taken from where.

import * as errors from './errors';
import { CheckError } from '../core/errors';
import { digestFinding, type DigestFinding } from '../core/check/digestRules';
import type { DomainConfig } from '../core/domain/facts';
import { policyFindings } from '../core/tech/snp/policyRules';
import { launchOfDomain, launchOfQemu, type LaunchFound } from '../core/domain/launchFound';

/** What was found, and what the text is called. */
export type FoundLaunch = LaunchFound & { readonly where: string };

/**
 * Finds the inputs.
 * @param name of the file with the text, if it is from one
 * @param parseDomain reads the XML of a domain
 * @throws CheckError (usage) for a text without an option of QEMU, or for XML of no domain
 */
export function findLaunch(
  text: string,
  name: string | undefined,
  parseDomain: (xml: string) => DomainConfig,
): FoundLaunch {
  const isXml = /^\s*</.test(text);
  const where = name ?? (isXml ? 'the XML' : 'the command line');
  // QEMU takes nothing that counts here without an option.
  if (!isXml && !/(?:^|[\s"'\0])-[a-z]/i.test(text)) throw errors.noQemuCommandLine(where);
  const found = isXml ? launchOfDomain(pastedDomain(where, () => parseDomain(text))) : launchOfQemu(text);
  return { ...found, where };
}

/** A domain whose definition a person gave, and no host: what is wrong with it is that person's to correct. */
function pastedDomain(where: string, parse: () => DomainConfig): DomainConfig {
  try {
    return parse();
  } catch (error) {
    throw error instanceof CheckError ? errors.unfitDomainXml(where, error) : error;
  }
}

/** What was found, as findings. */
export const foundInWords = (
  { taken, lacked, problems, policy }: LaunchFound,
  where: string,
): readonly DigestFinding[] => [
  ...taken.map(({ input, value, from }) =>
    digestFinding('launch-found', `From ${where}: ${input} is ${value}, by ${from}.`),
  ),
  ...[...lacked.map(({ why }) => why), ...problems].map((problem) =>
    digestFinding('launch-not-found', problem),
  ),
  // What most policies leave to the host is for those who show one, not for a digest.
  ...(policy === undefined ? [] : policyFindings(policy)).flatMap(({ id, severity, message }) =>
    severity === 'info' ? [] : [digestFinding(`launch-policy-${id}`, message)],
  ),
];
