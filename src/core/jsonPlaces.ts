// Where in a JSON text a member stands, for messages that point at it. Reads tokens only: the text has been parsed by whoever asks,
// or is broken after the member.

/** A place as editors and compilers count: both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The place of a character, counted from 0. */
export function placeOf(text: string, at: number): Place {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** The text of a key; nothing for one that is broken. */
function keyOf(token: string): string | undefined {
  try {
    return JSON.parse(token) as string;
  } catch {
    return undefined;
  }
}

/** The place of the key of the last member of `path` that the text has; nothing when it does not even have the first. */
export function placeOfMember(text: string, path: readonly string[]): Place | undefined {
  let found: number | undefined;
  let matched = 0;
  let depth = 0;
  let last: RegExpExecArray | undefined;
  for (const token of text.matchAll(TOKEN)) {
    const [word] = token;
    if (word === '{' || word === '[') depth += 1;
    if (word === '}' || word === ']') depth -= 1;
    // Out of the object that the last member is in: it has no more of the path.
    if (depth < matched) break;
    if (word === ':' && depth === matched + 1 && last && keyOf(last[0]) === path[matched]) {
      found = last.index;
      matched += 1;
      if (matched === path.length) break;
    }
    last = token;
  }
  return found === undefined ? undefined : placeOf(text, found);
}
