// Launch digests as CoRIM, unsigned (draft-ietf-rats-corim-10): a tag 501 with one CoMID, in a profile that says which claims stand where.

import { encode, Tagged } from 'cborg';
import { bytesToHex } from '../core/binary/hex';
import type { Launched } from '../core/check/referenceValues';

/** Tags of CBOR (CoRIM, section 12; RFC 9090 for an OID, RFC 3986 for a URI). */
const TAG = { corim: 501, comid: 506, uri: 32, oid: 111, bytes: 560, exactSvn: 552 } as const;

/** SHA-384 in the registry of named information (CoRIM takes its numbers). */
const SHA384 = 7;

type Map_ = Map<number, unknown>;
const map = (...members: readonly (readonly [number, unknown])[]): Map_ => new Map(members);

/** What CoRIM's maps call a digest and an SVN, among the values of a measurement. */
const DIGESTS = 2;
const SVN = 1;

const digestsOf = (digest: Uint8Array): Map_ => map([DIGESTS, [[SHA384, digest]]]);
const exactSvn = (svn: number): Map_ => map([SVN, new Tagged(TAG.exactSvn, svn)]);

/** A whole CoRIM with one CoMID. */
function wrapped(id: string, tagId: string, triples: Map_, profile: string): Uint8Array {
  const comid = encode(map([1, map([0, tagId])], [4, triples]));
  return encode(
    new Tagged(
      TAG.corim,
      map([0, id], [1, [new Tagged(TAG.comid, comid)]], [3, new Tagged(TAG.uri, profile)]),
    ),
  );
}

/** UUIDv5 of `AMD/SEV-SNP` in the namespace of the profile. */
const MICROSOFT_TAG_ID = '77e8061e-4634-5e53-a848-d1d09e996843';

/**
 * One digest in Microsoft's profile, which the igvm crate writes and IGVM files carry: a reference value, and the SVN that it endorses (igvm,
 * src/corim/launch_measurement).
 */
export function corimOfMicrosoft({ digest }: Launched, svn: number): Uint8Array {
  const environment = map([0, map([1, 'AMD'], [2, 'SEV-SNP'])]);
  const measurement = map([0, 'MEASUREMENT'], [1, digestsOf(digest)]);
  const series = [[[environment, []], [[[measurement], [map([1, exactSvn(svn)])]]]]];
  return wrapped(
    'AMD/SEV-SNP/launch-measurement',
    MICROSOFT_TAG_ID,
    map([0, [[environment, [measurement]]]], [8, series]),
    'tag:microsoft.com,2026:launch-measurement/v1',
  );
}

/** 1.3.6.1.4.1.3704.3.1: a chip with a VCEK. */
const AMD_CLASS = Uint8Array.of(0x2b, 6, 1, 4, 1, 0x9c, 0x78, 3, 1);

/** Keys of measurements in AMD's profile: the guest's SVN and the launch digest. */
const AMD_SVN = 1;
const AMD_MEASUREMENT = 641;

/** Digests in AMD's profile as Veraison takes it: a reference value for each, whose instance is the digest (draft-deeglaze-amd-sev-snp-corim-profile). */
export function corimOfAmd(launches: readonly Launched[], svn: number | undefined): Uint8Array {
  const triples = launches.map(({ digest }) => [
    map([0, map([0, new Tagged(TAG.oid, AMD_CLASS)])], [1, new Tagged(TAG.bytes, digest)]),
    [
      ...(svn === undefined ? [] : [map([0, AMD_SVN], [1, exactSvn(svn)])]),
      map([0, AMD_MEASUREMENT], [1, digestsOf(digest)]),
    ],
  ]);
  const [first] = launches;
  const name = `AMD/SEV-SNP/${bytesToHex(first!.digest.subarray(0, 16))}`;
  return wrapped(name, name, map([0, triples]), 'tag:amd.com,2024:snp-corim-profile');
}
