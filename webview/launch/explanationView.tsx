// Why a launch does not match: the running search, then its result, below the verdict and without changing it.

import { useLayoutEffect, useRef } from 'preact/hooks';
import { grouped } from '../../src/core/explain/exportExplanation';
import type { Change, ExplainProgress, ExplainResult, Explanation } from '../../src/core/explain/explanation';
import type { ExplanationState } from '../../src/protocol/launch';
import {
  asHeading,
  hypotheses,
  progressWords,
  sentenceParts,
  shortSummary,
  weightWords,
  WEIGHT_ICONS,
} from './explainWords';
import { send, useSaved } from '../host';
import { AnyActionButton, CopyButton, Disclosure, Icon, type ActionButtonOf } from '../parts/widgets';

const ActionButton: ActionButtonOf<'report'> = AnyActionButton;

type Found = Extract<ExplanationState, { kind: 'found' }>;

/** A sentence with its identifiers as code, and its digests as code that can be copied. */
function Sentence({ text }: { text: string }) {
  return (
    <>
      {sentenceParts(text).map((part, i) => {
        if (part.kind === 'text') return part.text;
        if (part.kind === 'code') return <code key={i}>{part.text}</code>;
        return (
          <span key={i} class="evidence-digest">
            <code>{part.text}</code>
            <CopyButton text={part.text} what="digest" />
          </span>
        );
      })}
    </>
  );
}

function ChangeFacts({ change, named }: { change: Change; named: boolean }) {
  const { cause, title, given, found, why, advice } = change;
  const rows = [
    ['Given', given],
    ['Matches', found],
    ['Why', <Sentence key="why" text={why} />],
    ['What to do', <Sentence key="advice" text={advice} />],
  ] as const;
  return (
    <div class="change" data-cause={cause}>
      {named && <h4>{asHeading(title)}</h4>}
      <dl class="facts">
        {rows.map(([name, value]) => (
          <>
            <dt key={name}>{name}</dt>
            <dd key={`${name}:`} class={name === 'Matches' ? 'change-found' : ''}>
              {value}
            </dd>
          </>
        ))}
      </dl>
    </div>
  );
}

function ExplanationCard(props: {
  explanation: Explanation;
  index: number;
  changeable: boolean;
  changed: boolean;
}) {
  const { explanation, index, changeable, changed } = props;
  const { title, changes, weight, evidence } = explanation;
  const icon = WEIGHT_ICONS[weight];
  return (
    <li>
      <article class="card explanation-card" aria-label={title} data-weight={weight}>
        <h3>{title}</h3>
        <p class="weight">
          <Icon name={icon.name} class={icon.style} />
          <strong>{weightWords(weight)}</strong>
        </p>
        {changes.map((change) => (
          <ChangeFacts key={change.cause + change.input} change={change} named={changes.length > 1} />
        ))}
        <p class="evidence">
          <Sentence text={evidence} />
        </p>
        <div class="actions">
          {changeable && (
            <vscode-button
              appearance="secondary"
              onClick={() => {
                send({ type: 'changeLaunch', explanation: index });
              }}
            >
              <span slot="start" class="codicon codicon-edit" aria-hidden="true" />
              Change Launch File
            </vscode-button>
          )}
          {changed && <ActionButton action="runAgain" primary />}
        </div>
        {changed && (
          <p class="changed">
            <Icon name="info" class="severity-info" />
            <span>
              The launch file is changed and not saved. Look at it, then check again: only that gives a new
              verdict.
            </span>
          </p>
        )}
      </article>
    </li>
  );
}

/** What was tried, and what no search can find. */
function Coverage({ result }: { result: ExplainResult }) {
  const { covered, remains } = result;
  return (
    <>
      <table class="covered" aria-label="What was tried">
        <thead>
          <tr>
            <th scope="col">Tried</th>
            <th scope="col">Hypotheses</th>
            <th scope="col">From what to what</th>
          </tr>
        </thead>
        <tbody>
          {covered.map(({ title, hypotheses: count, detail }) => (
            <tr key={title}>
              <th scope="row">{asHeading(title)}</th>
              <td>{grouped(count)}</td>
              <td>{detail}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {remains.length > 0 && (
        <>
          <h3>What remains possible</h3>
          <ul class="remains">
            {remains.map(({ text }) => (
              <li key={text}>
                <Sentence text={text} />
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function FoundView({ found }: { found: Found }) {
  const { result, changeable, changed, searchedFolder: beside } = found;
  const [open, setOpen] = useSaved('explanation.coverage', false);
  const { outcome, explanations, covered, notes = [] } = result;
  return (
    <>
      <p>{shortSummary(result)}</p>
      {notes.map((note) => (
        <p class="explanation-note" key={note}>
          <Icon name="info" class="severity-info" /> {note}
        </p>
      ))}
      {explanations.length > 0 && (
        <ol class="explanations" aria-label="Explanations">
          {explanations.map((explanation, i) => (
            <ExplanationCard
              key={explanation.title}
              explanation={explanation}
              index={i}
              changeable={changeable[i] === true}
              changed={changed === i}
            />
          ))}
        </ol>
      )}
      {outcome === 'explained' && covered.length > 0 && (
        <Disclosure
          label={`What was tried: ${hypotheses(result.hypotheses)}`}
          open={open}
          onChange={setOpen}
        />
      )}
      {(outcome === 'not explained' || (outcome === 'explained' && open)) && <Coverage result={result} />}
      {outcome === 'not explained' && !beside && (
        <div class="actions">
          <ActionButton action="explainFolder" />
        </div>
      )}
    </>
  );
}

function Searching({ progress }: { progress: ExplainProgress | undefined }) {
  const { share, text } = progressWords(progress);
  return (
    <div class="searching">
      <progress aria-label="Hypotheses tried" max={1} {...(share !== undefined && { value: share })} />
      <p>{text}</p>
      <div class="actions">
        <ActionButton action="cancelExplain" />
      </div>
    </div>
  );
}

/**
 * The report's section about the cause; when it appears, it takes over the focus from the button that it replaces.
 */
export function ExplanationView({ state }: { state: ExplanationState }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    // When the focused element has gone, the focus would be lost and keyboard users would have to start at the top.
    if (document.hasFocus() && document.activeElement === document.body) heading.current?.focus();
  }, [state.kind]);
  return (
    <section class="explanation" data-pane aria-labelledby="why" aria-busy={state.kind === 'searching'}>
      <h2 id="why" ref={heading} tabIndex={-1}>
        Why it does not match
      </h2>
      {state.kind === 'searching' && <Searching progress={state.progress} />}
      {state.kind === 'ended' && (
        <p class="explanation-ended">
          <Icon name="info" class="severity-info" /> {state.text}
        </p>
      )}
      {state.kind === 'found' && <FoundView found={state} />}
    </section>
  );
}
