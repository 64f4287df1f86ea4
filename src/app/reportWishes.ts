// A file of wishes: JSON with their names, or go-sev-guest's policy (proto/check.proto), whose names and numbers are understood.

import { parseExactJson, type JsonValue } from '../core/binary/exactJson';
import { keyFilter } from '../core/check/keyText';
import { readWish } from '../core/report/readWish';
import { WISH_ROWS, type WantedProduct, type Wishes, type WishRow } from '../core/report/wishes';
import * as errors from './reportErrors';

type JsonObject = ReadonlyMap<string, JsonValue>;

/** `minimum_guest_svn` as `minimumGuestSvn`: JSON of protobuf has either. */
const camel = (name: string): string =>
  name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const rowOf = (name: string): WishRow | undefined =>
  WISH_ROWS.find((row) => row.name === name || row.others.includes(name));

const isObject = (value: JsonValue): value is JsonObject => value instanceof Map;
const isNothing = (value: JsonValue): boolean =>
  value === '' ||
  value === null ||
  value === 0n ||
  value === '0' ||
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && value.size === 0);

/** What a member of another form becomes; a sentence for what cannot be done with a report alone. */
type PeerRow = (value: JsonValue) => Partial<Wishes> | Refused | undefined;

/** Why a member is refused, a sentence that says what to do. */
class Refused {
  constructor(readonly why: string) {}
}

/** A member that says nothing while it is empty. */
const refused =
  (why: string): PeerRow =>
  (value) =>
    isNothing(value) ? {} : new Refused(why);

const KEYS =
  'A report has the SHA-384 of such a key, not the key: give that, as trustedIdKeyHashes or trustedAuthorKeyHashes have it.';
const TURIN =
  'This is the TCB of a Turin as one number: give its parts, as minimumTcb and minimumLaunchTcb take them.';

/** Members of go-sev-guest's policy that are wishes of another form, by what they become. */
const PEERS: Readonly<Record<string, PeerRow>> = {
  permitProvisionalFirmware: (value) => (typeof value === 'boolean' ? { committed: !value } : undefined),
  trustedAuthorKeys: refused(KEYS),
  trustedIdKeys: refused(KEYS),
  trustedAuthorCerts: refused(KEYS),
  trustedIdCerts: refused(KEYS),
  minimumTcbTurin: refused(TURIN),
  minimumLaunchTcbTurin: refused(TURIN),
};

/** Members that only go-sev-guest's policy has. Without permission it refuses provisional firmware. */
const ONLY_PEERS: readonly string[] = [
  ...Object.keys(PEERS),
  ...['minimumGuestSvn', 'trustedIdKeyHashes', 'trustedAuthorKeyHashes'],
];

/** Its root of trust: what it says of where certificates come from is for the one who gives them here. */
const ROOT: Readonly<Record<string, PeerRow>> = {
  // Nothing is fetched.
  disallowNetwork: (value) => (typeof value === 'boolean' ? {} : undefined),
  checkCrl: (value) =>
    value === false
      ? {}
      : new Refused('Nothing is fetched: give the list beside the certificates, and it is checked.'),
  cabundlePaths: refused('Give these certificates themselves, beside the report.'),
  cabundles: refused('Give these certificates themselves, beside the report.'),
};

/** A member, and its name as it is written. */
type Member = readonly [name: string, value: JsonValue, written: string];

const membersOf = (json: JsonObject): Member[] => [...json].map(([key, value]) => [camel(key), value, key]);

/** The members of a file, and those of a root of trust: go-sev-guest's tool takes both in one, a configuration. */
function partsOf(json: JsonObject): {
  readonly wishes: readonly Member[];
  readonly root: readonly Member[];
  readonly isConfig: boolean;
} {
  const all = membersOf(json);
  const policy = all.find(([key]) => key === 'policy')?.[1];
  const root = all.find(([key]) => key === 'rootOfTrust')?.[1];
  const isConfig = all.every(([key]) => key === 'policy' || key === 'rootOfTrust');
  if (!isConfig || (policy !== undefined && !isObject(policy)) || (root !== undefined && !isObject(root)))
    return { wishes: all, root: [], isConfig: false };
  return {
    wishes: policy ? membersOf(policy) : [],
    root: root ? membersOf(root) : [],
    isConfig: all.length > 0,
  };
}

/** What a JSON value is, a phrase. */
const kindOf = (value: JsonValue): string =>
  Array.isArray(value)
    ? 'a list'
    : value === null
      ? 'null'
      : `a ${typeof value === 'bigint' ? 'number' : typeof value}`;

