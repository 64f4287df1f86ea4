// A third host for tests: libvirt 11.3 and QEMU 10.0 of bookworm-backports (src/build/backports.mjs), whose domains may have SEV-SNP. It is
// another machine, as host b of the bed is. Its emulator computes what the report of a guest would show, independently of the product.

import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { canRunBed, REMOTE_CPU } from './bed';
import { BedHost } from './bedHost';
import type { Cpu } from './bedDomain';
import { startRelay, type WireFault } from './relay';

const BACKPORTS = resolve('.cache/bookworm-backports');
const PORT = 16509;
/** Debian's combined image, which QEMU takes as a ROM. */
export const ROM = '/usr/share/ovmf/OVMF.fd';

/** A domain of SEV-SNP. */
export interface SnpSpec {
  readonly name: string;
  /** `<launchSecurity>` as a whole; an SNP one without anything by default. */
  readonly security?: string;
  readonly vcpus?: number;
  /** The model of the guest's CPU, and its numbers. */
  readonly model?: string;
  readonly cpu?: Cpu;
  /** The text of `<loader>` with its attributes. */
  readonly loader?: string;
  readonly firmware?: string;
  /** What else is in `<os>`. */
  readonly os?: string;
  readonly start?: boolean;
  /** The SNP field of the TCB of the SEV firmware, for what it refuses; one that refuses nothing by default. */
  readonly svn?: number;
}

/** What the report of a launched guest would show. */
export interface SnpReport {
  /** 48 bytes in hexadecimal. */
  readonly measurement: string;
  readonly policy: number;
  /** Of QEMU's object of the guest. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** The XML of launch security with a policy, as libvirt takes it. */
export const snpSecurity = (policy = '0x30000', inside = '', attributes = ''): string =>
  `<launchSecurity type='sev-snp' ${attributes}><cbitpos>51</cbitpos><reducedPhysBits>1</reducedPhysBits><policy>${policy}</policy>${inside}</launchSecurity>`;

/** The running host. */
export class SnpHost {
  private constructor(
    private readonly folder: string,
    private readonly host: BedHost,
  ) {}

  /** @throws when it does not start */
  static async start(): Promise<SnpHost> {
    const folder = mkdtempSync('/tmp/sevbed-');
    const settings = { cpu: REMOTE_CPU, port: PORT, name: 'snp2.sevscope.test', usr: join(BACKPORTS, 'usr') };
    return new SnpHost(folder, await BedHost.start(folder, 'c', settings));
  }

  get uri(): string {
    return `qemu+tcp://${this.host.address}:${this.host.port}/system`;
  }

  /** Runs virsh commands. @throws with its message */
  virsh(...commands: string[]): Promise<string> {
    return this.host.virsh(...commands);
  }

  /** Defines a domain and starts it, paused. @returns its UUID @throws with virsh's message */
  async define(spec: SnpSpec): Promise<string> {
    const uuid = randomUUID();
    const guest = join(this.folder, 'guests', uuid);
    mkdirSync(guest, { recursive: true });
    writeFileSync(join(guest, 'domain.xml'), xmlOf(spec, uuid));
    writeFileSync(join(guest, 'cpu.json'), JSON.stringify(spec.cpu ?? REMOTE_CPU));
    if (spec.svn !== undefined) writeFileSync(join(guest, 'tcb.json'), JSON.stringify({ snp: spec.svn }));
    await this.virsh(`define ${join(guest, 'domain.xml')}`);
    if (spec.start !== false) await this.virsh(`start --paused ${uuid}`);
    return uuid;
  }

  /** A relay to its libvirtd on which something goes wrong. */
  async relay(fault: WireFault): Promise<{ readonly uri: string; close(): void }> {
    // The other end of the veth pair that connects the host's network.
    const here = this.host.address.replace(/\.2$/, '.1');
    const relay = await startRelay({ address: this.host.address, port: this.host.port }, here, fault);
    return { uri: `qemu+tcp://${here}:${relay.port}/system`, close: () => relay.close() };
  }

  /** What the report of a guest that was started would show. */
  report(uuid: string): SnpReport {
    return JSON.parse(readFileSync(join(this.folder, 'guests', uuid, 'report.json'), 'utf8')) as SnpReport;
  }

  async down(): Promise<void> {
    await this.host.end();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function xmlOf(spec: SnpSpec, uuid: string): string {
  const { name, vcpus = 1, model = 'EPYC-Milan', firmware = ROM, os = '' } = spec;
  const loader = spec.loader ?? `<loader type='rom' stateless='yes'>${firmware}</loader>`;
  return `<domain type='kvm'><name>${name}</name><uuid>${uuid}</uuid>
  <memory unit='MiB'>64</memory><vcpu>${vcpus}</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type>${loader}${os}</os>
  <features><acpi/></features>
  <cpu mode='custom' match='exact' check='none'><model fallback='forbid'>${model}</model></cpu>
  ${spec.security ?? snpSecurity()}
  <devices><controller type='usb' model='none'/><memballoon model='none'/></devices></domain>`;
}

/** Starts the host before the tests of one `describe`, or skips them and prints why. @returns the host, for use in tests */
export function useSnpHost(): () => SnpHost {
  let host: SnpHost | undefined;
  before(async function () {
    const reason =
      canRunBed() ??
      (existsSync(BACKPORTS)
        ? undefined
        : 'libvirt and QEMU of bookworm-backports are not there; npm test fetches them where it can');
    if (reason !== undefined) {
      console.warn(`    SKIPPED: the host with SEV-SNP cannot run here: ${reason}.`);
      this.skip();
    }
    host = await SnpHost.start();
  });
  after(() => host?.down());
  return () => host!;
}
