// The chain of a report as a picture: what signs what, from the root to the report, and whether each signature is right.

import { isSameBytes } from '../binary/hex';
import type { StepOutcome } from '../launch/checkSteps';
import { knownAuthority } from './authorities';
import type { CertificateRole, Verifier } from './certificate';
import type { ChainLink } from './chain';
import { signingKeyOf, type AttestationReport } from './report';
import type { StepId } from './steps';
import type { Verification } from './verify';

/** A box: a certificate, or the report. */
export interface PictureBox {
  readonly role: CertificateRole | 'report';
  /** Its common name, or what is wanted where there is none. */
  readonly name: string;
  /** Where it is from; `missing` where it is not there. */
  readonly source: string;
  readonly isMissing: boolean;
  /** When it is valid: days. */
  readonly dates?: string;
  /** Why it is not right by itself, a phrase after its name. */
  readonly problem?: string;
}

/** An arrow from a box to the next: whether the one signed the other. */
export interface PictureArrow {
  readonly outcome: StepOutcome;
  /** In words. */
  readonly reason: string;
}

/** The picture: four boxes, the root first, and the three arrows between them. */
export interface ChainPicture {
  readonly boxes: readonly PictureBox[];
  readonly arrows: readonly PictureArrow[];
  /** Whether the root is AMD's, or trusted by the user. */
  readonly root: StepOutcome;
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);

function boxOf(link: ChainLink | undefined, role: CertificateRole, at: number): PictureBox {
  if (!link) return { role, name: role, source: 'missing', isMissing: true };
  const { name, source, notBefore, notAfter, problem } = link;
  const late = at < notBefore ? 'is not valid yet' : at > notAfter ? 'has expired' : undefined;
  const wrong = problem ?? late;
  const dates = `${day(notBefore)} to ${day(notAfter)}`;
  return {
    role: link.role,
    name,
    source,
    isMissing: false,
    dates,
    ...(wrong !== undefined && { problem: wrong }),
  };
}

/** Whether one certificate signed another. */
async function arrowOf(
  [above, aboveRole]: readonly [ChainLink | undefined, string],
  [below, belowRole]: readonly [ChainLink | undefined, string],
  verifier: Verifier,
): Promise<PictureArrow> {
  if (!above && below && aboveRole === 'ARK')
    return { outcome: 'failed', reason: `No root that was given or is known signed ${below.name}.` };
  if (!above || !below) {
    const missing = above ? belowRole : aboveRole;
    return { outcome: 'not-checked', reason: `There is no ${missing}.` };
  }
  const { certificate } = below;
  if (!certificate) {
    // What is known here was checked when it was written down, under the key that is written down with it.
    const known = knownAuthority(above.name);
    const isKnown = known !== undefined && isSameBytes(known.spki, above.spki);
    return isKnown
      ? { outcome: 'passed', reason: `${above.name} signed ${below.name}: both are known here.` }
      : {
          outcome: 'failed',
          reason: `${above.name} is not the one that signed ${below.name}: its key is another.`,
        };
  }
  const isRight = await verifier.rsaPss(above.spki, certificate.signature, certificate.tbs);
  return isRight && below.problem === undefined
    ? { outcome: 'passed', reason: `${above.name} signed ${below.name}.` }
    : { outcome: 'failed', reason: `${above.name} did not sign ${below.name} as it should.` };
}

/** Draws up the picture of a verification. @param at the time at which certificates must be valid, in milliseconds since 1970 */
export async function chainPicture(
  { chain, steps }: Pick<Verification, 'chain' | 'steps'>,
  report: AttestationReport,
  { verifier, at }: { readonly verifier: Verifier; readonly at: number },
): Promise<ChainPicture> {
  const isVlek = signingKeyOf(report.values) === 'VLEK';
  const middleRole = isVlek ? 'ASVK' : 'ASK';
  const leafRole = isVlek ? 'VLEK' : 'VCEK';
  const find = (...roles: readonly CertificateRole[]) => chain.find(({ role }) => roles.includes(role));
  const [root, middle, leaf] = [find('ARK'), find('ASK', 'ASVK'), find('VCEK', 'VLEK')];
  const stepOf = (id: StepId) => steps.find(({ step }) => step === id);
  const signature = stepOf('signature');
  return {
    boxes: [
      boxOf(root, 'ARK', at),
      boxOf(middle, middleRole, at),
      boxOf(leaf, leafRole, at),
      { role: 'report', name: 'Report', source: '', isMissing: false },
    ],
    arrows: [
      await arrowOf([root, 'ARK'], [middle, middleRole], verifier),
      await arrowOf([middle, middleRole], [leaf, leafRole], verifier),
      {
        outcome: signature?.outcome ?? 'not-checked',
        reason: signature?.reason ?? 'The signature was not checked.',
      },
    ],
    root: stepOf('root')?.outcome ?? 'not-checked',
  };
}
