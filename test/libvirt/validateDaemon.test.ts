// A libvirtd of the test bed that is killed or frozen at any moment of `sevscope validate --domain`, and a domain that goes away.

import assert from 'node:assert/strict';
import type { Domain } from '../helpers/bedDomain';
import { IMPATIENT, PATIENT, useFaultyHost } from '../helpers/faultyHost';
import type { Reply } from '../helpers/relay';

describe('On the libvirt test bed validate --domain meets', () => {
  const host = useFaultyHost(['killed', 'frozen']);
  /** How many replies a check takes up to the last that it needs; what follows is the farewell. */
  async function repliesOf(of: Domain): Promise<number> {
    const relay = await host.bed().relay('b', {});
    const { status, said } = await host.check(host.optionsFor(relay.uri, of)).finally(() => relay.close());
    assert.equal(status, 0, said);
    return relay.replies();
  }

  const daemons: [string, patience: number, act: () => Promise<void>, mend: () => Promise<void>][] = [
    ['killed', PATIENT, () => host.bed().killDaemon('b'), () => host.bed().startDaemon('b')],
    ['frozen', IMPATIENT, () => host.bed().stopDaemon('b'), () => host.bed().contDaemon('b')],
  ];
  for (const [what, patience, act, mend] of daemons) {
    it(`a libvirtd that is ${what} before it can connect`, async () => {
      host.bed().setFaults(host.domain);
      await act();
      const { status, said } = await host
        .check(host.optionsFor(host.bed().uris.b.tcp), patience)
        .finally(mend);
      assert.equal(status, what === 'killed' ? 6 : 5, said);
    });

    /** The status of a check whose libvirtd falls before a reply; undefined when it did not get so far in time. */
    async function statusWhenItFalls(args: (uri: string) => string[], reply: Reply) {
      let fell = false as boolean;
      const fall = async () => {
        fell = true;
        await act();
      };
      const relay = await host.bed().relay('b', { before: { reply, act: fall } });
      try {
        const { status } = await host.check(args(relay.uri), patience);
        return fell ? status : undefined;
      } finally {
        relay.close();
        if (fell) await mend();
      }
    }

    it(`a libvirtd that is ${what} before any one of its replies`, async function () {
      this.timeout(180_000);
      const replies = await repliesOf(host.domain);
      const statuses: number[] = [];
      for (let reply = 1, tries = 0; reply <= replies && tries < 2 * replies; tries++) {
        const status = await statusWhenItFalls((uri) => host.optionsFor(uri), reply);
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
      assert.equal((await host.check(host.optionsFor(host.bed().uris.b.tcp))).status, 0);
    });

    it(`a libvirtd that is ${what} when it has taken the secret, before the guest is resumed`, async () => {
      const victim = host.victim(what);
      const args = (uri: string) => [...host.optionsFor(uri, victim), ...host.secret()];
      let status: number | undefined;
      for (let tries = 0; status === undefined && tries < 5; tries++)
        status = await statusWhenItFalls(args, 'setLaunchSecurityState');
      assert.equal(status, 5);
      assert.equal(host.bed().injected(victim)?.size, 1);
      assert.match(await host.bed().virsh('b', `domstate ${victim.name}`), /paused/);
    });
  }

  it('a domain that goes away while it is checked', async () => {
    const gone = await host
      .bed()
      .defineDomain({ ...host.launch, host: 'b', name: 'gone', kernelHashes: true });
    const last = await repliesOf(gone);
    // The last two are the measurement, and a farewell.
    for (const reply of ['domainLookupByName', last - 3, last - 2] as const) {
      const act = () => host.bed().virsh('b', `destroy ${gone.uuid}`);
      const relay = await host.bed().relay('b', { before: { reply, act } });
      const { status, said } = await host
        .check(host.optionsFor(relay.uri, gone))
        .finally(() => relay.close());
      assert.equal(status, 5, said);
      assert.match(said, /^ERROR: The domain is (gone|in the wrong state|shut off)/m);
      await host.bed().virsh('b', `start --paused ${gone.uuid}`);
    }
    await host.bed().destroy(gone);
  });
});
