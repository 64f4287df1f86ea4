// `sevscope validate --domain` on the libvirt test bed, each time beside libvirt's own virt-qemu-sev-validate with the same
// arguments: launches that match, how a domain is named, which host is this machine, and secrets. What breaks one rule is
// in validateRules.test.ts, what goes wrong on the way in validateFaults.test.ts.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buildOvmf } from '../../src/core/ovmf/build';
import type { Report, Source } from '../../src/core/launch/report';
import { REMOTE_CPU, useBed } from '../helpers/bed';
import { launchesOf } from '../helpers/bedCases';
import { FIRMWARE as DEBIANS, type Domain, type DomainSpec } from '../helpers/bedDomain';
import { runHere } from '../helpers/cli';
import { Owner, statedOptions } from '../helpers/owner';

const owner = new Owner();
after(() => owner.remove());

const LAUNCHES = launchesOf(owner);

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
  ['nothing', 'plain', () => '', 6, 6],
];

const LUKS = '736869e5-84f0-4973-92ec-06879ce3da0b';
const OTHER_GUID = '736869e5-aaaa-4973-92ec-06879ce3da0b';

describe('validate --domain beside virt-qemu-sev-validate', () => {
  const bed = useBed();
  const ours = (args: readonly string[]) => runHere(['validate', ...args], owner.folder);
  const both = async (args: readonly string[]) => {
    const [peer, { status, stdout, stderr }] = await Promise.all([owner.ask(args), ours(args)]);
    return { peer: peer.status, ours: status, said: stdout + stderr };
  };

  describe('finds the same of', () => {
    const domains: Domain[] = [];
    before(async function () {
      this.timeout(120_000);
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
          const { peer, ours, said } = await both([...owner.optionsFor(uri, far), ...stated]);
          assert.deepEqual([peer, ours], [0, 0], said);
          assert.match(said, /OK: /);
        }
        const { peer, ours, said } = await both([...owner.optionsFor(a.unix, near), '--insecure']);
        assert.deepEqual([peer, ours], [0, 0], said);
        assert.match(said, /NOT TRUSTED: The measurements agree/);
      });
    }
    it('who said each input', async () => {
      const at = LAUNCHES.findIndex(([title]) => title.includes('all that belongs'));
      const [near, far] = [domains[2 * at]!, domains[2 * at + 1]!];
      const { a, b } = bed().uris;
      const sources = async (args: readonly string[]) => {
        const { stdout } = await ours([...args, '--json']);
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
        const { stdout } = await ours([...args, '--json']);
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
        const { peer, ours, said } = await both([...owner.optionsFor(a.tcp, domains[0]!), ...mode]);
        assert.deepEqual([peer, ours], [3, 3], said);
        assert.match(said, /^failed +remote-host .*both are called/m);
      }
    });
    it('a launch on a host of another name at an address of this machine, which is refused by ours', async () => {
      const relay = await bed().relay('b', {}, '127.0.0.1');
      const args = [...owner.optionsFor(relay.uri, domains[1]!), ...statedOptions(LAUNCHES[0]![1])];
      const { peer, ours, said } = await both(args).finally(() => relay.close());
      assert.deepEqual([peer, ours], [0, 3], said);
      assert.match(said, /^failed +remote-host .*the connection is to 127\.0\.0\.1\./m);
    });
    it('a domain that this machine does not have, which we look for first', async () => {
      const { peer, ours, said } = await both(
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
      const { peer, ours, said } = await both(options);
      relay.close();
      const known = readFileSync('/etc/machine-id', 'utf8').trim() === mine.replaceAll('-', '');
      assert.deepEqual([peer, ours], known ? [0, 3] : [0, 0], said);
      if (known) assert.match(said, /^failed +remote-host .*both have the id/m);
    });
  });

  describe('finds a domain by', () => {
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
        const { peer, ours, said } = await both(optionsFor(domain, name(domain)));
        assert.deepEqual([peer, ours], [peerStatus, ourStatus], said);
        if (ourStatus === 6) assert.match(said, /^ERROR: The host has no domain /);
      });
    }
    it('its id', async () => {
      const id = (await bed().virsh('b', 'domid plain')).trim();
      const { peer, ours, said } = await both(optionsFor(domains[0]!, id));
      assert.deepEqual([peer, ours], [0, 0], said);
    });
    it('no id that is also the name of another one', async () => {
      const id = (await bed().virsh('b', 'domid plain')).trim();
      const other = await bed().defineDomain({ host: 'b', name: id, policy: 1, start: false });
      const { peer, ours, said } = await both(optionsFor(domains[0]!, id));
      await bed().destroy(other);
      assert.deepEqual([peer, ours], [0, 2], said);
      assert.match(said, /is the id of one domain .* and the name of another/);
    });
    it('its name among 1,000', async function () {
      this.timeout(120_000);
      const session = bed().makeSession('b', 1);
      const many = Array.from({ length: 1000 }, (_, i): DomainSpec => {
        return { host: 'b', name: `many-${i}`, policy: 1, session, start: false };
      });
      await bed().defineDomains(many);
      const begin = performance.now();
      const { status, stderr } = await ours(optionsFor(domains[0]!, 'plain'));
      assert.equal(status, 0, stderr);
      assert.ok(performance.now() - begin < 5000);
    });
  });

  describe('with secrets', () => {
    const FIRMWARE = owner.put('areas.fd', buildOvmf());
    const SMALL = owner.put('small.fd', buildOvmf({ secretArea: { base: 0x810000, size: 48 } }));
    const NO_AREA = owner.put('none.fd', buildOvmf({ secretArea: false }));
    const first = Buffer.from('a passphrase');
    const second = Buffer.from(Uint8Array.from({ length: 700 }, (_, i) => i));
    const one = `luks-key:${owner.put('first', first)}`;
    const two = `${OTHER_GUID.toUpperCase()}:${owner.put('second', second)}`;
    const nowhere = 'luks-key:/nowhere/at/all';

    const launch = async (name: string, firmware = FIRMWARE) => {
      const spec = { host: 'b', name, policy: 5, vcpus: 2, cpu: REMOTE_CPU, firmware } as const;
      const domain = await bed().defineDomain(spec);
      const options = (change = {}) => [
        ...owner.optionsFor(bed().uris.b.tcp, domain),
        ...statedOptions({ ...spec, ...change }),
      ];
      return { domain, options };
    };
    const inject = (...specs: string[]) => specs.flatMap((spec) => ['--inject-secret', spec]);
    const stateOf = async ({ name }: Domain) => (await bed().virsh('b', `domstate ${name}`)).trim();

    it('hands them over after a match, and the guest runs', async () => {
      const { domain, options } = await launch('secretive');
      const { status, stdout, stderr } = await ours([...options(), ...inject(one, two)]);
      assert.deepEqual([status, stderr], [0, '']);
      assert.match(stdout, /^OK: The reported.*\nOK: injected 2 secrets, and the guest runs\n$/);
      assert.deepEqual(
        bed().injected(domain),
        new Map([
          [LUKS, first],
          [OTHER_GUID, second],
        ]),
      );
      assert.equal(await stateOf(domain), 'running');
      // Once it runs, there is nothing to inject into.
      assert.equal((await ours([...options(), ...inject(one)])).status, 5);
      await bed().destroy(domain);
    });

    /** Refusals: the peer's status, when it has one that tells, and ours; ours leaves the guest as it was. */
    const REFUSED: [
      title: string,
      firmware: string,
      change: object,
      specs: string[],
      peer: number,
      ours: number,
      words: RegExp,
    ][] = [
      ['after a mismatch', FIRMWARE, { policy: 7 }, [one], 1, 1, /is not the one/],
      [
        'after a mismatch, whose files are not even read',
        FIRMWARE,
        { vcpus: 1 },
        [nowhere],
        1,
        1,
        /is not the one/,
      ],
      ['with two colons', FIRMWARE, {}, ['luks-key:a:b'], 2, 2, /NAME:PATH/],
      ['without a path', FIRMWARE, {}, ['luks-key'], 2, 2, /NAME:PATH/],
      ['under an unknown name', FIRMWARE, {}, [one.replace('luks', 'mystery')], 2, 2, /neither a GUID nor/],
      ['from a file that is not there', FIRMWARE, {}, [nowhere], 6, 6, /there is no such file/],
      ['twice under one GUID', FIRMWARE, {}, [one, one], 2, 2, /given twice/],
      // The peer sends what follows in each case, and lets the guest run.
      ['larger than the area', SMALL, {}, [one], 0, 2, /take 64 bytes, but .* has 48\./],
      [
        'without an area',
        NO_AREA,
        {},
        [one],
        0,
        4,
        /no area for secrets \(the table has no usable secret area\)/,
      ],
      [
        'with an area of size 0',
        DEBIANS,
        {},
        [one],
        0,
        4,
        /no area for secrets \(the secret area is empty\)/,
      ],
    ];
    for (const [i, [title, firmware, change, specs, peer, status, words]] of REFUSED.entries()) {
      it(`sends nothing ${title}`, async () => {
        const { domain, options } = await launch(`refused-${i}`, firmware);
        const args = [...options(change), ...inject(...specs)];
        const outcome = await ours(args);
        const said = outcome.stdout + outcome.stderr;
        assert.equal(outcome.status, status, said);
        assert.match(said, words);
        assert.doesNotMatch(said, /^OK: injected/m);
        assert.deepEqual([bed().injected(domain), await stateOf(domain)], [undefined, 'paused']);
        const { status: theirs, stderr } = await owner.ask(args);
        assert.equal(theirs, peer, stderr);
        await bed().destroy(domain);
      });
    }

    it('sends nothing where files for them are named, too, which the peer leaves unwritten', async () => {
      const { domain, options } = await launch('either');
      const files = ['--secret-header', 'header', '--secret-payload', 'payload'];
      const { status, stderr } = await ours([...options(), ...inject(one), ...files]);
      assert.equal(status, 2);
      assert.match(stderr, /^ERROR: With --domain secrets go to the guest itself/);
      assert.equal(bed().injected(domain), undefined);
      assert.equal((await owner.ask([...options(), ...inject(one), ...files])).status, 0);
      await bed().destroy(domain);
    });

    it('seals them for a recorded launch with a warning where the firmware has no area', async () => {
      const { domain, options } = await launch('recorded', NO_AREA);
      const told = await bed().virsh('b', `domlaunchsecinfo ${domain.name}`);
      const value = (name: string) => new RegExp(`^sev-${name} *: (\\S+)$`, 'm').exec(told)![1]!;
      const reported = ['measurement', 'api-major', 'api-minor', 'build-id'].flatMap((name) => [
        `--${name}`,
        value(name),
      ]);
      // Without --connect and --domain, which stand first.
      const args = [...options().slice(4), ...reported, ...inject(one)];
      const { status, stdout, stderr } = await ours([
        ...args,
        ...['--secret-header', 'header', '--secret-payload', 'payload'],
      ]);
      assert.equal(status, 0, stderr);
      assert.match(stderr, /^WARNING: The firmware has no area/m);
      assert.match(stdout, /OK: sealed 1 secret/);
      const read = (name: string) => readFileSync(`${owner.folder}/${name}`, 'utf8');
      const lengths = ['header', 'payload'].map((name) => Buffer.from(read(name), 'base64').length);
      assert.deepEqual(lengths, [52, 64]);
      await bed().destroy(domain);
    });
  });
});
