// JSON (RFC 8259) that keeps every integer exact. JSON.parse turns numbers into doubles, which lose the low
// bits of a 64-bit register, and silently accepts repeated keys.

/** A value: integers are bigints, objects are maps in source order. */
export type JsonValue =
  null | boolean | number | bigint | string | readonly JsonValue[] | ReadonlyMap<string, JsonValue>;

/** The value of a text, or where and why it is not JSON. `at` counts characters. */
export type JsonRead = { readonly value: JsonValue } | { readonly problem: string; readonly at: number };

// No input here nests deeper than four levels; the limit protects the stack.
const MAX_DEPTH = 64;

class Broken extends Error {}

/** A name that may stand in a message. What else is there may be anything, such as a secret that was pasted. */
const NAME = /^(?:[\w-]{1,10}|[A-Za-z_]{1,40})$/;

const WORDS: Readonly<Record<string, null | boolean>> = { true: true, false: false, null: null };

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' },
};

/** A single pass over a text, without backtracking. */
class Reader {
  at = 0;

  constructor(private readonly text: string) {}

  whole(): JsonValue {
    const value = this.value(0);
    this.space();
    if (this.at < this.text.length) throw new Broken('there is something after the end');
    return value;
  }

  private space(): void {
    while (this.at < this.text.length && ' \t\r\n'.includes(this.text[this.at]!)) this.at++;
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  /** Consumes the next character if it is this one, and returns whether it was. */
  private next(char: string): boolean {
    this.space();
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  private expect(char: string): void {
    if (!this.next(char)) throw new Broken(`"${char}" is missing`);
  }

  private value(depth: number): JsonValue {
    if (depth > MAX_DEPTH) throw new Broken('it is nested too deeply');
    if (this.next('{')) return this.object(depth);
    if (this.next('[')) return this.array(depth);
    if (this.text[this.at] === '"') return this.string();
    const number = this.take(/-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y);
    if (number !== undefined) {
      // Parsing a bigint of a million digits would take a second; no field has more than twenty.
      return /^-?[0-9]{1,40}$/.test(number) ? BigInt(number) : Number(number);
    }
    const word = this.take(/true|false|null/y);
    if (word === undefined) throw new Broken('a value is missing');
    return WORDS[word]!;
  }

  private object(depth: number): JsonValue {
    const members = new Map<string, JsonValue>();
    if (this.next('}')) return members;
    do {
      this.space();
      if (this.text[this.at] !== '"') throw new Broken('a key is missing');
      const key = this.string();
      if (members.has(key))
        throw new Broken(`${NAME.test(key) ? `the key "${key}"` : 'a key'} is there twice`);
      this.expect(':');
      members.set(key, this.value(depth + 1));
    } while (this.next(','));
    this.expect('}');
    return members;
  }

  private array(depth: number): JsonValue {
    const items: JsonValue[] = [];
    if (this.next(']')) return items;
    do items.push(this.value(depth + 1));
    while (this.next(','));
    this.expect(']');
    return items;
  }

  private string(): string {
    this.at++;
    let text = '';
    for (;;) {
      text += this.take(/[ !#-[\]-\uffff]*/y) ?? '';
      const char = this.text[this.at++];
      if (char === '"') return text;
      if (char !== '\\') throw new Broken('a text does not end');
      const escape = this.text[this.at++] ?? '';
      const code = escape === 'u' ? this.take(/[0-9a-fA-F]{4}/y) : undefined;
      if (code !== undefined) text += String.fromCharCode(parseInt(code, 16));
      else if (Object.hasOwn(ESCAPES, escape)) text += ESCAPES[escape]!;
      else throw new Broken('a text has an unknown escape');
    }
  }
}

/** Parses a text that is one JSON value, in linear time. */
export function parseExactJson(text: string): JsonRead {
  const reader = new Reader(text);
  try {
    return { value: reader.whole() };
  } catch (error) {
    if (error instanceof Broken) return { problem: error.message, at: Math.min(reader.at, text.length) };
    throw error;
  }
}

/** The same value as JSON.parse makes it: objects, and numbers that may be rounded. */
export function plainValue(value: JsonValue): unknown {
  if (value instanceof Map)
    return Object.fromEntries(
      [...value].map(([name, inner]: [string, JsonValue]) => [name, plainValue(inner)]),
    );
  if (Array.isArray(value)) return value.map(plainValue);
  return typeof value === 'bigint' ? Number(value) : value;
}
