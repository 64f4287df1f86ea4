// Options by the start of their name, which Python's argparse takes, and with it the programs whose command lines these are.

import type { Command, Option } from 'commander';

/** Of commands that take abbreviations, the options that the other program has: what is clear there is clear here. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  // sev-snp-measure 0.0.13.
  digest: [
    '--verbose',
    '--mode',
    '--vcpus',
    '--vcpu-type',
    '--vcpu-sig',
    '--vcpu-family',
    '--vcpu-model',
    '--vcpu-stepping',
    '--vmm-type',
    '--ovmf',
    '--kernel',
    '--initrd',
    '--append',
    '--guest-features',
    '--output-format',
    '--snp-ovmf-hash',
    '--dump-vmsa',
    '--svsm',
    '--vars-size',
    '--vars-file',
    '--version',
    '--help',
  ],
};

/** The one option that starts so; undefined where there is none, or where it is not clear which. */
function meant(start: string, names: readonly string[], others: readonly string[]): string | undefined {
  if (names.includes(start)) return start;
  for (const known of [others, names]) {
    const found = known.filter((name) => name.startsWith(start));
    if (found.length > 0) return found.length === 1 ? found[0] : undefined;
  }
  return undefined;
}

/** The forms of sev-snp-measure, whose option for them has a name that begins with that of ours for a file. */
const OTHER_FORMS = ['hex', 'base64'];
const OUTPUT = '--output';
const FORM = '--output-format';
/** What prints to a file, and then says the form by itself. */
const TO_FILE = ['--matrix', '--format', FORM];

/** Whether `--output` with this value is the form: as of one digest, which is not printed to a file. */
const isForm = (argv: readonly string[], value: string | undefined): boolean =>
  OTHER_FORMS.includes(value ?? '') && !argv.some((arg) => TO_FILE.includes(arg.replace(/=.*/s, '')));

/** Arguments with the whole names of options, for the command that they name. Values of options stay as they are. */
export function withWholeNames(program: Command, argv: readonly string[]): string[] {
  const command = program.commands.find((one) => one.name() === argv[0]);
  const others = command && OTHERS[command.name()];
  if (!others) return [...argv];
  const names = command.options.flatMap(({ long }) => long ?? []);
  const whole: string[] = [];
  let isValue = false;
  let isOver = false;
  for (const [i, arg] of argv.entries()) {
    const [, start, rest = ''] = /^(--[a-z][a-z0-9-]*)(=.*)?$/s.exec(arg) ?? [];
    const found: string | undefined =
      isValue || isOver || start === undefined ? undefined : meant(start, names, others);
    const value = rest === '' ? argv[i + 1] : rest.slice(1);
    const name = found === OUTPUT && isForm(argv, value) ? FORM : found;
    whole.push(name === undefined ? arg : name + rest);
    isOver ||= !isValue && arg === '--';
    const flag: string = name ?? arg;
    const option: Option | undefined = command.options.find(
      ({ long, short }) => long === flag || short === flag,
    );
    isValue = !isValue && rest === '' && option?.required === true;
  }
  return whole;
}
