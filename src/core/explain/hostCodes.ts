// Numbers in lines that hosts print: statuses of the SEV firmware (Linux, include/uapi/linux/psp-sev.h, sev_ret_code; QEMU's words for them are
// in target/i386/sev.c, sev_fw_errlist, the later ones in VirTEE's sev, src/error.rs), its commands (Linux, include/linux/psp-sev.h, sev_cmd),
// and the reasons of a guest that asks to be terminated (GHCB specification, section 2.3.1; Linux, asm/sev-common.h).

import type { Dimension } from './cause';

/** A status of the SEV firmware. */
export interface FirmwareStatus {
  readonly code: number;
  /** As Linux has it, without its prefix. */
  readonly name: string;
  /** QEMU's words for it; QEMU has `unknown error` for all after the 24th. */
  readonly words: string;
}

const status = (code: number, name: string, words: string): FirmwareStatus => ({ code, name, words });

/** No status of the firmware, which was never asked: -1, of which programs print 32 bits. */
export const NO_CALL = 0xffffffff;

/** All statuses, in the order of their numbers. */
export const FIRMWARE_STATUS: readonly FirmwareStatus[] = [
  status(0, 'SUCCESS', 'no failure of the firmware'),
  status(1, 'INVALID_PLATFORM_STATE', 'Platform state is invalid'),
  status(2, 'INVALID_GUEST_STATE', 'Guest state is invalid'),
  status(3, 'INVALID_CONFIG', 'Platform configuration is invalid'),
  status(4, 'INVALID_LEN', 'Buffer too small'),
  status(5, 'ALREADY_OWNED', 'Platform is already owned'),
  status(6, 'INVALID_CERTIFICATE', 'Certificate is invalid'),
  status(7, 'POLICY_FAILURE', 'Policy is not allowed'),
  status(8, 'INACTIVE', 'Guest is not active'),
  status(9, 'INVALID_ADDRESS', 'Invalid address'),
  status(10, 'BAD_SIGNATURE', 'Bad signature'),
  status(11, 'BAD_MEASUREMENT', 'Bad measurement'),
  status(12, 'ASID_OWNED', 'ASID is already owned'),
  status(13, 'INVALID_ASID', 'Invalid ASID'),
  status(14, 'WBINVD_REQUIRED', 'WBINVD is required'),
  status(15, 'DFFLUSH_REQUIRED', 'DF_FLUSH is required'),
  status(16, 'INVALID_GUEST', 'Guest handle is invalid'),
  status(17, 'INVALID_COMMAND', 'Invalid command'),
  status(18, 'ACTIVE', 'Guest is active'),
  status(19, 'HWSEV_RET_PLATFORM', 'Hardware error'),
  status(20, 'HWSEV_RET_UNSAFE', 'Hardware unsafe'),
  status(21, 'UNSUPPORTED', 'Feature not supported'),
  status(22, 'INVALID_PARAM', 'Invalid parameter'),
  status(23, 'RESOURCE_LIMIT', 'Required firmware resource depleted'),
  status(24, 'SECURE_DATA_INVALID', 'Part-specific integrity check failure'),
  status(25, 'INVALID_PAGE_SIZE', 'page size in the RMP is wrong'),
  status(26, 'INVALID_PAGE_STATE', 'page state in the RMP is wrong'),
  status(27, 'INVALID_MDATA_ENTRY', 'metadata entry is invalid'),
  status(28, 'INVALID_PAGE_OWNER', 'page is of another owner'),
  status(29, 'AEAD_OFLOW', 'a counter of AEAD would overflow'),
  status(31, 'EXIT_RING_BUFFER', 'ring buffer mode was left, the command has to be repeated'),
  status(32, 'RMP_INIT_REQUIRED', 'RMP has to be initialised anew'),
  status(33, 'BAD_SVN', 'SVN of the firmware image is lower than the committed one'),
  status(34, 'BAD_VERSION', 'version of the firmware image is lower than the committed one'),
  status(35, 'SHUTDOWN_REQUIRED', 'SNP_SHUTDOWN is required'),
  status(36, 'UPDATE_FAILED', 'update of the firmware or of a guest context failed'),
  status(37, 'RESTORE_REQUIRED', 'the committed firmware image has to be installed'),
  status(38, 'RMP_INITIALIZATION_FAILED', 'RMP could not be initialised'),
  status(39, 'INVALID_KEY', 'key is invalid, absent, or not allowed'),
  status(NO_CALL, 'NO_FW_CALL', 'the firmware was not called'),
];

