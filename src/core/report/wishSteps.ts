// The steps of a verification that compare a report with what its owner wants of it: one for each row of the table of wishes.

import { bytesToHex, hex, isSameBytes, isZero } from '../binary/hex';
import { provisional } from './findings';
import { tcbParts, type TcbComponent } from './products';
import { versionText, type AttestationReport } from './report';
import { NOTHING_ASKED, failed, judged, notChecked, passed, type Step, type StepId } from './steps';
import { weakerPlatform, weakerPolicy } from './weaker';
import { WISH_ROWS, type WantedProduct, type WantedTcb, type Wishes, type WishRow } from './wishes';

/** A list of values in words. */
const oneOf = (all: readonly Uint8Array[]): string => all.map(bytesToHex).join(' or ');

function bytesStep(step: StepId, field: string, found: Uint8Array, wanted: readonly Uint8Array[]): Step {
  const right = wanted.some((one) => isSameBytes(one, found));
  return judged(
    step,
    right,
    `${field} is ${bytesToHex(found)}, as wanted.`,
    `${field} is ${bytesToHex(found)}; wanted is ${oneOf(wanted)}.`,
  );
}

function tcbStep(
  report: AttestationReport,
  step: StepId,
  field: 'reported_tcb' | 'launch_tcb',
  wanted: WantedTcb,
): Step {
  const { tcb } = report.product;
  if (!tcb)
    return failed(step, `What the bytes of ${field} are is not known, so that they cannot be compared.`);
  const found = tcbParts(report.values[field], tcb);
  const wrong = Object.entries(wanted).flatMap(([name, least]) => {
    const has = found[name as TcbComponent];
    return has === undefined
      ? [`it has no ${name}`]
      : has < least
        ? [`${name} is ${has}, below ${least}`]
        : [];
  });
  return judged(
    step,
    wrong.length === 0,
    `${field} is at least what is wanted, in every part.`,
    `${field}: ${wrong.join('; ')}.`,
  );
}

/** The numbers of a version. */
const numbersOf = (version: string): number[] => version.split('.').map(Number);

function versionStep({ values }: AttestationReport, wanted: string): Step {
  const found = versionText(values, 'committed');
  const [a, b] = [numbersOf(found), numbersOf(wanted)];
  const at = b.findIndex((part, i) => a[i] !== part);
  const right = at < 0 || a[at]! > b[at]!;
  return judged(
    'minimum-version',
    right,
    `Firmware ${found} is committed, at least ${wanted}.`,
    `Firmware ${found} is committed; at least ${wanted} is wanted.`,
  );
}

function mitigationStep({ values }: AttestationReport, wanted: bigint): Step {
  if (values.version < 5)
    return failed(
      'mitigations',
      `A report of version ${values.version} does not say which mitigations are in place.`,
    );
  const lacking = wanted & ~values.current_mit_vector;
  return judged(
    'mitigations',
    lacking === 0n,
    'All mitigations that are wanted are in place.',
    `Mitigations ${hex(lacking)} are not in place.`,
  );
}

function authorKeyStep({ values }: AttestationReport, isWanted: boolean): Step {
  const step = 'author-key-required';
  if (!isWanted) return notChecked(step, NOTHING_ASKED);
  return judged(
    step,
    (values.key_info & 1) !== 0 && !isZero(values.author_key_digest),
    'There is the digest of an author key.',
    'There is no author key; one is wanted.',
  );
}

/**
 * Whether a trusted key signed the ID block: the ID key itself or, where no author key is required, either of both. The digest of an author
 * key counts only while AUTHOR_KEY_EN says that there is one. An empty list has no key that is trusted.
 */
function trustedKeyStep({ values }: AttestationReport, wishes: Wishes): Step {
  const step = 'trusted-key';
  const { key_info: info, id_key_digest: id, author_key_digest: author } = values;
  const { trustedIdKeyHashes: ids = [], trustedAuthorKeyHashes: authors = [], requireAuthorKey } = wishes;
  if (isZero(id))
    return failed(step, 'The guest was launched without an ID block, so that no key is trusted.');
  const isIn = (all: readonly Uint8Array[], digest: Uint8Array) =>
    all.some((one) => isSameBytes(one, digest));
  const hasAuthor = (info & 1) !== 0 && !isZero(author);
  if (hasAuthor && isIn(authors, author))
    return passed(step, `The author key ${bytesToHex(author)} is trusted.`);
  const found = hasAuthor ? `The author key is ${bytesToHex(author)}` : 'There is no author key';
  if (requireAuthorKey === true) return failed(step, `${found}; wanted is ${wantedKey(authors)}.`);
  return judged(
    step,
    isIn(ids, id),
    `The ID key ${bytesToHex(id)} is trusted.`,
    `The ID key is ${bytesToHex(id)}; wanted is ${wantedKey(ids)}. ${found}; ${authors.length === 0 ? 'none is trusted' : `wanted is ${oneOf(authors)}`}.`,
  );
}

