// The arguments of QEMU as options with their properties: `-object TYPE,key=value,…`, with `,,` for a comma in a value, or as JSON
// (qemu-options.hx; "QemuOpts" and keyval_parse).

/** An option with its value, without the dashes. */
export interface QemuOption {
  readonly name: string;
  readonly value: string;
  /** That the value goes on over more arguments: its quotes were lost, as in the output of ps. */
  readonly isJoined?: true;
}

/** Names of one option. */
const ALIASES: Readonly<Record<string, string>> = { M: 'machine', r: 'runas' };

/** Options whose value is a sentence, which loses its quotes where a list of processes is copied. */
const SENTENCES = ['append'];

/** The options of a command line, from the name of the program on. */
export function qemuOptions(words: readonly string[]): QemuOption[] {
  const program = words.findIndex((word) => /(?:^|\/)qemu(?:-[^/]*)?$/.test(word));
  const found: QemuOption[] = [];
  for (let i = program + 1; i < words.length; i++) {
    const [, given] = /^--?([a-zA-Z].*)$/s.exec(words[i]!) ?? [];
    if (given === undefined) continue;
    const name = ALIASES[given] ?? given;
    const isOption = (word: string | undefined) => word === undefined || /^--?[a-zA-Z]/.test(word);
    if (isOption(words[i + 1])) {
      found.push({ name, value: '' });
      continue;
    }
    const values = [words[++i]!];
    if (SENTENCES.includes(name)) while (!isOption(words[i + 1])) values.push(words[++i]!);
    found.push({ name, value: values.join(' '), ...(values.length > 1 && { isJoined: true }) });
  }
  return found;
}

/** A value in JSON as QEMU writes it in the other form. */
const textOf = (value: unknown): string =>
  typeof value === 'boolean'
    ? value
      ? 'on'
      : 'off'
    : typeof value === 'string' || typeof value === 'number'
      ? String(value)
      : '';

/** The properties of an object in JSON; undefined for anything else. */
function fromJson(text: string): Map<string, string> | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    return new Map(Object.entries(JSON.parse(text) as object).map(([name, value]) => [name, textOf(value)]));
  } catch {
    return undefined;
  }
}

/** What commas separate; a comma that is doubled is one of the text. */
function partsOf(value: string): string[] {
  const parts: string[] = [];
  let part = '';
  for (let i = 0; i < value.length; i++) {
    const isComma = value[i] === ',';
    const isDoubled = isComma && value[i + 1] === ',';
    if (isComma && !isDoubled) {
      parts.push(part);
      part = '';
    } else part += value[i]!;
    if (isDoubled) i++;
  }
  return [...parts, part];
}

/**
 * The properties of an option's value. It never throws.
 * @param implied the name of the first one, where that stands without
 */
export function qemuProperties(value: string, implied: string): ReadonlyMap<string, string> {
  const json = fromJson(value);
  if (json) return json;
  const found = new Map<string, string>();
  const parts = partsOf(value);
  for (const [i, part] of parts.entries()) {
    const at = part.indexOf('=');
    if (at < 0) found.set(i === 0 ? implied : part, i === 0 ? part : 'on');
    else found.set(part.slice(0, at), part.slice(at + 1));
  }
  return found;
}
