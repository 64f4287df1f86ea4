// The owner of a guest on the libvirt test bed: a folder with her files, and the options that she passes to
// virt-qemu-sev-validate, or to anything that takes the same ones.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FIRMWARE, type Domain, type DomainSpec } from './bedDomain';
import { runHere } from './cli';
import { runPeer, type Outcome } from './peer';

/** What she can state about a launch. */
type Stated = 'policy' | 'vcpus' | 'cpu' | 'firmware' | 'kernel' | 'initrd' | 'cmdline';
export type Launch = Readonly<{ [name in Stated]?: DomainSpec[name] | undefined }>;

/** Her folder. Kernel and initrd need not boot: the test bed's guests stay paused. */
export class Owner {
  readonly folder = mkdtempSync(join(tmpdir(), 'sevscope-owner-'));
  readonly kernel = this.put('vmlinuz', 'a kernel\n'.repeat(3000));
  readonly initrd = this.put('initrd', 'an initrd\n'.repeat(5000));

  /** Writes a file. @returns its path */
  put(name: string, content: string | Uint8Array): string {
    writeFileSync(join(this.folder, name), content);
    return join(this.folder, name);
  }

  /** The options that name a domain and its keys. */
  optionsFor(uri: string, { name, uuid, session }: Domain): string[] {
    // Where the domain has no session of hers, she passes keys all the same; nothing can match with them.
    const keys = session ?? { tik: Buffer.alloc(16, 1), tek: Buffer.alloc(16, 2) };
    const [tik, tek] = [this.put(`${uuid}.tik`, keys.tik), this.put(`${uuid}.tek`, keys.tek)];
    return ['--connect', uri, '--domain', name, '--tik', tik, '--tek', tek];
  }

  /**
   * Runs the peer.
   * @returns its status, or `hangs` when it did not end within `patience` milliseconds, and its output
   */
  async ask(
    args: readonly string[],
    patience?: number,
  ): Promise<{ status: number | 'hangs' } & Pick<Outcome, 'stderr'>> {
    const { status, stderr } = await runPeer(args, this.folder, patience);
    return { status: status === -1 ? 'hangs' : status, stderr };
  }

  /** Runs our `validate` in her folder. */
  validate(args: readonly string[]): Promise<Outcome> {
    return runHere(['validate', ...args], this.folder);
  }

  /** Runs both at the same time. @returns their statuses, and the output of ours */
  async both(args: readonly string[]): Promise<{ peer: number | 'hangs'; ours: number; said: string }> {
    const [peer, { status, stdout, stderr }] = await Promise.all([this.ask(args), this.validate(args)]);
    return { peer: peer.status, ours: status, said: stdout + stderr };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The options that state everything about a launch, as secure use requires: the host fills in nothing. */
export function statedOptions({ policy, vcpus, cpu, firmware, kernel, initrd, cmdline }: Launch): string[] {
  const stated: [string, string | number | undefined][] = [
    ['--firmware', firmware ?? FIRMWARE],
    ['--kernel', kernel],
    ['--initrd', initrd],
    ['--cmdline', cmdline],
    ['--policy', policy],
    ['--num-cpus', vcpus ?? 1],
    ...['family', 'model', 'stepping'].map((part, i): [string, number | undefined] => [
      `--cpu-${part}`,
      cpu?.[i],
    ]),
  ];
  return stated.flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]));
}
