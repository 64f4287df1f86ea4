// Reads an attestation report and its certificates: a file in any form, standard input, a folder of configfs-tsm; a folder of certificates
// with the names that snpguest gives them, or a file of them.

import { latin1 } from '../core/binary/ascii';
import { countOf } from '../core/binary/hex';
import { findReport, type ReportFound } from '../core/report/forms/findReport';
import type { GivenCertificates } from '../core/report/forms/pem';
import { decodeReport, type AttestationReport } from '../core/report/report';
import { certificatesOfFile, certificatesOfFolder, withTsmTable } from './certificateFolder';
import { kindOfName, mayBeCertificate, TSM } from './certificateNames';
import type { Io } from './io';
import { nameOfInput, readWhole } from './vmsaFile';
import * as errors from './reportErrors';

/** A report that was read. */
export interface ReportFile {
  readonly report: AttestationReport;
  readonly found: ReportFound;
}

/** A table of certificates without its end has as many wrong entries as fit into it. */
const MOST_PROBLEMS = 3;

/** What is wrong with a file around its report, sentences: why certificates that should be in it are not found, for one. */
export function problemsAround({ findings, notes }: ReportFound): string[] {
  const wrong = findings
    .filter(({ severity }) => severity !== 'info')
    // What is wrong with the whole comes first.
    .sort((a, b) => b.size - a.size)
    .map(({ message }) => message);
  const more = wrong.length - MOST_PROBLEMS;
  return [
    ...wrong.slice(0, MOST_PROBLEMS),
    ...(more > 0
      ? [`${countOf(more, 'more problem')} of the table of certificates: "report show" lists them.`]
      : []),
    ...notes,
  ];
}

/** The report in bytes. @param name of the file in messages @throws CheckError (usage) that says why there is none */
export function reportIn(name: string, bytes: Uint8Array): ReportFile {
  const found = findReport(bytes);
  if ('reason' in found) throw errors.notAReport(name, found.reason);
  return { report: decodeReport(found.bytes), found };
}

/** The folder that Linux's configfs-tsm has for a report: outblob, and auxblob, provider and others beside it. */
async function readTsmFolder(io: Io, folder: string): Promise<ReportFile> {
  const names = await io.list(folder);
  const readPart = (name: string): Promise<Uint8Array> =>
    names.includes(name) ? io.read(io.path.join(folder, name), 'report') : Promise.resolve(new Uint8Array());
  if (!names.includes(TSM.report)) throw errors.noReportInFolder(folder, names.length === 0);
  const provider = latin1(await readPart('provider')).trim();
  if (provider !== '' && provider !== 'sev_guest') throw errors.otherProvider(folder, provider.slice(0, 40));
  const path = io.path.join(folder, TSM.report);
  const { found } = reportIn(path, await readPart(TSM.report));
  const whole = withTsmTable(found, await readPart(TSM.table));
  return { report: decodeReport(whole.bytes), found: whole };
}

/** Reads a report from a path, `-` for standard input. @throws CheckError (usage) that says why there is none */
export async function readReportFile(io: Io, path: string): Promise<ReportFile> {
  if (path !== '-' && (await io.stat(path)).kind === 'folder') return readTsmFolder(io, path);
  return reportIn(nameOfInput(path), await readWhole(io, path, 'report'));
}

/** Reads certificates from a file or a folder. @throws CheckError (usage) when there are none */
export async function readCertificateFiles(io: Io, path: string): Promise<GivenCertificates> {
  if ((await io.stat(path)).kind !== 'folder')
    return certificatesOfFile({ name: io.path.basename(path), bytes: await io.read(path, 'certificate') });
  const all = await io.list(path);
  const names = all.filter(mayBeCertificate).sort();
  const read = names.map(async (name) => {
    const bytes = io.read(io.path.join(path, name), 'certificate');
    // What only its content makes a list may be anything, also what cannot be read as one.
    return { name, bytes: await (kindOfName(name) === undefined ? bytes.catch(() => undefined) : bytes) };
  });
  const given = certificatesOfFolder(
    (await Promise.all(read)).flatMap(({ name, bytes }) => (bytes ? [{ name, bytes }] : [])),
  );
  if (given.certificates.length === 0 && given.bad.length === 0)
    throw errors.noCertificatesInFolder(path, all.length === 0);
  return given;
}
