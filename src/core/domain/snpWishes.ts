// The rules about what stands in the definition of an SNP domain and its owner may want, too: one row for each. The definition is the host's
// word; what it decides shows in the guest's report, or in the launch digest, where that is said.

import { bytesToHex, fromBase64 } from '../binary/hex';
import { offsetOf, sizeOf, type Struct } from '../binary/struct';
import { conjunction } from '../binary/words';
import { ID_AUTH, ID_BLOCK } from '../tech/snp/idBlock';
import type { LaunchSecurity } from './facts';
import { SNP } from './launchTypes';
import type { DomainJudgement, DomainRule, LaunchWishes, WishId } from './question';

/** The row of a wish. */
interface Wish {
  readonly id: string;
  readonly member: WishId;
  readonly title: string;
  /** What it is called in the definition, and what that says where it says nothing. */
  readonly element: string;
  readonly unless: string;
  /** Where it shows what the domain has, the end of a sentence. */
  readonly shows: string;
  /** Of bytes that are too long to be quoted: what they are made of. */
  readonly struct?: Struct;
}

const WISHES: readonly Wish[] = [
  {
    id: 'host-data',
    member: 'hostData',
    title: "The host data is the owner's",
    element: '<hostData>',
    unless: 'none',
    shows: 'the report shows at 0x0c0',
  },
  {
    id: 'kernel-hashes-wish',
    member: 'kernelHashes',
    title: 'Kernel hashes are as the owner wants them',
    element: 'kernelHashes',
    unless: 'no',
    shows: 'decides the launch digest',
  },
  {
    id: 'id-block-wish',
    member: 'idBlock',
    title: "The ID block is the owner's",
    element: '<idBlock>',
    unless: 'none',
    shows: 'the report shows at 0x004, 0x008, 0x010 and 0x020',
    struct: ID_BLOCK,
  },
  {
    id: 'id-auth-wish',
    member: 'idAuth',
    title: "The ID authentication is the owner's",
    element: '<idAuth>',
    unless: 'none',
    shows: 'the report shows by the digests of its keys, at 0x0e0 and 0x110',
    struct: ID_AUTH,
  },
  {
    id: 'author-key-wish',
    member: 'authorKey',
    title: 'An author key is there or not, as the owner wants it',
    element: 'authorKey',
    unless: 'no',
    shows: 'the report shows at 0x110, and in bit 0 of 0x048',
  },
  {
    id: 'vcek-wish',
    member: 'vcek',
    title: 'A VCEK may sign or not, as the owner wants it',
    element: 'vcek',
    unless: 'yes',
    shows: 'the report shows in bits 2 to 4 of 0x048',
  },
  {
    id: 'workarounds-wish',
    member: 'guestVisibleWorkarounds',
    title: "The guest-visible workarounds are the owner's",
    element: '<guestVisibleWorkarounds>',
    unless: 'none',
    shows: 'only the guest sees, in its secrets page',
  },
];

const yesOrNo = (is: boolean): string => (is ? 'yes' : 'no');

/** What somebody says, in words; bytes in hexadecimal, those of the domain from its base64. */
function inWords(value: LaunchWishes[WishId] | string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'boolean') return yesOrNo(value);
  const bytes = typeof value === 'string' ? fromBase64(value) : value;
  return bytes && bytesToHex(bytes);
}

/** Longer values are told by the fields in which they differ. */
const MOST_QUOTED = 32;

/** Two values that differ, in words, each after who has it. */
function difference(
  { struct, unless }: Wish,
  wanted: string,
  found: string | undefined,
): readonly [string, string] {
  if (!struct) return [wanted, found ?? unless];
  if (found === undefined) return ['one', unless];
  const digitsOf = (text: string, name: string) =>
    text.slice(
      2 * offsetOf(struct, name),
      2 * (offsetOf(struct, name) + sizeOf(struct.rows.find((r) => r.name === name)!.type)),
    );
  const names = struct.rows
    .map(({ name }) => name)
    .filter((name) => digitsOf(wanted, name) !== digitsOf(found, name));
  return ['one', `another: they differ in ${conjunction(names)}`];
}

function judge(wish: Wish, given: LaunchWishes, domain: LaunchSecurity): DomainJudgement {
  const { member, element, unless, shows } = wish;
  const [wanted, found] = [inWords(given[member]), inWords(domain[member])];
  if (wanted === undefined) {
    const said = found !== undefined && found.length > 2 * MOST_QUOTED ? 'one' : found;
    return said === undefined
      ? { ok: `The owner does not say, nor does the domain: ${unless}, which ${shows}.` }
      : { skip: `The owner does not say; ${said} is what the host says, which ${shows}.` };
  }
  if (wanted === (found ?? unless)) return { ok: `Both say the same, which ${shows}.` };
  const [owners, domains] = difference(wish, wanted, found);
  return {
    warn: true,
    skip: `The owner wants ${owners}, and the domain has ${domains}, which ${shows}.`,
    advice: `Correct ${element} of the domain, or what you gave.`,
  };
}

/** The rules, in the order of the table. */
export const snpWishes: readonly DomainRule[] = WISHES.map((wish) => ({
  id: wish.id,
  title: wish.title,
  type: SNP,
  judge: ({ given: { wishes = {} }, config: { launchSecurity } }) => judge(wish, wishes, launchSecurity!),
}));
