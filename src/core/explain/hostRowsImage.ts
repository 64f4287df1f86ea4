// What QEMU prints when it refuses an image of firmware, or its kernel hashes. Each row names the function that prints it, as in QEMU 10; earlier
// versions have the same words.

import type { Dimension } from './cause';
import { fixed, type HostLineRow } from './hostRow';

const SEV = 'QEMU, target/i386/sev.c,';
const NO_HASHES: readonly Dimension[] = ['firmware', 'kernel'];
const ANOTHER_BUILD = "Use OVMF's AmdSev build, or edk2-stable202511 and later.";
const SNP_BUILD = 'Use an X64 build of edk2-stable202202 or later, not a VARS file and no build with SMM.';

/** About the image of the firmware, and what is measured of the kernel. */
export const QEMU_IMAGE_ROWS: readonly HostLineRow[] = [
  fixed(
    {
      id: 'no-hashes-table',
      pattern: /guest firmware has no hashes table GUID/i,
      lines: ['SEV: kernel specified but guest firmware has no hashes table GUID'],
    },
    {
      title: 'The firmware has no area for kernel hashes',
      meaning:
        'A kernel is given with kernel-hashes=on, and the firmware is a build without an entry for the hashes of kernel, initrd and command line, so that QEMU refuses to start.',
      inputs: NO_HASHES,
      advice: ANOTHER_BUILD,
      source: `${SEV} sev_add_kernel_loader_hashes`,
    },
  ),
  fixed(
    {
      id: 'invalid-hashes-table',
      pattern: /hashes table area is invalid|kernel_hashes_offset \+/i,
      lines: ['SEV: guest firmware hashes table area is invalid (base=0x0 size=0x0)'],
    },
    {
      title: "The firmware's area for kernel hashes is unusable",
      meaning:
        'The table of the firmware has an entry for the hashes, but with no address or with too little room.',
      inputs: NO_HASHES,
      advice: ANOTHER_BUILD,
      source: `${SEV} sev_add_kernel_loader_hashes`,
    },
  ),
  fixed(
    {
      id: 'unmapped-hashes-table',
      pattern: /cannot map hashes table guest memory area/i,
      lines: ['SEV: cannot map hashes table guest memory area'],
    },
    {
      title: "The firmware's area for kernel hashes is not in the guest's memory",
      meaning: 'The entry of the firmware for the hashes has an address at which the guest has no memory.',
      inputs: NO_HASHES,
      advice: ANOTHER_BUILD,
      source: `${SEV} sev_build_kernel_loader_hashes`,
    },
  ),
  fixed(
    {
      id: 'no-kernel-for-hashes',
      pattern: /kernel_hashes_data/,
      lines: ["sev_snp_launch_finish: Assertion `sev_snp->kernel_hashes_data' failed."],
    },
    {
      title: 'Kernel hashes are on, and there is no Linux kernel',
      meaning: 'QEMU was started with kernel-hashes=on and without a -kernel that is a Linux kernel.',
      inputs: ['kernel'],
      advice: 'Give a kernel, or turn kernel-hashes off.',
      source: `${SEV} snp_launch_update_kernel_hashes`,
    },
  ),
  fixed(
    {
      id: 'no-sev-metadata',
      pattern: /Failed to locate SEV metadata header/i,
      lines: ['sev_snp_launch_finish: Failed to locate SEV metadata header'],
    },
    {
      title: 'The firmware has no SEV metadata',
      meaning:
        'An SNP guest was to be started with firmware that does not say which pages to launch it with.',
      inputs: ['firmware'],
      advice: SNP_BUILD,
      source: `${SEV} sev_snp_launch_finish`,
    },
  ),
  fixed(
    {
      id: 'section-outside-memory',
      pattern: /Failed to get HVA for GPA 0x[0-9a-f]+|Failed to add metadata page gpa 0x[0-9a-f]+/i,
      lines: ['snp_populate_metadata_pages: Failed to get HVA for GPA 0x800000 sz 0x9000'],
    },
    {
      title: 'A section of the SEV metadata cannot be loaded',
      meaning:
        'The metadata of the firmware has a section at an address at which the guest has no memory, or one that cannot be filled.',
      inputs: ['firmware'],
      advice: 'Give the guest more memory, and look at the sections of the firmware in its editor.',
      source: `${SEV} snp_populate_metadata_pages`,
    },
  ),
  fixed(
    {
      id: 'empty-section',
      pattern: /SNP_LAUNCH_UPDATE called with invalid address/i,
      lines: ['SNP_LAUNCH_UPDATE called with invalid address/ length: 0x7f3c00000000 / 0'],
    },
    {
      title: 'A section of the SEV metadata is empty',
      meaning:
        'The metadata of the firmware has a section of no length. sev-snp-measure leaves it out, and QEMU refuses to start.',
      inputs: ['firmware'],
      advice: SNP_BUILD,
      source: `${SEV} sev_snp_launch_update`,
    },
  ),
  fixed(
    {
      id: 'no-reset-block',
      pattern:
        /(?:SEV information block|Firmware GUID Table block) not found|failed to locate and\/or save reset vector/i,
      lines: ['SEV information block/Firmware GUID Table block not found in pflash rom'],
    },
    {
      title: 'The firmware does not say where additional vCPUs start',
      meaning:
        'QEMU found neither a table with the SEV-ES reset block nor its old form: the file is no OVMF of 2020 or later, or it is a VARS file.',
      inputs: ['firmware'],
      advice: 'Give the image of the firmware, CODE or combined.',
      source: `${SEV} sev_es_find_reset_vector; hw/i386/pc_sysfw.c, x86_firmware_configure`,
    },
  ),
  fixed(
    {
      id: 'reset-address-zero',
      pattern: /SEV-ES reset address is zero/i,
      lines: ['SEV-ES reset address is zero'],
    },
    {
      title: 'The firmware gives address 0 for additional vCPUs',
      meaning: 'The SEV-ES reset block of the firmware holds 0, so that no additional vCPU could start.',
      inputs: ['firmware'],
      advice: 'Use a build of OVMF with SEV-ES: X64, without SMM.',
      source: `${SEV} sev_es_parse_reset_block`,
    },
  ),
  fixed(
    {
      id: 'pflash-for-snp',
      pattern: /pflash with kvm requires KVM readonly memory support/i,
      lines: ['pflash with kvm requires KVM readonly memory support'],
    },
    {
      title: 'SNP guests have no flash',
      meaning: 'KVM gives SNP guests no read-only memory, so that firmware cannot be in pflash.',
      inputs: ['firmware'],
      advice: 'Load it as ROM: -bios, or <loader type="rom"> with stateless="yes".',
      source: 'QEMU, hw/i386/pc_sysfw.c, pc_system_firmware_init',
    },
  ),
  fixed(
    {
      id: 'no-secret-area',
      pattern: /no secret area found in OVMF/i,
      lines: ['SEV: no secret area found in OVMF, gpa must be specified.'],
    },
    {
      title: 'The firmware has no area for secrets',
      meaning: 'A secret was to be injected, and the table of the firmware has no entry that says where.',
      inputs: ['firmware'],
      advice: ANOTHER_BUILD,
      source: `${SEV} qmp_sev_inject_launch_secret`,
    },
  ),
];
