// The attestation report of a launch on the page of its check: whether it is verified, the chain as a picture, and every step with its reason.

import type { ReportedEvidence } from '../../src/core/launch/report';
import type { ChainPicture } from '../../src/core/report/picture';
import { Icon } from '../parts/widgets';
import { ChainView } from '../report/chainPicture';
import { Steps } from '../report/stepList';

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
      <Steps steps={steps} label="Steps of the verification" />
    </section>
  );
}
