// Turns hits into an answer in words: which inputs have to be different, what that means, what
// was covered, and what remains.

import { bytesToHex } from '../binary/hex';
import { isEarlyFirmware, measurementText } from '../tech/sev/evidence';
import { ofLaunch, without } from './cause';
import type { Candidate, SearchSpace } from './causes';
import { cpuEdit } from './causesCpu';
import { coveredOf, type TriedPart } from './covered';
import type { Change, ExplainResult, Explanation, LaunchEdit } from './explanation';
import { grouped, NO_VERDICT } from './exportExplanation';
import { mistakenValue, mixedUp, MIXED_UP, otherSize, titleOf } from './mistaken';
import { remainsOf } from './remains';
import { searchTechnologyOf } from './searchTechnologies';
import type { Setting } from './setting';
import type { Hit } from './matcher';
import { heaviest } from './weights';

function changeOf({ cause, given, found, why, advice }: Candidate): Change {
  const { id, input, title } = cause;
  return { cause: id, input, title, given, found, why: why ?? cause.why, advice: advice ?? cause.advice };
}

/** A change of nonce, reworded when the reported HMAC matches with the nonce of another launch's measurement. */
function withHmac(
  { facts: { wanted, others } }: SearchSpace,
  candidate: Candidate,
  { target }: Hit,
): Candidate {
  const { nonce } = candidate.set;
  const other = nonce === undefined ? undefined : others[nonce - 1];
  if (!other || target !== 0 || wanted.kind === 'digest') return candidate;
  const measurement = measurementText({ hmac: wanted.hmac, mnonce: other.mnonce });
  return {
    ...candidate,
    found: `of the given HMAC and the nonce of ${other.label}`,
    edits: ofLaunch('measurement', measurement),
  };
}

/** The launch of a hit: everything as given, but for its changes. */
const settingOf = ({ given, candidates }: SearchSpace, { changes }: Hit): Setting =>
  changes.reduce(
    (setting, { dimension, index }) => ({ ...setting, ...candidates[dimension][index]!.set }),
    given,
  );

/** A change of version, reworded when no version is measured: then all that are too early are one explanation. */
function withEarlyFirmware(candidate: Candidate, setting: Setting): Candidate {
  if (candidate.cause.input !== 'apiMinor' || !isEarlyFirmware(setting)) return candidate;
  return {
    ...candidate,
    found: '16 or lower, which is not part of the HMAC',
    why: 'SEV firmware before API 0.17 leaves API version and build out of the measurement, and this one is without them.',
    advice: `${candidate.cause.advice} Later firmware measures its version, too.`,
  };
}

/** The extra edits that generated pages need in a launch file that names VMSA files. */
function editsForPages({ facts, given }: SearchSpace, candidates: readonly Candidate[]): LaunchEdit[] {
  const isGenerated = facts.vmsa && candidates.some(({ set }) => set.pages === 'generated');
  if (!isGenerated) return [];
  return [
    ...without('vmsa'),
    ...(given.cpu ? [cpuEdit(given.cpu)] : []),
    { member: ['profile'], value: given.profile },
  ];
}

/** All edits of a launch file, one per member; empty when it could express only some of the changes. */
function editsOf(space: SearchSpace, candidates: readonly Candidate[]): LaunchEdit[] {
  if (candidates.some(({ edits }) => !edits)) return [];
  const edits = [...editsForPages(space, candidates), ...candidates.flatMap((candidate) => candidate.edits!)];
  return [...new Map(edits.map((edit) => [edit.member.join('.'), edit])).values()];
}

/** Ends a sentence about a measurement that was computed as before API 0.17. */
const formulaOf = (setting: Setting): string =>
  isEarlyFirmware(setting)
    ? ', without API version and build, which SEV firmware before API 0.17 leaves out'
    : '';

function evidenceOf(space: SearchSpace, hit: Hit): string {
  const { facts } = space;
  const { what, launchDigest, target } = hit;
  const digest = bytesToHex(launchDigest);
  if (facts.wanted.kind === 'digest') return `The launch digest is then ${digest}, which is the given one.`;
  if (what === 'digest') return `The launch digest is then ${digest}: the first 32 bytes of the given value.`;
  const hmac = target === 0 ? facts.wanted.hmac : facts.others[target - 1]!.hmac;
  const whose = target === 0 ? 'was reported' : `${facts.others[target - 1]!.label} has`;
  return `The launch digest is then ${digest}, and its HMAC under the TIK is ${bytesToHex(hmac)}, as ${whose}${formulaOf(settingOf(space, hit))}.`;
}

