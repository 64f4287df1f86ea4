// The page for a finished check: the verdict in words first, then each step from the inputs to the
// measurement, with who vouches for it.

import type { ComponentChildren } from 'preact';
import { byteCount, countOf } from '../../src/core/binary/hex';
import { redactReport } from '../../src/core/check/redactReport';
import {
  comparedSteps,
  STEPS,
  type Report,
  type Source,
  type Step,
  type StepId,
  type Verdict,
} from '../../src/core/launch/report';
import { VMSA_SIZE } from '../../src/core/vmsa/layout/layout';
import type { LaunchParts, ReportViewState } from '../../src/protocol/launch';
import { useSaved } from '../host';
import { Digest, DigestPair } from '../parts/digest';
import { EvidenceView } from './evidenceView';
import { ExplanationView } from './explanationView';
import { HashTable } from './hashTable';
import { Lens } from './lens';
import { MeasuredRuns } from './measuredRuns';
import { Rules } from './rules';
import { AnyActionButton, Checkbox, Icon, type ActionButtonOf } from '../parts/widgets';

const ActionButton: ActionButtonOf<'report'> = AnyActionButton;

const VERDICTS: Record<Verdict, { icon: string; title: string; style: string }> = {
  matches: { icon: 'pass-filled', title: 'Matches', style: 'verdict-match' },
  'does not match': { icon: 'error', title: 'Does not match', style: 'verdict-mismatch' },
  'cannot be trusted': { icon: 'warning', title: 'Cannot be trusted', style: 'verdict-untrusted' },
};

/** Of a launch without a report to compare with, which is never displayed like a match either. */
const NOT_VERIFIED = { ...VERDICTS['cannot be trusted'], title: 'Not verified' };

const SOURCES: Record<Source, { icon: string; text: string; title: string }> = {
  owner: { icon: 'account', text: 'owner', title: 'Given by the owner of the guest' },
  host: {
    icon: 'unverified',
    text: 'host: untrusted',
    title: 'Said by the host, which the owner does not trust',
  },
  processor: {
    icon: 'verified',
    text: 'processor',
    title: 'Shown by an attestation report that is verified up to a trusted root',
  },
  derived: { icon: 'symbol-operator', text: 'derived', title: 'Computed here from the other steps' },
};

function SourceBadge({ source }: { source: Source }) {
  const { icon, text, title } = SOURCES[source];
  return (
    <span class={`badge badge-${source}`} title={title}>
      <Icon name={icon} /> {text}
    </span>
  );
}

function Card({ step, children }: { step: Step; children?: ComponentChildren }) {
  return (
    <article class={`card card-${step.id}`} aria-label={step.title} data-step={step.id}>
      <div class="card-head">
        <h3>{step.title}</h3>
        <SourceBadge source={step.source} />
      </div>
      <p class="card-facts">
        {byteCount(step.bytes)}
        {step.algorithm !== '' && <span class="card-algorithm">{step.algorithm}</span>}
      </p>
      {step.digest !== '' && <Digest digest={step.digest} what={`${step.title}, digest`} />}
      {step.detail !== '' && <p class="card-detail">{step.detail}</p>}
      {children}
    </article>
  );
}

/** The steps at one place of the pipeline. */
const stepsAt = (place: (typeof STEPS)[number]['place']): StepId[] =>
  STEPS.filter((row) => row.place === place).map(({ id }) => id);

/** One stage of the pipeline; the arrow below it says what flows on to the next. */
function Stage({ children, flow }: { children: ComponentChildren; flow?: string }) {
  return (
    <li class="stage">
      <div class="stage-cards">{children}</div>
      {flow !== undefined && (
        <p class="flow">
          <Icon name="arrow-down" /> {flow}
        </p>
      )}
    </li>
  );
}

