// The libvirt test bed: two hosts, each with a real libvirtd whose domains have SEV on a machine without it.
// Their emulator is QEMU behind a stand-in (test/libvirt/bed/emulator.py) that computes measurements itself,
// correct ones or the wrong ones a test asks for.

import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { domainXml, type Cpu, type Domain, type DomainSpec, type Faults, type HostId } from './bedDomain';
import { BedHost, NAMESPACES, type HostSettings } from './bedHost';
import { startRelay, type Relay, type WireFault } from './relay';
import { makeSession, type Session } from './session';

/** The programs that the bed starts. */
const PROGRAMS = ['/usr/sbin/libvirtd', '/usr/sbin/sshd', '/usr/bin/qemu-system-x86_64', '/usr/bin/virsh'];
/** The name of host b. Because it contains a dot, libvirt does not query the network for the full name. */
const REMOTE_NAME = 'snp1.sevscope.test';
/** A third-generation EPYC, whatever this machine is. */
export const REMOTE_CPU: Cpu = [25, 1, 1];
const PORT = 16509;
/** The most commands per virsh call: they form one argument, which the kernel limits to 128 KiB. */
const BATCH = 200;

/** Why this machine cannot run the bed, or undefined. */
export function canRunBed(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'it needs Linux on x86-64';
  if (process.getuid?.() !== 0) return 'it needs root, for namespaces and mounts';
  const missing = PROGRAMS.find((program) => !existsSync(program));
  if (missing !== undefined) return `it needs ${missing}`;
  try {
    const probe = 'mount -t tmpfs tmpfs /run && ip link add sevscope0 type veth peer name sevscope1';
    execFileSync('unshare', [...NAMESPACES, '--net', 'sh', '-ec', probe], { stdio: 'pipe', timeout: 10_000 });
  } catch (error) {
    return `root may not make namespaces, mounts and networks here: ${(error as Error).message}`;
  }
  return undefined;
}

