// What an owner wants of a report: one table, from which the steps, the options of the command line, the members of a file of wishes and
// of go-sev-guest's policy, and the documentation come. Each wish is compared with one field.

import { PRODUCTS, type ProductName, type TcbComponent } from './products';
import type { StepId } from './steps';

/** A TCB of which some parts are wanted, at least so much each. */
export type WantedTcb = Readonly<Partial<Record<TcbComponent, number>>>;

/** A processor, and its stepping where that is wanted. */
export interface WantedProduct {
  readonly name: ProductName;
  readonly stepping?: number;
}

/** What is wanted. Bytes are alternatives: one of them is enough. */
export interface Wishes {
  readonly measurement?: readonly Uint8Array[];
  readonly reportData?: readonly Uint8Array[];
  readonly hostData?: readonly Uint8Array[];
  readonly idKeyDigest?: readonly Uint8Array[];
  readonly authorKeyDigest?: readonly Uint8Array[];
  /** Digests of keys of which one is enough: an ID key itself, or the author key that vouches for it. */
  readonly trustedIdKeyHashes?: readonly Uint8Array[];
  readonly trustedAuthorKeyHashes?: readonly Uint8Array[];
  readonly familyId?: readonly Uint8Array[];
  readonly imageId?: readonly Uint8Array[];
  readonly reportId?: readonly Uint8Array[];
  readonly reportIdMa?: readonly Uint8Array[];
  readonly chipId?: readonly Uint8Array[];
  /** Whether an author key, an ID block must be there, whoever signed it. */
  readonly requireAuthorKey?: boolean;
  readonly requireIdBlock?: boolean;
  /** At least. */
  readonly guestSvn?: bigint;
  readonly vmpl?: bigint;
  /** At least as strict as this one. */
  readonly policy?: bigint;
  readonly platformInfo?: bigint;
  readonly minimumTcb?: WantedTcb;
  readonly minimumLaunchTcb?: WantedTcb;
  /** Of the firmware that is committed: `1.55`, or with its build `1.55.29`. */
  readonly minimumVersion?: string;
  readonly minimumBuild?: bigint;
  readonly product?: WantedProduct;
  /** Whether firmware must be committed, not provisional. */
  readonly committed?: boolean;
  /** Bits that must be set in CURRENT_MIT_VECTOR. */
  readonly mitigations?: bigint;
}

/** The name of a wish. */
export type WishName = keyof Wishes;

/** How a wish is written. */
export type WishKind = 'bytes' | 'number' | 'bits' | 'tcb' | 'version' | 'flag' | 'product';

/** One wish. */
export interface WishRow {
  readonly name: WishName;
  readonly step: StepId;
  readonly kind: WishKind;
  /** Bytes of the field. */
  readonly size: number;
  readonly doc: string;
  /** The field that it is compared with. */
  readonly field: string;
  /** Other names in files: those of go-sev-guest's policy. */
  readonly others: readonly string[];
}

const bytes = (
  name: WishName,
  step: StepId,
  field: string,
  size: number,
  doc: string,
  ...others: string[]
): WishRow => ({
  ...{ name, step, kind: 'bytes', size, doc, field, others },
});
const other = (
  name: WishName,
  step: StepId,
  kind: WishKind,
  field: string,
  size: number,
  doc: string,
  ...others: string[]
): WishRow => ({
  ...{ name, step, kind, size, doc, field, others },
});

/** Every wish, in the order of the steps. */
export const WISH_ROWS: readonly WishRow[] = [
  bytes('measurement', 'measurement', 'measurement', 48, 'launch digest that is wanted'),
  bytes('reportData', 'report-data', 'report_data', 64, 'report data that are wanted, such as a nonce'),
  bytes('hostData', 'host-data', 'host_data', 32, 'host data that are wanted'),
  bytes('idKeyDigest', 'id-key-digest', 'id_key_digest', 48, 'SHA-384 of the ID key that is wanted'),
  bytes(
    'authorKeyDigest',
    'author-key-digest',
    'author_key_digest',
    48,
    'SHA-384 of the author key that is wanted',
  ),
  bytes(
    'trustedIdKeyHashes',
    'trusted-key',
    'id_key_digest',
    48,
    'SHA-384 of ID keys that are trusted; a trusted author key is enough, unless one is required',
  ),
  bytes(
    'trustedAuthorKeyHashes',
    'trusted-key',
    'author_key_digest',
    48,
    'SHA-384 of author keys that are trusted, whichever ID key they signed',
  ),
  other(
    'requireAuthorKey',
    'author-key-required',
    'flag',
    'key_info',
    0,
    'whether an author key must have signed the ID key',
  ),
  other(
    'requireIdBlock',
    'id-block-required',
    'flag',
    'id_key_digest',
    0,
    'whether there must be an ID block',
  ),
  bytes('familyId', 'family-id', 'family_id', 16, 'family that is wanted'),
  bytes('imageId', 'image-id', 'image_id', 16, 'image that is wanted'),
  bytes('reportId', 'report-id', 'report_id', 32, 'report id that is wanted'),
  bytes('reportIdMa', 'report-id-ma', 'report_id_ma', 32, 'report id of the migration agent that is wanted'),
  bytes('chipId', 'chip-id', 'chip_id', 64, 'chip that is wanted'),
  other('guestSvn', 'guest-svn', 'number', 'guest_svn', 4, 'guest SVN, at least', 'minimumGuestSvn'),
  other('vmpl', 'vmpl', 'number', 'vmpl', 4, 'VMPL that is wanted'),
  other(
    'policy',
    'policy',
    'bits',
    'policy',
    8,
    'guest policy that the report must be at least as strict as',
  ),
  other(
    'platformInfo',
    'platform-info',
    'bits',
    'platform_info',
    8,
    'platform information that the report must be at least as strict as',
  ),
  other(
    'minimumTcb',
    'minimum-tcb',
    'tcb',
    'reported_tcb',
    8,
    'reported TCB, at least, in every part that is given',
  ),
  other(
    'minimumLaunchTcb',
    'minimum-launch-tcb',
    'tcb',
    'launch_tcb',
    8,
    'TCB at launch, at least, in every part that is given',
  ),
  other(
    'minimumVersion',
    'minimum-version',
    'version',
    'committed_major',
    0,
    'version of the committed firmware, at least: 1.55 or 1.55.29',
  ),
  other(
    'minimumBuild',
    'minimum-build',
    'number',
    'committed_build',
    1,
    'build of the committed firmware, at least',
  ),
  other(
    'product',
    'wanted-product',
    'product',
    'cpuid_fam_id',
    0,
    `processor that is wanted: ${PRODUCTS.map(({ name }) => name).join(', ')}`,
  ),
  other(
    'committed',
    'committed',
    'flag',
    'committed_tcb',
    0,
    'whether the firmware must be committed, not provisional',
  ),
  other(
    'mitigations',
    'mitigations',
    'bits',
    'current_mit_vector',
    8,
    'mitigations that must be in place, as bits',
  ),
];