/** Keys that are trusted, in words. */
const wantedKey = (all: readonly Uint8Array[]): string =>
  all.length === 0 ? 'a trusted one, and none is named' : oneOf(all);

function idBlockStep({ values }: AttestationReport, isWanted: boolean): Step {
  const step = 'id-block-required';
  if (!isWanted) return notChecked(step, NOTHING_ASKED);
  return judged(
    step,
    !isZero(values.id_key_digest),
    'The guest was launched with an ID block: there is the digest of an ID key.',
    'The guest was launched without an ID block; one is wanted.',
  );
}

function productStep({ values, product }: AttestationReport, { name, stepping }: WantedProduct): Step {
  const step = 'wanted-product';
  const found = `The report is of ${product.title}`;
  if (product.names.length !== 1 || product.names[0] !== name)
    return failed(step, `${found}; wanted is ${name}.`);
  if (stepping === undefined) return passed(step, `${found}, as wanted.`);
  if (values.version < 3)
    return failed(step, `A report of version ${values.version} does not say of which stepping it is.`);
  return judged(
    step,
    values.cpuid_step === stepping,
    `${found}, stepping ${stepping}, as wanted.`,
    `${found}, stepping ${values.cpuid_step}; wanted is stepping ${stepping}.`,
  );
}

function stepOf(report: AttestationReport, { name, step, field }: WishRow, wishes: Wishes): Step {
  const { values } = report;
  switch (name) {
    case 'guestSvn':
      return judged(
        step,
        BigInt(values.guest_svn) >= wishes.guestSvn!,
        `guest_svn is ${values.guest_svn}, at least ${wishes.guestSvn!}.`,
        `guest_svn is ${values.guest_svn}, below ${wishes.guestSvn!}.`,
      );
    case 'vmpl':
      return judged(
        step,
        BigInt(values.vmpl) === wishes.vmpl,
        `vmpl is ${values.vmpl}, as wanted.`,
        `vmpl is ${values.vmpl}; wanted is ${wishes.vmpl!}.`,
      );
    case 'policy': {
      const weaker = weakerPolicy(values.policy, wishes.policy!);
      return judged(
        step,
        weaker.length === 0,
        `The policy ${hex(values.policy)} is at least as strict as ${hex(wishes.policy!)}.`,
        `The policy ${hex(values.policy)} is weaker than ${hex(wishes.policy!)}: ${weaker.join(', ')}.`,
      );
    }
    case 'platformInfo': {
      const weaker = weakerPlatform(values.platform_info, wishes.platformInfo!);
      return judged(
        step,
        weaker.length === 0,
        `platform_info ${hex(values.platform_info)} is at least as strict as ${hex(wishes.platformInfo!)}.`,
        `platform_info is ${hex(values.platform_info)}: ${weaker.join(', ')}.`,
      );
    }
    case 'minimumTcb':
      return tcbStep(report, step, 'reported_tcb', wishes.minimumTcb!);
    case 'minimumLaunchTcb':
      return tcbStep(report, step, 'launch_tcb', wishes.minimumLaunchTcb!);
    case 'minimumVersion':
      return versionStep(report, wishes.minimumVersion!);
    case 'minimumBuild':
      return judged(
        step,
        BigInt(values.committed_build) >= wishes.minimumBuild!,
        `committed_build is ${values.committed_build}, at least ${wishes.minimumBuild!}.`,
        `committed_build is ${values.committed_build}, below ${wishes.minimumBuild!}.`,
      );
    case 'trustedIdKeyHashes':
    case 'trustedAuthorKeyHashes':
      return trustedKeyStep(report, wishes);
    case 'requireAuthorKey':
      return authorKeyStep(report, wishes.requireAuthorKey!);
    case 'requireIdBlock':
      return idBlockStep(report, wishes.requireIdBlock!);
    case 'product':
      return productStep(report, wishes.product!);
    case 'committed': {
      const why = provisional(report);
      if (!wishes.committed) return passed(step, 'The firmware may be provisional.');
      return judged(
        step,
        why === undefined,
        'The firmware that runs is committed.',
        `The firmware is provisional: ${why ?? ''}.`,
      );
    }
    case 'mitigations':
      return mitigationStep(report, wishes.mitigations!);
    case 'measurement':
    case 'reportData':
    case 'hostData':
    case 'idKeyDigest':
    case 'authorKeyDigest':
    case 'familyId':
    case 'imageId':
    case 'reportId':
    case 'reportIdMa':
    case 'chipId':
      return bytesStep(step, field, values[field as 'measurement'], wishes[name]!);
  }
}

/** A step for each wish, also for those that nobody has. Wishes of one step are judged together. */
export function wishSteps(report: AttestationReport, wishes: Wishes): Step[] {
  const steps = [...new Set(WISH_ROWS.map(({ step }) => step))];
  return steps.map((step) => {
    const asked = WISH_ROWS.find((row) => row.step === step && wishes[row.name] !== undefined);
    return asked ? stepOf(report, asked, wishes) : notChecked(step, NOTHING_ASKED);
  });
}
