// The page of a running check: its stages, the reading progress, and the rules as soon as they are judged.

import { byteCount } from '../../src/core/binary/hex';
import type { RunningState } from '../../src/protocol/launch';
import { Rules } from './rules';
import { AnyActionButton, Icon, type ActionButtonOf } from '../parts/widgets';

const ActionButton: ActionButtonOf<'report'> = AnyActionButton;

/** Shows a running check. */
export function RunningView({ view }: { view: RunningState }) {
  const { title, stages, stage, rules, reading } = view;
  const now = stages.indexOf(stage);
  const share = reading?.total === undefined ? undefined : Math.floor((100 * reading.done) / reading.total);
  return (
    <div class="report">
      <header class="verdict verdict-running" data-pane>
        <Icon name="sync" class="verdict-icon" />
        <div class="verdict-words">
          <h1>Checking…</h1>
          <p class="verdict-title">{title}</p>
          <ol class="run-stages" aria-label="Stages">
            {stages.map((name, i) => (
              <li key={name} aria-current={i === now ? 'step' : undefined} class={i === now ? 'run-now' : ''}>
                <Icon
                  name={i < now ? 'pass' : i === now ? 'arrow-right' : 'circle-large-outline'}
                  class={i < now ? 'severity-ok' : ''}
                />
                {name}
                {i < now && <span class="visually-hidden">, done</span>}
              </li>
            ))}
          </ol>
          {reading && (
            <p class="verdict-summary">
              {reading.name}: {byteCount(reading.done)}
              {share !== undefined && `, ${share} %`}
            </p>
          )}
        </div>
        <div class="actions">
          <ActionButton action="cancelRun" />
        </div>
      </header>
      {rules && <Rules rules={rules} />}
    </div>
  );
}
