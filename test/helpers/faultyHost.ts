// The launch on the libvirt test bed to which all that can go wrong does, and a check of it by `sevscope validate --domain`: it costs one
// clear error in bounded time, never a verdict that is not so, and leaves no process behind.

import assert from 'node:assert/strict';
import { buildOvmf } from '../../src/core/ovmf/build';
import { REMOTE_CPU, useBed, type Bed } from './bed';
import type { Domain, DomainSpec } from './bedDomain';
import { children, until } from './libvirt';
import { Owner, statedOptions } from './owner';

/** Seconds to wait where silence is what is asked for, and where it is not: this machine may be busy. */
export const [IMPATIENT, PATIENT] = [2, 10];
/** What is said of a connection that broke. */
export const LOST = /^ERROR: (The connection to libvirt was lost|libvirt could not connect)/m;

/** What waits for nothing has time. */
export const patienceFor = (status: number): number => (status === 5 ? IMPATIENT : PATIENT);

/** The launch: everything that can be measured is. Its image has room for secrets. */
function launchOf(owner: Owner) {
  const { kernel, initrd } = owner;
  return {
    policy: 5,
    vcpus: 2,
    firmware: owner.put('OVMF.fd', buildOvmf()),
    kernel,
    initrd,
    cmdline: 'quiet',
    cpu: REMOTE_CPU,
  } as const;
}

/** A host with the launch, and its owner. */
export class FaultyHost {
  readonly owner = new Owner();
  readonly launch = launchOf(this.owner);
  private readonly domains = new Map<string, Domain>();

  constructor(readonly bed: () => Bed) {}

  /** The domain that survives what goes wrong. */
  get domain(): Domain {
    return this.victim('survivor');
  }

  /** A domain for one fault that it does not survive. */
  victim(name: string): Domain {
    return this.domains.get(name)!;
  }

  /** Launches the domains. */
  async start(victims: readonly string[]): Promise<void> {
    const spec = { ...this.launch, host: 'b', kernelHashes: true } as const;
    const specs = ['survivor', ...victims].map((name) => ({ ...spec, name }));
    for (const domain of await this.bed().defineDomains(specs)) this.domains.set(domain.name, domain);
    // A libvirtd that has just started looks at its emulators when it is first asked, which takes seconds.
    const { status, stderr } = await this.owner.validate(this.optionsFor(this.bed().uris.b.tcp));
    assert.equal(status, 0, stderr);
  }

  /** What the owner asks of a domain. The policy is the host's to say, unless it is what is asked about. */
  optionsFor(uri: string, of = this.domain, change: Partial<DomainSpec> = {}): string[] {
    return [
      ...this.owner.optionsFor(uri, of),
      ...statedOptions({ ...this.launch, policy: undefined, ...change }),
    ];
  }

  /** The options with which she also hands over a secret. */
  secret(): string[] {
    return ['--inject-secret', `luks-key:${this.owner.put('secret', 'a passphrase')}`];
  }

  /** Runs the check. An error is one line, with no verdict, and nothing outlives it. */
  async check(args: readonly string[], patience = PATIENT): Promise<{ status: number; said: string }> {
    const before = new Set(children());
    const begin = performance.now();
    const { status, stdout, stderr } = await this.owner.validate([...args, '--timeout', String(patience)]);
    const took = performance.now() - begin;
    const said = stdout + stderr;
    // One call may go unanswered, and the farewell.
    assert.ok(took < 1000 * (patience + 5), `${took} ms`);
    if (status > 1) {
      assert.equal(stderr.match(/^ERROR: /gm)?.length, 1, said);
      assert.doesNotMatch(said, /^OK|^NOT TRUSTED|is the one that these inputs give|is not the one/m);
    }
    await until(() => children().every((child) => before.has(child)), 2000);
    return { status, said };
  }
}

/** For the tests of one `describe`: the host with the launch, and one like it under each of these names. */
export function useFaultyHost(victims: readonly string[] = []): FaultyHost {
  const host = new FaultyHost(useBed());
  before(async function () {
    this.timeout(120_000);
    await host.start(victims);
  });
  after(() => host.owner.remove());
  return host;
}
