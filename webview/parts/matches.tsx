// Which launch a page comes from: the best candidate in one line, and on demand all candidates, each of
// which can be compared in full.

import type { PossibleLaunch, Identified } from '../../src/core/vmsa/compare/identify';
import { describeDistance } from '../../src/core/vmsa/compare/identify';
import { hex } from '../../src/core/binary/hex';
import { send, useSaved } from '../host';
import { Disclosure, Icon } from './widgets';

const ROLES = { bsp: 'boot processor', ap: 'additional processor' } as const;

/** A candidate in a few words: `SEV-ES, QEMU and KVM; boot processor; EPYC-Milan`. */
function words({ profile, role, cpu, request }: PossibleLaunch): string {
  const start =
    role === 'ap' && request.resetAddress !== undefined
      ? ` (reset address ${hex(request.resetAddress, 8)})`
      : '';
  // The CPU's name comes first in its description, and the line above has all of it.
  return [profile.title, `${ROLES[role]}${start}`, cpu.split('; ')[0]].join(' · ');
}

function MatchRow({ candidate }: { candidate: PossibleLaunch }) {
  const { differing, cpuKnown, request } = candidate;
  const exact = differing.length === 0 && cpuKnown;
  return (
    <li class="match">
      <Icon name={exact ? 'pass' : 'diff-modified'} class={exact ? 'severity-ok' : ''} />
      <span class="match-words">
        {words(candidate)}
        <span class="match-distance">{exact ? 'exact' : describeDistance(candidate)}</span>
      </span>
      <button
        type="button"
        class="quiet-button"
        aria-label={`Compare with ${words(candidate)}`}
        onClick={() => {
          send({ type: 'action', action: 'compare', request });
        }}
      >
        <Icon name="diff" /> Compare
      </button>
    </li>
  );
}

/** The best candidate of a page; there is always one. */
export function bestOf({ exact, nearest }: Identified): PossibleLaunch | undefined {
  return exact[0] ?? nearest[0];
}

/** The line, and the list on demand. */
export function Matches({ found }: { found: Identified }) {
  const [open, setOpen] = useSaved('vmsa.matches', false);
  const best = bestOf(found);
  if (!best) return null;
  const { exact, nearest, tried } = found;
  return (
    <section class="matches" aria-label="Launches that match">
      <p class="match-line">
        <Icon name={exact.length > 0 ? 'pass' : 'question'} class={exact.length > 0 ? 'severity-ok' : ''} />
        <span>
          <strong>{exact.length > 0 ? 'Matches' : 'Nearest'}</strong> {words(best)}
          {exact.length > 0 ? '' : ` · ${describeDistance(best)}`}
        </span>
        <Disclosure label="Find What Matches" open={open} onChange={setOpen} />
      </p>
      {open && (
        <>
          <p class="summary">
            {exact.length > 0
              ? `${exact.length} of ${tried} launches start with exactly this page.`
              : `None of ${tried} launches starts with this page; these come nearest.`}
          </p>
          <ol class="match-list">
            {(exact.length > 0 ? exact : nearest).map((candidate) => (
              <MatchRow key={JSON.stringify(candidate.request)} candidate={candidate} />
            ))}
          </ol>
        </>
      )}
    </section>
  );
}
