// The steps of a verification about the chain of certificates: its root, its signatures, its dates, and what was revoked.

import type { Chain } from './chain';
import { addressesText, kdsUrls } from './kdsUrl';
import { signingKeyOf, type AttestationReport } from './report';
import { failed, judged, notChecked, passed, type Step } from './steps';
import type { Evidence, Runtime } from './evidence';

/** Why a step about a leaf was not taken. */
export const NO_LEAF = 'There is no VCEK or VLEK.';

/** What to do without a leaf. */
function whereIsLeaf(report: AttestationReport): string {
  if (signingKeyOf(report.values) === 'VLEK')
    return 'A VLEK signed this report: its certificate comes with the report from the cloud provider.';
  const urls = kdsUrls(report).flatMap(({ vcek }) => vcek ?? []);
  return urls.length === 0 ? 'The report does not say of which chip it is.' : addressesText(urls);
}

/** Whether the root is trusted, and whether each certificate is signed by the one before. */
export function chainSteps(chain: Chain, report: AttestationReport): Step[] {
  const { leaf, problems, links, pinned, root } = chain;
  const names = links
    .map(({ name, source }) => (source === 'known here' ? `${name} (known here)` : name))
    .join(' → ');
  if (!leaf) {
    const why = `${NO_LEAF} ${whereIsLeaf(report)}`;
    const broken =
      problems.length > 0 ? failed('chain', `${problems.join(' ')} ${why}`) : notChecked('chain', why);
    return [notChecked('root', NO_LEAF), broken];
  }
  return [
    root
      ? judged(
          'root',
          pinned !== undefined,
          `${root.name} is ${pinned === 'own' ? 'a root that you trust' : "AMD's, by its key"} (SHA-256 of its certificate ${root.sha256}).`,
          `${root.name} is not AMD's: its key is another, or what is below it is not signed by it.`,
        )
      : failed('root', 'The chain does not end at a root that is known.'),
    judged('chain', problems.length === 0, `${names}: each is signed by the one before.`, problems.join(' ')),
  ];
}

/** A time to the second. */
export const day = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');

/** Whether all certificates are valid at a time. */
export function datesStep({ links, leaf }: Chain, at: number): Step {
  if (!leaf) return notChecked('dates', NO_LEAF);
  const wrong = links.flatMap(({ name, notBefore, notAfter }) =>
    at < notBefore
      ? [`${name} is valid from ${day(notBefore)}.`]
      : at > notAfter
        ? [`${name} expired at ${day(notAfter)}.`]
        : [],
  );
  return judged(
    'dates',
    wrong.length === 0 && Number.isFinite(at),
    `All certificates are valid at ${Number.isFinite(at) ? day(at) : 'no time'}.`,
    `At ${Number.isFinite(at) ? day(at) : 'no time'}: ${wrong.join(' ')}`,
  );
}

/** Whether a certificate of the chain is revoked. */
export async function revocationStep(
  { links, leaf, root, problems }: Chain,
  { lists, at, bad }: Evidence,
  { verifier }: Runtime,
): Promise<Step> {
  const broken = bad.filter(({ said }) => said === 'CRL');
  if (broken.length > 0)
    return failed('revocation', broken.map(({ source, problem }) => `${source} ${problem}.`).join(' '));
  if (lists.length === 0) return notChecked('revocation', 'No list of revoked certificates was given.');
  if (!leaf || !root || problems.length > 0) return notChecked('revocation', 'There is no chain to look up.');
  const fitting = lists.filter(({ value }) => value.issuer === root.name);
  if (fitting.length === 0)
    return failed(
      'revocation',
      `No list is by ${root.name}; ${lists[0]!.source} is by "${lists[0]!.value.issuer.slice(0, 60)}".`,
    );
  for (const { value, source } of fitting) {
    const { tbs, signature, isPss, nextUpdate, serials } = value;
    if (!isPss || !(await verifier.rsaPss(root.spki, signature, tbs)))
      return failed('revocation', `${source} is not signed by ${root.name}.`);
    if (nextUpdate !== undefined && nextUpdate < at)
      return failed('revocation', `${source} is out of date: the next one was due at ${day(nextUpdate)}.`);
    // A leaf has the serial number 0 whoever it is of, and no list names one.
    const revoked = links.filter(
      ({ role, serial }) => role !== 'VCEK' && role !== 'VLEK' && serials.has(serial),
    );
    if (revoked.length > 0)
      return failed(
        'revocation',
        `${revoked.map(({ name }) => name).join(' and ')} is revoked by ${source}.`,
      );
  }
  return passed(
    'revocation',
    `${root.name} revoked none of the chain (${fitting.map(({ source }) => source).join(', ')}).`,
  );
}
