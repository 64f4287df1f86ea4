// The completion script for zsh (zshcompsys(1)): the words with what they are.

import { shellWord } from '../../core/binary/shell';
import type { CommandWords, Values } from './words';

/** A word with what it is, for _describe. */
const described = (name: string, doc: string): string => shellWord(`${name.replaceAll(':', '\\:')}:${doc}`);

const offer = (values: Values): string =>
  values === 'path'
    ? '_files'
    : values === 'text'
      ? '_message value'
      : `compadd -- ${values.map(shellWord).join(' ')}`;

/** The script. */
export function zshScript(commands: readonly CommandWords[]): string {
  const paths = commands.flatMap(({ path }) => (path === '' ? [] : [`' ${path}'`]));
  const values = commands.flatMap(({ path, options }) =>
    options.flatMap(({ names, values: of }) =>
      of === undefined ? [] : [`    ${names.map((name) => `'${path} ${name}'`).join('|')}) ${offer(of)} ;;`],
    ),
  );
  const rest = commands.map(({ path, subcommands, options, operands }) => {
    const flags = options.flatMap(({ names, doc }) => names.map((name) => described(name, doc)));
    const below = subcommands.map(({ name, doc }) => described(name, doc));
    const others = below.length > 0 ? `all=(${below.join(' ')}); _describe command all` : offer(operands);
    return `    '${path}') if [[ $cur == -* ]]; then all=(${flags.join(' ')}); _describe option all; else ${others}; fi ;;`;
  });
  return `#compdef sevscope
# zsh completion for sevscope: source <(sevscope completion zsh)
_sevscope() {
  local cur=\${words[CURRENT]} prev= path_= word i
  local -a all
  for ((i = 2; i < CURRENT; i++)); do
    word=\${words[i]}
    case "$path_ $word" in
    ${paths.join('|')}) path_="$path_ $word" ;;
    esac
    prev=$word
  done
  path_=\${path_# }
  if [[ $cur == --*=* ]]; then
    prev=\${cur%%=*}
    compset -P '*='
  fi
  case "$path_ $prev" in
${values.join('\n')}
    *) case "$path_" in
${rest.join('\n')}
    esac ;;
  esac
}
compdef _sevscope sevscope`;
}
