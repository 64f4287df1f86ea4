// What no search can find, or what this one did not cover: the remaining possibilities when nothing matches.

import type { Remaining } from './explanation';
import { technologiesOf } from '../launch/inputs';
import { TRAITS } from '../tech/traits';
import type { LaunchFacts } from './launchFacts';

/** Something that may still be the cause, and when it applies. */
const REMAINS: readonly (readonly [
  applies: (facts: LaunchFacts, isEs: boolean) => boolean,
  text: string,
  scope?: Remaining['scope'],
])[] = [
  [
    ({ searchFolder }) => !searchFolder,
    'Other images in the folder of the firmware were not tried: ask for them if the host may have another build or a backup.',
    'beside',
  ],
  [
    ({ searchFolder }) => searchFolder,
    'Firmware that is not in the folder of the given image: a distribution update on the host, for example.',
  ],
  [
    ({ kernel, technology }) => kernel !== undefined && TRAITS[technology].hasMeasurement,
    'QEMU 7.2 appends a random seed to the kernel of machine types from pc-q35-7.2 on, so that its hash is another one at each start and nobody can verify it: use pc-q35-7.1, or QEMU 8.0 and later.',
  ],
  [
    ({ kernel }) => kernel !== undefined,
    'Another kernel, initrd or command line than the given ones: their hashes cannot be guessed.',
  ],
  [
    ({ kernel }) => kernel === undefined,
    'A launch with kernel hashes: give the kernel, initrd and command line of the domain if it has them.',
  ],
  [
    ({ wanted }) => wanted.kind === 'measurement',
    'The TIK of another session: with the wrong key nothing matches, whatever else is right. Each `sevctl session` makes new keys.',
  ],
  [
    ({ wanted }) => wanted.kind === 'measurement',
    'A launch digest of SEV-SNP, which has 48 bytes, too: a guest whose policy has bit 17 set has no measurement under a TIK.',
  ],
  [
    ({ technology }) => !TRAITS[technology].hasMeasurement,
    'A measurement of SEV or SEV-ES, which has 48 bytes, too, an HMAC and its nonce: such a value is explained as a measurement, under the TIK.',
  ],
  [
    ({ technology, svsms }) => technologiesOf('svsm').includes(technology) && svsms.length === 0,
    'A launch with an SVSM image below the firmware: give that image and the size of the variables.',
  ],
  [
    ({ technology }) => technologiesOf('svsm').includes(technology),
    'A launch from an IGVM file, which loads other pages.',
  ],
  [
    ({ technology }) => technologiesOf('vmm').includes(technology),
    'Firmware of a cloud that is not the one that it publishes.',
  ],
  [
    ({ keys }) => keys !== undefined && 'tik' in keys && keys.tek === undefined,
    "TIK and TEK in each other's place were not tried, because the TEK was not given.",
  ],
  [
    ({ wanted, others }) => wanted.kind === 'measurement' && others.length === 0,
    'A measurement of an earlier launch, which has another nonce: that shows only in comparison with the measurement of this one.',
  ],
  [
    (_facts, isEs) => isEs,
    'VMSA pages that no known launch has: another VMM, a patched QEMU, or registers that the host changed. KVM prints the pages with dynamic debug on ("Virtual Machine Save Area", Linux 6.0 and later).',
  ],
  [() => true, 'Three or more inputs that are wrong at once: correct those that you know of, and ask again.'],
];

/** The remaining possibilities for a launch. */
export function remainsOf(facts: LaunchFacts, isEs: boolean): Remaining[] {
  const { doubt } = facts.firmwares[0];
  const all = REMAINS.filter(([applies]) => applies(facts, isEs)).map(([, text, scope]): Remaining => ({
    text,
    ...(scope && { scope }),
  }));
  const bound: Remaining = { text: `More than ${facts.maxVcpus} vCPUs.`, scope: 'maxVcpus' };
  const rest = isEs ? [...all.slice(0, -1), bound, ...all.slice(-1)] : all;
  return doubt === undefined ? rest : [{ text: doubt }, ...rest];
}
