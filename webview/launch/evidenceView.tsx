// The attestation report of a launch on the page of its check: whether it is verified, the chain as a picture, and every step with its reason.

import type { EvidenceStep, ReportedEvidence } from '../../src/core/launch/report';
import type { ChainPicture } from '../../src/core/report/picture';
import { Icon } from '../parts/widgets';
import { ChainView } from '../report/chainPicture';

const OUTCOMES: Readonly<
  Record<EvidenceStep['outcome'], { readonly icon: string; readonly style: string; readonly words: string }>
> = {
  passed: { icon: 'pass', style: 'severity-ok', words: 'passed' },
  failed: { icon: 'error', style: 'severity-error', words: 'failed' },
  'not-checked': { icon: 'circle-slash', style: '', words: 'not checked' },
};

/** What is wrong is not to be scrolled to. */
const rank = ({ outcome }: EvidenceStep): number => (outcome === 'failed' ? 0 : 1);

/** Shows what became of a report. */
export function EvidenceView({ evidence, picture }: { evidence: ReportedEvidence; picture?: ChainPicture }) {
  const { file, verified, at, steps } = evidence;
  return (
    <section aria-label="Attestation report" data-verified={verified}>
      <h2>The attestation report</h2>
      <p class="report-verdict">
        <Icon
          name={verified ? 'verified-filled' : 'warning'}
          class={verified ? 'severity-ok' : 'severity-warning'}
        />{' '}
        <strong>{verified ? 'Verified' : 'Not verified'}</strong>
        <span class="report-verdict-more">
          : {file}. Certificates were checked at {at.slice(0, 10)}.
        </span>
      </p>
      {picture && <ChainView picture={picture} />}
      <ol class="report-steps" aria-label="Steps of the verification" tabIndex={0}>
        {steps
          .toSorted((a, b) => rank(a) - rank(b))
          .map(({ step, title, outcome, reason }) => (
            <li key={step} class="report-step" data-step={step} data-outcome={outcome}>
              <Icon name={OUTCOMES[outcome].icon} class={OUTCOMES[outcome].style} />
              <span class="report-step-title">{title}</span>{' '}
              <span class="report-step-outcome">{OUTCOMES[outcome].words}</span>{' '}
              <span class="report-step-reason">{reason}</span>
            </li>
          ))}
      </ol>
    </section>
  );
}