/** The status with a number, of which -1 is written in several ways; undefined when there is none. */
export function firmwareStatus(code: number): FirmwareStatus | undefined {
  const found = code === -1 ? NO_CALL : code;
  return FIRMWARE_STATUS.find((one) => one.code === found);
}

/** The commands of launches by number, as Linux's ccp driver prints them. */
export const FIRMWARE_COMMANDS: ReadonlyMap<number, string> = new Map([
  [0x30, 'LAUNCH_START'],
  [0x31, 'LAUNCH_UPDATE_DATA'],
  [0x32, 'LAUNCH_UPDATE_VMSA'],
  [0x33, 'LAUNCH_MEASURE'],
  [0x34, 'LAUNCH_UPDATE_SECRET'],
  [0x35, 'LAUNCH_FINISH'],
  [0xa0, 'SNP_LAUNCH_START'],
  [0xa1, 'SNP_LAUNCH_UPDATE'],
  [0xa2, 'SNP_LAUNCH_FINISH'],
]);

/** Why a guest asks to be terminated. */
export interface Termination {
  /** 0 is of the GHCB specification, 1 of Linux. */
  readonly set: number;
  readonly code: number;
  /** A sentence. */
  readonly reason: string;
  /** The inputs of a launch that decide it. */
  readonly inputs: readonly Dimension[];
}

const end = (set: number, code: number, reason: string, inputs: readonly Dimension[] = []): Termination => ({
  ...{ set, code, reason, inputs },
});

/** All reasons that are known. */
export const TERMINATIONS: readonly Termination[] = [
  end(
    0,
    0,
    'The guest gives no particular reason. OVMF says this when it could not register its GHCB, validate a page or call the SVSM, COCONUT-SVSM whenever it panics, Linux for early failures of many kinds.',
    ['firmware', 'kernel'],
  ),
  end(
    0,
    1,
    'The hypervisor offers no version of the GHCB protocol that the guest speaks; OVMF says the same where the hypervisor does not offer SEV-SNP to a guest of SEV-SNP.',
  ),
  end(
    0,
    2,
    'The guest needs features of SEV-SNP that the hypervisor does not offer, or is started with SEV features that it does not know.',
    ['features', 'kernel'],
  ),
  end(1, 0, 'The hypervisor refused to register the GHCB of the guest.'),
  end(1, 1, 'The hypervisor did not change the state of a page (private or shared) as the guest asked.'),
  end(
    1,
    2,
    'PVALIDATE failed: a page of the guest is not in the state that it is said to be in, such as one that the hypervisor did not launch although the firmware lists it.',
    ['firmware'],
  ),
  end(1, 3, 'The kernel does not run at VMPL0, and there is no SVSM that would serve it.', ['kernel']),
  end(1, 4, 'The CPUID page of the guest failed its check.', ['cpu', 'firmware']),
  end(1, 5, 'The hypervisor gave no CPUID values where the CPUID page has none.', ['cpu']),
  end(1, 6, 'The secrets page is missing or malformed.', ['firmware']),
  end(1, 7, 'The kernel runs at another VMPL than 0, and the secrets page names no SVSM.', ['kernel']),
  end(1, 8, 'The SVSM says that the guest runs at VMPL0, where the SVSM itself must be.'),
  end(1, 9, 'The calling area of the SVSM is not aligned to a page.'),
  end(1, 10, 'Secure TSC could not be set up.', ['features']),
  end(1, 11, 'The calling area of the SVSM could not be mapped anew.'),
  end(1, 12, 'Secure AVIC could not be set up, as without x2APIC.', ['features']),
];
