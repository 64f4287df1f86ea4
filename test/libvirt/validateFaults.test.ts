// What can go wrong with a guest and its answers on the test bed does, as `sevscope validate --domain` sees it: each costs one clear
// error in bounded time, never a verdict that is not so. And the owner's keys are in no output. What goes wrong between the hosts is in
// validateWire.test.ts, with the daemon in validateDaemon.test.ts, at the login in validateLogin.test.ts.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { REMOTE_CPU } from '../helpers/bed';
import { DEADLY, overOther, SURVIVED } from '../helpers/bedCases';
import type { Faults } from '../helpers/bedDomain';
import { patienceFor, useFaultyHost } from '../helpers/faultyHost';
import { keyForms } from '../helpers/keyForms';
import { workerPath } from '../helpers/libvirt';
import { runCli } from '../helpers/peer';
import type { CheckStage } from '../../src/core/domain/stages';
import { secretGuid } from '../../src/core/tech/sev/secret';
import { buildOvmf } from '../../src/core/ovmf/build';
import { checkDomain } from '../../src/app/domainCheck';
import { libvirt } from '../../src/libvirt/client';
import { io } from '../helpers/io';

describe('On the libvirt test bed validate --domain meets', () => {
  const host = useFaultyHost([...DEADLY.map((_, i) => `victim-${i}`), 'stopped']);
  const OTHER_FILE = host.owner.put('other', 'something else');
  const OVER = overOther(OTHER_FILE, host.owner.put('other.fd', buildOvmf({ seed: 2 })));

  for (const [what, over, expected] of OVER) {
    it(`a measurement over another ${what}, which matches only for an owner who expects it`, async () => {
      host.bed().setFaults(host.domain, { over });
      const uri = host.bed().uris.b.tcp;
      const statuses = [];
      for (const change of [{}, expected])
        statuses.push((await host.check(host.optionsFor(uri, host.domain, change))).status);
      assert.deepEqual(statuses, [1, 0]);
    });
  }

  for (const { what, faults, ours: status, says: words } of SURVIVED) {
    it(`${what}: ${status}`, async () => {
      host.bed().setFaults(host.domain, faults);
      const outcome = await host.check(host.optionsFor(host.bed().uris.b.tcp), patienceFor(status));
      assert.equal(outcome.status, status, outcome.said);
      assert.match(outcome.said, words);
    });
  }

  for (const [i, { what, faults, ours: status, says: words }] of DEADLY.entries()) {
    it(`${what}: ${status}`, async () => {
      const victim = host.victim(`victim-${i}`);
      host.bed().setFaults(victim, faults);
      const outcome = await host.check(
        [...host.optionsFor(host.bed().uris.b.tcp, victim), ...host.secret()],
        patienceFor(status),
      );
      assert.equal(outcome.status, status, outcome.said);
      assert.match(outcome.said, words);
      assert.equal(host.bed().injected(victim), undefined);
      const died = Object.values(faults.answer ?? {}).includes('die');
      const state = () => host.bed().virsh('b', `domstate ${victim.name}`);
      // libvirt answers when the connection ends, and sees to the process that ended a moment later.
      for (let i = 0; died && i < 50 && !(await state()).includes('shut off'); i++) await sleep(100);
      assert.match(await state(), died ? /shut off/ : /paused/);
      await host.bed().destroy(victim);
    });
  }

  const stops: [at: CheckStage, says: RegExp][] = [
    ['asking the host', /so the secret was not injected/],
    ['reading and hashing', /so the secret was not injected/],
    ['injecting secrets', /stopped while the secret was on its way: the guest may have it/],
  ];
  for (const [at, says] of stops) {
    it(`somebody who stops it while it is ${at}, and hears what became of the secret`, async () => {
      const victim = host.victim('stopped');
      host.bed().setFaults(victim, { answer: { 'sev-inject-launch-secret': 'never' } });
      const [, uri = '', , , , tik = '', , tek = ''] = host.owner.optionsFor(host.bed().uris.b.tcp, victim);
      const stop = new AbortController();
      const [family, model, stepping] = REMOTE_CPU;
      const { firmware, kernel, initrd, cmdline, vcpus } = host.launch;
      const owners = { firmware, kernel, initrd, cmdline, vcpus, cpu: { family, model, stepping } };
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
      assert.equal(host.bed().injected(victim), undefined);
    });
  }

  it('output with no key in it, in any form, whatever came out', async function () {
    this.timeout(300_000);
    const { tik, tek } = host.domain.session!;
    const canaries = [tik, tek].flatMap(keyForms);
    const outcomes: Faults[] = [
      {},
      { form: 'garbage' },
      { form: 'short' },
      { answer: { 'query-sev': 'error' } },
    ];
    for (const faults of outcomes) {
      host.bed().setFaults(host.domain, faults);
      for (const form of [[], ['--debug'], ['--json'], ['--debug', '--json']]) {
        const { stdout, stderr } = await runCli(
          ['validate', ...host.optionsFor(host.bed().uris.b.tcp), ...form],
          host.owner.folder,
        );
        const said = Buffer.from(stdout + stderr);
        assert.ok(said.length > 50);
        for (const canary of canaries) assert.equal(said.includes(canary), false, form.join(' '));
      }
    }
  });
});
