// Facts about an image beyond its tables: the possible edk2 releases, with reasons, and its digests. Digests
// are computed here on demand and in slices, so that the page stays responsive with 16 MiB.

import { useEffect, useState } from 'preact/hooks';
import { bytesToHex } from '../../src/core/binary/hex';
import { digestRows, newImageDigester, type ImageDigests } from '../../src/core/check/imageDigests';
import type { ImageFacts } from '../../src/core/ovmf/facts';
import { STATE_WORDS, type SupportState } from '../../src/core/ovmf/support';
import { useSaved } from '../host';
import { CopyButton, Disclosure, Icon } from '../parts/widgets';

/** Hashing this much with three hashes takes a few milliseconds. */
const SLICE = 64 * 1024;

/** The digests of an image; undefined until they are computed. */
function useDigests(bytes: Uint8Array): ImageDigests | undefined {
  const [found, setFound] = useState<{ bytes: Uint8Array; digests: ImageDigests }>();
  useEffect(() => {
    if (found?.bytes === bytes) return undefined;
    const digester = newImageDigester(bytes.length);
    let at = 0;
    let timer = 0;
    const next = () => {
      digester.update(bytes.subarray(at, at + SLICE));
      at += SLICE;
      if (at < bytes.length) timer = window.setTimeout(next);
      else setFound({ bytes, digests: digester.finish() });
    };
    timer = window.setTimeout(next);
    return () => {
      window.clearTimeout(timer);
    };
  }, [bytes]);
  return found?.bytes === bytes ? found.digests : undefined;
}

function Digests({ bytes }: { bytes: Uint8Array }) {
  const digests = useDigests(bytes);
  if (!digests) return <p role="status">The digests are computed…</p>;
  return (
    <dl class="facts digests" aria-label="Digests">
      {digestRows(digests).map(({ name, title, value }) => (
        <div key={name}>
          <dt>{title}</dt>
          <dd>
            {typeof value === 'string' ? (
              value
            ) : (
              <>
                <code>{bytesToHex(value)}</code> <CopyButton text={bytesToHex(value)} what={title} />
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
export function OriginAndDigests({ facts, bytes }: { facts: ImageFacts; bytes: Uint8Array }) {
  const { origin, releases } = facts;
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
          <Digests bytes={bytes} />
        </>
      )}
    </section>
  );
}
