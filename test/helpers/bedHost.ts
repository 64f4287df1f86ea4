// One host of the libvirt test bed: a process 1 in namespaces of its own (test/libvirt/bed/host.py) that ends, with all
// it started, when its standard input does, so also when this process dies in any way.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Cpu, HostId } from './bedDomain';
import { PYTHON, run } from './peer';

const PROGRAM = resolve('test/libvirt/bed/host.py');
/** For `unshare`: a host sees its own mounts, name and processes, which all end with the first one. */
export const NAMESPACES = ['--mount', '--uts', '--ipc', '--pid', '--fork', '--kill-child', '--mount-proc'];
/** For a host to be ready, to do as told, and to end, in milliseconds. */
const PATIENCE = 45_000;

/** What host.py does when told; `stop` freezes libvirtd and `cont` lets it go on. */
export type HostCommand = 'start' | 'kill' | 'stop' | 'cont';

/** What host.py is told at its start: the CPU it measures with unless told otherwise, and the port of libvirtd. */
export interface HostSettings {
  readonly cpu: Cpu;
  readonly port: number;
  /** For a host with a name and a network of its own. */
  readonly name?: string;
  /** Name and password of the only account that libvirtd lets in by TCP; it lets in everybody unless told. */
  readonly login?: readonly [string, string];
}

/** The command line of a host whose files will be in the folder `id` of the bed's. */
export function hostCommand(bed: string, id: HostId, settings: HostSettings): [string, ...string[]] {
  return ['unshare', ...NAMESPACES, PYTHON, '-B', PROGRAM, bed, id, JSON.stringify(settings)];
}

interface Answer {
  readonly address?: string;
  readonly done?: string;
  readonly error?: string;
}

/** A running host. */
export class BedHost {
  /** Where its libvirtd listens on TCP, known once it is ready. */
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
  static async start(bed: string, id: HostId, settings: HostSettings): Promise<BedHost> {
    const [program, ...args] = hostCommand(bed, id, settings);
    // A group of its own: whoever kills the group of the tests leaves this one the time to clean up.
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

  /** Tells the host to do something. @throws when it does not */
  async tell(command: HostCommand): Promise<void> {
    const answer = this.answer();
    this.child.stdin!.write(`${command}\n`);
    await answer;
  }

  /** The URI by the socket, which works for both hosts, whatever network they are in. */
  get unix(): string {
    return `qemu+unix:///system?socket=${this.folder}/run/libvirt-sock`;
  }

  /** Runs commands of virsh in one process. @returns what they print @throws on the first error */
  async virsh(...commands: string[]): Promise<string> {
    const { stdout, stderr } = await run('virsh', ['-q', '-c', this.unix, commands.join('; ')], '/');
    if (stderr.includes('error:')) throw new Error(stderr.trim());
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
