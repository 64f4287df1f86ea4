// The certificates in the files of a folder. Those with the names that tools give them are read, and belong to the report whatever they are; of
// the others only lists of revoked certificates of AMD's, by their content, because a folder may hold certificates of anything.

import { certificatesIn, joined, type GivenCertificates } from '../core/report/forms/pem';
import { withTable } from '../core/report/forms/jsonReport';
import { within, type ReportFound } from '../core/report/forms/reportSource';
import { kindOfName } from './certificateNames';
import { readRevocationList } from './reportCertificates';

/** A file of a folder. */
export interface FolderFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A file that says of itself that it is a list: one that cannot be read is not passed over. */
const saysList = (name: string): boolean => /crl/i.test(name);

function listsIn({ name, bytes }: FolderFile): GivenCertificates {
  const { certificates, bad } = certificatesIn(bytes, name);
  const lists = certificates.filter(({ kind, der }) => {
    if (kind !== 'crl') return false;
    const read = readRevocationList(der);
    return 'problem' in read ? saysList(name) : read.value.issuer.startsWith('ARK-');
  });
  return { certificates: lists, bad: saysList(name) ? bad.map((one) => ({ ...one, said: 'CRL' })) : [] };
}

/** One file, by its name where that says what it is. */
export function certificatesOfFile({ name, bytes }: FolderFile): GivenCertificates {
  const kind = kindOfName(name);
  return certificatesIn(bytes, name, kind === 'chain' ? undefined : kind);
}

/** The certificates in the files of a folder that may be some. */
export const certificatesOfFolder = (files: readonly FolderFile[]): GivenCertificates =>
  joined(
    files.map((file) => (kindOfName(file.name) === undefined ? listsIn(file) : certificatesOfFile(file))),
  );

/** A report of configfs-tsm with the table that stands in the file beside it, which may be empty. */
export const withTsmTable = (found: ReportFound, table: Uint8Array): ReportFound =>
  within('configfs', withTable(found, table));