/** Describes a hit. */
export function explain(space: SearchSpace, hit: Hit): Explanation {
  const setting = settingOf(space, hit);
  const candidates = hit.changes.map(({ dimension, index }) =>
    withEarlyFirmware(withHmac(space, space.candidates[dimension][index]!, hit), setting),
  );
  const mixed = mixedUp(space, hit, setting);
  // Of a digest that was taken for one of SEV-SNP the policy says only of which technology it is.
  const changed = space.facts.meant ? candidates.filter(({ cause }) => cause.input !== 'policy') : candidates;
  const changes = [...(mixed ? [mixed] : []), ...changed.map(changeOf)];
  const weights = changed.map(({ weight, cause }) => weight ?? cause.weight);
  return {
    title: titleOf(changes),
    changes,
    weight: heaviest([...weights, ...(mixed ? [MIXED_UP] : [])]),
    evidence: evidenceOf(space, hit),
    edits: mixed ? [] : editsOf(space, candidates),
  };
}

/** Whether a hit is the launch exactly as given. */
export const isMatch = ({ facts }: SearchSpace, { changes, what, target }: Hit): boolean =>
  changes.length === 0 &&
  target === 0 &&
  facts.meant === undefined &&
  (what === 'measurement' || facts.wanted.kind === 'digest');

/**
 * A hit as it is reported; undefined when it says nothing about the given launch. A match with another launch's
 * measurement counts only when nothing else has to change: then that measurement should have been given.
 */
function asPresented({ facts, candidates }: SearchSpace, hit: Hit): Hit | undefined {
  const { changes, target, what } = hit;
  if (target === 0 || facts.wanted.kind === 'digest') return hit;
  const [first, ...more] = changes;
  const isOther = first && candidates[first.dimension][first.index]!.set.nonce !== target;
  if (what === 'digest' || isOther || more.length > 0) return undefined;
  return { ...hit, changes: [{ dimension: 'measurement', index: target - 1 }] };
}

/**
 * Whether a hit ends the search. Another launch's measurement matches for its own reasons, so the given one
 * may still need an explanation.
 */
export const isFinal = (space: SearchSpace, { target }: Hit): boolean =>
  target === 0 || space.facts.wanted.kind === 'digest';

const likelihood = (space: SearchSpace, { changes }: Hit): number =>
  changes.reduce(
    (all, { dimension, index }) => all * (space.candidates[dimension][index]!.cause.prior / 100),
    1,
  );

/** Hits in the order of presentation: fewer changes first, then the likelier ones. */
export function inOrder(space: SearchSpace, hits: readonly Hit[]): Hit[] {
  return hits.toSorted(
    (a, b) =>
      Number(isFinal(space, b)) - Number(isFinal(space, a)) ||
      a.changes.length - b.changes.length ||
      likelihood(space, b) - likelihood(space, a),
  );
}

/** What was looked for, as the subject of a sentence. */
const subject = ({ facts }: SearchSpace): string =>
  facts.wanted.kind === 'digest' ? 'launch digest' : 'reported measurement';

function summaryOf(space: SearchSpace, explanations: readonly Explanation[], hypotheses: number): string {
  const [first, ...others] = explanations;
  if (!first)
    return `${otherSize(space.facts)}None of ${grouped(hypotheses)} hypotheses gives the ${subject(space)}: the launch differs from these inputs in another way, or in more than two.`;
  const more =
    others.length === 0
      ? ''
      : ` ${others.length === 1 ? 'One other way is' : `${others.length} other ways are`} listed, too.`;
  return `${first.title}.${more} ${NO_VERDICT}`;
}

/** The answer to a search. */
export function answerOf(
  space: SearchSpace,
  hits: readonly Hit[],
  parts: readonly TriedPart[],
): ExplainResult {
  const { title } = space.facts;
  const hypotheses = parts.reduce((all, { tried }) => all + tried, 0);
  const covered = coveredOf(space, parts);
  if (hits.some((hit) => isMatch(space, hit))) {
    const formula = space.facts.wanted.kind === 'digest' ? '' : formulaOf(space.given);
    const summary = `The ${subject(space)} equals the expected one${formula}: there is nothing to explain.`;
    return { title, outcome: 'already matches', summary, explanations: [], hypotheses, covered, remains: [] };
  }
  const presented = hits.flatMap((hit) => asPresented(space, hit) ?? []);
  const all = [...mistakenValue(space.facts), ...inOrder(space, presented).map((hit) => explain(space, hit))];
  const explanations = [...new Map(all.map((explanation) => [explanation.title, explanation])).values()];
  return {
    title,
    outcome: explanations.length > 0 ? 'explained' : 'not explained',
    summary: summaryOf(space, explanations, hypotheses),
    explanations,
    hypotheses,
    covered,
    remains:
      explanations.length > 0
        ? []
        : remainsOf(space.facts, searchTechnologyOf(space.facts).measuresVcpus(space.given.policy)),
  };
}
