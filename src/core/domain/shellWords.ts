// A command line as people paste it, in words: POSIX.1-2024 shell quoting (Shell Command Language, section 2.2), lines that are continued, the words of
// /proc/PID/cmdline, and a list in JSON as logs have it. An object in JSON keeps its quotes, because a list of processes shows it as QEMU got it.
// Nothing is expanded.

/** Words, and what is wrong with the quoting, a sentence. */
export interface ShellWords {
  readonly words: readonly string[];
  readonly problem?: string;
}

/** What a backslash means in dollar-single-quotes by a letter; the others are numbers, and POSIX leaves all else to the shell. */
const ESCAPES: Readonly<Record<string, string>> = {
  ...{ a: '\x07', b: '\b', e: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
  ...{ '\\': '\\', "'": "'", '"': '"' },
};

/** What dollar-single-quotes hold, until the quote that ends them. */
const DOLLAR_QUOTED = /\$'([^\\']*(?:\\[^][^\\']*)*)('?)/y;

/** The text of dollar-single-quotes. A number above 0x7f is a byte of UTF-8, and is left as it stands. */
const unescaped = (text: string): string =>
  text.replace(
    /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|([^]))/g,
    (all: string, octal?: string, byte?: string, unit?: string, letter?: string) => {
      if (letter !== undefined) return ESCAPES[letter] ?? all;
      const code = octal === undefined ? parseInt((byte ?? unit)!, 16) : parseInt(octal, 8);
      return code === 0 || (unit === undefined && code > 0x7f) ? all : String.fromCharCode(code);
    },
  );

/** What a backslash takes its meaning from within double quotes. */
const ESCAPED_IN_QUOTES = '$`"\\';
const SPACE = ' \t\n\r';

/** A list of texts in JSON; undefined for anything else. */
function fromJson(text: string): readonly string[] | undefined {
  if (!/^\s*\[\s*"/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((word): word is string => typeof word === 'string')
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}

/** Whether an object in JSON begins there, by its first characters. */
const opensObject = (text: string, start: number): boolean =>
  text[start] === '{' && /^\{\s?"/.test(text.slice(start, start + 3));

/** Where an object in JSON that begins at `start` ends: behind its last brace; undefined when the text ends before. */
function objectEnd(text: string, start: number): number | undefined {
  let depth = 0;
  let isText = false;
  for (let i = start; i < text.length; i++) {
    const c = text[i]!;
    if (isText) {
      if (c === '\\') i++;
      else if (c === '"') isText = false;
    } else if (c === '"') isText = true;
    else if (c === '{') depth++;
    else if (c === '}' && --depth === 0) return i + 1;
  }
  return undefined;
}

/** Splits a command line. It never throws. */
export function shellWords(text: string): ShellWords {
  if (text.includes('\0')) return { words: text.replace(/\0$/, '').split('\0') };
  const list = fromJson(text);
  if (list) return { words: list };
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  // One that has no end is read to the end of the text; a second is not looked for, so that the text is read twice at most.
  let hasObjects = true;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    const next = text[i + 1];
    const isObject: boolean = hasObjects && word === undefined && quote === '' && opensObject(text, i);
    DOLLAR_QUOTED.lastIndex = i;
    const dollar: RegExpExecArray | null = quote === '' && c === '$' ? DOLLAR_QUOTED.exec(text) : null;
    const end: number | undefined = isObject ? objectEnd(text, i) : undefined;
    hasObjects &&= !isObject || end !== undefined;
    if (end !== undefined) {
      word = text.slice(i, end);
      i = end - 1;
    } else if (dollar) {
      word = (word ?? '') + unescaped(dollar[1]!);
      i += dollar[0].length - 1;
      // The text ends within the quotes.
      if (dollar[2] === '') quote = "'";
    } else if (c === '\\' && quote !== "'" && next !== undefined) {
      const length = next === '\r' && text[i + 2] === '\n' ? 2 : 1;
      i += length;
      // A continued line is one line.
      if (next === '\n' || length === 2) continue;
      word = (word ?? '') + (quote === '"' && !ESCAPED_IN_QUOTES.includes(next) ? c : '') + next;
    } else if (quote !== '') {
      if (c === quote) quote = '';
      else word = (word ?? '') + c;
    } else if (c === "'" || c === '"') {
      quote = c;
      word ??= '';
    } else if (SPACE.includes(c)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + c;
  }
  if (word !== undefined) words.push(word);
  return { words, ...(quote !== '' && { problem: `A quote (${quote}) has no end.` }) };
}
