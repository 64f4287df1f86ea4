// The test bed itself, seen by libvirt's own virt-qemu-sev-validate: launches that match, from this machine and from
// another one; secrets that arrive; sessions that a platform refuses; and that nothing is left behind.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REMOTE_CPU, useBed } from '../helpers/bed';
import { launchesOf } from '../helpers/bedCases';
import type { Domain, DomainSpec, HostId } from '../helpers/bedDomain';
import { hostCommand } from '../helpers/bedHost';
import { Owner, statedOptions } from '../helpers/owner';
import { deriveKey } from '../helpers/session';

const owner = new Owner();
after(() => owner.remove());

const LAUNCHES = launchesOf(owner);

describe('The libvirt test bed', () => {
  const bed = useBed();

  describe('has launches of which the peer finds that they match:', () => {
    const domains: Domain[] = [];
    before(async function () {
      this.timeout(300_000);
      const specs = LAUNCHES.flatMap(([, launch], i): DomainSpec[] => [
        { ...launch, host: 'a', name: `launch-${i}` },
        { ...launch, host: 'b', name: `launch-${i}` },
      ]);
      domains.push(...(await bed().defineDomains(specs)));
    });

    for (const [i, [title, launch]] of LAUNCHES.entries()) {
      const local = i % 2 === 0 ? 'unix' : 'tcp';
      it(`${title}, insecurely on its own host by ${local}, securely from another one by tcp and ssh`, async () => {
        const [near, far] = [domains[2 * i]!, domains[2 * i + 1]!];
        const { a, b } = bed().uris;
        const stated = statedOptions({ ...launch, cpu: REMOTE_CPU });
        const outcomes = await Promise.all([
          owner.ask([...owner.optionsFor(a[local], near), '--insecure']),
          ...[b.tcp, b.ssh].map((uri) => owner.ask([...owner.optionsFor(uri, far), ...stated])),
        ]);
        assert.deepEqual(outcomes, Array(3).fill({ status: 0, stderr: '' }));
      });
    }

    it('SEV-ES with the CPU that a guest was told to have, but not with another one', async () => {
      const cpu = [23, 49, 0] as const;
      const domain = await bed().defineDomain({ host: 'b', name: 'rome', policy: 5, vcpus: 2, cpu });
      const ask = (told: typeof cpu | typeof REMOTE_CPU) =>
        owner.ask([...owner.optionsFor(bed().uris.b.tcp, domain), ...statedOptions({ vcpus: 2, cpu: told })]);
      assert.deepEqual([(await ask(cpu)).status, (await ask(REMOTE_CPU)).status], [0, 1]);
    });
  });

  describe('and it', () => {
    const places: [HostId, string, string[], number][] = [
      ['a', 'this machine, which is not secure', [], 3],
      ['b', 'another machine, of which no file can be read', ['--insecure'], 2],
    ];
    for (const [host, place, options, status] of places) {
      it(`lets host ${host} be ${place}`, async () => {
        const domain = await bed().defineDomain({ host, name: 'somewhere', policy: 5 });
        const outcome = await owner.ask([...owner.optionsFor(bed().uris[host].tcp, domain), ...options]);
        assert.equal(outcome.status, status, outcome.stderr);
      });
    }

    it('hands over the secrets that an owner injects', async () => {
      const domain = await bed().defineDomain({ host: 'b', name: 'secretive', policy: 5, vcpus: 2 });
      assert.equal(bed().injected(domain), undefined);
      const [first, second] = [
        Buffer.from('a passphrase'),
        Buffer.from(Uint8Array.from({ length: 700 }, (_, i) => i)),
      ];
      const other = '736869e5-aaaa-4973-92ec-06879ce3da0b';
      const { status, stderr } = await owner.ask([
        ...owner.optionsFor(bed().uris.b.ssh, domain),
        ...statedOptions({ vcpus: 2, cpu: REMOTE_CPU }),
        ...['--inject-secret', `luks-key:${owner.put('first', first)}`],
        ...['--inject-secret', `${other}:${owner.put('second', second)}`],
      ]);
      assert.deepEqual([status, stderr], [0, '']);
      const expected = new Map([
        ['736869e5-84f0-4973-92ec-06879ce3da0b', first],
        [other, second],
      ]);
      assert.deepEqual(bed().injected(domain), expected);
      assert.match(await bed().virsh('b', `domstate ${domain.name}`), /running/);
      await bed().destroy(domain);
    });

    const sessions: [string, () => Partial<DomainSpec>, RegExp][] = [
      ['for another policy', () => ({ policy: 5, session: bed().makeSession('a', 1) }), /POLICY_FAILURE/],
      ['for another host', () => ({ policy: 5, session: bed().makeSession('b', 5) }), /BAD_MEASUREMENT/],
      [
        'with a certificate that was cut',
        () => ({ policy: 5, session: { ...bed().makeSession('a', 5), dhCert: 'AAAA' } }),
        /INVALID_LENGTH/,
      ],
    ];
    for (const [title, spec, message] of sessions) {
      it(`does not launch a guest with a session ${title}`, async () => {
        await assert.rejects(bed().defineDomain({ host: 'a', name: 'refused', ...spec() }), message);
        await bed().virsh('a', 'undefine refused');
      });
    }

    it('derives keys as the platform of the SEV API specification does', () => {
      const key = deriveKey(Buffer.alloc(16), 'sev-master-secret', Buffer.alloc(16));
      assert.equal(key.toString('hex'), 'ab4d269fcc62bedb4511d56c386ce706');
    });

    it('shows its key through libvirt, and that it has SEV', async () => {
      const [info, capabilities] = [
        await bed().virsh('b', 'nodesevinfo'),
        await bed().virsh('b', 'domcapabilities'),
      ];
      assert.match(info, /^pdh +: AQAAA/m);
      assert.match(capabilities, /<sev supported='yes'>\s*<cbitpos>51</);
    });

    it('has room for 1,000 domains, which are there after libvirtd was killed and started', async () => {
      const session = bed().makeSession('b', 5);
      const many = Array.from({ length: 1000 }, (_, i): DomainSpec => {
        return { host: 'b', name: `many-${i}`, policy: 5, session, start: false };
      });
      await bed().defineDomains(many);
      await bed().killDaemon('b');
      await assert.rejects(bed().virsh('b', 'list'), /failed to connect/);
      await bed().startDaemon('b');
      const names = (await bed().virsh('b', 'list --all --name')).match(/^many-\d+$/gm);
      assert.equal(names?.length, 1000);
    });

    it('runs domains without SEV and without a session, too', async () => {
      const domains = await bed().defineDomains([
        { host: 'a', name: 'plain' },
        { host: 'a', name: 'ownerless', policy: 1, session: null },
      ]);
      const info = await Promise.all(domains.map(({ name }) => bed().virsh('a', `domlaunchsecinfo ${name}`)));
      assert.deepEqual(
        info.map((text) => text.match(/^sev-\w+/gm)?.length ?? 0),
        [0, 5],
      );
      await bed().destroy(...domains);
    });

    it('ends when whoever started it is killed, and leaves no file and no network', async () => {
      const folder = mkdtempSync('/tmp/sevbed-');
      const [program, ...args] = hostCommand(folder, 'b', {
        cpu: [25, 1, 1],
        port: 16509,
        name: 'x.test',
      });
      const script = `require('node:child_process').spawn(${JSON.stringify(program)}, ${JSON.stringify(args)},
      { detached: true, stdio: ['pipe', 'inherit', 'inherit'] })`;
      const starter = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
      const [line] = (await once(starter.stdout, 'data')) as [Buffer];
      const { address } = JSON.parse(line.toString()) as { address: string };
      const network = address.split('.')[2]!;
      const devices = () => readFileSync('/proc/net/dev', 'utf8').includes(`sevscope${network}:`);
      assert.ok(existsSync(join(folder, 'b/run/libvirt-sock')) && devices());
      starter.kill('SIGKILL');
      const deadline = performance.now() + 20_000;
      while ((existsSync(folder) || devices()) && performance.now() < deadline)
        await new Promise((done) => setTimeout(done, 50));
      assert.ok(!existsSync(folder) && !devices());
    });
  });
});
