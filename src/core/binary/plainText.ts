// Makes untrusted text safe to show. Words from a file, a host or a domain go to terminals and to VS Code,
// where a control character moves the cursor, a direction mark reorders the words, and some characters are
// markup. One function for each place that shows text.

// C0, DEL and C1; the marks that change the direction of text, and the other line ends (Unicode 15, section 23.2).
// eslint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
/** Characters that a terminal may act on, or show as nothing. */
const UNSAFE_IN_TERMINAL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

const escaped = (c: string): string => `\\u${c.codePointAt(0)!.toString(16).padStart(4, '0')}`;

/**
 * A text with every character that would not show as itself written as \u and its number,
 * truncated after `most` characters.
 */
export function plainText(text: string, most = 500): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  return cut.replace(UNSAFE, escaped);
}

/** One line for a terminal: text from a file must not move the cursor or forge a line. */
export const terminalLine = (text: string): string => text.replace(UNSAFE_IN_TERMINAL, escaped);

/** Several lines for a terminal. Line ends (LF or CRLF, which CSV has) and tabs are kept. */
export const terminalText = (text: string): string =>
  text
    .split(/(\r?\n|\t)/)
    .map((part, i) => (i % 2 ? part : terminalLine(part)))
    .join('');

/**
 * One line of a message, prompt, list, tree or status bar of VS Code. There `[words](command:…)` would be a
 * link that runs the command, and `$(name)` an icon; line ends and tabs are drawn as spaces anyway.
 */
export const editorLine = (text: string): string =>
  text
    .replaceAll(/\r\n|[\t\n\r]/g, ' ')
    .replaceAll(UNSAFE, escaped)
    .replaceAll('](', '] (')
    .replaceAll('$(', '$ (');

/** Markdown paragraphs in which nothing is markup and no address becomes a link. */
export const markdownParagraphs = (paragraphs: readonly string[]): string =>
  paragraphs
    .map((text) => text.trim().replaceAll(/[^\p{L}\p{N} ]/gu, (c) => `&#${c.codePointAt(0)!};`))
    .join('\n\n');
