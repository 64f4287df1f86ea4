// Text from elsewhere in one line of ours: a host's messages and names go to terminals and into sentences, where a
// control character moves the cursor and a direction mark turns the words around.

// C0, DEL and C1; the marks that change the direction of text, and the other line ends (Unicode 15, section 23.2).
// eslint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** A text with each character that would not show as itself written as \u and its number, cut after `most` characters. */
export function plainText(text: string, most = 500): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  return cut.replace(UNSAFE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A text from elsewhere for messages and prompts of VS Code, which make `[words](command:…)` a link that runs the command. */
export const withoutLinks = (text: string): string => text.replaceAll('](', '] (');
