// The attestation report of a launch: read with its certificates, and verified. Whoever runs checks hands in how this is done, because its
// library of certificates is loaded only where it is needed: in a thread of the editor, or by the command line when there is a report.

import type { VerifiedReport } from '../core/check/checkReport';
import { joined } from '../core/report/forms/pem';
import { chainPicture } from '../core/report/picture';
import { chainJson, verifyReport } from '../core/report/verify';
import type { Wishes } from '../core/report/wishes';
import { atInput } from './inputs';
import type { Io } from './io';
import { readCertificates } from './reportCertificates';
import * as errors from './reportErrors';
import { problemsAround, readCertificateFiles, readReportFile } from './reportFile';
import { nameOfInput } from './vmsaFile';

/** A report that is to be verified. */
export interface EvidenceQuestion {
  /** A file, or a folder of configfs-tsm. */
  readonly report: string;
  /** Files and folders. */
  readonly certificates?: readonly string[] | undefined;
  readonly require?: Wishes | undefined;
  /** Files and folders of roots that the user trusts besides AMD's. */
  readonly roots?: readonly string[] | undefined;
  /** When certificates must be valid, in milliseconds since 1970; now unless given. */
  readonly at?: number | undefined;
}

/** Reads a report and verifies it. @throws CheckError when a file cannot be read, or there is no report in it */
export type VerifyEvidence = (question: EvidenceQuestion, signal?: AbortSignal) => Promise<VerifiedReport>;

/** Does so here. */
export const evidenceReader =
  (io: Io): VerifyEvidence =>
  async ({ report: path, certificates = [], require: wishes = {}, roots = [], at = Date.now() }) => {
    const { report, found } = await atInput('report', () => readReportFile(io, path));
    const given = await atInput('certificates', () =>
      Promise.all(certificates.map((one) => readCertificateFiles(io, one))),
    );
    const verification = await verifyReport(
      {
        report,
        ...readCertificates(joined([found.certificates, ...given])),
        roots: await readRoots(io, roots),
        at,
        wishes,
        hcl: found.hcl,
        around: problemsAround(found),
      },
      io,
    );
    const { verified, steps, remarks } = verification;
    return {
      file: io.path.basename(nameOfInput(path)),
      path: found.forms.includes('configfs') ? io.path.join(path, 'outblob') : path,
      report: { ...report, bytes: report.bytes.slice() },
      verification: { verified, steps, remarks },
      chain: chainJson(verification.chain),
      picture: await chainPicture(verification, report, { verifier: io.verifier, at }),
      at,
    };
  };

/** Roots that the user trusts. @throws CheckError (usage) for what is no certificate */
export async function readRoots(io: Io, paths: readonly string[]) {
  const files = await Promise.all(paths.map((one) => readCertificateFiles(io, one)));
  const { certificates, bad } = readCertificates(joined(files));
  if (bad[0]) throw errors.badWish('--root', `a certificate; ${bad[0].source} ${bad[0].problem}`);
  return certificates;
}
