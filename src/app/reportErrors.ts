// Failures of reading attestation reports, certificates and wishes.

import { usage, type CheckError } from '../core/errors';

/** A file has no attestation report; `reason` is a sentence or two that begin with "It". */
export function notAReport(name: string, reason: string): CheckError {
  return usage('no-report', `${name} is no attestation report. ${reason}`);
}

/** A folder was given that is none of configfs-tsm. */
export function noReportInFolder(folder: string, isEmpty: boolean): CheckError {
  return usage(
    'no-report-in-folder',
    isEmpty
      ? `The folder ${folder} is empty, or may not be read: there is no "outblob", in which configfs-tsm has a report.`
      : `The folder ${folder} has no file "outblob", in which configfs-tsm has a report.`,
    {
      advice: 'Give the file with the report, or a folder of /sys/kernel/config/tsm/report.',
    },
  );
}

/** The folder of configfs-tsm has a report of another technology. */
export function otherProvider(folder: string, provider: string): CheckError {
  return usage(
    'other-tsm-provider',
    `The report in ${folder} is of "${provider}"; one of SEV-SNP is of "sev_guest".`,
  );
}

/** A folder of certificates has none. */
export function noCertificatesInFolder(folder: string, isEmpty: boolean): CheckError {
  const found = isEmpty ? 'is empty, or may not be read: there is no certificate' : 'has no certificate';
  return usage('no-certificates', `The folder ${folder} ${found}.`, {
    advice: 'Give a folder with ark, ask or asvk, vcek or vlek, each .pem or .der, as snpguest names them.',
    at: { input: '--certs' },
  });
}

/** A wish has a value that it cannot have; `wanted` is a phrase. */
export function badWish(input: string, wanted: string): CheckError {
  return usage('bad-wish', `${input} must be ${wanted}.`, { at: { input } });
}

/** A value looks like bytes, but without what says so; snpguest compares the characters of such a value, so that it matches nothing. */
export function badSnpguestValue(input: string, wanted: string): CheckError {
  return usage('bad-snpguest-value', `${input} must be ${wanted}.`, {
    advice:
      'snpguest takes a text without 0x as the bytes of its characters; here it is taken in hexadecimal or base64 only.',
    at: { input },
  });
}

/** A file of wishes is none. @param why a phrase: what it is instead */
export function wishesNotJson(name: string, why: string): CheckError {
  return usage('wishes-not-json', `${name} has no wishes: it is ${why}.`, {
    advice: `Give JSON such as {"vmpl": 0, "guestSvn": 2}, or go-sev-guest's policy.`,
    at: { input: '--require' },
  });
}

/** A file of wishes has a member that is not known. A wish that is not understood must not be left out. */
export function unknownWish(name: string, member: string, known: readonly string[]): CheckError {
  return usage('unknown-wish', `${name} has the member "${member}", which is no wish.`, {
    advice: `Wishes are ${known.join(', ')}; those of go-sev-guest's policy are read, too.`,
    at: { input: '--require' },
  });
}

/** A file of wishes says one thing by two members, of which none can be left out. */
export function repeatedWish(name: string, member: string, other: string): CheckError {
  return usage('repeated-wish', `${name} has the members "${other}" and "${member}" for the same wish.`, {
    advice: 'Keep one of them.',
    at: { input: '--require' },
  });
}

/** A member of go-sev-guest's policy asks for what a report alone cannot answer. @param why one sentence with what to do */
export function refusedWish(name: string, member: string, why: string): CheckError {
  return usage('refused-wish', `${name} has the member "${member}", which is not judged here.`, {
    advice: why,
    at: { input: '--require' },
  });
}

/** A time is none. */
export function badTime(found: string): CheckError {
  return usage('bad-time', `"${found.slice(0, 40)}" is no time.`, {
    advice:
      'Give a date such as 2026-06-01, or with a time such as 2026-06-01T12:00:00Z or 2026-06-01T14:00:00+02:00.',
    at: { input: '--at' },
  });
}
