// What is in a file with an attestation report besides the report, as a tree: headers, the table of certificates, and each certificate with
// its fields, at their bytes where the file has them as they are.

import { byteCount, countOf, hex } from '../core/binary/hex';
import { describeLeaf } from '../core/binary/describe';
import { leaves, readLeaf, type Struct } from '../core/binary/struct';
import type { FilePart } from '../core/report/filePart';
import { CERTIFICATE_ENTRY, type TableEntry } from '../core/report/forms/certificateTable';
import { HCL_DATA, HCL_HEADER } from '../core/report/forms/hclBlob';
import { certificatesIn, type GivenCertificates } from '../core/report/forms/pem';
import type { ReportFound } from '../core/report/forms/reportSource';
import { REPORT_SIZE } from '../core/report/layout';
import { givenPart, part } from './certificateParts';

/** As many certificates as are shown: no chain has more, and a hostile file can have thousands. */
const MOST_SHOWN = 64;

/** The fields of a table's layout at a place. */
const fieldsOf = (layout: Struct, bytes: Uint8Array, at: number): FilePart[] =>
  leaves(layout).map((leaf) => {
    const moved = { ...leaf, offset: leaf.offset + at };
    const { raw, meaning } = describeLeaf(leaf, readLeaf(bytes, moved));
    return part(leaf.path, meaning, leaf.row.doc, { raw, range: { offset: moved.offset, size: leaf.size } });
  });

/** An entry of the table: its row, and what it leads to. */
function entryPart(entry: TableEntry, carrier: Uint8Array, room: number): FilePart {
  const { guid, kind, title, at, offset, bytes } = entry;
  const isCertificate = !['firmware', 'platform', 'unknown'].includes(kind);
  const { certificates, bad } = isCertificate
    ? certificatesIn(bytes, title, kind)
    : { certificates: [], bad: [] };
  const inside = certificates.slice(0, Math.max(0, room)).map((one, i) =>
    // What is PEM has its DER in no bytes of the file.
    givenPart(
      one,
      certificates.length > 1 ? `certificate ${i + 1}` : 'certificate',
      one.der === bytes ? offset : undefined,
    ),
  );
  const [only] = inside;
  const wrong = bad.map(({ problem }) => problem).join('; ');
  return part(
    title,
    only && inside.length === 1 ? only.meaning : wrong || byteCount(bytes.length),
    `an entry of the table, ${guid}`,
    {
      children: [
        part('entry', `${byteCount(bytes.length)} from ${hex(offset)}`, 'its row in the table', {
          range: { offset: at, size: CERTIFICATE_ENTRY.size },
          children: fieldsOf(CERTIFICATE_ENTRY, carrier, at),
        }),
        ...(inside.length === 1 && only!.range
          ? [only!]
          : [
              part('data', wrong, isCertificate ? 'in PEM' : 'bytes that are no certificate', {
                range: { offset, size: bytes.length },
                children: inside,
              }),
            ]),
      ],
    },
  );
}

function hclParts({ hcl, carrier }: ReportFound): FilePart[] {
  if (!hcl) return [];
  const dataAt = HCL_HEADER.size + REPORT_SIZE;
  return [
    part('HCL header', `version ${hcl.version}`, "what Azure's HCL writes before the report", {
      range: { offset: 0, size: HCL_HEADER.size },
      children: fieldsOf(HCL_HEADER, carrier, 0),
    }),
    part('HCL runtime data', byteCount(hcl.json.length), 'what the report vouches for by its data', {
      range: { offset: dataAt, size: HCL_DATA.size + hcl.json.length },
      children: [
        ...fieldsOf(HCL_DATA, carrier, dataAt),
        part('json', '', "keys of the vTPM and the guest's data, JSON", {
          raw: byteCount(hcl.json.length),
          range: { offset: hcl.jsonAt, size: hcl.json.length },
        }),
      ],
    }),
  ];
}

/** Everything around a report. @param beside certificates in files beside it */
export function reportParts(found: ReportFound, beside: GivenCertificates): FilePart[] {
  const { carrier, table } = found;
  let room = MOST_SHOWN;
  const entries = (table?.entries ?? []).map((entry) => {
    const shown = entryPart(entry, carrier, room);
    room -= shown.children.length - 1;
    return shown;
  });
  const files = [
    ...beside.certificates.slice(0, MOST_SHOWN).map((one) => givenPart(one, one.source, undefined)),
    ...beside.bad.map(({ source, problem }) => part(source, problem, 'no certificate')),
  ];
  const isText = found.forms.some((form) => form === 'trustee' || form === 'azure' || form === 'scale');
  const within = isText && !table ? found.certificates.certificates.slice(0, MOST_SHOWN) : [];
  return [
    ...hclParts(found),
    ...(table
      ? [
          part(
            'Certificate table',
            countOf(entries.length, 'entry').replace('entrys', 'entries'),
            'certificates that the host handed out with the report',
            {
              range: { offset: table.offset, size: table.size },
              children: entries,
            },
          ),
        ]
      : []),
    ...(within.length > 0
      ? [
          part(
            'Certificates with the report',
            countOf(within.length, 'certificate'),
            'certificates of the evidence',
            {
              children: within.map((one) => givenPart(one, one.source, undefined)),
            },
          ),
        ]
      : []),
    ...(files.length > 0
      ? [
          part(
            'Certificates beside the file',
            countOf(files.length, 'file').replace('file', 'certificate'),
            'files of this folder with the names that snpguest gives certificates',
            {
              children: files,
            },
          ),
        ]
      : []),
  ];
}
