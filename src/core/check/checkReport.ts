// The check of a launch against an attestation report: whether the report is true, and whether what it shows is what the owner's inputs
// give and what she said. Only a report that is verified up to a trusted root can match. SEV-SNP Firmware ABI, ATTESTATION_REPORT.

import { bytesToHex, fromHex, hex, isSameBytes, isZero } from '../binary/hex';
import { equalInConstantTime } from '../launch/hasher';
import { TECHNOLOGY_NAMES } from '../launch/inputs';
import type { Report, ReportedEvidence, Source } from '../launch/report';
import type { ChainPicture } from '../report/picture';
import { reportSummary, signingKeyOf, type AttestationReport } from '../report/report';
import { NOTHING_ASKED, STEPS } from '../report/steps';
import type { Verification } from '../report/verify';
import { WISH_ROWS } from '../report/wishes';
import { describeSnpPolicy } from '../tech/snp/policy';
import { namedDigestStep, step } from './loadedSteps';

/** A report that was read and verified, as plain data. */
export interface VerifiedReport {
  /** The name of its file, and where that is. */
  readonly file: string;
  readonly path: string;
  readonly report: AttestationReport;
  readonly verification: Pick<Verification, 'verified' | 'steps' | 'remarks'>;
  readonly chain: ReportedEvidence['chain'];
  readonly picture: ChainPicture;
  /** When certificates had to be valid, in milliseconds since 1970. */
  readonly at: number;
}

/** What the owner says that the report must show, as far as she says it. */
export interface StatedReport {
  /** 48 bytes. */
  readonly launchDigest?: Uint8Array | undefined;
  readonly policy?: bigint | undefined;
  /** 32 bytes. */
  readonly hostData?: Uint8Array | undefined;
  /** Of an ID block: 48 bytes, the launch digest that it is for. */
  readonly blockDigest?: Uint8Array | undefined;
  readonly guestSvn?: number | undefined;
  readonly familyId?: Uint8Array | undefined;
  readonly imageId?: Uint8Array | undefined;
  readonly idKeyDigest?: Uint8Array | undefined;
  readonly authorKeyDigest?: Uint8Array | undefined;
  /** Whether an author key vouches for the ID key. */
  readonly authorKey?: boolean | undefined;
  /** Whether a VCEK may sign. */
  readonly vcek?: boolean | undefined;
}

/** What became of the report, for people and programs. */
function evidenceOf({ file, verification, chain, at }: VerifiedReport): ReportedEvidence {
  const { verified, steps, remarks } = verification;
  return {
    file,
    verified,
    at: Number.isFinite(at) ? new Date(at).toISOString() : '',
    // Nobody needs to read what nobody wished.
    steps: steps
      .filter(({ outcome, reason }) => outcome !== 'not-checked' || reason !== NOTHING_ASKED)
      .map((one) => ({ ...one, ...STEPS[one.step] })),
    chain,
    remarks,
  };
}

const WISHES: readonly string[] = WISH_ROWS.map(({ step: id }) => id);

/** Why a report is not verified, a sentence. */
function whyUnverified({ steps }: ReportedEvidence): string {
  const wrong = steps.filter(({ outcome }) => outcome === 'failed');
  const open = steps.filter(({ required, outcome }) => required && outcome !== 'passed');
  const all = wrong.length > 0 ? wrong : open;
  // Without a certificate nearly nothing is checked, and one step says which is missing.
  const first = all.find(({ step: id }) => id === 'chain') ?? all[0];
  const isTrue = open.length === 0 && wrong.every(({ step: id }) => WISHES.includes(id));
  const what = isTrue
    ? 'The attestation report does not show what is wanted'
    : 'The attestation report is not verified';
  const more =
    all.length > 1 ? ` ${all.length - 1} more ${all.length === 2 ? 'step' : 'steps'} did not pass.` : '';
  const reason = first?.reason ?? 'Nothing was checked.';
  return `${what} (${first?.title ?? 'Format'}): ${/[.?!]$/.test(reason) ? reason : `${reason}.`}${more}`;
}

/** What is compared as bytes, and what it is called. */
const BYTES = [
  ['hostData', 'host_data', 'host data'],
  ['familyId', 'family_id', 'family ID'],
  ['imageId', 'image_id', 'image ID'],
  ['idKeyDigest', 'id_key_digest', 'ID key digest'],
  ['authorKeyDigest', 'author_key_digest', 'author key digest'],
] as const;

/** Whether there is an author key, where nothing is said of which; at most one sentence. */
function authorDifference(found: Uint8Array, { authorKey, authorKeyDigest }: StatedReport): string[] {
  if (authorKey === undefined || authorKeyDigest || authorKey === !isZero(found)) return [];
  return [
    authorKey
      ? 'The report shows no author key, and one was to vouch for the ID key.'
      : `The report shows an author key (its digest is ${bytesToHex(found)}), and none was to vouch for the ID key.`,
  ];
}

