// What people should know about a report before they trust it, each at its bytes. No key is needed for that, and no certificate.

import { reservedBits } from '../binary/describe';
import { hex, isZero } from '../binary/hex';
import type { Finding } from '../binary/region';
import { leaves, type Leaf } from '../binary/struct';
import { policyFindings } from '../tech/snp/policyRules';
import { KEY_INFO, PLATFORM_INFO } from './bits';
import { KNOWN_VERSIONS, layoutOf, placeOf, TCB_NAMES, type ReportName, type TcbName } from './layout';
import { productRow, TCB_LAYOUTS } from './products';
import { isChipMasked, isChipUnsaid, signingKeyOf, versionText, type AttestationReport } from './report';
import { reportFinding, type ReportRule } from './rules';
import { describeLower, lowerParts, otherParts } from './tcb';

/** Attaches a message to a field. */
type Note = (rule: ReportRule, field: ReportName, message: string) => void;

/** Where the extraction of Milan's seed is published, and what it means, two sentences. */
export const MILAN_SEED =
  "The seed from which Milan's VCEKs are derived was extracted by software (arXiv 2605.12990, May 2026). Whoever has it can sign any report for such a chip, so that this report says less than one of a later processor.";

/** Everything notable in a report, in the order of the checks. */
export function reportFindings(report: AttestationReport): Finding[] {
  const findings: Finding[] = [];
  const note: Note = (rule, field, message) => {
    const { offset, size } = placeOf(field);
    findings.push(reportFinding(rule, offset, size, message));
  };
  for (const check of CHECKS) check(report, note);
  findings.push(...reservedFindings(report));
  return findings;
}

/** Reserved bytes that are set. Of later versions it is not known which are reserved. */
function reservedFindings({ bytes, values }: AttestationReport): Finding[] {
  if (values.version > KNOWN_VERSIONS.at(-1)!) return [];
  return (leaves(layoutOf(values.version)) as readonly Leaf[]).flatMap(({ path, offset, size, row }) => {
    const part = bytes.subarray(offset, offset + size);
    if (row.group !== 'Reserved' || isZero(part)) return [];
    const first = part.findIndex((byte) => byte !== 0);
    const message = `${path} is reserved but not zero: the byte at ${hex(offset + first, 3)} is ${hex(part[first]!, 2)}. No firmware makes such a report.`;
    return [reportFinding('report-reserved-set', offset, size, message)];
  });
}

function checkVersion({ values: { version } }: AttestationReport, note: Note): void {
  if (KNOWN_VERSIONS.includes(version)) return;
  const message =
    version > 5
      ? `version is ${version}, later than 5, the last whose layout is known. Fields that it shares with version 5 are shown; what it added is not.`
      : `version is ${version}; reports start with version 2.`;
  note('report-version', 'version', message);
}

function checkPolicy({ values: { policy } }: AttestationReport, note: Note): void {
  for (const { id, message } of policyFindings(policy)) note(`report-policy-${id}`, 'policy', message);
}

function checkGuest({ values: { vmpl } }: AttestationReport, note: Note): void {
  if (vmpl === 0xffffffff)
    note('report-for-host', 'vmpl', 'vmpl is 0xffffffff: the host asked for this report, not the guest.');
  else if (vmpl > 3) note('report-vmpl', 'vmpl', `vmpl is ${vmpl}; a guest has the levels 0 to 3.`);
}

function checkKeys(report: AttestationReport, note: Note): void {
  const { values } = report;
  const { key_info: info, author_key_digest: author, id_key_digest: id, signature_algo: algorithm } = values;
  if (algorithm !== 1)
    note(
      'report-algorithm',
      'signature_algo',
      `signature_algo is ${algorithm}${algorithm === 0 ? ', not signed' : ''}; a signed report has 1, ECDSA P-384 with SHA-384.`,
    );
  const reserved = reservedBits(KEY_INFO, info);
  if (reserved !== 0n)
    note(
      'report-key-info-reserved',
      'key_info',
      `key_info is ${hex(info)}: its reserved bits ${hex(reserved)} are set.`,
    );
  const key = signingKeyOf(values);
  if (key === 'none' || key === 'reserved')
    note(
      'report-signing-key',
      'key_info',
      `SIGNING_KEY is ${(info >> 2) & 7}${key === 'none' ? ', none' : ''}: neither a VCEK (0) nor a VLEK (1) signed.`,
    );
  if ((info & 2) !== 0)
    note(
      'report-chip-key-masked',
      'key_info',
      'MASK_CHIP_KEY is set: this platform signs nothing with its VCEK.',
    );
  const hasAuthor = (info & 1) !== 0;
  if (hasAuthor && isZero(author))
    note('report-author-key', 'author_key_digest', 'AUTHOR_KEY_EN is set, but author_key_digest is zero.');
  if (!hasAuthor && !isZero(author))
    note(
      'report-author-key',
      'author_key_digest',
      'author_key_digest is not zero, but AUTHOR_KEY_EN is clear.',
    );
  if (!isZero(author) && isZero(id))
    note(
      'report-author-without-id',
      'id_key_digest',
      'There is an author key, but no ID key that it could have signed.',
    );
}

/** Bytes of a number of P-384. */
const NUMBER_SIZE = 48;

