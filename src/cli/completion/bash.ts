// The completion script for bash: its programmable completion (Bash Reference Manual, section 8.6), without the package bash-completion.

import { shellWord } from '../../core/binary/shell';
import type { CommandWords, Values } from './words';

const list = (words: readonly string[]): string => shellWord(words.join(' '));

/** The shell command that offers such values. */
const offer = (values: Values): string =>
  values === 'path' ? 'files' : values === 'text' ? ':' : `words ${list(values)}`;

/** A branch of a `case`. */
const branch = (patterns: readonly string[], body: string): string =>
  `    ${patterns.map((one) => `'${one}'`).join('|')}) ${body} ;;`;

/** The script. */
export function bashScript(commands: readonly CommandWords[]): string {
  const paths = commands.flatMap(({ path }) => (path === '' ? [] : [` ${path}`]));
  const values = commands.flatMap(({ path, options }) =>
    options.flatMap(({ names, values: of }) =>
      of === undefined
        ? []
        : [
            branch(
              names.map((name) => `${path} ${name}`),
              offer(of),
            ),
          ],
    ),
  );
  const rest = commands.map(({ path, subcommands, options, operands }) => {
    const names = options.flatMap((one) => one.names);
    const others =
      subcommands.length > 0 ? `words ${list(subcommands.map(({ name }) => name))}` : offer(operands);
    return branch([path], `if [[ $cur == -* ]]; then words ${list(names)}; else ${others}; fi`);
  });
  return `# bash completion for sevscope: eval "$(sevscope completion bash)"
_sevscope() {
  # Bash splits words at colons and equals signs, which are parts of words here.
  local line=\${COMP_LINE:0:COMP_POINT} cur prev= path= word i
  local -a all
  read -ra all <<< "$line"
  [[ $line == *[[:space:]] ]] && all+=('')
  cur=\${all[-1]}
  for ((i = 1; i < \${#all[@]} - 1; i++)); do
    word=\${all[i]}
    case "$path $word" in
    ${paths.map((one) => `'${one}'`).join('|')}) path="$path $word" ;;
    esac
    prev=$word
  done
  path=\${path# }
  local cut=
  if [[ $cur == --*=* ]]; then
    prev=\${cur%%=*} cut=1
    cur=\${cur#*=}
  fi
  words() {
    COMPREPLY=($(compgen -W "$1" -- "$cur"))
    # What stands before the last colon is there already.
    if [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then
      COMPREPLY=("\${COMPREPLY[@]#"\${cur%"\${cur##*:}"}"}")
    fi
  }
  files() {
    compopt -o filenames 2> /dev/null
    local IFS=$'\\n'
    COMPREPLY=($(compgen -f -- "$cur"))
  }
  COMPREPLY=()
  case "$path $prev" in
${values.join('\n')}
    *) if [[ $cut ]]; then return; fi
    case "$path" in
${rest.join('\n')}
    esac ;;
  esac
}
complete -F _sevscope sevscope`;
}
