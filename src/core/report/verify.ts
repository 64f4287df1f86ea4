// Verification of an attestation report, step by step: each passes, fails, or was not checked, with the reason. A report is verified when
// nothing failed and nothing that is required was left out. Signatures and hashes are the runtime's, which is handed in.

import { bytesToHex, countOf, hex, isSameBytes, isZero } from '../binary/hex';
import type { Hashes } from '../launch/hasher';
import { policyFindings } from '../tech/snp/policyRules';
import { roleOf, type Certificate, type From, type RevocationList, type Verifier } from './certificate';
import { buildChain, type Chain, type ChainLink } from './chain';
import { brokenRelations, MILAN_SEED, provisional, reportFindings } from './findings';
import { isJsonBound, type HclBlob } from './forms/hclBlob';
import type { BadCertificate } from './forms/pem';
import { kdsUrls } from './kdsUrl';
import { KNOWN_VERSIONS, SIGNED_SIZE } from './layout';
import { productRow, PRODUCTS, TCB_LAYOUTS, type ProductName, type TcbComponent } from './products';
import { describeTcb, isChipMasked, ofProduct, signingKeyOf, type AttestationReport } from './report';
import type { ReportRule } from './rules';
import { failed, isVerified, judged, notChecked, passed, STEPS, type Step } from './steps';
import { otherParts } from './tcb';
import { wishSteps, type Wishes } from './wishes';

/** What is verified, and with what. */
export interface Evidence {
  readonly report: AttestationReport;
  readonly certificates: readonly From<Certificate>[];
  readonly lists: readonly From<RevocationList>[];
  /** What was given as a certificate and is none. */
  readonly bad: readonly BadCertificate[];
  /** Roots that the user trusts besides AMD's. */
  readonly roots?: readonly From<Certificate>[];
  /** The time at which certificates must be valid, in milliseconds since 1970. */
  readonly at: number;
  readonly wishes?: Wishes;
  readonly hcl?: HclBlob | undefined;
}

/** What the runtime does for a verification. */
export interface Runtime {
  readonly verifier: Verifier;
  readonly hashes: Hashes;
}

/** The answer. */
export interface Verification {
  readonly verified: boolean;
  readonly steps: readonly Step[];
  /** The chain, the root first. */
  readonly chain: readonly ChainLink[];
  /** What the verdict does not depend on, and people should know: sentences. */
  readonly remarks: readonly string[];
  /** The product, once the report or the certificate says which. */
  readonly product: ProductName | undefined;
}

/** Rules that a report breaks which no firmware makes. */
const FORMAT_RULES: readonly ReportRule[] = [
  'report-reserved-set',
  'report-policy-bit-17',
  'report-policy-reserved',
  'report-vmpl',
  'report-algorithm',
  'report-signature-range',
  'report-key-info-reserved',
  'report-chip-id-length',
  'report-tcb-reserved',
];

function formatStep(report: AttestationReport): Step {
  const { version } = report.values;
  const wrong = reportFindings(report).filter(({ rule }) =>
    (FORMAT_RULES as readonly string[]).includes(rule),
  );
  if (wrong.length > 0) return failed('format', wrong.map(({ message }) => message).join(' '));
  if (version > KNOWN_VERSIONS.at(-1)!)
    return notChecked('format', `Version ${version} is later than the last whose layout is known.`);
  return judged(
    'format',
    KNOWN_VERSIONS.includes(version),
    `Version ${version}, ${report.bytes.length} bytes, reserved bytes are zero, ECDSA P-384 with SHA-384.`,
    `Version ${version} is none of a report.`,
  );
}

const NO_LEAF = 'There is no VCEK or VLEK.';

/** What to do without a leaf. */
function whereIsLeaf(report: AttestationReport): string {
  if (signingKeyOf(report.values) === 'VLEK')
    return 'A VLEK signed this report: its certificate comes with the report from the cloud provider.';
  const urls = kdsUrls(report).flatMap(({ vcek }) => vcek ?? []);
  return urls.length === 0
    ? 'The report does not say of which chip it is.'
    : `AMD has it at ${urls.join(' or ')}`;
}

