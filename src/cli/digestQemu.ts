// `sevscope digest --from-qemu-command-line`: the inputs of a launch from a command line of QEMU or the XML of a domain, given as a file or as the
// text itself. What other options say counts before it.

import { textWithBytes } from '../core/binary/rawText';
import { foundInputs, type FoundInputs } from '../core/domain/launchFound';
import type { Io } from '../app/io';
import { findLaunch, foundInWords } from '../app/launchFound';
import { nameOfInput, readWhole } from '../app/vmsaFile';
import { parseDomainXml } from '../libvirt/domainXml';
import type { DigestOptions, GivenOptions } from './digestOptions';

/** A text that is no path: XML, or a word and then an option. */
const isText = (given: string): boolean => /^\s*[<[]|\s-/.test(given);

/** Options in whose presence an input from there does not count. */
const OTHERS: { readonly [I in keyof FoundInputs]?: readonly (keyof DigestOptions)[] } = {
  firmware: ['inputs'],
  kernel: ['kernelDigest', 'inputs'],
  initrd: ['initrdDigest', 'inputs'],
  cmdline: ['cmdlineDigest', 'inputs'],
  cpu: ['cpu.signature', 'cpu.family', 'cpu.model', 'cpu.stepping', 'cpus'],
  profile: ['vmm'],
  features: ['profile', 'vmm'],
};

/** What is found there, under its options unless others say it, with findings on where it is from. @throws CheckError for a file that cannot be read, or for XML of no domain */
export async function withQemu(io: Io, options: GivenOptions): Promise<GivenOptions> {
  const given = options.fromQemuCommandLine!;
  const isFile = !isText(given);
  const text = isFile ? textWithBytes(await readWhole(io, given)) : given;
  const { where, ...found } = findLaunch(text, isFile ? nameOfInput(given) : undefined, parseDomainXml);
  const counts = (input: keyof FoundInputs) =>
    [input, ...(OTHERS[input] ?? [])].every((name) => options[name] === undefined);
  const taken = found.taken.filter(({ input }) => counts(input));
  const lacked = found.lacked.filter(({ input }) => counts(input));
  const noted = foundInWords({ ...found, taken, lacked }, where);
  return { ...options, ...foundInputs({ ...found, taken }), noted };
}
