// What libvirt says about a host and its domains, as plain data that can be sent to another process. All of it is the
// host's word, which nobody has checked: libvirt's domain XML format and virDomainGetLaunchSecurityInfo (libvirt 12.8).

import type { ErrorData } from '../errors';
import type { CpuId } from '../vmsa/launch/signature';

/** The `<loader>` of a domain: the firmware's path on the host, and attributes as written. */
export interface DomainLoader {
  /** Undefined when the host chooses the firmware itself and did not say which. */
  readonly path: string | undefined;
  /** `rom` or `pflash`. */
  readonly type: string | undefined;
  readonly stateless: boolean | undefined;
  readonly readonly: boolean | undefined;
  readonly secure: boolean | undefined;
  /** `raw` or `qcow2`; of another one than raw the file's bytes are not what is measured. */
  readonly format: string | undefined;
}

/** The `<nvram>` of a domain: a variable store that the guest writes and nothing measures. */
export interface DomainNvram {
  readonly path: string | undefined;
  readonly template: string | undefined;
  readonly templateFormat: string | undefined;
  readonly format: string | undefined;
}

/** The `<launchSecurity>` of a domain. Texts in base64 are as written, not decoded and not checked. */
export interface LaunchSecurity {
  /** `sev`, `sev-snp`, `tdx`, `s390-pv`, or what a later libvirt has. */
  readonly type: string;
  readonly kernelHashes: boolean | undefined;
  /** Read as base 16 whether or not it has 0x, as libvirt does. Only the SEV types have one. */
  readonly policy: bigint | undefined;
  readonly cbitpos: number | undefined;
  readonly reducedPhysBits: number | undefined;
  readonly dhCert: string | undefined;
  readonly session: string | undefined;
  readonly idBlock: string | undefined;
  readonly idAuth: string | undefined;
  readonly hostData: string | undefined;
  readonly guestVisibleWorkarounds: string | undefined;
  readonly authorKey: boolean | undefined;
  readonly vcek: boolean | undefined;
}

/** A domain's definition, as far as it decides what is measured. An empty element counts as none, as in libvirt. */
export interface DomainConfig {
  readonly name: string;
  /** In lower case. */
  readonly uuid: string | undefined;
  /** The virtualization: `kvm`, `qemu`, `test`. */
  readonly type: string;
  readonly vcpus: { readonly max: number; readonly current: number };
  readonly cpu: { readonly mode: string | undefined; readonly model: string | undefined } | undefined;
  readonly arch: string | undefined;
  /** The machine type with its version, such as `pc-q35-9.1`. */
  readonly machine: string | undefined;
  /** `efi` when libvirt is to choose the firmware. */
  readonly firmware: string | undefined;
  readonly loader: DomainLoader | undefined;
  readonly nvram: DomainNvram | undefined;
  /** Whether there is a `<varstore>`, which newer versions have in place of `<nvram>`. */
  readonly varstore: boolean;
  readonly kernel: string | undefined;
  readonly initrd: string | undefined;
  /** With all its white space: it is measured. */
  readonly cmdline: string | undefined;
  readonly launchSecurity: LaunchSecurity | undefined;
  /** Whether QEMU gets arguments that libvirt does not know (`<qemu:commandline>`); they can change anything above. */
  readonly rawArguments: boolean;
}

/** virDomainState in words. */
export type DomainStateName =
  'no state' | 'running' | 'blocked' | 'paused' | 'shutting down' | 'shut off' | 'crashed' | 'suspended';

/** A domain's state, and the phrase for why it is in it. */
export interface DomainState {
  readonly name: DomainStateName;
  readonly reason: string;
}

/** A domain in a list. */
export interface DomainSummary {
  /** Undefined unless it is running or paused. */
  readonly id: number | undefined;
  readonly name: string;
  readonly uuid: string;
  readonly state: DomainState;
  /** The type of `<launchSecurity>`; undefined when there is none, or when the definition could not be read. */
  readonly launchSecurity: string | undefined;
  /** Whether an SEV policy asks for SEV-ES; undefined for other types. */
  readonly sevEs: boolean | undefined;
  readonly vcpus: number | undefined;
  /** Why the definition could not be read. */
  readonly problem: ErrorData | undefined;
}

/** What virDomainGetLaunchSecurityInfo reports; each undefined when the host did not give it. */
export interface LaunchSecurityInfo {
  /** Base64 of 48 bytes, as reported. */
  readonly measurement: string | undefined;
  readonly apiMajor: number | undefined;
  readonly apiMinor: number | undefined;
  readonly buildId: number | undefined;
  readonly policy: number | undefined;
  readonly snpPolicy: bigint | undefined;
}

/** The CPU of a host. */
export interface HostCpu {
  readonly arch: string | undefined;
  readonly vendor: string | undefined;
  readonly model: string | undefined;
  /** The host's own, which is the guest's only in mode host-passthrough; servers before 8.9 do not give it. */
  readonly signature: CpuId | undefined;
}

/** What a host can launch, of virConnectGetDomainCapabilities. */
export interface SevCapabilities {
  readonly sev: boolean;
  readonly cbitpos: number | undefined;
  readonly reducedPhysBits: number | undefined;
  readonly maxGuests: number | undefined;
  readonly maxEsGuests: number | undefined;
  /** Types of `<launchSecurity>` that it takes; empty before 10.5, which did not say. */
  readonly types: readonly string[];
  /** The CPU model that mode host-model stands for. */
  readonly hostModel: string | undefined;
}

/** A host that is connected. */
export interface HostFacts {
  readonly hostname: string;
  /** Of the machine, as libvirt knows it; undefined when it does not tell. */
  readonly uuid: string | undefined;
  /** The driver: `QEMU`, `TEST`. */
  readonly driver: string;
  /** Of the library here and the server there, such as `9.0.0`. */
  readonly libraryVersion: string;
  readonly serverVersion: string | undefined;
  readonly cpu: HostCpu;
  /** Undefined when the driver or the server's version does not tell. */
  readonly sev: SevCapabilities | undefined;
}
