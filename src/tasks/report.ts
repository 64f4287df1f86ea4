// Reads an attestation report for its page, and verifies it: certificates take a library that no other page needs, and RSA keys of 4096 bits
// more than a frame.

import { readCertificates } from '../app/reportCertificates';
import { reportParts } from '../app/reportParts';
import { certificatesOfFolder, withTsmTable } from '../app/certificateFolder';
import { TSM } from '../app/certificateNames';
import type { Io } from '../app/io';
import { reportFindings } from '../core/report/findings';
import { findReport } from '../core/report/forms/findReport';
import { joined } from '../core/report/forms/pem';
import { kdsUrls } from '../core/report/kdsUrl';
import { chainPicture } from '../core/report/picture';
import { decodeReport } from '../core/report/report';
import { NOTHING_ASKED, STEPS, type Step } from '../core/report/steps';
import { verifyReport } from '../core/report/verify';
import type { ReadReport, ReportFacts, ReportTask } from '../protocol/snpReport';

const isAsked = ({ outcome, reason }: Step): boolean => outcome !== 'not-checked' || reason !== NOTHING_ASKED;

/** Reads a report, and answers twice: with what it says, and when that is known also with whether it is true. */
export async function readReport(
  { file, beside, at }: ReportTask,
  io: Io,
  answer: (answer: ReadReport) => Promise<void>,
): Promise<void> {
  const alone = findReport(file);
  if ('reason' in alone) {
    await answer({ reason: alone.reason });
    return;
  }
  const tsm = beside.find(({ name }) => name === TSM.table);
  const found = tsm ? withTsmTable(alone, tsm.bytes) : alone;
  const others = certificatesOfFolder(beside);
  const report = decodeReport(found.bytes);
  const facts: ReportFacts = {
    carrier: found.carrier.slice(),
    offset: found.offset,
    form: found.title,
    notes: found.notes,
    // Those of the report count from its start.
    findings: [
      ...reportFindings(report).map((one) => ({ ...one, offset: one.offset + found.offset })),
      ...found.findings,
    ],
    parts: reportParts(found, others),
  };
  await answer({ facts });
  const given = readCertificates(joined([found.certificates, others]));
  const verification = await verifyReport({ report, ...given, at, hcl: found.hcl }, io);
  const hasLeaf = verification.chain.some(({ role }) => role === 'VCEK' || role === 'VLEK');
  await answer({
    facts,
    verification: {
      verified: verification.verified,
      at,
      ...(verification.product && { product: verification.product }),
      // Nobody wishes anything of a report that is only opened.
      steps: verification.steps.filter(isAsked).map(({ step, outcome, reason }) => ({
        step,
        title: STEPS[step].title,
        outcome,
        reason,
        required: STEPS[step].required,
      })),
      picture: await chainPicture(verification, report, { verifier: io.verifier, at }),
      remarks: verification.remarks,
      urls: hasLeaf ? [] : kdsUrls(report).flatMap(({ vcek }) => vcek ?? []),
    },
  });
}
