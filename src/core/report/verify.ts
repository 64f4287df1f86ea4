// Verification of an attestation report, step by step: each passes, fails, or was not checked, with the reason. A report is verified when
// nothing failed and nothing that is required was left out. Signatures and hashes are the runtime's, which is handed in.

import { bytesToHex, hex, isZero } from '../binary/hex';
import type { Hashes } from '../launch/hasher';
import { policyFindings } from '../tech/snp/policyRules';
import { buildChain, type ChainLink } from './chain';
import { chainSteps, datesStep, day, NO_LEAF, revocationStep } from './chainSteps';
import type { Certificate, From } from './certificate';
import type { Evidence, Runtime } from './evidence';
import { brokenRelations, MILAN_SEED, provisional, provisionalText, reportFindings } from './findings';
import { isJsonBound, type HclBlob } from './forms/hclBlob';
import { KNOWN_VERSIONS } from './layout';
import { hwidStep, leafSteps, productOfLeaf, signatureStep, tcbStep } from './leafSteps';
import type { ProductName } from './products';
import { ofProduct, signingKeyOf, type AttestationReport } from './report';
import type { ReportRule } from './rules';
import { failed, isVerified, judged, notChecked, STEPS, type Step } from './steps';
import { wishSteps } from './wishSteps';

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
  const { certificates, bad, roots = [], at, wishes = {}, hcl, around = [] } = evidence;
  const leafRole = signingKeyOf(evidence.report.values) === 'VLEK' ? 'VLEK' : 'VCEK';
  const isFitting = (one: From<Certificate>): boolean => {
    const of = productOfLeaf(one.value);
    const fitted = of ? ofProduct(evidence.report, of) : evidence.report;
    return tcbStep(fitted, one, of).outcome === 'passed' && hwidStep(fitted, one, of).outcome !== 'failed';
  };
  const chain = await buildChain(
    { certificates, bad: bad.filter(({ said }) => said !== 'CRL'), roots, leafRole, isFitting },
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
    remarks: [...remarksOn(report, names), ...around],
    product: product ?? (names.length === 1 ? names[0] : undefined),
  };
}

/** What people should know of a report that is verified all the same. */
function remarksOn(report: AttestationReport, names: readonly ProductName[]): string[] {
  const { values } = report;
  return [
    ...(names.length === 1 && names[0] === 'Milan' && signingKeyOf(values) === 'VCEK' ? [MILAN_SEED] : []),
    ...[provisionalText(report)].filter((text) => text !== undefined),
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
