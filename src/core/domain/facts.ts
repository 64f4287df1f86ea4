// What libvirt says about a host and its domains, as plain data that can be sent to another process. All of it
// is the host's unverified word: libvirt's domain XML format and virDomainGetLaunchSecurityInfo (libvirt 12.8).

import type { ErrorData } from '../errors';
import type { CpuId } from '../vmsa/launch/signature';

/** The `<loader>` of a domain: the path of the firmware on the host, and the attributes as written. */
export interface DomainLoader {
  /** Undefined when the host chose the firmware itself and did not report which. */
  readonly path: string | undefined;
  /** `rom` or `pflash`. */
  readonly type: string | undefined;
  readonly stateless: boolean | undefined;
  readonly readonly: boolean | undefined;
  readonly secure: boolean | undefined;
  /** `raw` or `qcow2`; in any format but raw, the bytes of the file are not what is measured. */
  readonly format: string | undefined;
}

/** The `<nvram>` of a domain: a variable store that the guest writes and that is not measured. */
export interface DomainNvram {
  readonly path: string | undefined;
  readonly template: string | undefined;
  readonly templateFormat: string | undefined;
  readonly format: string | undefined;
}

/**
 * The `<launchSecurity>` of a domain. The texts of SEV are as written, neither decoded nor checked; those of SEV-SNP are base64 of
 * as many bytes as the firmware takes.
 */
export interface LaunchSecurity {
  /** `sev`, `sev-snp`, `tdx`, `s390-pv`, or a type that a later libvirt adds. */
  readonly type: string;
  readonly kernelHashes: boolean | undefined;
  /** Parsed as base 16 with or without 0x, as libvirt does. Only the SEV types have one. */
  readonly policy: bigint | undefined;
  readonly cbitpos: number | undefined;
  readonly reducedPhysBits: number | undefined;
  readonly dhCert: string | undefined;
  readonly session: string | undefined;
  /** What the launch must be, 96 bytes, and who vouches for that, 4096 bytes. */
  readonly idBlock: string | undefined;
  readonly idAuth: string | undefined;
  /** 32 bytes that the report repeats. */
  readonly hostData: string | undefined;
  /** 16 bytes that the guest finds in its secrets page. */
  readonly guestVisibleWorkarounds: string | undefined;
  /** Whether the key of an author has signed that of the ID block. */
  readonly authorKey: boolean | undefined;
  /** Whether a VCEK may sign the report. */
  readonly vcek: boolean | undefined;
  /** The elements and attributes that are not known here, by name. */
  readonly unknown: readonly string[];
}

/**
 * The parts of a domain's definition that decide what is measured. An empty element counts as absent, as in libvirt.
 */
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
  /** `efi` when libvirt chooses the firmware. */
  readonly firmware: string | undefined;
  readonly loader: DomainLoader | undefined;
  readonly nvram: DomainNvram | undefined;
  /** Whether there is a `<varstore>`, which newer versions use instead of `<nvram>`. */
  readonly varstore: boolean;
  readonly kernel: string | undefined;
  readonly initrd: string | undefined;
  /** With all its white space, because it is measured. */
  readonly cmdline: string | undefined;
  readonly launchSecurity: LaunchSecurity | undefined;
  /**
   * What QEMU gets that libvirt does not understand, which can change anything above: the arguments of
   * `<qemu:commandline>` in their order, followed by properties of devices from `<qemu:override>` as arguments.
   */
  readonly rawArguments: readonly string[];
  /** What else changes QEMU, as phrases: environment variables by name, and capabilities. */
  readonly rawSettings: readonly string[];
}

/** The names of virDomainState. */
export type DomainStateName =
  'no state' | 'running' | 'blocked' | 'paused' | 'shutting down' | 'shut off' | 'crashed' | 'suspended';

/** A domain's state, and a phrase for the reason. */
export interface DomainState {
  readonly name: DomainStateName;
  readonly reason: string;
}

/** A listed domain. */
export interface DomainSummary {
  /** Undefined unless it is running or paused. */
  readonly id: number | undefined;
  readonly name: string;
  readonly uuid: string;
  readonly state: DomainState;
  /** The type of `<launchSecurity>`; undefined when there is none, or when the definition could not be parsed. */
  readonly launchSecurity: string | undefined;
  /** Whether an SEV policy asks for SEV-ES; undefined for other types. */
  readonly sevEs: boolean | undefined;
  readonly vcpus: number | undefined;
  /** Why the definition could not be parsed. */
  readonly problem: ErrorData | undefined;
}

/** What virDomainGetLaunchSecurityInfo reports; undefined where the host did not report it. */
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
  /**
   * The host's own signature, which is the guest's only in mode host-passthrough;
   * servers before 8.9 do not report it.
   */
  readonly signature: CpuId | undefined;
}

/** What a host can launch, from virConnectGetDomainCapabilities. */
export interface SevCapabilities {
  readonly sev: boolean;
  readonly cbitpos: number | undefined;
  readonly reducedPhysBits: number | undefined;
  readonly maxGuests: number | undefined;
  readonly maxEsGuests: number | undefined;
  /** Supported types of `<launchSecurity>`; empty before 10.5, which did not report them. */
  readonly types: readonly string[];
  /** The CPU model that mode host-model stands for. */
  readonly hostModel: string | undefined;
}

/** A connected host. */
export interface HostFacts {
  readonly hostname: string;
  /** The UUID of the machine, as libvirt knows it; undefined when libvirt does not report it. */
  readonly uuid: string | undefined;
  /** The driver: `QEMU`, `TEST`. */
  readonly driver: string;
  /** Versions of the local library and of the server, such as `9.0.0`. */
  readonly libraryVersion: string;
  readonly serverVersion: string | undefined;
  readonly cpu: HostCpu;
  /** Undefined when the driver or the server version does not report it. */
  readonly sev: SevCapabilities | undefined;
}
