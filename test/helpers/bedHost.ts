// One host of the libvirt test bed: a process 1 in its own namespaces (test/libvirt/bed/host.py). It ends, with
// everything it started, when its standard input closes, so also whenever this process dies.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Cpu } from './bedDomain';
import { PYTHON, run } from './peer';

const PROGRAM = resolve('test/libvirt/bed/host.py');
/** Arguments for `unshare`: a host sees its own mounts, name and processes, which all end with the first process. */
export const NAMESPACES = ['--mount', '--uts', '--ipc', '--pid', '--fork', '--kill-child', '--mount-proc'];
/** Time limit for a host to get ready, to run a command, and to end, in milliseconds. */
const PATIENCE = 45_000;
/** Time limit for virsh, which may start dozens of guests, in milliseconds. */
const VIRSH_PATIENCE = 280_000;

/** Commands that host.py accepts; `stop` freezes libvirtd and `cont` resumes it. */
export type HostCommand = 'start' | 'kill' | 'stop' | 'cont';

/** Settings for host.py at its start: the default CPU for measurements, and libvirtd's port. */
export interface HostSettings {
  readonly cpu: Cpu;
  readonly port: number;
  /** For a host with its own name and network. */
  readonly name?: string;
  /** Name and password of the only account that libvirtd accepts over TCP; by default it accepts everybody. */
  readonly login?: readonly [string, string];
  /** A folder whose programs and libraries are before those of the machine's /usr. */
  readonly usr?: string;
}

/** The command line of a host whose files go into the subfolder `id` of the bed's folder. */
export function hostCommand(bed: string, id: string, settings: HostSettings): [string, ...string[]] {
  return ['unshare', ...NAMESPACES, PYTHON, '-B', PROGRAM, bed, id, JSON.stringify(settings)];
}

interface Answer {
  readonly address?: string;
  readonly done?: string;
  readonly error?: string;
}

/** A running host. */
export class BedHost {
  /** Where its libvirtd listens on TCP, set once it is ready. */
  address = '';
  private readonly waiting: { take: (answer: Answer) => void; fail: (error: Error) => void }[] = [];
  private complaint = '';

  private constructor(
    private readonly child: ChildProcess,
    readonly folder: string,
    readonly port: number,
  ) {
    createInterface({ input: child.stdout! }).on('line', (line) =>
      this.waiting.shift()?.take(JSON.parse(line) as Answer),
    );
    child.stderr!.on(
      'data',
      (data: Buffer) => (this.complaint = (this.complaint + data.toString()).slice(-4000)),
    );
    const ended = () => {
      for (const { fail } of this.waiting.splice(0)) fail(new Error(`The host ended. ${this.complaint}`));
    };
    child.once('error', ended).once('close', ended);
    child.stdin!.on('error', ended);
  }

  /** Starts a host. @throws when it is not ready in time */
  static async start(bed: string, id: string, settings: HostSettings): Promise<BedHost> {
    const [program, ...args] = hostCommand(bed, id, settings);
    // Its own process group: killing the group of the tests leaves this one time to clean up.
    const child = spawn(program, args, { detached: true, stdio: 'pipe' });
    const host = new BedHost(child, join(bed, id), settings.port);
    try {
      host.address = (await host.answer()).address!;
    } catch (error) {
      await host.end();
      throw error;
    }
    return host;
  }

  /** Sends the host a command. @throws when it fails */
  async tell(command: HostCommand): Promise<void> {
    const answer = this.answer();
    this.child.stdin!.write(`${command}\n`);
    await answer;
  }

  /** The URI of the socket, which works for both hosts, whatever network they are in. */
  get unix(): string {
    return `qemu+unix:///system?socket=${this.folder}/run/libvirt-sock`;
  }

  /** Runs virsh commands in one process. @returns their output @throws on the first error */
  async virsh(...commands: string[]): Promise<string> {
    const args = ['-q', '-c', this.unix, commands.join('; ')];
    const { status, stdout, stderr } = await run('virsh', args, '/', VIRSH_PATIENCE);
    if (stderr.includes('error:')) throw new Error(stderr.trim());
    if (status < 0) throw new Error(`virsh was not done within ${VIRSH_PATIENCE / 1000} s`);
    return stdout;
  }

  /** Ends the host and all its processes. */
  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'close');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), PATIENCE);
    this.child.stdin!.end();
    await ended;
    clearTimeout(timer);
  }

  private answer(): Promise<Answer> {
    return new Promise<Answer>((done, failed) => {
      const timer = setTimeout(
        () => failed(new Error(`The host does not answer. ${this.complaint}`)),
        PATIENCE,
      );
      const take = (answer: Answer) => {
        clearTimeout(timer);
        if (answer.error === undefined) done(answer);
        else failed(new Error(answer.error));
      };
      const fail = (error: Error) => {
        clearTimeout(timer);
        failed(error);
      };
      this.waiting.push({ take, fail });
    });
  }
}
