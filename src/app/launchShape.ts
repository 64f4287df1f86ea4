// What is wrong with the shape of a launch file: each member that the schema rejects, and why, in phrases that quote nothing of what may
// be a key.

import * as v from 'valibot';
import { similarName } from '../core/binary/similar';
import { isObject } from '../core/binary/values';
import { mayBeKey } from '../core/check/keyText';
import { WISH_ROWS } from '../core/report/wishes';
import { namesOfFeatures } from '../core/vmsa/layout/features';
import { MEMBER_TABLE, type MemberRow } from './inputs';
import { FEATURE_NAMES, LaunchFileSchema } from './launchSchema';
import { formsAt, isMemberOf, type ObjectForm } from './objectForms';

// The library's own messages quote what it rejects, and that may be a key: a key file given by mistake, or a
// key pasted where its path belongs. So messages are built here from places and types.

/** What is wrong with the shape of a launch file: the member, outermost name first, and why. */
export interface ShapeProblem {
  readonly member: readonly string[];
  readonly why: string;
}

type Issue = v.BaseIssue<unknown>;
type Member = readonly string[];

/** Issue types whose messages are ours: they say what was expected and quote nothing that was found. */
const OURS = ['check', 'regex', 'union', 'picklist', 'boolean'];

/** What the library writes as an inequality, or not at all. */
const LIMITS: Readonly<Record<string, (expected: string) => string>> = {
  integer: () => 'a whole number',
  min_value: (expected) => expected.replace('>=', 'at least '),
  max_value: (expected) => expected.replace('<=', 'at most '),
};

/** The library's names of types, in words. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  Object: 'an object',
  Array: 'a list',
};

/** A number as it was written; beyond these it was rounded when it was read. */
const numberText = (value: number): string =>
  Math.abs(value) <= Number.MAX_SAFE_INTEGER ? String(value) : `about ${value.toPrecision(3)}`;

/** The type of what was found; of what has no secrets, the value. */
function typeText(input: unknown): string {
  if (input === undefined) return 'nothing';
  if (input === '') return 'an empty text';
  if (typeof input === 'string') return 'a text';
  if (typeof input === 'number') return numberText(input);
  if (Array.isArray(input)) return input.length === 0 ? 'an empty list' : 'a list';
  if (isObject(input)) return Object.keys(input).length === 0 ? 'an empty object' : 'an object';
  return JSON.stringify(input);
}

/** The kinds of inputs whose texts are short names and numbers, which a message can repeat. */
const NAMED_KINDS = ['choice', 'flag', 'profile', 'cpu', 'word', 'number', 'count'];

/** A key has at least so many characters, in any form; what is like a name is none, and may be longer. */
const LEAST_KEY = 15;
const LONGEST_NAME = 40;

/** Whether a text may stand in a message: a name or a number, and nothing that may be a key. @param isLike a name */
const isShown = (text: string, isLike: boolean): boolean =>
  /^[\w.:,+/ -]*$/.test(text) &&
  text.length < (isLike ? LONGEST_NAME : LEAST_KEY) &&
  !text.split(/[,+ ]+/).some(mayBeKey);

/** The name that may be meant, for the end of a phrase. */
const meantBy = (name: string | undefined): string =>
  name === undefined ? '' : ` (did you mean "${name}"?)`;

const rowAt = (member: Member): MemberRow | undefined =>
  MEMBER_TABLE.find((one) => one.member.join() === member.join());

/** What was found in place of a name, a number or bytes, with what may be meant, phrases; undefined where it may be anything. */
function foundText(member: Member, input: unknown): string | undefined {
  const row = rowAt(member);
  if (row?.kind === 'bytes' && typeof input === 'string') {
    const read = row.parse(input);
    return read.ok ? undefined : read.found?.found;
  }
  if (!row || !NAMED_KINDS.includes(row.kind)) return undefined;
  const texts: readonly unknown[] = Array.isArray(input) ? input : [input];
  for (const text of texts) {
    if (typeof text !== 'string' && texts === input) return `a list with ${typeText(text)} in it`;
    if (typeof text !== 'string' || text === '') continue;
    const read = row.parse(text);
    // A list has the names as the manual has them, a text also in other ways to write them.
    const isOther = texts === input && !FEATURE_NAMES.some((name) => name === text);
    if (read.ok && !isOther && row.kind !== 'number') continue;
    const { value, meant: similar } = read.ok ? { ...read, meant: undefined } : { ...read, value: undefined };
    const meant = typeof value === 'bigint' ? namesOfFeatures(value)[0] : similar;
    if (isShown(text, meant !== undefined)) return `"${text}"${meantBy(meant)}`;
  }
  return undefined;
}

/** Where a text among the numbers of a CPU is the name of a model: how that is given, the end of a phrase. */
function wholeMeant(member: Member, input: unknown): string {
  const [name, ...inner] = member;
  const row = name === undefined || inner.length === 0 ? undefined : rowAt([name]);
  if (row?.kind !== 'cpu' || typeof input !== 'string') return '';
  const read = row.parse(input);
  const whole = read.ok ? input : read.meant;
  return whole === undefined ? '' : `; a model by its name stands in place of the object: "cpu": "${whole}"`;
}

