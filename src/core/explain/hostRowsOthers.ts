// What libvirt, Linux as host and guest, OVMF and COCONUT-SVSM print when a launch fails or a guest ends itself. Each row names the function that
// prints it.

import { hex } from '../binary/hex';
import { SEV_FEATURES } from '../vmsa/layout/bitsSev';
import { TERMINATIONS } from './hostCodes';
import { fixed, type HostLineRow } from './hostRow';
import { explainStatus, type Meaning } from './hostStatus';

const KVM = 'Linux, arch/x86/kvm/svm/sev.c,';
const VERIFIER = 'edk2, OvmfPkg/AmdSev/BlobVerifierLibSevHashes/BlobVerifierSevHashes.c, VerifyBlob';
const SVSM = 'COCONUT-SVSM,';

const OF_SETS: Readonly<Record<number, string>> = {
  0: 'Reason set 0 is that of the GHCB specification, which firmware uses, too.',
  1: 'Reason set 1 is that of Linux, so that the firmware had started the kernel.',
};

/** MSR SEV_STATUS has the features of the page two bits further up. */
const STATUS_SHIFT = 2n;

/** The features with a bit in MSR SEV_STATUS, by name. */
function featuresIn(status: bigint): string {
  const bits = status >> STATUS_SHIFT;
  const names = SEV_FEATURES.filter(({ lsb }) => (bits >> BigInt(lsb)) & 1n).map(({ name }) => name);
  return names.length > 0 ? names.join(', ') : hex(status);
}

/** @param info MSR SEV_STATUS's bits of features that the guest does not have */
function terminated(set: number, code: number, info = 0n): Meaning {
  const found = TERMINATIONS.find((one) => one.set === set && one.code === code);
  const reason = found?.reason ?? 'The reason is one that nothing here knows.';
  const features =
    set === 0 && code === 2 && info > 0n
      ? ` These are on, and the kernel of the guest has no code for them: ${featuresIn(info)}.`
      : '';
  return {
    title: `The guest ended itself: reason ${hex(set)}:${hex(code)}`,
    meaning: `${reason}${features} ${OF_SETS[set] ?? 'Such a set is of the makers of the guest.'}`,
    inputs: found?.inputs ?? [],
    advice:
      'Look at the console of the guest, and whether firmware and kernel know this technology and its features. It is no mismatch of a measurement.',
    source: `${KVM} sev_handle_vmgexit; GHCB specification, section 2.3.1${set === 1 ? '; Linux, asm/sev-common.h' : ''}`,
  };
}

/** A reason as its line in the GHCB protocol has it: four bits of the set, eight of the code. */
const SET_BITS = 4n;

