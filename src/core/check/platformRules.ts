// The launch rules about what the host reported: the policy, the SEV firmware and the measurement.

import { unfitMeasurement } from '../tech/sev/evidence';
import { snpPolicy } from '../tech/snp/errors';
import { isSnpPolicy } from '../tech/snp/policy';
import { earlyFirmware, policyWarnings } from './remarks';
import { failures, type RuleRow } from './ruleRow';

/** In the order of the documentation. */
export const PLATFORM_RULES = [
  {
    id: 'snp-policy',
    severity: 'error',
    doc: 'The policy of a recorded launch is one of SEV-SNP: it has bit 17 set, as all of those have. SNP has no HMAC; its measurement is in the attestation report.',
    stage: 'platform',
    judge: (question) => {
      // A domain may have SEV-SNP, which its host says.
      const policy = question.given.launch?.policy;
      return policy !== undefined && isSnpPolicy(policy)
        ? [{ member: ['launch', 'policy'], fail: snpPolicy(policy) }]
        : [];
    },
  },
  {
    id: 'early-firmware',
    severity: 'info',
    doc: 'The SEV firmware is older than API 0.17: API version and build are not part of the measurement.',
    stage: 'platform',
    judge: earlyFirmware,
  },
  {
    id: 'bad-measurement',
    severity: 'error',
    doc: 'The recorded measurement is not base64 of 48 bytes.',
    stage: 'reported',
    judge: ({ given: { launch } }) => {
      const measurement = launch?.measurement;
      return failures(
        ['launch', 'measurement'],
        measurement === undefined ? undefined : unfitMeasurement(measurement),
      );
    },
  },
  {
    id: 'policy-debugging',
    severity: 'info',
    doc: 'The policy lets the host read and change the memory of the guest.',
    stage: 'reported',
    judge: (question) => policyWarnings(question, (about) => about === 'debugging'),
  },
  {
    id: 'policy-doubtful',
    severity: 'warning',
    doc: 'The policy has bits that mean nothing, or asks for a later firmware than the one that is recorded.',
    stage: 'reported',
    judge: (question) => policyWarnings(question, (about) => about !== 'debugging'),
  },
] as const satisfies readonly RuleRow<string>[];