/** Whether two products are one, of which the other may say more. */
const isSameProduct = (a: WantedProduct, b: WantedProduct): boolean =>
  a.name === b.name && (a.stepping ?? b.stepping) === (b.stepping ?? a.stepping);

/** Wishes as they are found, each by one member only: which of two that differ counts would depend on their order. */
class Found {
  wishes: Wishes = {};
  /** The members by the wishes that they gave. */
  private readonly members = new Map<string, string>();

  constructor(private readonly file: string) {}

  add(member: string, more: Wishes): void {
    for (const wish of Object.keys(more)) {
      const other = this.members.get(wish);
      const [a, b] = [this.wishes.product, more.product];
      const isMore = wish === 'product' && a && b && isSameProduct(a, b);
      if (other !== undefined && !isMore) throw errors.repeatedWish(this.file, named(member), named(other));
      this.members.set(wish, member);
    }
    this.wishes = {
      ...this.wishes,
      ...more,
      ...(more.product && { product: { ...this.wishes.product, ...more.product } }),
    };
  }
}

/** The name of a member for a message: somebody may have pasted a key there. */
const named = (member: string): string => keyFilter([member])(member.slice(0, 40));

/** The object that a file has. @throws CheckError (usage) that says what it is instead */
function objectIn(name: string, text: string): JsonObject {
  if (text.trim() === '') throw errors.wishesNotJson(name, 'empty');
  const json = parseExactJson(text);
  if ('problem' in json) {
    const line = text.slice(0, json.at).split('\n').length;
    throw errors.wishesNotJson(name, `no JSON (${json.problem}, line ${line})`);
  }
  if (!isObject(json.value)) throw errors.wishesNotJson(name, `${kindOf(json.value)}, not an object`);
  return json.value;
}

/** Reads wishes. @param name of the file in messages @throws CheckError (usage) for anything that is not understood */
export function readWishes(name: string, text: string): Wishes {
  const json = objectIn(name, text);
  const { wishes: members, root, isConfig } = partsOf(json);
  const isPeer =
    isConfig ||
    members.some(([key]) => ONLY_PEERS.includes(key)) ||
    [...json.keys()].some((key) => key.includes('_'));
  const found = new Found(name);
  const take = ([key, value, written]: Member, rows: Readonly<Record<string, PeerRow>>) => {
    const more = Object.hasOwn(rows, key) ? rows[key]!(value) : undefined;
    if (!more)
      throw errors.unknownWish(
        name,
        named(written),
        WISH_ROWS.map((one) => one.name),
      );
    if (more instanceof Refused) throw errors.refusedWish(name, written, more.why);
    found.add(written, more);
  };
  for (const member of root) {
    const [key, value, written] = member;
    if (key === 'product' || key === 'productLine') found.add(written, productOf(name, written, value));
    else take(member, ROOT);
  }
  for (const member of members) {
    const [key, value, written] = member;
    const row = rowOf(key);
    if (!row) {
      take(member, PEERS);
      continue;
    }
    // Protobuf writes so what nobody gave; a wish of ours that is empty is a mistake.
    if (isPeer && (value === null || value === '' || (Array.isArray(value) && value.length === 0))) continue;
    if (row.kind === 'product') {
      found.add(written, productOf(name, written, value));
      continue;
    }
    const read = readWish(row, value);
    if (!read.ok) throw errors.badWish(`${name}: ${written}`, read.wanted);
    found.add(written, { [row.name]: read.value });
  }
  return isPeer ? withTrust({ committed: true, ...found.wishes }) : found.wishes;
}

/** go-sev-guest trusts no key that is not named: where it requires one and none is, it refuses every report. */
const withTrust = (wishes: Wishes): Wishes =>
  (wishes.requireAuthorKey || wishes.requireIdBlock) &&
  !wishes.trustedIdKeyHashes &&
  !wishes.trustedAuthorKeyHashes
    ? { ...wishes, trustedIdKeyHashes: [] }
    : wishes;

/** A product; protobuf has one that is not known for none. */
function productOf(name: string, key: string, value: JsonValue): Pick<Wishes, 'product'> {
  const said = isObject(value) ? value.get('name') : value;
  if (isNothing(value) || said === 'SEV_PRODUCT_UNKNOWN') return {};
  const read = readWish(rowOf('product')!, value);
  if (!read.ok) throw errors.badWish(`${name}: ${key}`, read.wanted);
  return { product: read.value as NonNullable<Wishes['product']> };
}
