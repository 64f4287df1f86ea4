// A report in every form in which reports are passed around, for tests of both front doors: one table, so that what one reads the other reads.

import { bytesToHex, toBase64, utf8 } from '../../src/core/binary/hex';
import { jsonText } from '../../src/core/binary/json';
import { decodeReport } from '../../src/core/report/report';
import { reportJson } from '../../src/core/report/reportJson';
import type { EvidenceBytes } from './evidence';
import { dstackOf, hclOf, joinBytes, makeTable, response } from './reportForms';

/** A form: the file's content, how many certificates come with it, and what stands beside it in the form of a folder. */
export interface ReportCase {
  readonly title: string;
  readonly bytes: Uint8Array;
  readonly certificates: number;
  readonly auxblob?: Uint8Array;
}

/** The report as Trustee's evidence has it, which is what the sev crate of Rust writes. */
export function sevCrateOf(report: Uint8Array): object {
  const { values } = decodeReport(report);
  const tcb = ([boot, tee, , , , , snp, microcode]: Uint8Array) => ({
    fmc: null,
    bootloader: boot,
    tee,
    snp,
    microcode,
  });
  const { signature_r: r, signature_s: s, ...others } = values;
  const plain = Object.fromEntries(
    Object.entries(others)
      .filter(([name]) => !name.startsWith('reserved'))
      .map(([name, value]) => [
        name,
        name.endsWith('_tcb')
          ? tcb(value as Uint8Array)
          : value instanceof Uint8Array
            ? [...value]
            : Number(value),
      ]),
  );
  const version = (which: 'current' | 'committed') => ({
    build: values[`${which}_build`],
    minor: values[`${which}_minor`],
    major: values[`${which}_major`],
  });
  return {
    ...plain,
    launch_mit_vector: null,
    current_mit_vector: null,
    current: version('current'),
    committed: version('committed'),
    signature: { r: [...r], s: [...s] },
  };
}

/** A report of evidence in every form. */
export function reportCases(evidence: Pick<EvidenceBytes, 'report' | 'ark' | 'ask' | 'leaf'>): ReportCase[] {
  const { report, ark, ask, leaf } = evidence;
  const table = makeTable([
    ['ARK', ark],
    ['ASK', ask],
    ['VCEK', leaf],
  ]);
  const extended = joinBytes(report, table);
  const url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  const pem = (der: Uint8Array) =>
    utf8(`-----BEGIN CERTIFICATE-----\n${toBase64(der)}\n-----END CERTIFICATE-----\n`);
  const one = (title: string, content: Uint8Array | string | object, certificates = 0): ReportCase => ({
    title,
    certificates,
    bytes:
      content instanceof Uint8Array
        ? content
        : utf8(typeof content === 'string' ? content : JSON.stringify(content)),
  });
  const hex = bytesToHex(report);
  return [
    one('1184 bytes', report),
    one('1184 bytes and zeros', joinBytes(report, new Uint8Array(2912))),
    one('a response of 4000 bytes', response(report)),
    one('a response of 1216 bytes', response(report, 0, 1216)),
    one('a table of certificates behind it', extended, 3),
    one("a blob of Azure's HCL", hclOf(report, '{"keys":[]}')),
    one('hexadecimal', hex),
    one('hexadecimal with 0x and a line end', `0x${hex}\n`),
    one('hexadecimal in lines', hex.replaceAll(/.{64}/g, '$&\r\n')),
    one('hexadecimal of a table behind it', bytesToHex(extended), 3),
    one('base64', toBase64(report)),
    one('base64 in lines', toBase64(report).replaceAll(/.{76}/g, '$&\n')),
    one('base64url', url(report)),
    one("base64 of a blob of Azure's HCL", toBase64(hclOf(report, '{}'))),
    one("a TSM's JSON", { provider: 'sev_guest\n', outblob: url(report), auxblob: url(table) }, 3),
    one("a TSM's JSON without certificates", { outblob: toBase64(report), auxblob: '' }),
    one(
      "Trustee's evidence",
      {
        attestation_report: sevCrateOf(report),
        cert_chain: [{ cert_type: 'VCEK', data: [...leaf] }],
      },
      1,
    ),
    one(
      "Trustee's evidence of Azure",
      { quote: {}, report: [...hclOf(report, '{}')], vcek: Buffer.from(pem(leaf)).toString() },
      1,
    ),
    one('JSON of dstack', { attestation: bytesToHex(dstackOf(report, [pem(ask), pem(leaf)])) }, 2),
    one("dstack's attestation", dstackOf(report, [pem(ask), leaf]), 2),
    one('JSON of this tool', jsonText(reportJson(decodeReport(report)))),
    { ...one('a folder of configfs-tsm', report, 3), auxblob: table },
    { ...one('a folder of configfs-tsm without certificates', report), auxblob: new Uint8Array() },
  ];
}
