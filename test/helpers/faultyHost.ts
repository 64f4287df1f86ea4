// A launch on the libvirt test bed to which everything that can go wrong does, and a check of it by `sevscope validate
// --domain`: a fault causes one clear error in bounded time, never a false verdict, and leaves no process behind.

import assert from 'node:assert/strict';
import { buildOvmf } from '../../src/core/ovmf/build';
import { REMOTE_CPU, useBed, type Bed } from './bed';
import type { Domain, DomainSpec } from './bedDomain';
import { children, until } from './libvirt';
import { Owner, statedOptions } from './owner';

/** Timeouts in seconds for tests of silence, and for all others: this machine may be busy. */
export const [IMPATIENT, PATIENT] = [2, 10];
/** The message about a lost connection. */
export const LOST = /^ERROR: (The connection to libvirt was lost|libvirt could not connect)/m;

/** A check that must not time out gets plenty of time. */
export const patienceFor = (status: number): number => (status === 5 ? IMPATIENT : PATIENT);

/** The launch: it includes everything that can be measured. Its image has room for secrets. */
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

  /** The domain that survives its faults. */
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
    // A freshly started libvirtd probes its emulators on the first request, which takes seconds.
    const { status, stderr } = await this.owner.validate(this.optionsFor(this.bed().uris.b.tcp));
    assert.equal(status, 0, stderr);
  }

  /** The owner's options for a domain. The host provides the policy, unless the test is about it. */
  optionsFor(uri: string, of = this.domain, change: Partial<DomainSpec> = {}): string[] {
    return [
      ...this.owner.optionsFor(uri, of),
      ...statedOptions({ ...this.launch, policy: undefined, ...change }),
    ];
  }

  /** The options with which she also injects a secret. */
  secret(): string[] {
    return ['--inject-secret', `luks-key:${this.owner.put('secret', 'a passphrase')}`];
  }

  /** Runs the check. An error is one line without a verdict, and no process outlives it. */
  async check(args: readonly string[], patience = PATIENT): Promise<{ status: number; said: string }> {
    const before = new Set(children());
    const begin = performance.now();
    const { status, stdout, stderr } = await this.owner.validate([...args, '--timeout', String(patience)]);
    const took = performance.now() - begin;
    const said = stdout + stderr;
    // One call may go unanswered, and so may the close.
    assert.ok(took < 1000 * (patience + 5), `${took} ms`);
    if (status > 1) {
      assert.equal(stderr.match(/^ERROR: /gm)?.length, 1, said);
      assert.doesNotMatch(said, /^OK|^NOT TRUSTED|equals? the expected one/m);
    }
    await until(() => children().every((child) => before.has(child)), 2000);
    return { status, said };
  }
}

/** For the tests of one `describe`: a host with the launch, and with a copy of it under each of these names. */
export function useFaultyHost(victims: readonly string[] = []): FaultyHost {
  const host = new FaultyHost(useBed());
  before(async function () {
    this.timeout(300_000);
    await host.start(victims);
  });
  after(() => host.owner.remove());
  return host;
}
