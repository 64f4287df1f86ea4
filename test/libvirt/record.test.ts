// `sevscope launch record` on the libvirt test bed: what is recorded is checked without the host afterwards, with the same answer.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LaunchFile } from '../../src/core/check/launchFile';
import { REMOTE_CPU, useBed } from '../helpers/bed';
import { FIRMWARE } from '../helpers/bedDomain';
import { runHere } from '../helpers/cli';
import { Owner } from '../helpers/owner';

const owner = new Owner();
after(() => owner.remove());

describe('launch record', () => {
  const bed = useBed();
  const run = (...args: string[]) => runHere(args, owner.folder);
  const record = (name: string, ...args: string[]) =>
    run('launch', 'record', '--connect', bed().uris.b.tcp, '--domain', name, ...args);
  const read = (name: string) => JSON.parse(readFileSync(join(owner.folder, name), 'utf8')) as LaunchFile;

  it('keeps a launch that is checked with no host, and with the same answer', async () => {
    const [family, model, stepping] = REMOTE_CPU;
    const { tcp } = bed().uris.b;
    const spec = { host: 'b', name: 'recorded', policy: 5, vcpus: 2, cpu: REMOTE_CPU } as const;
    const domain = await bed().defineDomain(spec);
    for (const key of ['tik', 'tek'] as const) owner.put(`${key}.bin`, domain.session![key]);
    const inputs = {
      firmware: FIRMWARE,
      vcpus: 2,
      cpu: { family, model, stepping },
      keys: { tik: 'tik.bin', tek: 'tek.bin' },
      domain: { connection: tcp, name: 'recorded', policy: 5 },
    };
    owner.put('inputs.sevlaunch.json', JSON.stringify(inputs));
    mkdirSync(join(owner.folder, 'kept'));
    const output = 'kept/recorded.sevlaunch.json';
    const { status, stderr } = await record('recorded', '--launch', 'inputs.sevlaunch.json', '-o', output);
    assert.deepEqual([status, stderr.split(':')[0]], [0, 'NOTE'], stderr);
    const running = await run('validate', '--launch', 'inputs.sevlaunch.json', '--connect', tcp);
    assert.equal(running.status, 0, running.stderr);

    await bed().destroy(domain);
    const later = await run('validate', '--launch', output);
    assert.equal(later.status, 0, later.stderr);
    const { launch, firmware, keys, domain: named } = read(output);
    // Plain TCP is for the command line only.
    assert.deepEqual([launch?.policy, named], [5, undefined]);
    assert.deepEqual([firmware, keys], [FIRMWARE, { tik: '../tik.bin', tek: '../tek.bin' }]);
    assert.equal((await run('launch', 'lint', output)).status, 0);
    writeFileSync(join(owner.folder, output), JSON.stringify({ ...read(output), vcpus: 1 }));
    assert.equal((await run('validate', '--launch', output)).status, 1);
  });

  it('prints placeholders where no inputs are given', async () => {
    const domain = await bed().defineDomain({ host: 'b', name: 'printed', policy: 1, vcpus: 3 });
    const { status, stdout } = await record('printed');
    const { launch, vcpus, firmware } = JSON.parse(stdout) as LaunchFile;
    assert.deepEqual([status, launch?.policy, vcpus, firmware], [0, 1, 1, 'OVMF.fd']);
    await bed().destroy(domain);
  });

  it('writes over nothing, and nothing of what is no launch', async () => {
    await bed().defineDomains([
      { host: 'b', name: 'off', policy: 1, start: false },
      { host: 'b', name: 'plain' },
    ]);
    owner.put('there.json', 'mine');
    const refused: [domain: string, output: string, status: number, says: RegExp][] = [
      ['off', 'there.json', 2, /there\.json is there already/],
      ['off', 'new.json', 5, /shut off, so it has no launch to record/],
      ['plain', 'new.json', 4, /no launch security/],
      ['nobody', 'new.json', 6, /no domain "nobody"/],
    ];
    for (const [domain, output, wanted, says] of refused) {
      const { status, stderr } = await record(domain, '-o', output);
      assert.equal(status, wanted, stderr);
      assert.match(stderr, says);
    }
    assert.equal(readFileSync(join(owner.folder, 'there.json'), 'utf8'), 'mine');
    assert.ok(!existsSync(join(owner.folder, 'new.json')));
  });

  it('is checked against the policy that the owner states, whatever the host reports', async () => {
    const domain = await bed().defineDomain({ host: 'b', name: 'weaker', policy: 1 });
    for (const key of ['tik', 'tek'] as const) owner.put(`${key}.bin`, domain.session![key]);
    const file = (policy: unknown) =>
      owner.put(
        'stated.sevlaunch.json',
        JSON.stringify({
          firmware: FIRMWARE,
          keys: { tik: 'tik.bin', tek: 'tek.bin' },
          domain: { connection: bed().uris.b.tcp, name: 'weaker', ...(policy !== undefined && { policy }) },
        }),
      );
    for (const [policy, wanted] of [
      [undefined, 0],
      ['0x1', 0],
      [3, 1],
    ]) {
      const { status, stderr } = await run(
        'validate',
        '--launch',
        file(policy),
        '--connect',
        bed().uris.b.tcp,
      );
      assert.equal(status, wanted, `${String(policy)}: ${stderr}`);
    }
    await bed().destroy(domain);
  });
});
