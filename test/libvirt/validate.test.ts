// `sevscope validate --domain` on the libvirt test bed, each time beside libvirt's own virt-qemu-sev-validate with the same
// arguments: launches that match, who said each input, and which host is this machine. How a domain is named is in
// validateNames.test.ts, secrets in validateSecrets.test.ts, what breaks one rule in validateRules.test.ts, and what goes wrong on the
// way in validateFaults.test.ts.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Report, Source } from '../../src/core/launch/report';
import { REMOTE_CPU, useBed } from '../helpers/bed';
import { launchesOf } from '../helpers/bedCases';
import type { Domain, DomainSpec } from '../helpers/bedDomain';
import { Owner, statedOptions } from '../helpers/owner';

const owner = new Owner();
after(() => owner.remove());

const LAUNCHES = launchesOf(owner);

describe('validate --domain beside virt-qemu-sev-validate finds the same of', () => {
  const bed = useBed();
  const domains: Domain[] = [];
  before(async function () {
    this.timeout(300_000);
    const specs = LAUNCHES.flatMap(([, launch], i): DomainSpec[] => [
      { ...launch, host: 'a', name: `check-${i}` },
      { ...launch, host: 'b', name: `check-${i}` },
    ]);
    domains.push(...(await bed().defineDomains(specs)));
  });
  for (const [i, [title, launch]] of LAUNCHES.entries()) {
    it(title, async () => {
      const [near, far] = [domains[2 * i]!, domains[2 * i + 1]!];
      const { a, b } = bed().uris;
      const stated = statedOptions({ ...launch, cpu: REMOTE_CPU });
      for (const uri of [b.tcp, b.ssh]) {
        const { peer, ours, said } = await owner.both([...owner.optionsFor(uri, far), ...stated]);
        assert.deepEqual([peer, ours], [0, 0], said);
        assert.match(said, /OK: /);
      }
      const { peer, ours, said } = await owner.both([...owner.optionsFor(a.unix, near), '--insecure']);
      assert.deepEqual([peer, ours], [0, 0], said);
      assert.match(said, /NOT TRUSTED: The measurements agree/);
    });
  }
  it('who said each input', async () => {
    const at = LAUNCHES.findIndex(([title]) => title.includes('all that belongs'));
    const [near, far] = [domains[2 * at]!, domains[2 * at + 1]!];
    const { a, b } = bed().uris;
    const sources = async (args: readonly string[]) => {
      const { stdout } = await owner.validate([...args, '--json']);
      const { steps } = JSON.parse(stdout) as Report;
      return Object.fromEntries(steps.map(({ id, source }) => [id, source]));
    };
    const inputs = (source: Source) =>
      Object.fromEntries(['firmware', 'kernel', 'initrd', 'cmdline'].map((id) => [id, source]));
    const always = {
      'kernel-hashes': 'derived',
      'launch-digest': 'derived',
      measurement: 'derived',
      reported: 'host',
    };
    assert.deepEqual(await sources([...owner.optionsFor(a.unix, near), '--insecure']), {
      ...inputs('host'),
      ...always,
    });
    const stated = statedOptions(LAUNCHES[at]![1]);
    assert.deepEqual(await sources([...owner.optionsFor(b.tcp, far), ...stated]), {
      ...inputs('owner'),
      ...always,
    });
  });
  it('who said the CPU and the number of vCPUs', async () => {
    const at = LAUNCHES.findIndex(([title]) => title === 'SEV-ES with 2 vCPUs');
    const { a, b } = bed().uris;
    const vmsaOf = async (args: readonly string[]) => {
      const { stdout } = await owner.validate([...args, '--json']);
      const { verdict, steps } = JSON.parse(stdout) as Report;
      return [verdict, steps.find(({ id }) => id === 'vmsa')?.source];
    };
    const [near, far] = [domains[2 * at]!, domains[2 * at + 1]!];
    assert.deepEqual(await vmsaOf([...owner.optionsFor(a.unix, near), '--insecure']), [
      'cannot be trusted',
      'host',
    ]);
    const stated = statedOptions({ ...LAUNCHES[at]![1], cpu: REMOTE_CPU });
    assert.deepEqual(await vmsaOf([...owner.optionsFor(b.tcp, far), ...stated]), ['matches', 'derived']);
  });
  it('a launch on this machine, which is refused', async () => {
    const { a } = bed().uris;
    for (const mode of [[], ['--ignore-config']]) {
      const { peer, ours, said } = await owner.both([...owner.optionsFor(a.tcp, domains[0]!), ...mode]);
      assert.deepEqual([peer, ours], [3, 3], said);
      assert.match(said, /^failed +remote-host .*both are called/m);
    }
  });
  it('a launch on a host of another name at an address of this machine, which is refused by ours', async () => {
    const relay = await bed().relay('b', {}, '127.0.0.1');
    const args = [...owner.optionsFor(relay.uri, domains[1]!), ...statedOptions(LAUNCHES[0]![1])];
    const { peer, ours, said } = await owner.both(args).finally(() => relay.close());
    assert.deepEqual([peer, ours], [0, 3], said);
    assert.match(said, /^failed +remote-host .*the connection is to 127\.0\.0\.1\./m);
  });
  it('a domain that this machine does not have, which we look for first', async () => {
    const { peer, ours, said } = await owner.both(
      owner.optionsFor(bed().uris.a.tcp, { ...domains[0]!, name: 'nobody' }),
    );
    assert.deepEqual([peer, ours], [3, 6], said);
    assert.match(said, /^ERROR: The host has no domain "nobody"/m);
  });
  it('a host that is this machine by its id alone, which the peer does not see', async () => {
    const theirs = /<host>\s*<uuid>([0-9a-f-]{36})</.exec(await bed().virsh('b', 'capabilities'))![1]!;
    const mine = /<host>\s*<uuid>([0-9a-f-]{36})</.exec(await bed().virsh('a', 'capabilities'))![1]!;
    const relay = await bed().relay('b', { rename: [theirs, mine] });
    const options = [
      ...owner.optionsFor(relay.uri, domains[1]!),
      ...statedOptions({ policy: 1, cpu: REMOTE_CPU }),
    ];
    const { peer, ours, said } = await owner.both(options);
    relay.close();
    const known = readFileSync('/etc/machine-id', 'utf8').trim() === mine.replaceAll('-', '');
    assert.deepEqual([peer, ours], known ? [0, 3] : [0, 0], said);
    if (known) assert.match(said, /^failed +remote-host .*both have the id/m);
  });
});