/** What of a step can be opened, where nothing is said of its loads. */
function StepLenses({ step: { id, bytes }, parts }: { step: Step; parts: LaunchParts | undefined }) {
  const page = VMSA_SIZE;
  return (
    <div class="card-lenses">
      {id === 'firmware' && <Lens parts={parts} source={{ from: 'firmware', offset: 0 }} size={bytes} />}
      {id === 'vmsa' && <Lens parts={parts} source={{ from: 'vcpu', vcpu: 0 }} size={page} />}
      {id === 'vmsa' && bytes > page && <Lens parts={parts} source={{ from: 'vcpu', vcpu: 1 }} size={page} />}
    </div>
  );
}

function Pipeline({
  steps,
  measured,
  parts,
}: Pick<Report, 'steps' | 'measured'> & Pick<ReportViewState, 'parts'>) {
  const cards = (ids: readonly StepId[]) => steps.filter((step) => ids.includes(step.id));
  const inputs = cards(stepsAt('loaded'));
  const inHashes = cards(stepsAt('in kernel hashes'));
  const { expected, found } = comparedSteps({ steps });
  const last = [expected, found].filter((step) => step !== undefined);
  const inputCard = (step: Step, more?: ComponentChildren) => (
    <Card key={step.id + step.title} step={step}>
      {step.id === 'kernel-hashes' && inHashes.length > 0 && (
        <div class="inner-cards">
          {inHashes.map((inner) => (
            <Card key={inner.id} step={inner} />
          ))}
          <HashTable steps={steps} />
        </div>
      )}
      {more}
    </Card>
  );
  return (
    <ol class="pipeline" aria-label="Steps of the measurement">
      {(measured !== undefined || inputs.length > 0) && (
        <Stage flow="hashed in this order">
          {measured ? (
            <MeasuredRuns runs={measured} steps={inputs} parts={parts} card={inputCard} />
          ) : (
            inputs.map((step) => inputCard(step, <StepLenses step={step} parts={parts} />))
          )}
        </Stage>
      )}
      {expected?.id !== 'launch-digest' && cards(['launch-digest']).length > 0 && (
        <Stage {...(last.length > 0 && { flow: 'authenticated with the TIK' })}>
          {cards(['launch-digest']).map((step) => (
            <Card key={step.id} step={step} />
          ))}
        </Stage>
      )}
      {last.length > 0 && (
        <Stage>
          {last.map((step, i) => (
            <>
              {i > 0 && (
                <span class="against" key="against">
                  <Icon name="arrow-swap" />
                  <span class="visually-hidden">compared with</span>
                </span>
              )}
              <Card key={step.id} step={step} />
            </>
          ))}
        </Stage>
      )}
    </ol>
  );
}

/** What is compared, and the names of both. */
const REPORTED = { what: 'measurement', names: ['Expected', 'Reported'] } as const;
const NAMED = { what: 'launch digest', names: ['Computed', 'Named'] } as const;

const IN_REPORT = { what: 'measurement', names: ['Computed', 'In the report'] } as const;

