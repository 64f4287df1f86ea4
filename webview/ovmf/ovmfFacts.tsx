// Facts about an image beyond its tables: the possible edk2 releases, with reasons, and its digests.

import type { ImageFacts } from '../../src/core/ovmf/facts';
import { STATE_WORDS, type SupportState } from '../../src/core/ovmf/support';
import type { ImageFound } from '../../src/protocol/ovmf';
import { useSaved } from '../host';
import { CopyButton, Disclosure, Icon } from '../parts/widgets';

/** The digests. @param isRead whether somebody is computing them */
function Digests({ digests, isRead }: { digests: ImageFound['digests']; isRead: boolean }) {
  if (!digests)
    return <p role="status">{isRead ? 'The digests are computed…' : 'The digests are unknown.'}</p>;
  return (
    <dl class="facts digests" aria-label="Digests">
      {digests.rows.map(({ title, value, none }) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd>
            {value === undefined ? (
              none
            ) : (
              <>
                <code>{value}</code> <CopyButton text={value} what={title} />
              </>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What is not excluded is no tick: nothing promises that a guest starts. */
const STATE_ICONS: Readonly<Record<SupportState, string>> = {
  no: 'circle-slash',
  warning: 'warning',
  unknown: 'question',
  'not-excluded': 'circle-outline',
};

/** What the image can be used for. @param pending whether what is unknown is still being looked at */
export function Supports({ supports, pending }: { supports: ImageFacts['supports']; pending: boolean }) {
  return (
    <ul class="supports" aria-label="Supports">
      {supports.map(({ feature, state, reason }) => {
        const waits = pending && state === 'unknown';
        return (
          <li key={feature} class={state === 'no' ? 'support support-not' : 'support'}>
            <Icon
              name={waits ? 'loading' : STATE_ICONS[state]}
              {...(state === 'warning' && { class: 'severity-warning' })}
            />
            <span class="support-feature">{state === 'no' ? `no ${feature}` : feature}</span>
            <span class="support-reason">
              : {waits ? 'being looked at…' : state === 'no' ? reason : `${STATE_WORDS[state]}; ${reason}`}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** The line with the releases; its details hold the reasons and the digests. */
export function OriginAndDigests(props: {
  facts: ImageFacts;
  digests: ImageFound['digests'];
  isRead: boolean;
}) {
  const { digests, isRead } = props;
  const { origin, releases } = props.facts;
  const [open, setOpen] = useSaved('ovmf.facts', false);
  return (
    <section class="image-facts" aria-label="Origin and digests">
      <p class="match-line">
        <span>
          <strong>edk2</strong> {releases}
          {origin.hints.length > 0 && <span class="match-distance">{origin.hints.join(', ')}</span>}
        </span>
        <Disclosure label="Reasons and Digests" open={open} onChange={setOpen} />
      </p>
      {open && (
        <>
          <ul class="reasons" aria-label="Reasons">
            {origin.reasons.map(({ text, implies }) => (
              <li key={text}>
                {text}: <span class="match-distance">{implies}</span>
              </li>
            ))}
          </ul>
          <Digests digests={digests} isRead={isRead} />
        </>
      )}
    </section>
  );
}