export const OTHER_ROWS: readonly HostLineRow[] = [
  {
    id: 'guest-terminated',
    pattern: /guest requested termination:? *(0x[0-9a-f]{1,4}|0):(0x[0-9a-f]{1,4}|0)\b/i,
    lines: TERMINATIONS.map(
      ({ set, code }) => `SEV-ES guest requested termination: ${hex(set)}:${hex(code)}`,
    ),
    explain: ([, set, code]) => terminated(Number(set), Number(code)),
  },
  {
    id: 'guest-terminated-features',
    pattern: /guest requested termination: reason (0x[0-9a-f]{1,16}|0) info (0x[0-9a-f]{1,16}|0)\b/i,
    lines: ['SEV-ES guest requested termination: reason 0x20 info 0x80'],
    explain([, reason = '0', info = '0']) {
      const bits = BigInt(reason);
      const set = bits & ((1n << SET_BITS) - 1n);
      const found = terminated(Number(set), Number((bits >> SET_BITS) & 0xffn), BigInt(info));
      return { ...found, source: `${found.source}; Linux, snp_check_features, uapi/asm/svm.h` };
    },
  },
  fixed(
    {
      id: 'ghcb-refused',
      pattern: /vmgexit: (?:exit code \S+ (?:input )?is not valid|ghcb usage \S+ is not valid)/i,
      lines: ['kvm_amd: vmgexit: exit code 0x80000018 is not valid'],
    },
    {
      title: 'KVM refused a request of the guest',
      meaning:
        'The guest asked for something by its GHCB that KVM of this host does not know, or in a wrong form. 0x80000018 is a call of the SVSM, for which the host needs a kernel with SVSM. It is no mismatch of a measurement.',
      inputs: ['kernel'],
      advice:
        'Use a kernel in the host that is as new as what the firmware and the kernel of the guest ask for.',
      source: `${KVM} sev_es_validate_vmgexit`,
    },
  ),
  {
    id: 'guest-request-failed',
    pattern:
      /Detected error from ASP request\. rc: -?\d+, (?:exitinfo2|fw_err): (0x[0-9a-f]{1,16}|\d{1,19})/i,
    lines: ['sev-guest: Detected error from ASP request. rc: -5, exitinfo2: 0x200000000'],
    explain([, text = '0']) {
      const all = BigInt(text);
      const status = explainStatus(Number(all & 0xffffffffn), 'guest_request');
      const vmm = Number((all >> 32n) & 0xffffffffn);
      const why = { 1: 'its buffer was too small', 2: 'the host was busy' }[vmm];
      return {
        title: 'The guest got no attestation report',
        meaning: `A request of the guest to the firmware of the processor failed${
          why ? `: ${why}` : status ? `: ${status.title}` : ''
        }. Linux then gives up the key for such requests, so that the guest gets no report until it is started anew.`,
        inputs: [],
        advice: 'Start the guest anew; if it fails again, look at the kernel log of the host (ccp, kvm_amd).',
        source: 'Linux, drivers/virt/coco/sev-guest, handle_guest_request',
      };
    },
  },
  {
    id: 'blob-refused',
    pattern: /VerifyBlob: Hash comparison failed for "?(\w{1,16})\b/i,
    lines: ['VerifyBlob: Hash comparison failed for "kernel"'],
    explain: ([, blob = '']) => ({
      title: `The firmware refused the ${blob}: it is not the one that was measured`,
      meaning:
        'The hash that was measured is not that of what QEMU then passed, and the firmware stops. QEMU 7.2 appends a random seed to the kernel; other programs between QEMU and the file may change it, too.',
      inputs: ['kernel', 'initrd', 'cmdline'],
      advice: 'Use a machine type of pc-q35-7.1 or QEMU 8.0 and later, and the file as it was given.',
      source: `${VERIFIER}; AMDESE/qemu#10`,
    }),
  },
  fixed(
    {
      id: 'no-hashes-at-boot',
      pattern: /Verifier called but no hashes table discover/i,
      lines: ['VerifyBlob: Verifier called but no hashes table discoverd in MEMFD'],
    },
    {
      title: 'A kernel is started that was not measured',
      meaning:
        'The firmware verifies kernels, and the host gave it no hashes: QEMU was started without kernel-hashes=on, so that the digest says nothing of the kernel.',
      inputs: ['kernel'],
      advice: 'Start QEMU with kernel-hashes=on, or <launchSecurity kernelHashes="yes">.',
      source: VERIFIER,
    },
  ),
  {
    id: 'svsm-features',
    pattern: /(Required|Unsupported) (?:SEV )?features (?:not available|enabled)/i,
    lines: ['Required features not available: DBGSWP', 'Unsupported SEV features enabled'],
    explain: ([, what = '']) => ({
      title: `The SVSM ${/required/i.test(what) ? 'lacks' : 'does not know'} SEV features that it was started with`,
      meaning: /required/i.test(what)
        ? 'COCONUT-SVSM wants restricted injection and DebugSwap, which are in the measured page of each vCPU, and at least one of them is off.'
        : 'The pages of the SVSM have features on that it has no code for.',
      inputs: ['features', 'profile'],
      advice: 'Start the SVSM with the IGVM file or the VMM that it is built for.',
      source: `${SVSM} kernel/src/sev/status.rs, sev_status_verify`,
    }),
  },
  fixed(
    {
      id: 'svsm-firmware',
      pattern: /Failed to (?:prepare guest|launch) FW: /,
      lines: ['panicked at kernel/src/svsm.rs:543:9: Failed to prepare guest FW: …'],
    },
    {
      title: 'The SVSM could not start the firmware of the guest',
      meaning:
        'The firmware behind the SVSM is missing, or its metadata have pages that the SVSM cannot prepare.',
      inputs: ['firmware'],
      advice: 'Use an SVSM build of OVMF, and the IGVM file that holds both.',
      source: `${SVSM} kernel/src/svsm.rs, svsm_init`,
    },
  ),
  fixed(
    {
      id: 'svsm-panic',
      pattern: /Panic on CPU\[[\d?]+\]! COCONUT-SVSM|hypervisor doesn't support GHCB version 2/,
      lines: ['[SVSM] ERROR: Panic on CPU[0]! COCONUT-SVSM Version: 2025.08'],
    },
    {
      title: 'The SVSM gave up',
      meaning: 'COCONUT-SVSM met something that it cannot go on with; the next line, after Info, says what.',
      inputs: ['features'],
      advice: 'Read the line after it; hosts without SVSM support in KVM and QEMU are the commonest cause.',
      source: `${SVSM} kernel/src/svsm.rs, panic; kernel/src/sev/msr_protocol.rs, verify_ghcb_version`,
    },
  ),
  fixed(
    {
      id: 'libvirt-no-launch-security',
      pattern:
        /launch security is not supported with this QEMU binary|QEMU does not support SEV guest|measured direct kernel boot is not supported with this QEMU/i,
      lines: ["unsupported configuration: 'sev-snp' launch security is not supported with this QEMU binary"],
    },
    {
      title: 'libvirt finds no such launch security in QEMU',
      meaning:
        'This QEMU, on this host, has no guests of this technology or no kernel hashes, as libvirt found: QEMU has SNP from 9.1 on and kernel hashes from 6.2.',
      inputs: ['kernel'],
      advice: 'Update QEMU, and look at launchSecurity in the output of virsh domcapabilities.',
      source: 'libvirt, src/qemu/qemu_validate.c, qemuValidateDomainDef',
    },
  ),
  fixed(
    {
      id: 'libvirt-no-firmware',
      pattern:
        /Domain requires SEV(?:-ES|-SNP)?, firmware '.*' doesn't support it|Unable to find (?:any firmware to satisfy|'efi' firmware that is compatible)/i,
      lines: ["Unable to find 'efi' firmware that is compatible with the current configuration"],
    },
    {
      title: 'libvirt finds no firmware for this technology',
      meaning:
        'With firmware="efi" libvirt chooses by descriptors (/usr/share/qemu/firmware), and none of them has amd-sev, amd-sev-es or amd-sev-snp as the domain wants it.',
      inputs: ['firmware'],
      advice: 'Name the image in <loader>, which also makes sure which one is measured.',
      source: 'libvirt, src/qemu/qemu_firmware.c, qemuFirmwareMatchDomain, qemuFirmwareFillDomain',
    },
  ),
];