/** What was expected and what was found: of names and numbers the value, otherwise only the type. */
function complaint({ type: issue, message, expected, input }: Issue, member: Member): string {
  const nul = issue === 'regex' && typeof input === 'string' ? input.indexOf('\0') : -1;
  if (nul >= 0) return `wanted ${message}, found one at index ${nul}`;
  const found = foundText(member, input) ?? typeText(input);
  const wanted =
    issue === 'min_length' || input === undefined
      ? leastOf(member, input)
      : (LIMITS[issue]?.(expected ?? '') ??
        (OURS.includes(issue) ? message : (TYPES[expected ?? ''] ?? expected)));
  return `wanted ${wanted ?? 'another value'}, found ${found}${wholeMeant(member, input)}`;
}

/** What is wanted in place of nothing. */
function leastOf(member: Member, input: unknown): string {
  if (Array.isArray(input)) return 'at least one entry';
  const row = rowAt(member) ?? rowAt(member.slice(0, -1));
  const read = row?.parse('');
  return read && !read.ok ? read.wanted : 'a text';
}

/** Objects with more members than these are not told by all of them. */
const MOST_NAMES = 8;

/** What an object has, where that is soon said. */
function namesIn(form: ObjectForm): string | undefined {
  const names = Object.keys(form.entries);
  if (names.length > MOST_NAMES) return undefined;
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`;
}

/** The member that may be meant by another name, which may be that of an option, too. */
function memberMeant(around: Member, name: string, forms: readonly ObjectForm[]): string | undefined {
  const names = forms.flatMap(({ entries }) => Object.keys(entries));
  return similarName(name, names, (one) => {
    const { option = '', aliases = [] } = rowAt([...around, one]) ?? {};
    const wish = around[0] === 'require' ? WISH_ROWS.find((row) => row.name === one) : undefined;
    const { others = [] } = wish ?? {};
    return [option, ...aliases, ...others];
  });
}

/** A problem, and whether it is a name that is not known, or a member that is not there. */
interface Found extends ShapeProblem {
  readonly is?: 'unknown' | 'missing';
}

/** A member that is not known is why another one is missing. */
const RANKS = ['unknown', undefined, 'missing'];

/** The names in an object that no form of it has. @param wanted what it may be, a phrase */
function unknownIn(around: Member, input: Readonly<Record<string, unknown>>, wanted?: string): Found[] {
  const forms = formsAt(LaunchFileSchema, around);
  const said = around.length === 0 ? undefined : (wanted ?? (forms[0] && namesIn(forms[0])));
  return Object.keys(input)
    .filter((name) => !forms.some((form) => isMemberOf(form, name)))
    .map((name) => {
      const member = [...around, name];
      const meant = meantBy(memberMeant(around, name, forms));
      const more = wholeMeant(member, input[name]) || (said === undefined ? '' : `; wanted ${said}`);
      return { member, why: `there is no such field${meant}${more}`, is: 'unknown' as const };
    });
}

/** What is wrong inside of an object that may have several forms; undefined where it is its form that is wrong. */
function problemsIn(
  member: Member,
  input: Readonly<Record<string, unknown>>,
  wanted: string,
): Found[] | undefined {
  const names = Object.keys(input);
  const unknown = unknownIn(member, input, wanted);
  if (names.length === 0) return undefined;
  const known = names.filter((name) => !unknown.some((one) => one.member.at(-1) === name));
  const forms = formsAt(LaunchFileSchema, member);
  const [form, ...others] = forms.filter((one) => known.every((name) => isMemberOf(one, name)));
  if (!form && unknown.length === 0 && forms.length > 0)
    return [{ member, why: `wanted ${wanted}, found ${known.map((name) => `"${name}"`).join(' and ')}` }];
  // Which of several is meant nobody knows.
  const issues = form && others.length === 0 ? (v.safeParse(form, input).issues ?? []) : [];
  const isKnown = (issue: Issue) => issue.expected !== 'never';
  const all = [...unknown, ...issues.filter(isKnown).flatMap((issue) => problemsOf(issue, member))];
  return all.length === 0 ? undefined : all;
}

/** The problems that an issue is about. @param around the member in which its path begins */
function problemsOf(issue: Issue, around: Member = []): Found[] {
  const { path = [], input, expected, message, type } = issue;
  const member = [...around, ...path.map(({ key: name }) => String(name))];
  const parent = path.at(-1)?.input;
  // The library stops at the first.
  if (expected === 'never' && isObject(parent)) return unknownIn(member.slice(0, -1), parent);
  const inside = type === 'union' && isObject(input) ? problemsIn(member, input, message) : undefined;
  const missing = input === undefined && { is: 'missing' as const };
  return inside ?? [{ member, why: complaint(issue, member), ...missing }];
}

/** Everything that the schema rejects, in schema order. */
export function shapeProblems(json: unknown): ShapeProblem[] {
  // The library takes a list for an object without members, but with those that every list has.
  if (Array.isArray(json))
    return [{ member: [], why: 'wanted an object with the members of a launch, found a list' }];
  const { issues = [] } = v.safeParse(LaunchFileSchema, json);
  const found = issues.flatMap((issue) => problemsOf(issue));
  return found
    .toSorted((a, b) => RANKS.indexOf(a.is) - RANKS.indexOf(b.is))
    .map(({ member, why }) => ({ member, why }));
}
