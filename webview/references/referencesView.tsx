// The page of reference values: the launches that they are of, the command that gives the same, how far the digests are, and the first of them.

import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { byteCount } from '../../src/core/binary/hex';
import { formRow } from '../../src/core/check/digestForms';
import { referenceCommand, type ReferenceQuestion } from '../../src/core/check/referenceQuestion';
import {
  isReferenceQuestion,
  type ReferenceProgress,
  type ReferencesState,
} from '../../src/protocol/references';
import { send, useSaved } from '../host';
import { Header } from '../parts/header';
import { AnyActionButton, CopyButton, Icon, type ActionButtonOf } from '../parts/widgets';
import { ReferenceControls } from './referenceControls';
import { isSameQuestion } from './referenceForm';
import { ReferenceRows } from './referenceRows';

const ActionButton: ActionButtonOf<'references'> = AnyActionButton;

/** A question is asked when nothing was typed for so long, in milliseconds. */
const PAUSE = 300;

/** The question on the page. It survives a reload; one that is not from the page replaces it. */
function useQuestion({ question: asked, revision }: ReferencesState) {
  const [saved, setSaved] = useSaved<ReferenceQuestion>('references.question', asked);
  const question = isReferenceQuestion(saved) ? saved : asked;
  const seen = useRef(revision);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useLayoutEffect(() => {
    if (seen.current === revision) return;
    seen.current = revision;
    clearTimeout(timer.current);
    setSaved(asked);
  }, [revision]);
  useEffect(() => {
    if (!isSameQuestion(question, asked)) send({ type: 'ask', question });
  }, []);
  const change = (next: ReferenceQuestion) => {
    setSaved(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      send({ type: 'ask', question: next });
    }, PAUSE);
  };
  return { question, change };
}

const number = (n: number) => n.toLocaleString('en');
const digests = (n: number) => (n === 1 ? '1 launch digest' : `${number(n)} launch digests`);

/** How far the digests are, in words. */
export function progressInWords(progress: ReferenceProgress): string {
  switch (progress.kind) {
    case 'reading': {
      const { name, done, total } = progress;
      const share = total ? `, ${Math.floor((100 * done) / total)} %` : '';
      return `Reading ${name}: ${byteCount(done)}${share}`;
    }
    case 'computing':
      return progress.total === 0
        ? 'Reading the files'
        : `${number(progress.done)} of ${digests(progress.total)}`;
    case 'computed': {
      const { total, distinct, saved } = progress;
      const launches = total === 1 ? '1 launch' : `${number(total)} launches`;
      const different = distinct === total ? '' : `, ${number(distinct)} different launch digests`;
      return `${launches}${different}${saved === undefined ? '' : `; saved to ${saved}`}`;
    }
    case 'stopped':
      return `Stopped after ${digests(progress.done)}`;
    case 'failed':
      return 'No launch digests';
  }
}

/** What a screen reader announces: an end, and no numbers on the way there. */
export const spokenProgress = ({ progress }: ReferencesState): string =>
  progress.kind === 'reading' || progress.kind === 'computing' ? '' : progressInWords(progress);

/** How far they are, with what stops or starts them. */
function Progress({ progress, question }: { progress: ReferenceProgress; question: ReferenceQuestion }) {
  const isRunning = progress.kind === 'reading' || progress.kind === 'computing';
  const total = isRunning ? progress.total : undefined;
  return (
    <div class="reference-progress" data-pane>
      {isRunning && (
        <>
          <progress
            aria-label="Launch digests computed"
            {...(total ? { value: progress.done, max: total } : {})}
          />
          <ActionButton action="cancelReferences" />
        </>
      )}
      {(progress.kind === 'stopped' || progress.kind === 'failed') && (
        <ActionButton action="computeReferences" question={question} />
      )}
      <span class="reference-words">{progressInWords(progress)}</span>
    </div>
  );
}

/** The page. */
export function ReferencesView({ view }: { view: ReferencesState }) {
  const { title, progress, findings, preview } = view;
  const { question, change } = useQuestion(view);
  const isReady = progress.kind === 'computed' && isSameQuestion(question, view.question);
  const command = referenceCommand(question);
  const total = progress.kind === 'computing' || progress.kind === 'computed' ? progress.total : 0;
  return (
    <div class="page references">
      <Header
        title={`Reference values of ${title}`}
        actions={
          <>
            <ActionButton action="fillIn" question={question} />
            <ActionButton
              action="copyReferences"
              disabled={!isReady || formRow(question.format).binary === true}
            />
            <ActionButton action="saveReferences" primary disabled={!isReady} />
          </>
        }
      >
        <p class="summary">The launch digests that a verifier may accept</p>
      </Header>
      <ReferenceControls
        question={question}
        failure={progress.kind === 'failed' ? progress : undefined}
        onChange={change}
      />
      {findings.length > 0 && (
        <ul class="reference-findings" aria-label="Findings" tabIndex={0} data-pane>
          {findings.map(({ severity, message }) => (
            <li key={message}>
              <Icon name={severity} class={`severity-${severity}`} />
              <span class="visually-hidden">{severity}: </span>
              <span>{message}</span>
            </li>
          ))}
        </ul>
      )}
      <div class="reference-command" role="group" aria-label="The command that gives the same" data-pane>
        <code tabIndex={0}>{command}</code>
        <CopyButton text={command} what="the command" />
      </div>
      <Progress progress={progress} question={question} />
      <ReferenceRows
        rows={preview.rows}
        total={total}
        empty={progress.kind === 'failed' ? 'Nothing is computed.' : 'No digest is there yet.'}
      />
    </div>
  );
}
