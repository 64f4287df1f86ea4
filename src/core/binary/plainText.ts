// Makes untrusted text safe to show. Words from a file, a host or a domain go to terminals, to VS Code, and into
// exported texts, where a control character moves the cursor, a direction mark reorders the words, a character
// without width hides some or makes two names look alike, and some characters are markup. One function for each
// place that shows text.

import { lengthWithout } from './trim';

/**
 * Characters that do not show as themselves, by Unicode's own properties: controls (C0, DEL, C1), formats (direction
 * marks, joiners, tags, annotations), the other line ends, unpaired surrogates, what a font draws nothing for (Hangul
 * fillers, variation selectors: Default_Ignorable_Code_Point), and what is no character. The Braille pattern without
 * dots is a symbol and draws nothing. In a function, because to read Unicode's tables takes longer than most of what is printed.
 */
const invisible = (): RegExp =>
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800]/gu;

/** What is plain anyway, as most texts are. */
const PRINTABLE = /^[ -~]*$/;

/** A character as an escape of JavaScript: \u and four digits, or \u{…} above U+FFFF. */
function escaped(character: string): string {
  const digits = character.codePointAt(0)!.toString(16);
  return digits.length > 4 ? `\\u{${digits}}` : `\\u${digits.padStart(4, '0')}`;
}

/** A text with every character escaped that would not show as itself. @param kept these stay as they are */
export const visibleText = (text: string, kept = ''): string =>
  PRINTABLE.test(text) ? text : text.replace(invisible(), (c) => (kept.includes(c) ? c : escaped(c)));

/**
 * JSON with these characters escaped, those above U+FFFF as two (RFC 8259, section 7), which leaves its meaning as it is.
 * Line ends and tabs, which are between values, stay.
 */
export const visibleJson = (json: string): string =>
  json.replace(invisible(), (c) => ('\n\t'.includes(c) ? c : c.replaceAll(/[^]/g, escaped)));

/** A text as `visibleText` has it, truncated after `most` characters. */
export const plainText = (text: string, most = 500): string => visibleText(truncated(text, most));

/** Truncates a text, between characters. */
function truncated(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most).replace(/[\ud800-\udbff]$/, '')}…`;
}

/**
 * Commands to the programs that read the output of a CI job: `##[…]` and `##vso[…]` count anywhere in a line, `::…`
 * and `##teamcity[…]` at its beginning (GitHub's runner, Azure Pipelines' agent, TeamCity).
 */
const JOB_COMMAND = /^\s*:(?=:)|#(?=#(?:\[|vso\[|teamcity\[))/gi;

/** One line for a terminal: text from a file must not move the cursor, forge a line, or command what reads the log. */
export const terminalLine = (text: string): string =>
  visibleText(text).replaceAll(JOB_COMMAND, (found) => found.slice(0, -1) + escaped(found.at(-1)!));

/** Several lines for a terminal. Line ends (LF or CRLF, which CSV has) and tabs are kept. */
export const terminalText = (text: string): string =>
  text
    .split(/(\r?\n|\t)/)
    .map((part, i) => (i % 2 ? part : terminalLine(part)))
    .join('');

const onOneLine = (text: string): string => text.replaceAll(/\r\n|[\t\n\r]/g, ' ');

/**
 * One line of a message, prompt, list, tree or status bar of VS Code. There `[words](command:…)` would be a
 * link that runs the command, and `$(name)` an icon; line ends and tabs are drawn as spaces anyway.
 */
export const editorLine = (text: string): string =>
  visibleText(onOneLine(text)).replaceAll('](', '] (').replaceAll('$(', '$ (');

/** Markdown paragraphs in which nothing is markup and no address becomes a link. */
export const markdownParagraphs = (paragraphs: readonly string[]): string =>
  paragraphs
    .map((text) =>
      visibleText(onOneLine(text.trim())).replaceAll(/[^\p{L}\p{N} ]/gu, (c) => `&#${c.codePointAt(0)!};`),
    )
    .join('\n\n');

/** Names that Windows gives to devices, whatever follows the first dot. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

/**
 * A name from elsewhere as a file's: words of plain characters, so that it is no option of a program, no hidden file,
 * no path and no device.
 * @param otherwise when nothing is left
 */
export function safeFileName(text: string, otherwise: string): string {
  const words = visibleText(text.slice(0, 100))
    .replaceAll(/[^\p{L}\p{M}\p{N}._]+/gu, '-')
    .replace(/^[-.]+/, '');
  const name = words.slice(0, lengthWithout(words, '-.')).replace(DEVICE, '$1-');
  return name === '' ? otherwise : name;
}
