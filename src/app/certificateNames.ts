// The names that files with certificates have beside a report: what a file is follows from its name alone.

import type { CertificateKind } from '../core/report/forms/certificateTable';

/** The names of certificates in a folder, as snpguest and others write them, with what they are. */
const NAMES: readonly (readonly [name: string, kind: CertificateKind])[] = [
  ['ark', 'ARK'],
  ['ask', 'ASK'],
  ['asvk', 'ASK'],
  ['vcek', 'VCEK'],
  ['vlek', 'VLEK'],
  ['crl', 'CRL'],
];
const ENDINGS: readonly string[] = ['pem', 'der', 'crt', 'cer', 'crl'];
/** AMD's key server answers with the chain in one file. */
const CHAIN = /^cert_chain(\.pem)?$/i;

/**
 * Whether a file of a folder is read at all: one with a name for certificates, or one that may be a list of revoked certificates, which has
 * no usual name.
 */
export const mayBeCertificate = (name: string): boolean =>
  kindOfName(name) !== undefined || ENDINGS.includes(/\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '');

/** The names of a report and of its table of certificates in a folder of configfs-tsm. */
export const TSM = { report: 'outblob', table: 'auxblob' } as const;

/** What a file is by its name; undefined for one that is no certificate. */
export function kindOfName(name: string): CertificateKind | 'chain' | undefined {
  if (CHAIN.test(name)) return 'chain';
  const [, stem, ending] = /^([a-z]+)(?:\.([a-z]+))?$/i.exec(name) ?? [];
  if (stem === undefined || (ending !== undefined && !ENDINGS.includes(ending.toLowerCase())))
    return undefined;
  return NAMES.find(([known]) => known === stem.toLowerCase())?.[1];
}
