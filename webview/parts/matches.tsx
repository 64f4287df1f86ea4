// Which launch a page comes from: the best candidate in one line, and on demand all candidates, each of
// which can be compared in full.

import type { PossibleLaunch, Identified } from '../../src/core/vmsa/compare/identify';
import { bestOf, describeDistance } from '../../src/core/vmsa/compare/identify';
import { hex } from '../../src/core/binary/hex';
import { needsOf } from '../../src/core/vmsa/launch/generate';
import { send, useSaved } from '../host';
import { Disclosure, Icon } from './widgets';

const ROLES = { bsp: 'boot processor', ap: 'additional processor' } as const;

/** A candidate in a few words: `SEV-ES, QEMU and KVM; boot processor; EPYC-Milan`. */
function words({ profile, role, cpu, request }: PossibleLaunch): string {
  const what = needsOf(profile, role).sipi ? 'starts at' : 'reset address';
  const start =
    role === 'ap' && request.resetAddress !== undefined ? ` (${what} ${hex(request.resetAddress, 8)})` : '';
  const measured = profile.kind === 'reference' ? ['measured by no launch'] : [];
  // The CPU's name comes first in its description, and the line above has all of it.
  return [profile.title, `${ROLES[role]}${start}`, cpu.split('; ')[0], ...measured].join(' · ');
}

function MatchRow({ candidate, part }: { candidate: PossibleLaunch; part: boolean }) {
  const { comparison, cpuKnown, request, features } = candidate;
  const exact = comparison.fields.length === 0 && cpuKnown;
  return (
    <li class="match">
      <Icon
        name={exact || features ? 'pass' : 'diff-modified'}
        class={exact || features ? 'severity-ok' : ''}
      />
      <span class="match-words">
        {words(candidate)}
        <span class="match-distance">
          {exact ? (part ? 'agrees' : 'exact') : describeDistance(candidate)}
        </span>
      </span>
      {!part && (
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
      )}
    </li>
  );
}

/** What the line and the list say, by what was found. @param part of a page of which only some fields are known */
function textsOf({ exact, withFeatures, tried }: Identified, part: boolean) {
  const count = exact.length + withFeatures.length;
  if (count === 0)
    return { word: 'Nearest', list: `None of ${tried} launches starts with this page; these come nearest.` };
  if (part)
    return { word: 'Agrees with', list: `${count} of ${tried} launches agree in all fields that are known.` };
  return exact.length > 0
    ? { word: 'Matches', list: `${count} of ${tried} launches start with exactly this page.` }
    : { word: 'Matches', list: `${count} of ${tried} launches start with this page but for SEV features.` };
}

/** The line, and the list on demand; nothing for what is no processor state. */
export function Matches({ found, part = false }: { found: Identified; part?: boolean }) {
  const [open, setOpen] = useSaved('vmsa.matches', false);
  const best = bestOf(found);
  if (!best) return null;
  const { exact, withFeatures, nearest } = found;
  const matches = exact.length + withFeatures.length > 0;
  const { word, list } = textsOf(found, part);
  return (
    <section class="matches" aria-label="Launches that match">
      <p class="match-line">
        <Icon name={matches ? 'pass' : 'question'} class={matches ? 'severity-ok' : ''} />
        <span>
          <strong>{word}</strong> {words(best)}
          {exact.length > 0 ? '' : ` · ${describeDistance(best)}`}
        </span>
        <Disclosure label="Identify" open={open} onChange={setOpen} />
      </p>
      {open && (
        <>
          <p class="summary">{list}</p>
          <ol class="match-list">
            {[...exact, ...withFeatures, ...nearest].map((candidate) => (
              <MatchRow key={JSON.stringify(candidate.request)} candidate={candidate} part={part} />
            ))}
          </ol>
        </>
      )}
    </section>
  );
}
