// Causes in what is loaded before the vCPUs: the firmware, and the kernel with its initrd and command line.

import { nobleHashes } from '../launch/nobleHashes';
import { quoted, without, type Alternative, type LaunchCause } from './cause';
import { cmdlineVariants } from './cmdlineVariants';
import type { FirmwareFacts, LaunchFacts } from './launchFacts';

/** The hash of an empty command line: QEMU hashes a single NUL. */
const NO_CMDLINE = nobleHashes.sha256(new Uint8Array(1));

/** The images of one origin. */
function images(origin: FirmwareFacts['origin']) {
  return ({ facts }: { facts: LaunchFacts }): Alternative[] =>
    facts.firmwares.flatMap(({ name, path, ...image }, firmware) =>
      image.origin === origin
        ? [
            {
              set: { firmware },
              given: facts.firmwares[0].name,
              found: name,
              ...(path !== undefined && { edits: [{ member: ['firmware'], value: path }] }),
            },
          ]
        : [],
    );
}

const FIRMWARE = { dimension: 'firmware', input: 'firmware', title: 'firmware' } as const;

const FIRMWARE_CAUSES: readonly LaunchCause[] = [
  {
    id: 'firmware-code-part',
    ...FIRMWARE,
    doc: 'The image without the variable store at its start: CODE instead of the combined image.',
    why: 'With split flash only the CODE image is measured; the variables are a file of their own that the host may change.',
    advice: 'Give the CODE image (OVMF_CODE.fd) that the domain is started with.',
    weight: 'mistake',
    prior: 60,
    alternatives: images('code part'),
  },
  {
    id: 'firmware-with-variables',
    ...FIRMWARE,
    doc: 'The variable store in the folder of a CODE image, followed by that image, as in a combined image; when asked for.',
    why: 'A guest that is started with one combined image (-bios, or OVMF.fd as the loader) has its variables measured, too.',
    advice: 'Give the combined image that the domain is started with.',
    weight: 'mistake',
    prior: 45,
    alternatives: images('with variables'),
  },
  {
    id: 'firmware-beside',
    ...FIRMWARE,
    doc: 'Other images and backups in the folder of the firmware, when asked for.',
    why: 'The host started the guest with another image: an update or a rebuild on one side only, or another variant of the same build.',
    advice:
      'Find out which image the host uses, and expect that one only if you trust it; otherwise have the host start yours.',
    weight: 'serious',
    prior: 55,
    alternatives: images('beside'),
  },
];

const KERNEL_CAUSES: readonly LaunchCause[] = [
  {
    id: 'kernel-hashes-off',
    dimension: 'kernel',
    input: 'kernel',
    title: 'kernel hashes',
    doc: 'No table of kernel hashes, although a kernel is given.',
    why: 'The host measured no kernel: kernel-hashes is off for this domain, or QEMU is older than 6.2. Whatever kernel, initrd and command line it passes would be started unseen.',
    advice: "Set kernelHashes='yes' in the domain's <launchSecurity>, and start the guest again.",
    weight: 'serious',
    prior: 90,
    alternatives: ({ facts }) =>
      facts.kernel
        ? [
            {
              set: { hashes: false, kernel: undefined, initrd: undefined, cmdline: NO_CMDLINE },
              given: 'on',
              found: 'off',
              edits: without('kernel', 'initrd', 'cmdline'),
            },
          ]
        : [],
  },
  {
    id: 'kernel-initrd-swapped',
    dimension: 'kernel',
    input: 'kernel',
    title: 'kernel and initrd',
    doc: "Kernel and initrd in each other's place.",
    why: "The two files are given in each other's place: the host started the one that is given as the initrd.",
    advice: 'Swap the paths of kernel and initrd.',
    weight: 'mistake',
    prior: 25,
    alternatives: ({ facts: { kernel, initrd } }) =>
      kernel && initrd
        ? [
            {
              set: { kernel: initrd.sha256, initrd: kernel.sha256 },
              given: 'as given',
              found: `swapped: ${initrd.name} and ${kernel.name}`,
              edits: [
                { member: ['kernel'], value: initrd.path },
                { member: ['initrd'], value: kernel.path },
              ],
            },
          ]
        : [],
  },
  {
    id: 'initrd-missing',
    dimension: 'initrd',
    input: 'initrd',
    title: 'initrd',
    doc: 'No initrd, although one is given.',
    why: 'The host started the kernel without this initrd.',
    advice:
      "Add the <initrd> of the domain's <os>, or take it out here if the guest is meant to boot without.",
    weight: 'serious',
    prior: 60,
    alternatives: ({ facts: { kernel, initrd } }) =>
      kernel && initrd
        ? [{ set: { initrd: undefined }, given: initrd.name, found: 'none', edits: without('initrd') }]
        : [],
  },
  {
    id: 'cmdline-missing',
    dimension: 'cmdline',
    input: 'cmdline',
    title: 'command line',
    doc: 'No command line, although one is given.',
    why: 'The host started the kernel without a command line, so that what yours demands (a root hash, a lockdown) is not in force.',
    advice:
      "Add the <cmdline> of the domain's <os>, or take it out here if the guest is meant to boot without.",
    weight: 'serious',
    prior: 60,
    alternatives: ({ facts: { kernel, cmdline = '' } }) =>
      kernel && cmdline !== ''
        ? [{ set: { cmdline: NO_CMDLINE }, given: quoted(cmdline), found: 'none', edits: without('cmdline') }]
        : [],
  },
  {
    id: 'cmdline-text',
    dimension: 'cmdline',
    input: 'cmdline',
    title: 'command line',
    doc: 'The same command line with other white space, line ends, quotes, or NULs at its end, and without or with what boot loaders, firmware and dstack add to it.',
    why: 'Every byte of the command line is hashed. Editors add line ends, shells take quotes away, XML keeps white space, dstack trims it and appends values, and /proc/cmdline shows what was added after the measurement.',
    advice: 'Write the command line here exactly as the host passes it, or mend it there.',
    weight: 'mistake',
    prior: 70,
    alternatives: ({ facts: { kernel, initrd, cmdline } }) =>
      kernel
        ? cmdlineVariants(cmdline ?? '', { kernel: kernel.name, initrd: initrd?.name }).map(
            ({ bytes, words, text, weight }) => ({
              set: { cmdline: nobleHashes.sha256(bytes) },
              given: quoted(cmdline),
              found: words,
              ...(weight && { weight }),
              ...(text !== undefined && { edits: [{ member: ['cmdline'], value: text }] }),
            }),
          )
        : [],
  },
];

/** The rows for firmware and kernel. */
export const BOOT_CAUSES: readonly LaunchCause[] = [...FIRMWARE_CAUSES, ...KERNEL_CAUSES];
