// Status codes in lines that hosts print: those of the SEV firmware (SEV and SEV-SNP Firmware ABI, status codes; the words are QEMU's,
// sev_fw_errlist), and the reasons of a guest that asks to be terminated (GHCB specification, section 2.3.1; Linux, asm/sev-common.h).

/** A status of the SEV firmware. */
export interface FirmwareStatus {
  readonly name: string;
  /** QEMU's words for it. */
  readonly words: string;
}

const status = (name: string, words: string): FirmwareStatus => ({ name, words });

/** By number. */
export const FIRMWARE_STATUS: readonly FirmwareStatus[] = [
  status('SUCCESS', 'no failure of the firmware'),
  status('INVALID_PLATFORM_STATE', 'Platform state is invalid'),
  status('INVALID_GUEST_STATE', 'Guest state is invalid'),
  status('INVALID_CONFIG', 'Platform configuration is invalid'),
  status('INVALID_LEN', 'Buffer too small'),
  status('ALREADY_OWNED', 'Platform is already owned'),
  status('INVALID_CERTIFICATE', 'Certificate is invalid'),
  status('POLICY_FAILURE', 'Policy is not allowed'),
  status('INACTIVE', 'Guest is not active'),
  status('INVALID_ADDRESS', 'Invalid address'),
  status('BAD_SIGNATURE', 'Bad signature'),
  status('BAD_MEASUREMENT', 'Bad measurement'),
  status('ASID_OWNED', 'ASID is already owned'),
  status('INVALID_ASID', 'Invalid ASID'),
  status('WBINVD_REQUIRED', 'WBINVD is required'),
  status('DFFLUSH_REQUIRED', 'DF_FLUSH is required'),
  status('INVALID_GUEST', 'Guest handle is invalid'),
  status('INVALID_COMMAND', 'Invalid command'),
  status('ACTIVE', 'Guest is active'),
  status('HWSEV_RET_PLATFORM', 'Hardware error'),
  status('HWSEV_RET_UNSAFE', 'Hardware unsafe'),
  status('UNSUPPORTED', 'Feature not supported'),
  status('INVALID_PARAM', 'Invalid parameter'),
  status('RESOURCE_LIMIT', 'Required firmware resource depleted'),
  status('SECURE_DATA_INVALID', 'Part-specific integrity check failure'),
];

/** Why a guest asks to be terminated, by reason set and then by code: a sentence about the guest. */
export const TERMINATIONS: readonly (readonly string[])[] = [
  [
    'The guest gives no particular reason: a check of its firmware or of its early kernel failed.',
    'The hypervisor offers no version of the GHCB protocol that the guest speaks.',
    'The guest needs features of SEV-SNP that the hypervisor does not offer.',
  ],
  [
    'The hypervisor refused to register the GHCB of the guest.',
    'The hypervisor did not change the state of a page (private or shared) as the guest asked.',
    'PVALIDATE failed: a page of the guest is not in the state that it is said to be in.',
    'The kernel does not run at VMPL0, and there is no SVSM that would serve it.',
    'The CPUID page of the firmware failed its check.',
    'The hypervisor gave no CPUID values.',
    'The secrets page is missing or malformed.',
    'The kernel runs at another VMPL than 0 without an SVSM.',
    'The SVSM says that it does not run at VMPL0.',
    'The calling area of the SVSM is missing or malformed.',
    'Secure TSC could not be set up.',
    'The calling area of the SVSM could not be mapped anew.',
    'Secure AVIC could not be set up.',
    'Secure AVIC needs x2APIC, which is off.',
  ],
];
