// What QEMU prints when a launch of SEV, SEV-ES or SEV-SNP fails by the CPU, an option or the host, apart from statuses of the firmware. Each row
// names the function that prints it, as in QEMU 10; earlier versions have the same words.

import { fixed, type HostLineRow } from './hostRow';

const SEV = 'QEMU, target/i386/sev.c,';

/** About the CPU, the options and the host. */
export const QEMU_HOST_ROWS: readonly HostLineRow[] = [
  {
    id: 'cpuid-refused',
    pattern: /CPUID validation failed (?:for function (0x[0-9a-f]{1,8})|due to count mismatch)/i,
    lines: ['SEV-SNP: CPUID validation failed for function 0x80000021, index: 0x0, provided: …'],
    explain: ([, leaf]) => ({
      title: `The firmware of the processor refused ${leaf === undefined ? 'the CPUID page' : `CPUID leaf ${leaf}`}`,
      meaning:
        'QEMU gives the guest CPU features or values in its CPUID page that the firmware of this processor does not allow. The contents of that page are not measured.',
      inputs: ['cpu'],
      advice: 'Choose a CPU model of this processor or an older one, or turn the feature off.',
      source: `${SEV} sev_snp_cpuid_report_mismatches`,
    }),
  },
  fixed(
    {
      id: 'too-many-cpuid-entries',
      pattern: /CPUID entry count \(\d+\) exceeds max/i,
      lines: ['SEV-SNP: CPUID entry count (70) exceeds max (64)'],
    },
    {
      title: 'The CPUID page has no room for so many entries',
      meaning:
        'The CPU model of the guest has more CPUID leaves than the page of SNP can hold, which are 64.',
      inputs: ['cpu'],
      advice: 'Choose a CPU model with fewer features.',
      source: `${SEV} sev_snp_cpuid_info_fill`,
    },
  ),
  fixed(
    {
      id: 'smm-for-snp',
      pattern: /SEV-SNP does not support SMM/i,
      lines: ['SEV-SNP does not support SMM.'],
    },
    {
      title: 'SNP guests have no SMM',
      meaning: 'The machine was started with smm=on, which firmware with secure boot by SMM needs.',
      inputs: ['firmware'],
      advice: 'Set smm=off, and use firmware that is built without SMM.',
      source: `${SEV} sev_snp_kvm_init`,
    },
  ),
  fixed(
    {
      id: 'cbitpos',
      pattern: /cbitpos check failed|reduced_phys_bits check failed/i,
      lines: ["sev_common_kvm_init: cbitpos check failed, host '51' requested '47'"],
    },
    {
      title: 'The command line has not the C-bit of this processor',
      meaning:
        'The C-bit (cbitpos) or reduced-phys-bits are not those of the host, such as 51 and 1. They are not measured.',
      advice: 'Give the values of CPUID 0x8000001F of the host, as virsh domcapabilities shows them.',
      source: `${SEV} sev_common_kvm_init`,
    },
  ),
  fixed(
    {
      id: 'no-sev-es-on-host',
      pattern: /guest policy requires SEV-ES, but host SEV-ES support unavailable/i,
      lines: ['sev_common_kvm_init: guest policy requires SEV-ES, but host SEV-ES support unavailable'],
    },
    {
      title: 'The host has no SEV-ES',
      meaning: 'The policy asks for SEV-ES (bit 2), and the SEV firmware was initialised without it.',
      inputs: ['policy'],
      advice: 'Turn SEV-ES on in the BIOS (ASIDs for SEV-ES) and in kvm_amd (sev_es=1).',
      source: `${SEV} sev_common_kvm_init`,
    },
  ),
  fixed(
    {
      id: 'vm-type',
      pattern: /host kernel does not support requested KVM_X86_SEV(?:_ES)?_VM VM type/i,
      lines: ['SEV: host kernel does not support requested KVM_X86_SEV_ES_VM VM type.'],
    },
    {
      title: 'The kernel of the host has no such type of guest',
      meaning:
        'QEMU was told not to use the old interface of KVM (legacy-vm-type=off), which Linux before 6.10 has alone. Guests of the two interfaces start with different FPU words and features, and measure differently.',
      inputs: ['profile', 'features'],
      advice: 'Update the kernel of the host, or set legacy-vm-type=on and expect that measurement.',
      source: `${SEV} sev_kvm_type`,
    },
  ),
  fixed(
    {
      id: 'no-snp-in-kvm',
      pattern: /vm-type (?:SEV|SEV-ES|SEV-SNP|snp) not supported by KVM/i,
      lines: ['vm-type SEV-SNP not supported by KVM'],
    },
    {
      title: 'KVM of this host has no such guests',
      meaning:
        'The kernel of the host is older than 6.11, in which KVM has SNP guests, or SEV-SNP is off in the BIOS or in kvm_amd.',
      advice: 'Look for SEV-SNP in the kernel log of the host (ccp, kvm_amd), and update the kernel.',
      source: 'QEMU, target/i386/kvm/kvm.c, kvm_get_vm_type',
    },
  ),
  fixed(
    {
      id: 'no-snp-in-qemu',
      pattern: /does not accept value 'sev-snp-guest'|invalid object type: sev-snp-guest/i,
      lines: ["-object sev-snp-guest,id=sev0: Parameter 'qom-type' does not accept value 'sev-snp-guest'"],
    },
    {
      title: 'This QEMU knows no SNP guests',
      meaning: 'QEMU has SNP guests from 9.1 on; builds of AMD had them before.',
      advice: 'Update QEMU.',
      source: 'QEMU 7.2, run with such an object',
    },
  ),
  fixed(
    {
      id: 'no-kernel-hashes-property',
      pattern: /(?:Property|Parameter) '[\w.-]*kernel-hashes' (?:not found|is unexpected)/i,
      lines: ["Property 'sev-guest.kernel-hashes' not found"],
    },
    {
      title: 'This QEMU knows no kernel hashes',
      meaning: 'QEMU before 6.2 measures no kernel of SEV guests, and before 9.1 it has no SNP guests.',
      inputs: ['kernel'],
      advice: 'Update QEMU.',
      source: `${SEV} sev_common_class_init; AMDESE/AMDSEV#124`,
    },
  ),
  fixed(
    {
      id: 'not-kvm',
      pattern: /Assertion `machine->cgs->ready'/,
      lines: ["qemu_machine_creation_done: Assertion `machine->cgs->ready' failed."],
    },
    {
      title: 'The machine does not run under KVM',
      meaning: 'SEV guests need KVM, and QEMU was started without it.',
      advice: 'Start QEMU with -accel kvm, as a user who may use /dev/kvm and /dev/sev.',
      source: 'QEMU 7.2, run without KVM; softmmu/vl.c, qemu_machine_creation_done',
    },
  ),
  fixed(
    {
      id: 'no-sev-device',
      pattern: /Failed to open \S*\/dev\/sev|SEV is not enabled in KVM/i,
      lines: ["sev_common_kvm_init: Failed to open /dev/sev 'No such file or directory'"],
    },
    {
      title: 'SEV is off, or this user may not use it',
      meaning: 'There is no /dev/sev, QEMU may not open it, or kvm_amd was loaded without SEV.',
      advice: 'Turn SEV on in the BIOS and in kvm_amd (sev=1), and let the user of QEMU open /dev/sev.',
      source: `${SEV} sev_common_kvm_init, sev_get_capabilities`,
    },
  ),
  fixed(
    {
      id: 'unfit-id-data',
      pattern: /parameter length(?: of |:ID_AUTH )\d+ (?:not equal to|exceeds max of)/i,
      lines: ['parameter length of 95 not equal to 96'],
    },
    {
      title: 'ID block, ID authentication information or host data have a wrong length',
      meaning:
        'An ID block has 96 bytes, ID authentication information up to 4096, host data 32, each in base64. None of them changes the launch digest.',
      advice: 'Give each as base64 of all its bytes, host data padded with zeros.',
      source: `${SEV} sev_snp_guest_set_id_block, _id_auth, _host_data`,
    },
  ),
  fixed(
    {
      id: 'secret-too-late',
      pattern: /SEV: Not in correct state\. \(LSECRET\)/i,
      lines: ['SEV: Not in correct state. (LSECRET) 4'],
    },
    {
      title: 'It is too late for a secret',
      meaning:
        'A secret can be injected only between the measurement and the first instruction of the guest.',
      advice:
        'Start the guest paused (-S, or virsh start --paused), and inject the secret before it goes on.',
      source: `${SEV} sev_inject_launch_secret`,
    },
  ),
  fixed(
    {
      id: 'launch-failed',
      pattern: /failed to create encryption context/i,
      lines: ['sev_common_kvm_init: failed to create encryption context'],
    },
    {
      title: 'The launch did not start',
      meaning: 'The line before this one says why: it has the status of the firmware.',
      advice: 'Have the line with LAUNCH_START explained.',
      source: `${SEV} sev_common_kvm_init`,
    },
  ),
];
