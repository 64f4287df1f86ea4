// Checks a launch of SEV-SNP by the attestation report of its guest: verifies the report, computes the measurement where the firmware is
// known, and hands both to core with what the owner says of the report.

import { judgeByReport, type VerifiedReport } from '../core/check/checkReport';
import { refuseUnfit } from '../core/check/judge';
import { statedByIdBlock } from '../core/check/statedIds';
import { MEMBER_IDS, pickInputs } from '../core/launch/inputs';
import type { Report } from '../core/launch/report';
import { expectDigest } from './digestCheck';
import { waysToGive } from './inputs';
import type { Io } from './io';
import { filesOf, type CheckOptions, type DigestInputs, type ReportInputs } from './launch';

/** A check by a report, and the report. */
export interface CheckedByReport {
  readonly report: Report;
  readonly evidence: VerifiedReport;
}

/** Runs the check. @throws CheckError when an input cannot be read, is unsuitable, or contradicts another */
export async function checkAgainstReport(
  io: Io,
  inputs: ReportInputs,
  options: CheckOptions = {},
): Promise<CheckedByReport> {
  const { report: path, certificates, require: wishes, roots, at, launchDigest, ...given } = inputs;
  const { guestPolicy: policy, hostData, firmware, title } = given;
  const { admit, verifyEvidence, signal } = options;
  // Without its inputs a check is judged all the same, because some contradict the report.
  const members = {
    ...given,
    policy,
    guestFeatures: given.features,
    report: path,
    certificates,
    launchDigest,
  };
  const remarks = refuseUnfit({ given: members }, 'check', waysToGive);
  await admit?.(filesOf(members));
  if (!verifyEvidence) throw new Error('Nothing verifies reports here.');
  const evidence = await verifyEvidence({ report: path, certificates, require: wishes, roots, at }, signal);
  const launch = { ...given, technology: 'snp' as const };
  const computed =
    firmware === undefined
      ? undefined
      : await expectDigest(io, { ...launch, firmware }, { ...options, admit: undefined });
  const ofBlock = statedByIdBlock(given, io.hashes);
  const stated = { ...ofBlock, launchDigest, policy: policy ?? ofBlock.policy, hostData, vcek: given.vcek };
  const judged = judgeByReport(title, computed, evidence, stated);
  const report = computed ? judged : { ...judged, warnings: [...remarks, ...judged.warnings] };
  return { report, evidence };
}

/** The same launch with the measurement that its report shows as its launch digest, for a search of inputs that give it; undefined without firmware. */
export function digestOfReport(inputs: ReportInputs, { report }: VerifiedReport): DigestInputs | undefined {
  const { firmware } = inputs;
  if (firmware === undefined) return undefined;
  const { title, features, guestPolicy, vmsa } = inputs;
  const given = { ...pickInputs(MEMBER_IDS, inputs), title, features, guestPolicy, vmsa };
  return { ...given, technology: 'snp', firmware, launchDigest: report.values.measurement };
}
