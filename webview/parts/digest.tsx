// Digests for people: in groups of eight digits that wrap as a whole and are copied without gaps,
// and two of them for comparison.

import { CopyButton } from './widgets';

const GROUP = 8;

function DigestText({ digest }: { digest: string }) {
  const groups = Array.from({ length: Math.ceil(digest.length / GROUP) }, (_, i) =>
    digest.slice(i * GROUP, (i + 1) * GROUP),
  );
  return (
    <code class="digest">
      {groups.map((group, g) => (
        <span key={g} class="digest-group">
          {group}
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

/** Two values that should be equal; no digits are marked, because different hashes differ everywhere. */
export function DigestPair({
  expected,
  reported,
  names,
  what,
}: {
  expected: string;
  reported: string;
  names: readonly [expected: string, reported: string];
  what: string;
}) {
  return (
    <table class="digest-pair" aria-label={`${names[0]} and ${names[1].toLowerCase()} ${what}`}>
      <tbody>
        {(
          [
            [names[0], expected],
            [names[1], reported],
          ] as const
        ).map(([name, digest]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <DigestText digest={digest} />
            </td>
            <td>
              <CopyButton text={digest} what={`${name.toLowerCase()} ${what}`} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