/** Shows a report. */
export function ReportView({ view }: { view: ReportViewState }) {
  const { made, earlier, injected, injectionError, explanation, parts, picture } = view;
  const [isMasked, setMasked] = useSaved('report.redact', false);
  const redact = isMasked && view.report.evidence !== undefined;
  const report = redact ? redactReport(view.report) : view.report;
  // A guest of SEV-SNP asks for its secrets itself.
  const mayInject =
    made !== undefined &&
    !earlier &&
    injected === undefined &&
    report.verdict === 'matches' &&
    !report.evidence;
  const { icon, title, style } = report.expected === undefined ? VERDICTS[report.verdict] : NOT_VERIFIED;
  // Nothing can be explained unless something was computed, and the button is not needed during or after a search.
  const mayExplain =
    (report.verdict === 'does not match' || report.agrees === false) &&
    report.steps.length > 0 &&
    (explanation === undefined || explanation.kind === 'ended');
  const { expected, found } = comparedSteps(report);
  // Without firmware nothing is computed, and the report itself is all that there is.
  const isMade = found?.id !== 'report' || report.steps.some(({ id }) => id === 'launch-digest');
  const compared = found?.id === 'named-digest' ? NAMED : found?.id === 'report' ? IN_REPORT : REPORTED;
  return (
    <div class="report">
      <header class={`verdict ${style}`} data-pane data-verdict={report.verdict}>
        <Icon name={icon} class="verdict-icon" />
        <div class="verdict-words">
          <h1>{title}</h1>
          <p class="verdict-summary">{report.summary}</p>
          <p class="verdict-title">
            {report.title}, {report.mode}
            {made !== undefined && `, asked ${new Date(made).toLocaleString()}`}
          </p>
          {earlier && (
            <p class="verdict-summary">
              <Icon name="history" /> This report is from then: nothing has been asked since.
            </p>
          )}
          {injectionError !== undefined && (
            <p class="verdict-summary">
              <Icon name="error" class="severity-error" /> {injectionError}
            </p>
          )}
          {injected !== undefined && (
            <p class="verdict-summary">
              <Icon name="key" /> {countOf(injected, 'secret')} injected; the guest runs.
            </p>
          )}
        </div>
        <div class="actions">
          {mayExplain && <ActionButton action="explain" primary />}
          <ActionButton action="runAgain" primary={!mayExplain} />
          {mayInject && <ActionButton action="injectSecret" />}
          <ActionButton action="openLaunchFile" />
          <ActionButton action="copyReport" redact={redact} />
          <ActionButton action="copyReportJson" redact={redact} />
          <ActionButton action="saveReport" redact={redact} />
          {report.evidence && (
            <Checkbox label="Mask CHIP_ID and report ids in copies" checked={redact} onChange={setMasked} />
          )}
          {picture && <ActionButton action="openEvidence" />}
          {view.canSaveLaunch && <ActionButton action="saveLaunch" />}
        </div>
      </header>
      {explanation && <ExplanationView state={explanation} />}
      {report.warnings.length > 0 && (
        <ul class="warnings" aria-label="Warnings">
          {report.warnings.map((warning) => (
            <li key={warning}>
              <Icon name="warning" class="severity-warning" />
              <span>{warning}</span>
            </li>
          ))}
        </ul>
      )}
      {report.expected !== undefined && (
        <section aria-label="Expected measurement">
          <h2>The report of the guest must show at 0x90</h2>
          <Digest digest={report.expected} what="Measurement at 0x90" />
        </section>
      )}
      {expected && found && expected.digest !== found.digest && (
        <section>
          <h2>{`${compared.names[0]} and ${compared.names[1].toLowerCase()}`}</h2>
          <DigestPair expected={expected.digest} reported={found.digest} {...compared} />
        </section>
      )}
      {report.evidence && <EvidenceView evidence={report.evidence} {...(picture && { picture })} />}
      {report.rules && <Rules rules={report.rules} />}
      {report.steps.length > 0 && (
        <section data-pane>
          <div class="section-head">
            <h2>{isMade ? `How the ${compared.what} is made` : 'What the report shows'}</h2>
            {parts?.steps && (
              <div class="actions">
                <ActionButton action="copyTrace" />
                <ActionButton action="saveTrace" />
              </div>
            )}
          </div>
          <Pipeline
            steps={report.steps}
            {...(report.measured && { measured: report.measured })}
            {...(parts && { parts })}
          />
        </section>
      )}
      {report.facts.length > 0 && (
        <section>
          <h2>About this launch</h2>
          <dl class="facts">
            {report.facts.map(({ name, value, source }) => (
              <>
                <dt key={name}>{name}</dt>
                <dd key={`${name}:`}>
                  {value} {source && <SourceBadge source={source} />}
                </dd>
              </>
            ))}
          </dl>
        </section>
      )}
    </div>
  );
}