/** This machine's CPU, as reported in libvirt's capabilities. */
export function machineCpu(): Cpu {
  const text = readFileSync('/proc/cpuinfo', 'utf8');
  const number = (name: string) => Number(new RegExp(`^${name}\\s*: (\\d+)$`, 'm').exec(text)?.[1]);
  return [number('cpu family'), number('model'), number('stepping')];
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** The two hosts. Each operation ends within a minute, with an error if need be. */
export class Bed {
  private readonly relays: Relay[] = [];

  /** The existing domains, by host and name. */
  private readonly defined = new Map<string, Domain>();

  constructor(
    /** The folder of all files; its path is short, because a socket path has at most 107 bytes. */
    private readonly folder: string,
    private readonly hosts: Readonly<Record<HostId, BedHost>>,
  ) {
    const [b, script] = [join(folder, 'b'), join(this.sshFolder, 'ssh')];
    mkdirSync(this.sshFolder);
    const options = ['StrictHostKeyChecking=yes', `UserKnownHostsFile=${b}/known_hosts`, 'BatchMode=yes'];
    const words = [`-F none -i ${b}/client_key`, ...options.map((option) => `-o ${option}`)];
    writeFileSync(script, `#!/bin/sh\nexec /usr/bin/ssh ${words.join(' ')} "$@"\n`, { mode: 0o755 });
  }

  /** A folder with an `ssh` program that can log in to host b: to be named by `command=`, or to stand for the system's. */
  get sshFolder(): string {
    return join(this.folder, 'ssh');
  }

  /** Connection URIs of both hosts. */
  get uris() {
    const { a, b } = this.hosts;
    const tcp = (host: BedHost) => `qemu+tcp://${host.address}:${host.port}/system`;
    return {
      a: { unix: a.unix, tcp: tcp(a) },
      b: {
        tcp: tcp(b),
        ssh: `qemu+ssh://root@${b.address}:2222/system?command=${this.sshFolder}/ssh`,
        /** For a client whose ssh is that of `sshFolder`. */
        plainSsh: `qemu+ssh://root@${b.address}:2222/system`,
      },
    };
  }

  /** An owner's keys for one guest on one host. */
  makeSession(host: HostId, policy: number): Session {
    return makeSession(readFileSync(join(this.folder, host, 'pdh.cert')), policy);
  }

  /** Defines a domain and starts it paused. @throws with virsh's message */
  async defineDomain(spec: DomainSpec): Promise<Domain> {
    const [domain] = await this.defineDomains([spec]);
    return domain!;
  }

  /** Defines many domains, fastest when they share a session; those on the same host one at a time. */
  async defineDomains(specs: readonly DomainSpec[]): Promise<Domain[]> {
    // A retried test may have left domains from its first try.
    for (const { host, name } of specs) {
      const left = this.defined.get(`${host} ${name}`);
      if (left) await this.destroy(left).catch(() => undefined);
    }
    const commands: Record<HostId, string[]> = { a: [], b: [] };
    const domains = specs.map((spec): Domain => {
      const uuid = spec.uuid ?? randomUUID();
      const ownerless = spec.session === null || spec.policy === undefined;
      const session = ownerless ? undefined : (spec.session ?? this.makeSession(spec.host, spec.policy));
      const path = join(this.guestFolder(uuid), 'domain.xml');
      mkdirSync(this.guestFolder(uuid), { recursive: true });
      writeFileSync(path, domainXml(spec, uuid, session));
      if (spec.cpu) writeFileSync(join(this.guestFolder(uuid), 'cpu.json'), JSON.stringify(spec.cpu));
      const start = spec.start === false ? [] : [`start --paused ${uuid}`];
      commands[spec.host].push([`define ${path}`, ...start].join('; '));
      const domain = { host: spec.host, name: spec.name, uuid, session };
      this.defined.set(`${spec.host} ${spec.name}`, domain);
      return domain;
    });
    const inBatches = async (host: HostId) => {
      for (let i = 0; i < commands[host].length; i += BATCH)
        await this.virsh(host, ...commands[host].slice(i, i + BATCH));
    };
    await Promise.all([inBatches('a'), inBatches('b')]);
    return domains;
  }

  /** Ends a domain if it runs, and undefines it. */
  async destroy(...domains: Domain[]): Promise<void> {
    for (const { host, name, uuid } of domains) {
      this.defined.delete(`${host} ${name}`);
      // A domain that has already died, as some faults cause, cannot be destroyed.
      await this.virsh(host, `destroy ${uuid}`).catch(() => undefined);
      await this.virsh(host, `undefine ${uuid}`);
      rmSync(this.guestFolder(uuid), { recursive: true, force: true });
    }
  }

  /** Runs virsh commands on a host. @returns their output @throws with virsh's message */
  virsh(host: HostId, ...commands: string[]): Promise<string> {
    return this.hosts[host].virsh(...commands);
  }

  /** Sets what goes wrong with a domain from its next query on; by default nothing. */
  setFaults(domain: Domain, faults: Faults = {}): void {
    const path = join(this.guestFolder(domain.uuid), 'faults.json');
    // Renamed into place, because it may be read at any moment.
    writeFileSync(`${path}.part`, JSON.stringify(faults));
    renameSync(`${path}.part`, path);
  }

  /** The secrets that the guest has received, by GUID; undefined when there are none. */
  injected(domain: Domain): Map<string, Buffer> | undefined {
    const path = join(this.guestFolder(domain.uuid), 'injected.json');
    if (!existsSync(path)) return undefined;
    const secrets = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
    return new Map(Object.entries(secrets).map(([guid, text]) => [guid, Buffer.from(text, 'base64')]));
  }

  /** Freezes libvirtd (SIGSTOP): the kernel accepts connections, but nothing answers. */
  stopDaemon(host: HostId): Promise<void> {
    return this.hosts[host].tell('stop');
  }

  contDaemon(host: HostId): Promise<void> {
    return this.hosts[host].tell('cont');
  }

  /** Kills libvirtd (SIGKILL). Its domains keep running. */
  killDaemon(host: HostId): Promise<void> {
    return this.hosts[host].tell('kill');
  }

  /** Starts libvirtd again; it finds its domains. */
  async startDaemon(host: HostId): Promise<void> {
    await this.hosts[host].tell('start');
    // It looks at its emulators when it is first asked, which can take longer than the time-out of a test.
    await this.virsh(host, 'capabilities');
  }

  /**
   * A relay to a host's libvirtd on which something goes wrong; it listens on this machine's own address by default.
   */
  async relay(
    host: HostId,
    fault: WireFault,
    at?: string,
  ): Promise<{ readonly uri: string; replies(): number; close(): void }> {
    const { address, port } = this.hosts[host];
    // The other end of the veth pair that connects the host's network.
    const here = at ?? address.replace(/\.2$/, '.1');
    const relay = await startRelay({ address, port }, here, fault);
    this.relays.push(relay);
    return {
      uri: `qemu+tcp://${here}:${relay.port}/system`,
      replies: () => relay.replies,
      close: () => relay.close(),
    };
  }

  /** Ends everything and removes the files. */
  async down(): Promise<void> {
    for (const relay of this.relays) relay.close();
    await Promise.all(Object.values(this.hosts).map((host) => host.end()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private guestFolder(uuid: string): string {
    return join(this.folder, 'guests', uuid);
  }
}

/** The settings of host b that a test may choose. */
export type RemoteSettings = Pick<HostSettings, 'login'>;

/** Starts both hosts. @throws when one does not start; then nothing is left running */
export async function startBed(remote: RemoteSettings = {}): Promise<Bed> {
  const folder = mkdtempSync('/tmp/sevbed-');
  const hosts = await Promise.allSettled([
    freePort().then((port) => BedHost.start(folder, 'a', { cpu: machineCpu(), port })),
    BedHost.start(folder, 'b', { cpu: REMOTE_CPU, port: PORT, name: REMOTE_NAME, ...remote }),
  ]);
  const [a, b] = hosts.map((host) => (host.status === 'fulfilled' ? host.value : undefined));
  if (a && b) return new Bed(folder, { a, b });
  await Promise.all([a?.end(), b?.end()]);
  rmSync(folder, { recursive: true, force: true });
  throw hosts.map((host) => host.status === 'rejected' && (host.reason as Error)).find(Boolean) as Error;
}

/**
 * For the tests of one `describe`: starts the bed before them and takes it down after them, or skips them all and
 * prints why.
 * @returns the bed, for use in tests
 */
export function useBed(remote?: RemoteSettings): () => Bed {
  let bed: Bed | undefined;
  before(async function () {
    const reason = canRunBed();
    if (reason !== undefined) {
      console.warn(`    SKIPPED: the libvirt test bed cannot run here: ${reason}.`);
      this.skip();
    }
    bed = await startBed(remote);
  });
  after(() => bed?.down());
  return () => bed!;
}
