// The outcome of the rules about a domain: failures first, each with the reason and what to do.

import type { RuleResult } from '../../src/core/launch/report';
import { countOf } from '../../src/core/binary/hex';
import { useSaved } from '../host';
import { Disclosure, Icon } from '../parts/widgets';

const OUTCOMES: Record<RuleResult['outcome'], { icon: string; class: string }> = {
  failed: { icon: 'error', class: 'severity-error' },
  skipped: { icon: 'circle-slash', class: '' },
  passed: { icon: 'pass', class: 'severity-ok' },
};

const isNotable = ({ outcome, untrusted }: RuleResult) => outcome === 'failed' || untrusted === true;

function Rule({ rule }: { rule: RuleResult }) {
  const { title, outcome, reason, advice, untrusted } = rule;
  const { icon, class: style } = OUTCOMES[outcome];
  return (
    <li class="rule" data-rule={rule.id} data-outcome={outcome}>
      <Icon name={untrusted ? 'warning' : icon} class={untrusted ? 'severity-warning' : style} />
      <div>
        <p class="rule-title">
          <strong>{title}</strong> <span class="rule-outcome">{untrusted ? 'passed over' : outcome}</span>
        </p>
        <p>{reason}</p>
        {advice !== '' && outcome !== 'passed' && <p class="rule-advice">{advice}</p>}
      </div>
    </li>
  );
}

/** The rules; those that passed are behind a button, because they are many and need no action. */
export function Rules({ rules }: { rules: readonly RuleResult[] }) {
  const [open, setOpen] = useSaved('report.rules', false);
  const notable = rules.filter(isNotable);
  const rest = rules.filter((rule) => !isNotable(rule));
  const passed = rules.filter(({ outcome }) => outcome === 'passed').length;
  return (
    <section data-pane aria-label="Rules">
      <h2>Rules</h2>
      <p class="match-line">
        {notable.length === 0
          ? 'All applicable rules passed.'
          : `${countOf(notable.length, 'rule')} not kept.`}
        <Disclosure
          label={`${countOf(passed, 'rule')} passed, ${rest.length - passed} skipped`}
          open={open}
          onChange={setOpen}
        />
      </p>
      <ul class="rules" aria-label="Outcomes">
        {[...notable, ...(open ? rest : [])].map((rule) => (
          <Rule key={rule.id} rule={rule} />
        ))}
      </ul>
    </section>
  );
}
