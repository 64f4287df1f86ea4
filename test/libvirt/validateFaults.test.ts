// Everything that can go wrong on the test bed does, as `sevscope validate --domain` sees it: each costs one clear error in
// bounded time, never a verdict that is not so, and leaves no process behind. And the owner's keys are in no output.

import assert from 'node:assert/strict';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REMOTE_CPU, useBed } from '../helpers/bed';
import { DEADLY, SILENT, SURVIVED } from '../helpers/bedCases';
import type { Cpu, Domain, DomainSpec, Faults } from '../helpers/bedDomain';
import { runHere } from '../helpers/cli';
import { keyForms } from '../helpers/keyForms';
import { children, until, workerPath } from '../helpers/libvirt';
import { Owner, statedOptions } from '../helpers/owner';
import { runCli } from '../helpers/peer';
import type { PROCEDURES, Reply, WireFault } from '../helpers/relay';
import type { Stage } from '../../src/core/domain/stages';
import { secretGuid } from '../../src/core/tech/sev/secret';
import { buildOvmf } from '../../src/core/ovmf/build';
import { checkDomain } from '../../src/app/domainCheck';
import { libvirt } from '../../src/libvirt/client';
import { io } from '../helpers/io';

const owner = new Owner();
after(() => owner.remove());

/** The launch to which it all happens: everything that can be measured is. Its image has room for secrets. */
const FIRMWARE = owner.put('OVMF.fd', buildOvmf());
const { kernel, initrd } = owner;
const LAUNCH = {
  policy: 5,
  vcpus: 2,
  firmware: FIRMWARE,
  kernel,
  initrd,
  cmdline: 'quiet',
  cpu: REMOTE_CPU,
} as const;
const OTHER_FILE = owner.put('other', 'something else');
const OTHER_FIRMWARE = owner.put('other.fd', buildOvmf({ seed: 2 }));
/** An ssh whose key no host knows. */
const STRANGER = owner.put(
  'ssh',
  '#!/bin/sh\nexec /usr/bin/ssh -F none -i /dev/null -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "$@"\n',
);
chmodSync(STRANGER, 0o755);
const OTHER_CPU: Cpu = [25, 17, 1];

/** Measurements over something else, each of which matches for an owner who expects just that. */
const OVER: [string, NonNullable<Faults['over']>, Partial<DomainSpec>][] = [
  ['firmware', { firmware: OTHER_FIRMWARE }, { firmware: OTHER_FIRMWARE }],
  ['kernel', { kernel: OTHER_FILE }, { kernel: OTHER_FILE }],
  ['initrd', { initrd: OTHER_FILE }, { initrd: OTHER_FILE }],
  ['command line', { cmdline: 'verbose' }, { cmdline: 'verbose' }],
  ['CPU', { cpu: OTHER_CPU }, { cpu: OTHER_CPU }],
  ['number of vCPUs', { vcpus: 3 }, { vcpus: 3 }],
  ['policy', { policy: 7 }, { policy: 7 }],
];

/** Seconds to wait where silence is what is asked for, and where it is not: this machine may be busy. */
const [IMPATIENT, PATIENT] = [2, 10];
const LOST = /^ERROR: (The connection to libvirt was lost|libvirt could not connect)/m;

/** Each procedure whose reply can be spoilt, before a verdict is possible. */
const STEPS: (keyof typeof PROCEDURES)[] = ['connectOpen', 'domainLookupByName', 'launchSecurityInfo'];
/** Faults on the way from libvirtd. */
const WIRE: [string, WireFault, status: number, words: RegExp][] = [
  ['no fault', {}, 0, /^OK: /m],
  [
    'no version, as from an old libvirt',
    { rename: ['sev-api-major', 'sev-api-minus'] },
    2,
    /^failed +launch-info .*sev-api-major/m,
  ],
  [
    'no measurement',
    { rename: ['sev-measurement', 'sev-measuremeat'] },
    6,
    /^failed +launch-info .*sev-measurement/m,
  ],
  ['no build', { rename: ['sev-build-id', 'sev-build-no'] }, 6, /^failed +launch-info .*sev-build-id/m],
  ...STEPS.slice(0, -1).map((to): (typeof WIRE)[number] => [
    `the end right after the reply to ${to}`,
    { reply: { to, bytes: Infinity, then: 'cut' } },
    5,
    LOST,
  ]),
  ...STEPS.flatMap((to): typeof WIRE => {
    // What is lost while connecting is no connection yet.
    const status = to === 'connectOpen' ? 6 : 5;
    return [
      [`the end before the reply to ${to}`, { reply: { to, bytes: 0, then: 'cut' } }, status, LOST],
      [`the end inside the reply to ${to}`, { reply: { to, bytes: 20, then: 'cut' } }, status, LOST],
      [`silence before the reply to ${to}`, { reply: { to, bytes: 0, then: 'mute' } }, 5, SILENT],
      [`silence inside the reply to ${to}`, { reply: { to, bytes: 20, then: 'mute' } }, 5, SILENT],
    ];
  }),
];

