// Which script a run loads.

/** The options with which the script of plain digests does: those of sev-snp-measure that most runs have, and ours for the same. */
export const PLAIN_DIGEST_OPTIONS: readonly string[] = [
  ...[
    '--mode',
    '--ovmf',
    '--firmware',
    '-f',
    '--kernel',
    '-k',
    '--initrd',
    '-r',
    '--append',
    '--cmdline',
    '-e',
  ],
  ...[
    '--vcpus',
    '--num-cpus',
    '-n',
    '--vcpu-type',
    '--vcpu-sig',
    '--vcpu-family',
    '--vcpu-model',
    '--vcpu-stepping',
  ],
  ...['--vmm-type', '--guest-features', '--snp-ovmf-hash', '--profile', '-v', '--verbose', '--json'],
];

/** The script of plain digests. */
const PLAIN = 'digestPlain';

/** An option in the form `--name=value`, without the value. */
const nameOf = (arg: string): string => arg.replace(/=.*/s, '');

/**
 * The script for some arguments: that of their command, or of all commands where they name none. Whatever is not plain beyond doubt, such as
 * an abbreviation, is for the whole script of digests, whose answers are the same.
 * @param scripts the names of all
 */
export function scriptFor([command = '', ...rest]: readonly string[], scripts: readonly string[]): string {
  const isPlain = () =>
    rest.every((arg) => !arg.startsWith('-') || PLAIN_DIGEST_OPTIONS.includes(nameOf(arg)));
  if (command === 'digest' && isPlain()) return PLAIN;
  return scripts.includes(command) && command !== PLAIN ? command : 'all';
}
