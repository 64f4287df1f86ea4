// Which command line of QEMU a text has, of several the last: a log of libvirt has one for each start of a guest, a list of processes one for each guest.

import { shellWords, type ShellWords } from './shellWords';

/** Words of one command line from its program on, and how many there are. */
export interface FoundCommand extends ShellWords {
  readonly count: number;
}

/** Lines of libvirt's log of a guest that are between command lines: its own, and what QEMU says. */
const LOG_LINE =
  /^(?:\d{4}-\d\d-\d\d[ T]\d\d:\d\d\S* (?!.*[\s/]qemu-(?:system-\w+|kvm)\s).*|qemu-(?:system-\w+|kvm): .*|char device redirected .*)$/gm;
const PROGRAM = /(?:^|\/)qemu(?:-[^/:]*)?$/;

const isOption = (word: string | undefined): boolean => word !== undefined && /^--?[a-zA-Z]/.test(word);

/** Where a program begins a command line: before an option, and not as the value of one. Of others the first. */
function programsIn(words: readonly string[]): number[] {
  const all = words.flatMap((word, i) => (PROGRAM.test(word) ? [i] : []));
  const own = all.filter((i) => isOption(words[i + 1]) && !isOption(words[i - 1]));
  return own.length > 0 ? own : all.slice(0, 1);
}

/** The last command line of a text; all of it where it names no program. It never throws. */
export function lastCommand(text: string): FoundCommand {
  const parts = /^\s*\[|\0/.test(text) ? [text] : text.split(LOG_LINE);
  const found = parts.map(shellWords).flatMap(({ words, problem }) => {
    const programs = programsIn(words);
    return programs.map((start, n) => ({
      words: words.slice(start, programs[n + 1]),
      ...(problem && { problem }),
    }));
  });
  const last = found.at(-1) ?? shellWords(text);
  return { ...last, count: Math.max(1, found.length) };
}