/** What waits for nothing has time. */
const patienceFor = (status: number) => (status === 5 ? IMPATIENT : PATIENT);

describe('On the libvirt test bed validate --domain meets', () => {
  const bed = useBed();
  let domain: Domain;
  let victims: Domain[] = [];
  before(async function () {
    this.timeout(120_000);
    const spec = { ...LAUNCH, host: 'b', kernelHashes: true } as const;
    const names = [...DEADLY.map((_, i) => `victim-${i}`), 'killed', 'frozen', 'stopped'];
    const [first, ...others] = await bed().defineDomains(
      ['survivor', ...names].map((name) => ({ ...spec, name })),
    );
    domain = first!;
    victims = others;
    // A libvirtd that has just started looks at its emulators when it is first asked, which takes seconds.
    const { status, stderr } = await runHere(['validate', ...optionsFor(bed().uris.b.tcp)], owner.folder);
    assert.equal(status, 0, stderr);
  });

  const optionsFor = (uri: string, of = domain, change: Partial<DomainSpec> = {}) => [
    ...owner.optionsFor(uri, of),
    // The policy is the host's to say, unless it is what is asked about.
    ...statedOptions({ ...LAUNCH, policy: undefined, ...change }),
  ];
  const secret = () => ['--inject-secret', `luks-key:${owner.put('secret', 'a passphrase')}`];

  /** Runs the check. An error is one line, with no verdict, and nothing outlives it. */
  async function check(args: readonly string[], patience = PATIENT) {
    const before = new Set(children());
    const begin = performance.now();
    const { status, stdout, stderr } = await runHere(
      ['validate', ...args, '--timeout', String(patience)],
      owner.folder,
    );
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

  for (const [what, over, expected] of OVER) {
    it(`a measurement over another ${what}, which matches only for an owner who expects it`, async () => {
      bed().setFaults(domain, { over });
      const uri = bed().uris.b.tcp;
      const statuses = [];
      for (const change of [{}, expected])
        statuses.push((await check(optionsFor(uri, domain, change))).status);
      assert.deepEqual(statuses, [1, 0]);
    });
  }

  for (const { what, faults, ours: status, says: words } of SURVIVED) {
    it(`${what}: ${status}`, async () => {
      bed().setFaults(domain, faults);
      const outcome = await check(optionsFor(bed().uris.b.tcp), patienceFor(status));
      assert.equal(outcome.status, status, outcome.said);
      assert.match(outcome.said, words);
    });
  }

  for (const [i, { what, faults, ours: status, says: words }] of DEADLY.entries()) {
    it(`${what}: ${status}`, async () => {
      const victim = victims[i]!;
      bed().setFaults(victim, faults);
      const outcome = await check(
        [...optionsFor(bed().uris.b.tcp, victim), ...secret()],
        patienceFor(status),
      );
      assert.equal(outcome.status, status, outcome.said);
      assert.match(outcome.said, words);
      assert.equal(bed().injected(victim), undefined);
      const died = Object.values(faults.answer ?? {}).includes('die');
      assert.match(await bed().virsh('b', `domstate ${victim.name}`), died ? /shut off/ : /paused/);
      await bed().destroy(victim);
    });
  }

  const stops: [at: Stage, says: RegExp][] = [
    ['asking the host', /so the secret was not injected/],
    ['reading and hashing', /so the secret was not injected/],
    ['injecting secrets', /stopped while the secret was on its way: the guest may have it/],
  ];
  for (const [at, says] of stops) {
    it(`somebody who stops it while it is ${at}, and hears what became of the secret`, async () => {
      const victim = victims.find(({ name }) => name === 'stopped')!;
      bed().setFaults(victim, { answer: { 'sev-inject-launch-secret': 'never' } });
      const [, uri = '', , , , tik = '', , tek = ''] = owner.optionsFor(bed().uris.b.tcp, victim);
      const stop = new AbortController();
      const [family, model, stepping] = REMOTE_CPU;
      const { kernel, initrd, cmdline, vcpus } = LAUNCH;
      const owners = { firmware: FIRMWARE, kernel, initrd, cmdline, vcpus, cpu: { family, model, stepping } };
      const checking = checkDomain(
        io,
        { ...owners, keys: { tik, tek }, domain: victim.uuid },
        {
          libvirt,
          connection: { uri, asTyped: true, workerPath },
          signal: stop.signal,
          onStage: (stage) => {
            // The host has it by then.
            if (stage === 'injecting secrets') setTimeout(() => stop.abort(), 500);
            else if (stage === at) stop.abort();
          },
        },
        { secrets: () => Promise.resolve([{ guid: secretGuid('luks-key'), data: Buffer.from('a word') }]) },
      );
      const said = await checking.then(
        ({ injectionError }) => injectionError,
        (error: unknown) => error,
      );
      assert.match(String(said), says);
      assert.equal(bed().injected(victim), undefined);
    });
  }

  for (const [what, fault, status, words] of WIRE) {
    it(`${what} on the wire: ${status}`, async () => {
      bed().setFaults(domain);
      const relay = await bed().relay('b', fault);
      const outcome = await check(optionsFor(relay.uri), patienceFor(status)).finally(() => relay.close());
      assert.equal(outcome.status, status, outcome.said);
      assert.match(outcome.said, words);
    });
  }

  /** How many replies a check takes up to the last that it needs; what follows is the farewell. */
  async function repliesOf(of: Domain): Promise<number> {
    const relay = await bed().relay('b', {});
    const { status, said } = await check(optionsFor(relay.uri, of)).finally(() => relay.close());
    assert.equal(status, 0, said);
    return relay.replies();
  }

  const daemons: [string, patience: number, act: () => Promise<void>, mend: () => Promise<void>][] = [
    ['killed', PATIENT, () => bed().killDaemon('b'), () => bed().startDaemon('b')],
    ['frozen', IMPATIENT, () => bed().stopDaemon('b'), () => bed().contDaemon('b')],
  ];
  for (const [what, patience, act, mend] of daemons) {
    it(`a libvirtd that is ${what} before it can connect`, async () => {
      bed().setFaults(domain);
      await act();
      const { status, said } = await check(optionsFor(bed().uris.b.tcp), patience).finally(mend);
      assert.equal(status, what === 'killed' ? 6 : 5, said);
    });

    /** The status of a check whose libvirtd falls before a reply; undefined when it did not get so far in time. */
    async function statusWhenItFalls(args: (uri: string) => string[], reply: Reply) {
      let fell = false as boolean;
      const fall = async () => {
        fell = true;
        await act();
      };
      const relay = await bed().relay('b', { before: { reply, act: fall } });
      try {
        const { status } = await check(args(relay.uri), patience);
        return fell ? status : undefined;
      } finally {
        relay.close();
        if (fell) await mend();
      }
    }

    it(`a libvirtd that is ${what} before any one of its replies`, async function () {
      this.timeout(180_000);
      const replies = await repliesOf(domain);
      const statuses: number[] = [];
      for (let reply = 1, tries = 0; reply <= replies && tries < 2 * replies; tries++) {
        const status = await statusWhenItFalls(optionsFor, reply);
        if (status === undefined) continue;
        statuses.push(status);
        reply++;
      }
      // An answer that has come whole is one, whatever becomes of the daemon: those after the last are farewells.
      const whole = statuses.indexOf(0);
      assert.ok(whole > 5, statuses.join());
      assert.ok(
        statuses.slice(0, whole).every((status) => [5, 6].includes(status)),
        statuses.join(),
      );
      assert.deepEqual(new Set(statuses.slice(whole)), new Set([0]));
      assert.equal((await check(optionsFor(bed().uris.b.tcp))).status, 0);
    });

    it(`a libvirtd that is ${what} when it has taken the secret, before the guest is resumed`, async () => {
      const victim = victims.find(({ name }) => name === what)!;
      const args = (uri: string) => [...optionsFor(uri, victim), ...secret()];
      let status: number | undefined;
      for (let tries = 0; status === undefined && tries < 5; tries++)
        status = await statusWhenItFalls(args, 'setLaunchSecurityState');
      assert.equal(status, 5);
      assert.equal(bed().injected(victim)?.size, 1);
      assert.match(await bed().virsh('b', `domstate ${victim.name}`), /paused/);
    });
  }

  it('a domain that goes away while it is checked', async () => {
    const gone = await bed().defineDomain({ ...LAUNCH, host: 'b', name: 'gone', kernelHashes: true });
    const last = await repliesOf(gone);
    // The last two are the measurement, and a farewell.
    for (const reply of ['domainLookupByName', last - 3, last - 2] as const) {
      const act = () => bed().virsh('b', `destroy ${gone.uuid}`);
      const relay = await bed().relay('b', { before: { reply, act } });
      const { status, said } = await check(optionsFor(relay.uri, gone)).finally(() => relay.close());
      assert.equal(status, 5, said);
      assert.match(said, /^ERROR: The domain is (gone|in the wrong state|shut off)/m);
      await bed().virsh('b', `start --paused ${gone.uuid}`);
    }
    await bed().destroy(gone);
  });

  const CREDENTIALS: [string, (uri: string) => string][] = [
    ['another account', (uri) => uri.replace('root@', 'nobody@')],
    ['another key', (uri) => uri.replace(/command=.*/, `command=${STRANGER}`)],
    ['no login at all', (uri) => uri.replace(/command=.*/, 'command=/bin/false')],
  ];
  for (const [what, change] of CREDENTIALS) {
    it(`a login with ${what}`, async () => {
      const { status, said } = await check(optionsFor(change(bed().uris.b.ssh)));
      assert.ok([5, 6].includes(status), said);
      assert.match(said, /^ERROR: libvirt (could not connect|did not connect)/m);
    });
  }

  const OTHER_KEY = Buffer.concat([
    Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0\x20'),
    Buffer.alloc(32, 7),
  ]).toString('base64');
  const HOST_KEYS: [string, (host: string) => string, RegExp][] = [
    ['another key than the known one', (host) => `${host} ssh-ed25519 ${OTHER_KEY}\n`, /has another ssh key/],
    ['a key that nobody has accepted', () => '', /ssh does not know the key of the host/],
  ];
  for (const [what, known, words] of HOST_KEYS) {
    it(`a host with ${what}`, async () => {
      const { ssh } = bed().uris.b;
      const { hostname, port } = new URL(ssh);
      const file = owner.put('known_hosts', known(`[${hostname}]:${port}`));
      const script = readFileSync(join(bed().sshFolder, 'ssh'), 'utf8');
      const wary = owner.put('wary', script.replace(/UserKnownHostsFile=\S+/, `UserKnownHostsFile=${file}`));
      chmodSync(wary, 0o755);
      const { status, said } = await check(optionsFor(ssh.replace(/command=.*/, `command=${wary}`)));
      assert.equal(status, 6, said);
      assert.match(said, /^ERROR: libvirt could not connect, because /m);
      assert.match(said, words);
    });
  }

  it('output with no key in it, in any form, whatever came out', async function () {
    this.timeout(120_000);
    const { tik, tek } = domain.session!;
    const canaries = [tik, tek].flatMap(keyForms);
    const outcomes: Faults[] = [
      {},
      { form: 'garbage' },
      { form: 'short' },
      { answer: { 'query-sev': 'error' } },
    ];
    for (const faults of outcomes) {
      bed().setFaults(domain, faults);
      for (const form of [[], ['--debug'], ['--json'], ['--debug', '--json']]) {
        const { stdout, stderr } = await runCli(
          ['validate', ...optionsFor(bed().uris.b.tcp), ...form],
          owner.folder,
        );
        const said = Buffer.from(stdout + stderr);
        assert.ok(said.length > 50);
        for (const canary of canaries) assert.equal(said.includes(canary), false, form.join(' '));
      }
    }
  });
});
