// What QEMU gets from a domain beside what libvirt understands (libvirt, "QEMU driver", pass-through of arguments), and
// what of it matters to a launch. It can change what starts and what is measured, so that the rules which look at the
// rest of the domain judge another guest than the one that runs. QEMU's options: qemu-options.hx.

/**
 * What an argument does. `launch`: it decides what starts, or how. `measured`: it changes vCPUs or CPU, which SEV-ES
 * measures. `guest`: it reaches the guest, or may. `host`: it stays on the host.
 */
export type Effect = 'launch' | 'measured' | 'guest' | 'host';

/** An argument with its value, and why it matters, as a phrase. */
export interface RawArgument {
  readonly text: string;
  readonly effect: Effect;
  readonly why: string;
}

type Row = readonly [options: string, effect: Effect, why: string, value?: RegExp];

const UNKNOWN = ['guest', 'may reach the guest'] as const;
const DIRECT = 'starts what <os> does not show';
const FIRMWARE = 'replaces the firmware, or adds a variable store';
const SECURITY = 'changes the launch security';
const STATE = 'starts from a state that nothing measures';
const CODE = 'puts code into the guest that nothing measures';

/** Objects, devices and properties of confidential guests, as QEMU names them. */
const CONFIDENTIAL = /\b(sev-|tdx-|igvm|confidential|memory-encryption|kernel-hashes|lsec0)/i;
/** Properties of anything but a device. */
const OF_MACHINE = /^(object|machine)\./;
/** JSON may hide a name behind an escape. */
const HIDDEN = /^\s*\{.*\\/s;
const FLASH = /pflash/i;

/** The first row that fits counts; a row with a pattern fits only values that have it. */
const ROWS: readonly Row[] = [
  ['kernel initrd append dtb shim', 'launch', DIRECT],
  ['bios pflash L', 'launch', FIRMWARE],
  ['incoming loadvm', 'launch', STATE],
  ['option-rom', 'launch', CODE],
  ['readconfig', 'launch', 'reads more arguments from a file of the host'],
  ['drive blockdev global set machine M device object', 'launch', FIRMWARE, FLASH],
  ['object machine M global set device', 'launch', SECURITY, CONFIDENTIAL],
  ['set', 'launch', SECURITY, OF_MACHINE],
  ['machine M', 'launch', DIRECT, /\b(kernel|initrd|append|dtb|shim|firmware)\b/i],
  ['device', 'launch', CODE, /\bloader\b/i],
  ['device set global', 'launch', CODE, /\bromfile\b/i],
  ['object machine M global device blockdev', 'launch', 'cannot be read here, for its escapes', HIDDEN],
  ['cpu', 'measured', 'changes the CPU, whose signature is in the VMSAs'],
  ['smp', 'measured', 'changes the number of vCPUs'],
  ['fw_cfg acpitable smbios', 'guest', 'reaches the firmware, and nothing measures it'],
  ['name msg D d trace pidfile sandbox runas display nographic vnc spice no-shutdown', 'host', ''],
  ['netdev chardev monitor qmp mon', 'host', ''],
];

function effectOf(option: string, value: string): readonly [Effect, string] {
  const row = ROWS.find(
    ([options, , , pattern]) => options.split(' ').includes(option) && (pattern?.test(value) ?? true),
  );
  return row ? [row[1], row[2]] : UNKNOWN;
}

/**
 * The arguments of `<qemu:arg>` with their values. What follows an option and begins with no hyphen is its value.
 * @param args in their order
 */
export function rawArguments(args: readonly string[]): RawArgument[] {
  const found: RawArgument[] = [];
  for (let i = 0; i < args.length; i++) {
    const option = args[i]!;
    const next = args[i + 1];
    const takesNext = option.startsWith('-') && next !== undefined && !next.startsWith('-');
    const value = takesNext ? next : '';
    if (takesNext) i++;
    const [effect, why] = effectOf(option.replace(/^--?/, ''), value);
    found.push({ text: takesNext ? `${option} ${value}` : option, effect, why });
  }
  return found;
}
