// Digests for eyes: in groups of eight digits that wrap as a whole and are copied without gaps, and two of them
// one above the other with the digits that differ marked.

import { CopyButton } from './widgets';

const GROUP = 8;

/** A digest in groups; digits that differ from `against` are marked. */
export function DigestText({ digest, against }: { digest: string; against?: string | undefined }) {
  const groups = Array.from({ length: Math.ceil(digest.length / GROUP) }, (_, i) =>
    digest.slice(i * GROUP, (i + 1) * GROUP),
  );
  return (
    <code class="digest">
      {groups.map((group, g) => (
        <span key={g} class="digest-group">
          {against === undefined
            ? group
            : Array.from(group, (digit, i) => (
                <span key={i} class={digit === against[g * GROUP + i] ? '' : 'marked'}>
                  {digit}
                </span>
              ))}
        </span>
      ))}
    </code>
  );
}

/** A digest with its copy button; `what` names it. */
export function Digest({ digest, what }: { digest: string; what: string }) {
  return (
    <div class="digest-line">
      <DigestText digest={digest} />
      <CopyButton text={digest} what={what} />
    </div>
  );
}

/** Two measurements that should have been one, aligned so that the eye finds the difference. */
export function DigestDifference({ expected, reported }: { expected: string; reported: string }) {
  return (
    <table class="digest-difference" aria-label="Expected and reported measurement">
      <tbody>
        {(
          [
            ['Expected', expected, reported],
            ['Reported', reported, expected],
          ] as const
        ).map(([name, digest, against]) => (
          <tr key={name} class={name === 'Expected' ? 'expected' : ''}>
            <th scope="row">{name}</th>
            <td>
              <DigestText digest={digest} against={against} />
            </td>
            <td>
              <CopyButton text={digest} what={`${name.toLowerCase()} measurement`} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
