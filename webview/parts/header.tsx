// The header of a page: what the file is, in one line; the buttons; and the findings,
// each of which leads to its bytes.

import type { ComponentChildren } from 'preact';
import type { Finding, Severity } from '../../src/core/binary/region';
import { hex } from '../../src/core/binary/hex';
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

const SEVERITY_ICONS: Record<Severity, string> = { error: 'error', warning: 'warning', info: 'info' };

/** The findings about a file; each is a button that selects its bytes. */
export function Findings(props: { findings: readonly Finding[]; onSelect: (finding: Finding) => void }) {
  if (props.findings.length === 0) return null;
  return (
    <ul class="findings" aria-label="Findings">
      {props.findings.map((finding, i) => (
        <li key={i}>
          <button
            type="button"
            class="finding"
            onClick={() => {
              props.onSelect(finding);
            }}
          >
            <Icon name={SEVERITY_ICONS[finding.severity]} class={`severity-${finding.severity}`} />
            <span class="visually-hidden">{finding.severity}: </span>
            <span class="finding-message">{finding.message}</span>{' '}
            <span class="finding-place">
              {finding.rule} · {hex(finding.offset)}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
