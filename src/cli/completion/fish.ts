// The completion script for fish (complete(1)): the words with what they are.

import type { CommandWords, Values } from './words';

/** A word as fish takes it: within single quotes only these and the backslash are special. */
const word = (text: string): string => `'${text.replaceAll(/[\\']/g, '\\$&')}'`;

const offer = (values: Values | undefined): string =>
  values === undefined
    ? ''
    : values === 'path'
      ? ' -r -F'
      : values === 'text'
        ? ' -x'
        : ` -x -a ${word(values.join(' '))}`;

/** The script. */
export function fishScript(commands: readonly CommandWords[]): string {
  const paths = commands.flatMap(({ path }) => (path === '' ? [] : [word(path)]));
  const lines = commands.flatMap(({ path, subcommands, options, operands }) => {
    const at = `complete -c sevscope -n ${word(`__sevscope_at ${word(path)}`)}`;
    return [
      // Files are offered where they are wanted only.
      subcommands.length > 0 || operands !== 'path' ? `${at} -f` : `${at} -F`,
      ...(typeof operands === 'string' ? [] : [`${at} -f -a ${word(operands.join(' '))}`]),
      ...subcommands.map(({ name, doc }) => `${at} -f -a ${word(name)} -d ${word(doc)}`),
      ...options.map(({ names, doc, values }) => {
        const flags = names.map((name) =>
          name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
        );
        return `${at} ${flags.join(' ')}${offer(values)} -d ${word(doc)}`;
      }),
    ];
  });
  return `# fish completion for sevscope: sevscope completion fish | source
function __sevscope_at --description 'Whether the command is this one'
  set -l at ''
  for one in (commandline -opc)[2..-1]
    set -l next (string trim "$at $one")
    contains -- $next ${paths.join(' ')}; and set at $next
  end
  test "$at" = "$argv[1]"
end
${lines.join('\n')}`;
}