function checkSignature({ values }: AttestationReport, note: Note): void {
  for (const name of ['signature_r', 'signature_s'] as const) {
    const bytes = values[name];
    if (values.signature_algo !== 1) continue;
    if (isZero(bytes)) note('report-signature-range', name, `${name} is zero: there is no signature.`);
    else if (!isZero(bytes.subarray(NUMBER_SIZE)))
      note(
        'report-signature-range',
        name,
        `${name} has more than ${NUMBER_SIZE} bytes; a number of P-384 has no more.`,
      );
  }
}

function checkPlatform(report: AttestationReport, note: Note): void {
  const { values, product } = report;
  const { platform_info: info, version, chip_id: chip } = values;
  const reserved = reservedBits(PLATFORM_INFO, info);
  if (reserved !== 0n)
    note(
      'report-platform-reserved',
      'platform_info',
      `platform_info is ${hex(info)}: it is not known what its bits ${hex(reserved)} mean.`,
    );
  if (version >= 3 && (info & 0x20n) === 0n)
    note(
      'report-alias-check',
      'platform_info',
      'ALIAS_CHECK_COMPLETE is clear: it was not checked whether memory is reachable at two addresses (BadRAM, CVE-2024-21944).',
    );
  if (version >= 3 && product.names.length === 0)
    note(
      'report-product',
      'cpuid_fam_id',
      `The CPU is of family ${hex(values.cpuid_fam_id)} and model ${hex(values.cpuid_mod_id)}, which is no known product.`,
    );
  if (isChipUnsaid(values)) {
    const isVlek = signingKeyOf(values) === 'VLEK';
    if (isVlek || isChipMasked(values))
      note(
        'report-chip-masked',
        'chip_id',
        `chip_id is zero: ${isVlek ? 'a VLEK is of no chip' : 'the host masks it'}. A certificate cannot be compared with it.`,
      );
    else
      note(
        'report-chip-zero',
        'chip_id',
        'chip_id is zero, but MASK_CHIP_KEY (bit 1 of key_info) is clear: nothing says why the report names no chip.',
      );
  }
  const [name] = product.names;
  if (product.names.length === 1 && productRow(name!).chipId === 8 && !isZero(chip.subarray(8)))
    note(
      'report-chip-id-length',
      'chip_id',
      `chip_id has more than 8 bytes that are not zero; that of a ${name!} has 8.`,
    );
  if (product.names.length === 1 && name === 'Milan' && signingKeyOf(values) === 'VCEK')
    note('report-milan-seed', 'chip_id', MILAN_SEED);
}

/** Which TCB is at most which other. */
export const TCB_RELATIONS: readonly (readonly [lower: TcbName, upper: TcbName])[] = [
  ['reported_tcb', 'committed_tcb'],
  ['committed_tcb', 'current_tcb'],
  ['launch_tcb', 'current_tcb'],
];

/** The relations that a report breaks, phrases. */
export function brokenRelations({ values, product }: AttestationReport): { field: TcbName; text: string }[] {
  return TCB_RELATIONS.flatMap(([lower, upper]) => {
    const parts = lowerParts(values[upper], values[lower], product.tcb);
    return parts.length === 0
      ? []
      : [{ field: lower, text: `${lower} is above ${upper} (in ${upper}, ${describeLower(parts)})` }];
  });
}

/** Why the firmware is provisional, a phrase; undefined when what runs is what was committed. */
export function provisional({ values, product }: AttestationReport): string | undefined {
  const parts = otherParts(values.current_tcb, values.committed_tcb, product.tcb);
  if (parts.length > 0) return `current_tcb and committed_tcb differ in ${parts.join(', ')}`;
  const [current, committed] = [versionText(values, 'current'), versionText(values, 'committed')];
  return current === committed ? undefined : `firmware ${current} runs, ${committed} is committed`;
}

/** That the firmware is provisional and why, a sentence; undefined when it is not. */
export function provisionalText(report: AttestationReport): string | undefined {
  const why = provisional(report);
  return why === undefined ? undefined : `${why}: the firmware is provisional, and the host can go back.`;
}

function checkTcbs(report: AttestationReport, note: Note): void {
  const { values, product } = report;
  for (const name of TCB_NAMES) {
    const layout = product.tcb && TCB_LAYOUTS[product.tcb];
    const unused = layout && (leaves(layout) as readonly Leaf[]).find(({ row }) => row.type !== 'u8');
    if (unused && !isZero(values[name].subarray(unused.offset, unused.offset + unused.size)))
      note('report-tcb-reserved', name, `Reserved bytes of ${name} are not zero.`);
  }
  for (const { field, text } of brokenRelations(report)) note('report-tcb-order', field, `${text}.`);
  const why = provisionalText(report);
  if (why !== undefined) note('report-provisional', 'committed_tcb', why);
}

function checkMitigations({ values }: AttestationReport, note: Note): void {
  if (values.version < 5) return;
  const lost = values.launch_mit_vector & ~values.current_mit_vector;
  if (lost !== 0n)
    note(
      'report-mitigations',
      'current_mit_vector',
      `current_mit_vector lacks ${hex(lost)}, which was in place at launch.`,
    );
}

const CHECKS: readonly ((report: AttestationReport, note: Note) => void)[] = [
  checkVersion,
  checkPolicy,
  checkGuest,
  checkKeys,
  checkSignature,
  checkPlatform,
  checkTcbs,
  checkMitigations,
];
