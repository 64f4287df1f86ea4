// Facts about an image beyond its tables: the possible edk2 releases, with reasons, and its digests. Digests
// are computed here on demand and in slices, so that the page stays responsive with 16 MiB.

import { useEffect, useState } from 'preact/hooks';
import { bytesToHex } from '../../src/core/binary/hex';
import { digestRows, newImageDigester, type ImageDigests } from '../../src/core/check/imageDigests';
import type { OvmfImage } from '../../src/core/ovmf/image';
import { describeReleases, provenance } from '../../src/core/ovmf/provenance';
import { useSaved } from '../host';
import { CopyButton, Disclosure } from '../parts/widgets';

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

/** The line with the releases; its details hold the reasons and the digests. */
export function ImageFacts({ image, bytes }: { image: OvmfImage; bytes: Uint8Array }) {
  const [open, setOpen] = useSaved('ovmf.facts', false);
  const origin = provenance({ image, bytes });
  return (
    <section class="image-facts" aria-label="Origin and digests">
      <p class="match-line">
        <span>
          <strong>edk2</strong> {describeReleases(origin)}
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
