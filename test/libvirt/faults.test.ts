// Everything that can go wrong on the test bed does, as libvirt's own virt-qemu-sev-validate sees it: wrong measurements,
// false reports, commands that fail or are never answered, guests that die, broken connections, a frozen libvirtd.

import assert from 'node:assert/strict';
import { REMOTE_CPU, useBed } from '../helpers/bed';
import { DEADLY, overOther, SURVIVED } from '../helpers/bedCases';
import type { Domain, DomainSpec } from '../helpers/bedDomain';
import { Owner, statedOptions } from '../helpers/owner';
import type { WireFault } from '../helpers/relay';

/** How long the peer may take before it counts as hanging, in milliseconds; it needs 200 on an idle machine. */
const PATIENCE = 2000;

const owner = new Owner();
after(() => owner.remove());

/** The launch to which it all happens: everything that can be measured is. */
const { kernel, initrd } = owner;
const LAUNCH = { policy: 5, vcpus: 2, kernel, initrd, cmdline: 'quiet', cpu: REMOTE_CPU } as const;
const OTHER_FILE = owner.put('other', 'something else');
const OVER = overOther(OTHER_FILE, '/usr/share/OVMF/OVMF_CODE.fd');

/** Faults on the way from libvirtd. */
const WIRE: [string, WireFault, number | 'hangs'][] = [
  ['no fault', {}, 0],
  ['no version, as from an old libvirt', { rename: ['sev-api-major', 'sev-api-minus'] }, 2],
  ['no measurement', { rename: ['sev-measurement', 'sev-measuremeat'] }, 6],
  ['the end before the reply', { reply: { to: 'launchSecurityInfo', bytes: 0, then: 'cut' } }, 6],
  ['the end inside the reply', { reply: { to: 'launchSecurityInfo', bytes: 60, then: 'cut' } }, 6],
  ["the end inside the reply's length", { reply: { to: 'domainLookupByName', bytes: 2, then: 'cut' } }, 6],
  ['silence from the start', { reply: { to: 'connectOpen', bytes: 0, then: 'mute' } }, 'hangs'],
  ['a reply that stalls', { reply: { to: 'launchSecurityInfo', bytes: 60, then: 'mute' } }, 'hangs'],
];

describe('On the libvirt test bed the peer meets', () => {
  const bed = useBed();
  let domain: Domain;
  const victims: Domain[] = [];
  before(async function () {
    this.timeout(300_000);
    const spec = { ...LAUNCH, host: 'b', kernelHashes: true } as const;
    const names = DEADLY.map((_, i) => `victim-${i}`);
    const specs = ['survivor', ...names].map((name) => ({ ...spec, name }));
    const [first, ...others] = await bed().defineDomains(specs);
    domain = first!;
    victims.push(...others);
  });

  const optionsFor = (uri: string, of = domain, change: Partial<DomainSpec> = {}) => [
    ...owner.optionsFor(uri, of),
    // The policy is the host's to say, unless it is what is asked about.
    ...statedOptions({ ...LAUNCH, policy: undefined, ...change }),
  ];

  for (const [what, over, expected] of OVER) {
    it(`a measurement over another ${what}, which matches only for an owner who expects it`, async () => {
      bed().setFaults(domain, { over });
      const ask = (change: Partial<DomainSpec>) => owner.ask(optionsFor(bed().uris.b.tcp, domain, change));
      const outcomes = await Promise.all([ask({}), ask(expected)]);
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        [1, 0],
      );
    });
  }

  for (const { what, faults, peer: status } of SURVIVED) {
    if (status === undefined) continue;
    it(`${what}: ${status}`, async () => {
      bed().setFaults(domain, faults);
      const begin = performance.now();
      const outcome = await owner.ask(optionsFor(bed().uris.b.tcp), 20_000);
      assert.equal(outcome.status, status, outcome.stderr);
      // Two questions of QEMU are asked.
      assert.ok(performance.now() - begin >= 2000 * (faults.slow ?? 0));
    });
  }

  for (const [i, { what, faults, peer: status }] of DEADLY.entries()) {
    it(`${what}: ${status!}`, async () => {
      const victim = victims[i]!;
      bed().setFaults(victim, faults);
      const secret = owner.put('secret', 'a passphrase');
      const args = [...optionsFor(bed().uris.b.tcp, victim), '--inject-secret', `luks-key:${secret}`];
      const outcome = await owner.ask(args, status === 'hangs' ? PATIENCE : 20_000);
      assert.equal(outcome.status, status, outcome.stderr);
      assert.equal(bed().injected(victim), undefined);
      const died = Object.values(faults.answer ?? {}).includes('die');
      assert.match(await bed().virsh('b', `domstate ${victim.name}`), died ? /shut off/ : /paused/);
      await bed().destroy(victim);
    });
  }

  for (const [what, fault, status] of WIRE) {
    it(`${what} on the wire: ${status}`, async () => {
      bed().setFaults(domain);
      const relay = await bed().relay('b', fault);
      const outcome = await owner.ask(optionsFor(relay.uri), status === 'hangs' ? PATIENCE : 20_000);
      relay.close();
      assert.equal(outcome.status, status, outcome.stderr);
    });
  }

  it('a libvirtd that is frozen, goes on, is killed and comes back to the same measurement', async () => {
    bed().setFaults(domain);
    const ask = (patience?: number) => owner.ask(optionsFor(bed().uris.b.tcp), patience);
    const measurement = () => bed().virsh('b', `domlaunchsecinfo ${domain.name}`);
    const was = await measurement();
    await bed().stopDaemon('b');
    assert.equal((await ask(PATIENCE)).status, 'hangs');
    await bed().contDaemon('b');
    assert.equal((await ask()).status, 0);
    await bed().killDaemon('b');
    assert.equal((await ask()).status, 6);
    await bed().startDaemon('b');
    assert.deepEqual([(await ask()).status, await measurement()], [0, was]);
  });
});
