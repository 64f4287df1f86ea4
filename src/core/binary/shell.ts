// Words of a command line as shells take them: POSIX.1-2024, section 2.2, of which dollar-single-quotes are bash's and zsh's as well.

const ESCAPES: Readonly<Record<string, string>> = {
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\\': '\\\\',
  "'": "\\'",
};

/** A word as shells take it: characters that a terminal would act on as escapes. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (!/\p{Cc}/u.test(word)) return `'${word.replaceAll("'", "'\\''")}'`;
  const escaped = word.replaceAll(/[\p{Cc}\\']/gu, (c) => {
    const code = c.codePointAt(0)!;
    // C1 controls are two bytes of UTF-8, of which an escape by number would be one.
    return ESCAPES[c] ?? (code < 0x80 ? `\\${code.toString(8).padStart(3, '0')}` : c);
  });
  return `$'${escaped}'`;
}
