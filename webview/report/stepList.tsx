// The steps of a check with their outcomes and reasons, as a list.

import { OUTCOME_WORDS, type StepOutcome, type TitledStep } from '../../src/core/launch/checkSteps';
import { Icon } from '../parts/widgets';

const ICONS: Readonly<Record<StepOutcome, { readonly name: string; readonly class: string }>> = {
  passed: { name: 'pass', class: 'severity-ok' },
  failed: { name: 'error', class: 'severity-error' },
  'not-checked': { name: 'circle-slash', class: '' },
};

const rank = ({ outcome }: TitledStep): number => (outcome === 'failed' ? 0 : 1);

/** Every step with its reason, those that failed first. @param mask makes a step fit to be shown to others */
export function Steps(props: {
  steps: readonly TitledStep[];
  label: string;
  mask?: (step: TitledStep) => TitledStep;
}) {
  const { steps, label } = props;
  const mask = props.mask ?? ((step: TitledStep) => step);
  return (
    <ol class="report-steps" aria-label={label} tabIndex={0}>
      {/* What is wrong is not to be scrolled to. */}
      {steps
        .toSorted((a, b) => rank(a) - rank(b))
        .map(mask)
        .map((one) => (
          <li key={one.step} class="report-step" data-step={one.step} data-outcome={one.outcome}>
            <Icon {...ICONS[one.outcome]} />
            <span class="report-step-title">{one.title}</span>{' '}
            <span class="report-step-outcome">{OUTCOME_WORDS[one.outcome]}</span>{' '}
            <span class="report-step-reason">{one.reason}</span>
          </li>
        ))}
    </ol>
  );
}
