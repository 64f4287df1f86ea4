// A domain of the libvirt test bed as a test specifies it, its XML, and what can be made to go wrong with it.
// https://libvirt.org/formatdomain.html, "Launch Security"

import type { Session } from './session';

/** Debian's image; its table has the reset address, and areas of size 0 for hashes and secrets. */
export const FIRMWARE = '/usr/share/OVMF/OVMF_CODE_4M.fd';

/** The hosts: `a` keeps the machine's name, so a client there is local; `b` is another machine. */
export type HostId = 'a' | 'b';
/** Family, model and stepping. */
export type Cpu = readonly [number, number, number];

/** A domain. Its kernel and initrd may be any files: a paused guest never boots them. */
export interface DomainSpec {
  readonly host: HostId;
  /** Neither all digits nor all of -, a-f and 0-9: virt-qemu-sev-validate takes those for ids and UUIDs. */
  readonly name: string;
  /** A new one by default. */
  readonly uuid?: string;
  /** Absent: a domain without SEV. */
  readonly policy?: number;
  /** 1 by default. */
  readonly vcpus?: number;
  /** The CPU whose signature is in the VMSAs; the host's by default. */
  readonly cpu?: Cpu;
  readonly firmware?: string;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly cmdline?: string;
  readonly kernelHashes?: boolean;
  /** Made for the policy by default; `null` for a domain without an owner's session. */
  readonly session?: Session | null;
  /** Started paused unless false. */
  readonly start?: boolean;
  /** Changes the XML in ways that no other option covers. */
  readonly xml?: (xml: string) => string;
}

/** A defined domain. */
export interface Domain {
  readonly host: HostId;
  readonly name: string;
  readonly uuid: string;
  /** Absent for a domain without one. */
  readonly session: Session | undefined;
}

/** The QEMU monitor commands by which libvirt answers questions about SEV. */
export type SevCommand = 'query-sev' | 'query-sev-launch-measure' | 'sev-inject-launch-secret';

/** What goes wrong with a domain, from the next query on. */
export interface Faults {
  /**
   * The measurement is computed over these instead of what was launched. Files by path, TIK in hex; `hashes` is
   * whether the hashes of kernel, initrd and command line are part of it.
   */
  readonly over?: {
    readonly firmware?: string;
    readonly kernel?: string;
    readonly initrd?: string;
    readonly cmdline?: string;
    readonly hashes?: boolean;
    readonly cpu?: Cpu;
    readonly vcpus?: number;
    readonly policy?: number;
    readonly tik?: string;
  };
  /** How the measurement is altered after it was computed; `nonce` is another nonce, under the old HMAC. */
  readonly form?: 'nonce' | 'garbage' | 'short' | 'long' | 'truncated' | 'not-base64' | 'empty';
  /** What the host reports instead of the truth. */
  readonly report?: Readonly<Partial<Record<'policy' | 'api-major' | 'api-minor' | 'build-id', number>>>;
  /** A command fails, is never answered, or kills the emulator. */
  readonly answer?: Readonly<Partial<Record<SevCommand, 'error' | 'never' | 'die'>>>;
  /** Seconds before each answer. */
  readonly slow?: number;
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const element = (name: string, text: string | undefined): string =>
  text === undefined ? '' : `<${name}>${escape(text)}</${name}>`;

/** The domain's XML, with as few devices as libvirt allows. */
export function domainXml(spec: DomainSpec, uuid: string, session: Session | undefined): string {
  const launchSecurity =
    spec.policy === undefined
      ? ''
      : `<launchSecurity type='sev' kernelHashes='${spec.kernelHashes ? 'yes' : 'no'}'>
    <policy>0x${spec.policy.toString(16).padStart(4, '0')}</policy>
    ${element('dhCert', session?.dhCert)}${element('session', session?.session)}
  </launchSecurity>`;
  const xml = `<domain type='kvm'>
  ${element('name', spec.name)}${element('uuid', uuid)}
  <memory unit='MiB'>64</memory>
  <vcpu>${spec.vcpus ?? 1}</vcpu>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
    <loader readonly='yes' type='pflash' stateless='yes'>${escape(spec.firmware ?? FIRMWARE)}</loader>
    ${element('kernel', spec.kernel)}${element('initrd', spec.initrd)}${element('cmdline', spec.cmdline)}
  </os>
  <features><acpi/></features>
  <cpu mode='host-passthrough'/>
  ${launchSecurity}
  <devices><controller type='usb' model='none'/><memballoon model='none'/></devices>
</domain>`;
  return spec.xml ? spec.xml(xml) : xml;
}
