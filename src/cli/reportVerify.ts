// `sevscope report verify`: every step with its outcome and reason, then the verdict.

import type { Io } from '../app/io';
import { readCertificates } from '../app/reportCertificates';
import { readRoots } from '../app/reportEvidence';
import { problemsAround, readCertificateFiles, readReportFile } from '../app/reportFile';
import { VERIFICATION_VERSION } from '../app/reportSchema';
import { nameOfInput } from '../app/vmsaFile';
import { OUTCOME_WORDS } from '../core/launch/checkSteps';
import { joined } from '../core/report/forms/pem';
import { kdsUrls } from '../core/report/kdsUrl';
import { redactedLink, redactedStep } from '../core/report/redact';
import { reportFieldsJson } from '../core/report/reportJson';
import { NOTHING_ASKED, STEPS } from '../core/report/steps';
import { chainJson, verifyReport, type Verification } from '../core/report/verify';
import { columns, printJson, type Output } from './output';
import { readVerification, type VerificationOptions } from './wishOptions';

/** The options of `report verify`, besides wishes. */
export interface VerifyOptions extends VerificationOptions {
  readonly certs: readonly string[];
  readonly certificates: readonly string[];
  readonly json?: true;
  readonly redact?: true;
}

/** A failure is seen at once. */
const MARKS = { ...OUTCOME_WORDS, failed: 'FAILED' };

/** Verifies a report and prints the answer. @returns whether it is verified */
export async function verifyReportFile(
  io: Io,
  path: string,
  options: VerifyOptions,
  out: Output,
): Promise<boolean> {
  const { at, require: wishes } = await readVerification(io, options);
  const { report, found } = await readReportFile(io, path);
  const given = [...options.certs, ...options.certificates];
  const files = await Promise.all(given.map((one) => readCertificateFiles(io, one)));
  const verification = await verifyReport(
    {
      report,
      ...readCertificates(joined([found.certificates, ...files])),
      roots: await readRoots(io, options.root),
      at,
      wishes,
      hcl: found.hcl,
      around: problemsAround(found),
    },
    io,
  );
  const urls = kdsUrls(report);
  const chain = chainJson(verification.chain);
  const shown = options.redact
    ? { ...verification, steps: verification.steps.map(redactedStep) }
    : verification;
  if (options.json)
    printJson(out, {
      version: VERIFICATION_VERSION,
      file: nameOfInput(path),
      verified: verification.verified,
      at: new Date(at).toISOString(),
      product: verification.product ?? null,
      steps: shown.steps,
      chain: options.redact ? chain.map(redactedLink) : chain,
      remarks: verification.remarks,
      fields: reportFieldsJson(report, options.redact),
      // An address of the VCEK has the chip in it.
      kds: options.redact ? [] : urls,
    });
  else printSteps(nameOfInput(path), shown, out);
  return verification.verified;
}

function printSteps(name: string, { verified, steps, remarks }: Verification, out: Output): void {
  const asked = steps.filter(({ outcome, reason }) => outcome !== 'not-checked' || reason !== NOTHING_ASKED);
  out.lines(
    columns(
      asked.map(({ step, outcome, reason }) => [MARKS[outcome], STEPS[step].title, reason]),
      '  ',
    ),
  );
  for (const remark of remarks) out.line(`  remark: ${remark}`);
  const failed = steps.filter(({ outcome }) => outcome === 'failed').map(({ step }) => STEPS[step].title);
  out.line('');
  if (verified) out.line(`${name}: verified`);
  else if (failed.length > 0) out.line(`${name}: NOT verified (${failed.join(', ')})`);
  else out.line(`${name}: NOT verified: not everything that is required could be checked`);
}
