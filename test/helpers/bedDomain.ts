// A domain of the libvirt test bed as a test wants it, its XML, and what can be made to go wrong with it.
// https://libvirt.org/formatdomain.html, "Launch Security"

import { existsSync } from 'node:fs';
import type { Session } from './session';

/** Debian's image; its table names the reset address, and areas for hashes and secrets of size 0. */
export const FIRMWARE = '/usr/share/OVMF/OVMF_CODE_4M.fd';
/** Whether libvirt finds KVM here. A paused domain does not run either way, but its XML says so. */
const KVM = existsSync('/dev/kvm');

/** The hosts: `a` keeps the machine's name, so that a client is local; `b` is another machine. */
export type HostId = 'a' | 'b';
/** Family, model and stepping. */
export type Cpu = readonly [number, number, number];

/** A domain. Its kernel and initrd may be any files: a paused guest does not need them to boot. */
export interface DomainSpec {
  readonly host: HostId;
  /** Neither all digits nor all of -, a-f and 0-9, which virt-qemu-sev-validate takes for ids and UUIDs. */
  readonly name: string;
  /** A new one unless told. */
  readonly uuid?: string;
  /** Absent: a domain without SEV. */
  readonly policy?: number;
  /** 1 unless told. */
  readonly vcpus?: number;
  /** Whose signature is in the VMSAs; the host's unless told. */
  readonly cpu?: Cpu;
  readonly firmware?: string;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly cmdline?: string;
  readonly kernelHashes?: boolean;
  /** Made for the policy unless told; `null` for a domain without an owner's session. */
  readonly session?: Session | null;
  /** Started paused unless false. */
  readonly start?: boolean;
  /** Changes the XML, for what no other option says. */
  readonly xml?: (xml: string) => string;
}

/** A domain that was defined. */
export interface Domain {
  readonly host: HostId;
  readonly name: string;
  readonly uuid: string;
  /** Absent for a domain without one. */
  readonly session: Session | undefined;
}

/** The commands of QEMU's monitor through which libvirt answers questions about SEV. */
export type SevCommand = 'query-sev' | 'query-sev-launch-measure' | 'sev-inject-launch-secret';

/** What goes wrong with a domain, from the next query on. */
export interface Faults {
  /** The measurement is made over these in place of what was launched. Files by path, TIK in hex;
   * `hashes` is whether those of the kernel and what belongs to it are part of it. */
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
  /** What becomes of the measurement after it was made; `nonce` is another nonce, under the old HMAC. */
  readonly form?: 'nonce' | 'garbage' | 'short' | 'long' | 'truncated' | 'not-base64' | 'empty';
  /** What the host says instead of the truth. */
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
  const xml = `<domain type='${KVM ? 'kvm' : 'qemu'}'>
  ${element('name', spec.name)}${element('uuid', uuid)}
  <memory unit='MiB'>64</memory>
  <vcpu>${spec.vcpus ?? 1}</vcpu>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
    <loader readonly='yes' type='pflash' stateless='yes'>${escape(spec.firmware ?? FIRMWARE)}</loader>
    ${element('kernel', spec.kernel)}${element('initrd', spec.initrd)}${element('cmdline', spec.cmdline)}
  </os>
  <features><acpi/></features>
  <cpu mode='${KVM ? 'host-passthrough' : 'maximum'}'/>
  ${launchSecurity}
  <devices><controller type='usb' model='none'/><memballoon model='none'/></devices>
</domain>`;
  return spec.xml ? spec.xml(xml) : xml;
}
