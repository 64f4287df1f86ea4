// Secrets that `sevscope validate --domain` hands to a guest of the libvirt test bed, or rightly does not, beside libvirt's own
// virt-qemu-sev-validate with the same arguments.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { buildOvmf } from '../../src/core/ovmf/build';
import { REMOTE_CPU, useBed } from '../helpers/bed';
import { FIRMWARE as DEBIANS, type Domain } from '../helpers/bedDomain';
import { Owner, statedOptions } from '../helpers/owner';

const owner = new Owner();
after(() => owner.remove());

const LUKS = '736869e5-84f0-4973-92ec-06879ce3da0b';
const OTHER_GUID = '736869e5-aaaa-4973-92ec-06879ce3da0b';

describe('validate --domain beside virt-qemu-sev-validate with secrets', () => {
  const bed = useBed();
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
    const { status, stdout, stderr } = await owner.validate([...options(), ...inject(one, two)]);
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
    assert.equal((await owner.validate([...options(), ...inject(one)])).status, 5);
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
    ['after a mismatch', FIRMWARE, { policy: 7 }, [one], 1, 1, /does not equal the expected one/],
    [
      'after a mismatch, whose files are not even read',
      FIRMWARE,
      { vcpus: 1 },
      [nowhere],
      1,
      1,
      /does not equal the expected one/,
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
    ['with an area of size 0', DEBIANS, {}, [one], 0, 4, /no area for secrets \(the secret area is empty\)/],
  ];
  for (const [i, [title, firmware, change, specs, peer, status, words]] of REFUSED.entries()) {
    it(`sends nothing ${title}`, async () => {
      const { domain, options } = await launch(`refused-${i}`, firmware);
      const args = [...options(change), ...inject(...specs)];
      const outcome = await owner.validate(args);
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
    const { status, stderr } = await owner.validate([...options(), ...inject(one), ...files]);
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
    const { status, stdout, stderr } = await owner.validate([
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
