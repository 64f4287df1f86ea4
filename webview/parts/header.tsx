// The header of a page: what the file is, in one line; the buttons; and the findings,
// each of which leads to its bytes.

import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { SEVERITIES, type Finding } from '../../src/core/binary/region';
import { countOf, hex } from '../../src/core/binary/hex';
import { Icon } from './widgets';

/** The title line with the buttons at its end; `children` are below it. */
export function Header(props: { title: string; actions?: ComponentChildren; children: ComponentChildren }) {
  return (
    <header class="header" data-pane>
      <div class="header-line">
        <h1>{props.title}</h1>
        <div class="actions">{props.actions}</div>
      </div>
      {props.children}
    </header>
  );
}

/** A page whose bytes are not all there. */
export const BeingRead = ({ title }: { title: string }) => (
  <div class="page">
    <Header title={title}>
      <p class="summary" role="status">
        Being read…
      </p>
    </Header>
  </div>
);

/** As many findings as a page draws: hostile files have thousands. */
const MOST_FINDINGS = 200;

/** The worst findings first: what is wrong is not to be scrolled to. */
function shownOf(findings: readonly Finding[]): readonly Finding[] {
  const rank = ({ severity }: Finding) => SEVERITIES.indexOf(severity);
  return findings.toSorted((a, b) => rank(a) - rank(b)).slice(0, MOST_FINDINGS);
}

/** The findings about a file; each is a button that selects its bytes. */
export function Findings(props: { findings: readonly Finding[]; onSelect: (finding: Finding) => void }) {
  const shown = useMemo(() => shownOf(props.findings), [props.findings]);
  const more = props.findings.length - shown.length;
  if (shown.length === 0) return null;
  return (
    <ul class="findings" aria-label="Findings">
      {shown.map((finding, i) => (
        <li key={i}>
          <button
            type="button"
            class="finding"
            onClick={() => {
              props.onSelect(finding);
            }}
          >
            {/* Codicons have the same names. */}
            <Icon name={finding.severity} class={`severity-${finding.severity}`} />
            <span class="visually-hidden">{finding.severity}: </span>
            <span class="finding-message">{finding.message}</span>{' '}
            <span class="finding-place">
              {finding.rule} · {hex(finding.offset)}
            </span>
          </button>
        </li>
      ))}
      {more > 0 && <li class="finding change-plain">and {countOf(more, 'more finding')}</li>}
    </ul>
  );
}