function chainSteps(chain: Chain, report: AttestationReport): Step[] {
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

const day = (time: number): string => new Date(time).toISOString().replace('.000Z', 'Z');

function datesStep({ links, leaf }: Chain, at: number): Step {
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

async function revocationStep(
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

/** The product of a certificate: by what it says itself, without the stepping. */
export function productOfLeaf({ leaf }: Certificate): ProductName | undefined {
  const name = leaf.product?.replace(/-[A-Z][0-9]$/, '');
  return PRODUCTS.find((one) => one.name === name)?.name;
}

function leafSteps(report: AttestationReport, { value }: From<Certificate>): Step[] {
  const { values } = report;
  const signed = signingKeyOf(values);
  const { role } = roleOf(value.subject)!;
  const product = productOfLeaf(value);
  const issuer = roleOf(value.issuer)?.product;
  const said = value.leaf.product ?? 'no product';
  const isProduct = product !== undefined && issuer === product && report.product.names.includes(product);
  const isUnsaid = report.product.names.length === 0 && product !== undefined && issuer === product;
  return [
    judged(
      'key-kind',
      signed === role,
      `A ${role} signed, and the certificate is one.`,
      `The report says that ${signed === 'none' || signed === 'reserved' ? 'no known key' : `a ${signed}`} signed it; the certificate is of a ${role}.`,
    ),
    isUnsaid && values.version < 3
      ? passed(
          'product',
          `The certificate is of ${said}; a report of version ${values.version} without CHIP_ID does not say.`,
        )
      : judged(
          'product',
          isProduct,
          `The certificate is of ${said}, the report of ${report.product.title}.`,
          `The certificate is of ${said}, issued for ${issuer ?? 'no product'}; the report is of ${report.product.title}.`,
        ),
  ];
}

/** Bytes of a number of P-384. */
const NUMBER_SIZE = 48;

/** r and s of a report's signature as WebCrypto takes them; undefined where one is too long. */
export function signatureOf({ values }: AttestationReport): Uint8Array | undefined {
  const { signature_r: r, signature_s: s } = values;
  if (!isZero(r.subarray(NUMBER_SIZE)) || !isZero(s.subarray(NUMBER_SIZE))) return undefined;
  const bytes = new Uint8Array(2 * NUMBER_SIZE);
  bytes.set(r.slice(0, NUMBER_SIZE).reverse());
  bytes.set(s.slice(0, NUMBER_SIZE).reverse(), NUMBER_SIZE);
  return bytes;
}

async function signatureStep(
  report: AttestationReport,
  { value, source }: From<Certificate>,
  { verifier }: Runtime,
) {
  const signature = signatureOf(report);
  if (value.key !== 'P-384') return failed('signature', `The key of ${source} is none of P-384.`);
  const isRight =
    report.values.signature_algo === 1 &&
    signature !== undefined &&
    (await verifier.ecdsa(value.spki, signature, report.bytes.subarray(0, SIGNED_SIZE)));
  return judged(
    'signature',
    isRight,
    `The key of ${source} signed bytes 0 to ${hex(SIGNED_SIZE - 1)}.`,
    `The key of ${source} did not sign this report: the report was changed, or it is of another chip, TCB or provider.`,
  );
}

/** The TCB that a certificate is for, in the layout of its product; undefined when it does not say. */
export function tcbOfLeaf({ leaf: { spl } }: Certificate, product: ProductName): Uint8Array | undefined {
  const { tcb } = productRow(product);
  const of = {
    boot_loader: spl.get(1),
    tee: spl.get(2),
    snp: spl.get(3),
    microcode: spl.get(8),
    fmc: spl.get(9),
  };
  const rows = TCB_LAYOUTS[tcb].rows.filter(({ type }) => type === 'u8');
  if (rows.some(({ name }) => (of[name as TcbComponent] ?? 256) > 255)) return undefined;
  if ([4, 5, 6, 7].some((number) => (spl.get(number) ?? 0) !== 0)) return undefined;
  const bytes = new Uint8Array(8);
  for (const { name, offset } of rows) bytes[offset] = of[name as TcbComponent]!;
  return bytes;
}

function tcbStep(
  { values }: AttestationReport,
  { value }: From<Certificate>,
  product: ProductName | undefined,
): Step {
  if (product === undefined) return notChecked('tcb', 'It is not known of which product the certificate is.');
  const { tcb } = productRow(product);
  const found = tcbOfLeaf(value, product);
  if (!found) return failed('tcb', 'The certificate does not say which TCB it is for.');
  const others = otherParts(found, values.reported_tcb, tcb);
  return judged(
    'tcb',
    others.length === 0,
    `The certificate is for the reported TCB: ${describeTcb(found, tcb)}.`,
    `The certificate is for ${describeTcb(found, tcb)}; the report has ${describeTcb(values.reported_tcb, tcb)}. They differ in ${others.join(', ')}.`,
  );
}

function hwidStep(
  { values }: AttestationReport,
  { value }: From<Certificate>,
  product: ProductName | undefined,
): Step {
  const { hwid } = value.leaf;
  if (roleOf(value.subject)?.role === 'VLEK') {
    return isChipMasked(values)
      ? notChecked('hwid', 'A VLEK is of a provider, not of a chip.')
      : notChecked('hwid', 'A VLEK is of a provider, not of a chip, although the report names one.');
  }
  if (!hwid) return failed('hwid', 'The certificate does not say of which chip it is.');
  if (isChipMasked(values))
    return notChecked(
      'hwid',
      'CHIP_ID is zero, because the host masks it. That the key signed says that the chip is the one of the certificate.',
    );
  const size = product === undefined ? hwid.length : productRow(product).chipId;
  const isSame =
    hwid.length === size &&
    isSameBytes(hwid, values.chip_id.subarray(0, size)) &&
    isZero(values.chip_id.subarray(size));
  return judged(
    'hwid',
    isSame,
    `HWID of the certificate is CHIP_ID of the report (${countOf(size, 'byte')}).`,
    'The certificate is of another chip: its HWID is not CHIP_ID of the report.',
  );
}

function tcbRelationsStep(report: AttestationReport): Step {
  const broken = brokenRelations(report);
  const why = provisional(report);
  return judged(
    'tcb-relations',
    broken.length === 0,
    `reported ≤ committed ≤ current, and launch ≤ current, in every part${why === undefined ? '' : `; ${why}, so the firmware is provisional`}.`,
    `${broken.map(({ text }) => text).join('; ')}.`,
  );
}

function authorKeyStep({ values }: AttestationReport): Step {
  const isOn = (values.key_info & 1) !== 0;
  const isThere = !isZero(values.author_key_digest);
  const hasId = !isZero(values.id_key_digest);
  return judged(
    'author-key',
    isOn === isThere && (hasId || !isThere),
    isOn
      ? 'AUTHOR_KEY_EN is set, and there is a digest of an author key.'
      : 'There is no author key, and no digest of one.',
    isOn !== isThere
      ? `AUTHOR_KEY_EN is ${isOn ? 'set' : 'clear'}, but AUTHOR_KEY_DIGEST is ${isThere ? 'not zero' : 'zero'}.`
      : 'There is an author key without an ID key.',
  );
}

function runtimeDataStep({ values }: AttestationReport, hcl: HclBlob | undefined, hashes: Hashes): Step[] {
  if (!hcl) return [];
  const isBound = isJsonBound(hcl, values.report_data, hashes);
  if (isBound === undefined)
    return [
      notChecked(
        'runtime-data',
        `The JSON behind the report is hashed with algorithm ${hcl.hashType}, which is not computed here.`,
      ),
    ];
  return [
    judged(
      'runtime-data',
      isBound,
      'The hash of the JSON behind the report is in REPORT_DATA.',
      'The hash of the JSON behind the report is not what REPORT_DATA has: it is other JSON.',
    ),
  ];
}

/** Verifies a report. Every step is in the answer, in the order of STEPS. */
export async function verifyReport(evidence: Evidence, runtime: Runtime): Promise<Verification> {
  const { certificates, bad, roots = [], at, wishes = {}, hcl } = evidence;
  const leafRole = signingKeyOf(evidence.report.values) === 'VLEK' ? 'VLEK' : 'VCEK';
  const chain = await buildChain(
    { certificates, bad: bad.filter(({ said }) => said !== 'CRL'), roots, leafRole },
    runtime,
  );
  const { leaf } = chain;
  const product = leaf && productOfLeaf(leaf.value);
  // Where a report of version 2 does not say what its TCBs are, the certificate does.
  const report = product ? ofProduct(evidence.report, product) : evidence.report;
  const without = (step: Step['step']) => notChecked(step, NO_LEAF);
  const steps: Step[] = [
    formatStep(report),
    ...chainSteps(chain, report),
    datesStep(chain, at),
    await revocationStep(chain, evidence, runtime),
    ...(leaf
      ? [
          ...leafSteps(evidence.report, leaf),
          await signatureStep(report, leaf, runtime),
          tcbStep(report, leaf, product),
          hwidStep(report, leaf, product),
        ]
      : (['key-kind', 'product', 'signature', 'tcb', 'hwid'] as const).map(without)),
    tcbRelationsStep(report),
    authorKeyStep(report),
    ...runtimeDataStep(report, hcl, runtime.hashes),
    ...wishSteps(report, wishes),
  ];
  const order = Object.keys(STEPS);
  steps.sort((a, b) => order.indexOf(a.step) - order.indexOf(b.step));
  const names = report.product.names;
  return {
    verified: isVerified(steps),
    steps,
    chain: chain.links,
    remarks: remarksOn(report, names),
    product: product ?? (names.length === 1 ? names[0] : undefined),
  };
}

/** What people should know of a report that is verified all the same. */
function remarksOn(report: AttestationReport, names: readonly ProductName[]): string[] {
  const { values } = report;
  const why = provisional(report);
  return [
    ...(names.length === 1 && names[0] === 'Milan' && signingKeyOf(values) === 'VCEK' ? [MILAN_SEED] : []),
    ...(why === undefined ? [] : [`The firmware is provisional: ${why}.`]),
    ...policyFindings(values.policy).flatMap(({ severity, message }) =>
      severity === 'warning' ? [message] : [],
    ),
    ...(values.vmpl === 0xffffffff ? ['The host asked for this report, not the guest.'] : []),
    ...(values.vmpl > 0 && values.vmpl <= 3
      ? [`The report was asked for at VMPL ${values.vmpl}, below what runs at VMPL 0.`]
      : []),
  ];
}

/** A chain as plain data, without what only verification needs. */
export const chainJson = (links: readonly ChainLink[]) =>
  links.map(({ role, name, source, notBefore, notAfter, serial, sha256, spki, problem }) => ({
    role,
    name,
    source,
    notBefore: day(notBefore),
    notAfter: day(notAfter),
    serial: hex(serial),
    sha256,
    publicKey: bytesToHex(spki),
    ...(problem !== undefined && { problem }),
  }));
