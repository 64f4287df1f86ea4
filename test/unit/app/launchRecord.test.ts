// Recording a launch: what of a host's words gets into the file and what does not, whose inputs stand beside it and where their paths
// lead, and what is refused. The client is the real one, with workers that say what a host may say.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ErrorKind } from '../../../src/core/errors';
import { parseLaunchFile } from '../../../src/app/launchFile';
import { askLaunch, recordedText, type RecordedLaunch } from '../../../src/app/launchRecord';
import { connect } from '../../../src/libvirt/client';
import { FAKE_MEASUREMENT, FAKE_UUID, fakeHost, type FakeHost } from '../../helpers/fakeHost';
import { fakeWorker } from '../../helpers/fakeWorker';
import { io } from '../../helpers/io';

const folder = mkdtempSync(join(tmpdir(), 'sevscope-record-'));
after(() => rmSync(folder, { recursive: true, force: true }));

async function ask(host: FakeHost): Promise<RecordedLaunch> {
  const workerPath = fakeWorker(folder, fakeHost(host));
  const connection = await connect({ uri: 'qemu+ssh://host/system', workerPath });
  try {
    return await askLaunch(connection, 'guest');
  } finally {
    await connection.close();
  }
}

const LAUNCH = { measurement: FAKE_MEASUREMENT, apiMajor: 1, apiMinor: 55, buildId: 24, policy: 5 };
const RECORDED: RecordedLaunch = { name: 'guest', uuid: FAKE_UUID, launch: LAUNCH };
const PATH = '/work/out/guest.sevlaunch.json';
const URI = 'qemu+ssh://host/system';

describe('A recorded launch', () => {
  it('is what the host reported', async () => {
    assert.deepEqual(await ask({}), RECORDED);
  });

  const refused: [name: string, host: FakeHost, kind: ErrorKind, code: string, says: RegExp][] = [
    [
      'a domain without SEV',
      { launchSecurity: null },
      'config',
      'no-launch',
      /no launch to record\. The domain has no launch security/,
    ],
    ['a domain with SEV-SNP', { launchSecurity: 'sev-snp' }, 'config', 'no-launch', /attestation report/],
    [
      'a domain that is off',
      { state: 'shut off' },
      'state',
      'domain-not-started',
      /is shut off, so it has no launch to record\. Start it paused/,
    ],
    [
      'no measurement',
      { told: { measurement: null } },
      'bug',
      'not-reported',
      /does not report sev-measurement/,
    ],
    ['no API version', { told: { apiMajor: null } }, 'bug', 'not-reported', /sev-api-major/],
    ['no build', { told: { buildId: null } }, 'bug', 'not-reported', /sev-build-id/],
    ['no policy', { told: { policy: null } }, 'bug', 'not-reported', /sev-policy/],
    ['a measurement that is none', { told: { measurement: 'AAAA' } }, 'usage', 'bad-measurement', /3 bytes/],
    [
      'a measurement that is not base64',
      { told: { measurement: '"}, "firmware": "x' } },
      'usage',
      'bad-measurement',
      /neither hexadecimal nor base64/,
    ],
  ];
  for (const [name, host, kind, code, message] of refused) {
    it(`is none of ${name}`, async () => {
      await assert.rejects(ask(host), { kind, code, message });
    });
  }
  it('is none with numbers that no firmware has', () => {
    const launch = { ...LAUNCH, buildId: 256 };
    assert.throws(() => recordedText(io, { ...RECORDED, launch }, PATH, URI), {
      code: 'not-a-launch-file',
      at: { member: ['launch', 'buildId'] },
    });
  });

  it('stands beside placeholders, and nothing that the host says of files and vCPUs', async () => {
    const text = recordedText(io, await ask({ name: 'a\u202e"b' }), PATH, URI);
    assert.doesNotMatch(text, /host\/(OVMF|vmlinuz)|from=host|64/);
    assert.deepEqual(JSON.parse(text), {
      name: 'a\\u202e"b',
      firmware: 'OVMF.fd',
      vcpus: 1,
      cpu: 'EPYC-Milan',
      keys: { tik: 'tik.bin', tek: 'tek.bin' },
      launch: LAUNCH,
      domain: { connection: URI, name: FAKE_UUID },
    });
  });
  it('stands beside the inputs of another file, whose own launch and domain are left out', () => {
    const inputs = {
      $schema: './x.json',
      name: 'Other',
      firmware: 'fw/OVMF.fd',
      kernel: '/boot/vmlinuz',
      cmdline: ' a  b ',
      vcpus: 4,
      vmsa: { bsp: 'bsp.vmsa', ap: '../ap.vmsa' },
      keys: { tk: 'tk.bin' },
      launch: { ...LAUNCH, policy: '0x7' },
      domain: { connection: 'qemu:///system', name: 'x' },
    };
    const given = { path: '/work/in/a.sevlaunch.json', text: JSON.stringify(inputs) };
    const made = JSON.parse(recordedText(io, RECORDED, PATH, URI, given)) as object;
    assert.deepEqual(made, {
      ...inputs,
      name: 'guest',
      firmware: '../in/fw/OVMF.fd',
      vmsa: { bsp: '../in/bsp.vmsa', ap: '../ap.vmsa' },
      keys: { tk: '../in/tk.bin' },
      launch: LAUNCH,
      domain: { connection: URI, name: FAKE_UUID },
    });
    // The same files, from either place.
    const [before, after] = [given.text, JSON.stringify(made)].map((text, i) =>
      parseLaunchFile(io, text, i === 0 ? given.path : PATH),
    );
    for (const member of ['firmware', 'kernel', 'vmsa', 'keys'] as const)
      assert.deepEqual(after![member], before![member], member);
    const beside = recordedText(io, RECORDED, '/work/in/b.sevlaunch.json', URI, given);
    assert.match(beside, /"firmware": "fw\/OVMF\.fd"/);
  });
  it('takes over nothing of a file that is none', () => {
    const given = { path: '/a', text: '{"firmware": 5}' };
    assert.throws(() => recordedText(io, RECORDED, PATH, URI, given), {
      code: 'not-a-launch-file',
      message: /^\/a is not a launch file/,
    });
  });
  it('names no domain where its connection may be in no file', () => {
    assert.ok(!('domain' in (JSON.parse(recordedText(io, RECORDED, PATH, undefined)) as object)));
  });
});
