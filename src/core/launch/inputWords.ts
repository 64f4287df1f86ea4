// How an owner gives an input, in words for both of the places where a message is read: as a key of a launch file, or by options
// of the command line.

const WAYS = {
  firmware: { key: '"firmware"', options: '--firmware' },
  kernel: { key: '"kernel"', options: '--kernel' },
  initrd: { key: '"initrd"', options: '--initrd' },
  cmdline: { key: '"cmdline"', options: '--cmdline' },
  vcpus: { key: '"vcpus"', options: '--num-cpus' },
  cpu: { key: '"cpu"', options: '--cpu-family, --cpu-model and --cpu-stepping' },
  bspPage: { key: '"bsp" of "vmsa"', options: '--vmsa-cpu0' },
} as const;

/** An input that messages ask for. */
export type AskedInput = keyof typeof WAYS;

/** All of them. */
export const ASKED_INPUTS = Object.keys(WAYS) as AskedInput[];

/** Both ways to give an input, as a phrase after "give it". */
export function waysToGive(input: AskedInput): string {
  const { key, options } = WAYS[input];
  return `as ${key} in a launch file or with ${options}`;
}