/** In what the report shows something else than was said, sentences. */
function differences({ values }: AttestationReport, stated: StatedReport): string[] {
  const { launchDigest, blockDigest, policy, guestSvn } = stated;
  const differ = (what: string, found: string, said: string) =>
    `The report shows the ${what} ${found}, not ${said}.`;
  return [
    ...(launchDigest && !isSame(launchDigest, values.measurement)
      ? [differ('measurement', bytesToHex(values.measurement), 'the launch digest that was named')]
      : []),
    ...(blockDigest && !isSame(blockDigest, values.measurement)
      ? [differ('measurement', bytesToHex(values.measurement), 'the launch digest that the ID block is for')]
      : []),
    ...(policy !== undefined && policy !== values.policy
      ? [differ('policy', hex(values.policy), hex(policy))]
      : []),
    ...(guestSvn !== undefined && guestSvn !== values.guest_svn
      ? [differ('guest SVN', String(values.guest_svn), String(guestSvn))]
      : []),
    ...BYTES.flatMap(([name, field, what]) => {
      const said = stated[name];
      const found = values[field];
      return said && !isSameBytes(said, found) ? [differ(what, bytesToHex(found), bytesToHex(said))] : [];
    }),
    ...authorDifference(values.author_key_digest, stated),
    ...(stated.vcek === false && signingKeyOf(values) === 'VCEK'
      ? ['A VCEK signed the report, and a VLEK was to.']
      : []),
  ];
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && equalInConstantTime(a, b);

/** Facts that the report shows. */
function factsOf(verified: VerifiedReport, source: Source): Report['facts'] {
  const { report } = verified;
  const { policy, host_data: hostData, report_data: reportData, vmpl } = report.values;
  return [
    { name: 'Report', value: `${verified.file}: ${reportSummary(report)}`, source },
    { name: 'Policy (0x008)', value: `${hex(policy)}: ${describeSnpPolicy(policy)}`, source },
    { name: 'VMPL (0x030)', value: vmpl === 0xffffffff ? 'asked for by the host' : String(vmpl), source },
    { name: 'Report data (0x050)', value: bytesToHex(reportData), source },
    { name: 'Host data (0x0c0)', value: bytesToHex(hostData), source },
  ];
}

const VERIFIED = 'The report is verified up to a trusted root';
const NOT_COMPUTED =
  'No measurement was computed, because the firmware is not known: that the guest runs what you think rests on who named it.';

/** The verdict with its sentence. @param agrees whether the inputs give the measurement; undefined when nothing was computed */
function judge(
  evidence: ReportedEvidence,
  agrees: boolean | undefined,
  wrong: readonly string[],
  isNamed: boolean,
): Pick<Report, 'verdict' | 'agrees' | 'summary'> {
  const gives =
    agrees === undefined
      ? ''
      : agrees
        ? 'These inputs give the measurement in the report'
        : 'These inputs give another measurement than the report shows';
  if (!evidence.verified) {
    const others = [...(gives === '' ? [] : [`${gives}.`]), ...wrong];
    return {
      verdict: 'cannot be trusted',
      ...(agrees !== undefined && { agrees: agrees && wrong.length === 0 }),
      summary: [whyUnverified(evidence), ...others].join(' '),
    };
  }
  if (agrees === false || wrong.length > 0)
    return {
      verdict: 'does not match',
      summary: [
        ...(agrees === false ? [`${gives}: an input is not what the guest was launched with.`] : []),
        ...wrong,
      ].join(' '),
    };
  if (agrees === true) return { verdict: 'matches', summary: `${gives}. ${VERIFIED}.` };
  return isNamed
    ? {
        verdict: 'matches',
        summary: `${VERIFIED}, and shows the measurement that was named. ${NOT_COMPUTED}`,
      }
    : {
        verdict: 'cannot be trusted',
        summary: `${VERIFIED}, but its measurement was compared with nothing: no firmware is named of which it could be computed, and no launch digest that it must be.`,
      };
}

/**
 * Judges a launch by its report.
 * @param computed what the inputs give, which nothing was compared with; undefined without firmware
 */
export function judgeByReport(
  title: string,
  computed: Report | undefined,
  verified: VerifiedReport,
  stated: StatedReport,
): Report {
  const evidence = evidenceOf(verified);
  const { report, verification } = verified;
  const { measurement } = report.values;
  const { expected, ...rest } = computed ?? {
    expected: undefined,
    title,
    mode: TECHNOLOGY_NAMES.snp,
    facts: [{ name: 'Mode', value: TECHNOLOGY_NAMES.snp }],
    steps: [],
    warnings: [],
  };
  const digest = expected === undefined ? undefined : fromHex(expected);
  const agrees = digest && isSame(digest, measurement);
  const isWished = verification.steps.some((one) => one.step === 'measurement' && one.outcome === 'passed');
  const answer = judge(
    evidence,
    agrees,
    differences(report, stated),
    stated.launchDigest !== undefined || isWished,
  );
  const source: Source = evidence.verified ? 'processor' : 'host';
  const named = stated.launchDigest;
  return {
    ...rest,
    ...answer,
    facts: [...rest.facts, ...factsOf(verified, source)],
    steps: [
      ...rest.steps,
      ...(named ? [namedDigestStep(named)] : []),
      step('report', measurement.length, measurement, {
        source,
        algorithm: '',
        detail: evidence.verified
          ? `at 0x90 of ${verified.file}, which is verified`
          : `at 0x90 of ${verified.file}, which is not verified`,
      }),
    ],
    evidence,
    warnings: [...rest.warnings, ...evidence.remarks],
  };
}

/** What is to be known of a report whose measurement is searched for: whether that is evidence, and its policy. Sentences. */
export function notesOn({ file, report, verification }: VerifiedReport): string[] {
  const { policy } = report.values;
  return [
    ...(verification.verified
      ? []
      : [
          `${file} is not verified: whether a guest was ever launched with the measurement in it is not known.`,
        ]),
    `The policy in the report is ${hex(policy)}: ${describeSnpPolicy(policy)}; it is no part of the measurement.`,
  ];
}
