// A finished check by an attestation report, without what names a machine or a guest.

import type { Report } from '../launch/report';
import { redactedLink, redactedStep } from '../report/redact';

/** The same report, masked, also where its summary has the reason of a step. */
export function redactReport(report: Report): Report {
  const { evidence } = report;
  if (!evidence) return report;
  const steps = evidence.steps.map(redactedStep);
  const summary = steps.reduce(
    (text, { reason }, i) => text.replaceAll(evidence.steps[i]!.reason, () => reason),
    report.summary,
  );
  return { ...report, summary, evidence: { ...evidence, steps, chain: evidence.chain.map(redactedLink) } };
}
