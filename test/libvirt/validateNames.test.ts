// How `sevscope validate --domain` finds a domain on the libvirt test bed, by name, UUID or id, beside libvirt's own
// virt-qemu-sev-validate with the same arguments.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { useBed } from '../helpers/bed';
import type { Domain, DomainSpec } from '../helpers/bedDomain';
import { Owner, statedOptions } from '../helpers/owner';
import { promptly } from '../helpers/promptly';

const owner = new Owner();
after(() => owner.remove());

/** How a domain can be named; ids and the names that look like UUIDs or ids are those that the peer takes them for. */
const NAMES: [
  title: string,
  of: 'plain' | 'cafe' | '4711',
  name: (domain: Domain) => string,
  peer: number,
  ours: number,
][] = [
  ['its name', 'plain', ({ name }) => name, 0, 0],
  ['its UUID', 'plain', ({ uuid }) => uuid, 0, 0],
  // The peer looks for a domain of that name.
  ['its UUID in upper case', 'plain', ({ uuid }) => uuid.toUpperCase(), 6, 0],
  // The peer looks for a UUID, and for an id.
  ['a name of hexadecimal digits', 'cafe', ({ name }) => name, 6, 0],
  ['a name of digits', '4711', ({ name }) => name, 6, 0],
  ['a name that no domain has', 'plain', () => 'nobody', 6, 6],
  ['a UUID that no domain has', 'plain', () => randomUUID(), 6, 6],
  ['an id that no domain has', 'plain', () => '999999', 6, 6],
  // Such as a variable of a shell that is not set: no host is asked.
  ['nothing', 'plain', () => '', 6, 2],
];

describe('validate --domain beside virt-qemu-sev-validate finds a domain by', () => {
  const bed = useBed();
  const domains: Domain[] = [];
  before(async () => {
    const names = ['plain', 'cafe', '4711'];
    domains.push(
      ...(await bed().defineDomains(names.map((name) => ({ host: 'b', name, policy: 1 }) as const))),
    );
  });
  const optionsFor = (domain: Domain, name: string) => [
    ...owner.optionsFor(bed().uris.b.tcp, { ...domain, name }),
    ...statedOptions({ policy: 1 }),
  ];
  for (const [title, of, name, peerStatus, ourStatus] of NAMES) {
    it(title, async () => {
      const domain = domains.find((one) => one.name === of)!;
      const { peer, ours, said } = await owner.both(optionsFor(domain, name(domain)));
      assert.deepEqual([peer, ours], [peerStatus, ourStatus], said);
      if (ourStatus === 6) assert.match(said, /^ERROR: The host has no domain /);
    });
  }
  it('its id', async () => {
    const id = (await bed().virsh('b', 'domid plain')).trim();
    const { peer, ours, said } = await owner.both(optionsFor(domains[0]!, id));
    assert.deepEqual([peer, ours], [0, 0], said);
  });
  it('no id that is also the name of another one', async () => {
    const id = (await bed().virsh('b', 'domid plain')).trim();
    const other = await bed().defineDomain({ host: 'b', name: id, policy: 1, start: false });
    const { peer, ours, said } = await owner.both(optionsFor(domains[0]!, id));
    await bed().destroy(other);
    assert.deepEqual([peer, ours], [0, 2], said);
    assert.match(said, /is the id of one domain .* and the name of another/);
  });
  it('its name among 1,000', async function () {
    this.timeout(300_000);
    const session = bed().makeSession('b', 1);
    const many = Array.from({ length: 1000 }, (_, i): DomainSpec => {
      return { host: 'b', name: `many-${i}`, policy: 1, session, start: false };
    });
    await bed().defineDomains(many);
    const assertPrompt = promptly(5000);
    const { status, stderr } = await owner.validate(optionsFor(domains[0]!, 'plain'));
    assert.equal(status, 0, stderr);
    assertPrompt();
  });
});
