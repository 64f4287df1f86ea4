// `sevscope report verify`: every step with its outcome and reason, then the verdict.

import type { Io } from '../app/io';
import { readCertificates } from '../app/reportCertificates';
import * as appErrors from '../app/reportErrors';
import { readCertificateFiles, readReportFile } from '../app/reportFile';
import { VERIFICATION_VERSION } from '../app/reportSchema';
import { readWishes } from '../app/reportWishes';
import { nameOfInput } from '../app/vmsaFile';
import { joined } from '../core/report/forms/pem';
import { kdsUrls } from '../core/report/kdsUrl';
import { reportFieldsJson } from '../core/report/reportJson';
import { NOTHING_ASKED, STEPS } from '../core/report/steps';
import { chainJson, verifyReport, type Verification } from '../core/report/verify';
import { readWish, WISH_ROWS, type Wishes } from '../core/report/wishes';
import { columns, printJson, type Output } from './output';

/** The options of `report verify`; those of wishes have their names. */
export interface VerifyOptions extends Readonly<Partial<Record<keyof Wishes, unknown>>> {
  readonly certs: readonly string[];
  readonly root: readonly string[];
  readonly at?: string;
  readonly require?: string;
  readonly json?: true;
  readonly redact?: true;
}

/** Wishes that were given as options. @throws CheckError (usage) */
function wishesOf(options: VerifyOptions): Wishes {
  let wishes: Wishes = {};
  for (const row of WISH_ROWS) {
    const value = options[row.name];
    if (value === undefined) continue;
    const read = readWish(row, value);
    const option = `--${row.name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (!read.ok)
      throw (row.kind === 'bytes' ? appErrors.badSnpguestValue : appErrors.badWish)(option, read.wanted);
    wishes = { ...wishes, [row.name]: read.value };
  }
  return wishes;
}

/** A time as people write it, in milliseconds since 1970; UTC. @throws CheckError (usage) */
function timeOf(text: string): number {
  const isTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z?)?$/.test(text);
  const time = isTime ? Date.parse(text.includes('T') && !text.endsWith('Z') ? `${text}Z` : text) : NaN;
  if (Number.isNaN(time)) throw appErrors.badTime(text);
  return time;
}

const MARKS = { passed: 'passed', failed: 'FAILED', 'not-checked': 'not checked' } as const;

/** Verifies a report and prints the answer. @returns whether it is verified */
export async function verifyReportFile(
  io: Io,
  path: string,
  options: VerifyOptions,
  out: Output,
): Promise<boolean> {
  const wishes = wishesOf(options);
  const at = options.at === undefined ? Date.now() : timeOf(options.at);
  const required =
    options.require === undefined
      ? {}
      : readWishes(options.require, utf8Text(await io.read(options.require, 'wishes')));
  const { report, found } = await readReportFile(io, path);
  const files = await Promise.all(options.certs.map((one) => readCertificateFiles(io, one)));
  const roots = readCertificates(
    joined(await Promise.all(options.root.map((one) => readCertificateFiles(io, one)))),
  );
  const [bad] = roots.bad;
  if (bad) throw appErrors.badWish('--root', `a certificate; ${bad.source} ${bad.problem}`);
  const verification = await verifyReport(
    {
      report,
      ...readCertificates(joined([found.certificates, ...files])),
      roots: roots.certificates,
      at,
      wishes: { ...required, ...wishes },
      hcl: found.hcl,
    },
    io,
  );
  const urls = kdsUrls(report);
  if (options.json)
    printJson(out, {
      version: VERIFICATION_VERSION,
      file: nameOfInput(path),
      verified: verification.verified,
      at: new Date(at).toISOString(),
      product: verification.product ?? null,
      steps: options.redact ? redacted(verification).steps : verification.steps,
      chain: chainJson(verification.chain),
      remarks: verification.remarks,
      fields: reportFieldsJson(report, options.redact),
      // An address of the VCEK has the chip in it.
      kds: options.redact ? [] : urls,
    });
  else printSteps(nameOfInput(path), options.redact ? redacted(verification) : verification, out);
  return verification.verified;
}

const utf8Text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Reasons without long runs of digits, which may name a chip or a guest. */
function redacted(verification: Verification): Verification {
  const PRIVATE: readonly string[] = ['chain', 'chip-id', 'report-id', 'report-id-ma'];
  return {
    ...verification,
    steps: verification.steps.map((step) =>
      PRIVATE.includes(step.step)
        ? { ...step, reason: step.reason.replaceAll(/[0-9a-f]{16,}/g, 'redacted') }
        : step,
    ),
  };
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
