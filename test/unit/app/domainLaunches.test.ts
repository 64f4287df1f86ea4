// Domains whose launch is not of the usual kind, asked through a connection that is no process: a policy of SEV-SNP from owner or
// host, a measurement that the host reports in another form, and SEV firmware before API 0.17, up to the sealed secret.

import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { checkDomain, type DomainInputs, type Injection } from '../../../src/app/domainCheck';
import type { LaunchSecurityInfo } from '../../../src/core/domain/facts';
import { secretGuid } from '../../../src/core/tech/sev/secret';
import { buildOvmf } from '../../../src/core/ovmf/build';
import type { Connection } from '../../../src/libvirt/contract';
import { memoryIo } from '../../helpers/memoryIo';
import { randomBytes, seeded } from '../../helpers/random';
import { questionWith } from '../core/domain/cleanQuestion';

const FIRMWARE = Buffer.from(buildOvmf());
const random = seeded(21);
const [TIK, TEK, NONCE] = [16, 16, 16].map((size) => Buffer.from(randomBytes(random, size))) as [
  Buffer,
  Buffer,
  Buffer,
];
const HMAC = createHmac('sha256', TIK)
  .update(Buffer.of(1, 0, 0, 0))
  .update(createHash('sha256').update(FIRMWARE).digest())
  .update(NONCE)
  .digest();
const EARLY = { apiMajor: 0, apiMinor: 16, buildId: 5, policy: 1 };
const MEASUREMENT = Buffer.concat([HMAC, NONCE]).toString('base64');

interface Asked {
  readonly info?: Partial<LaunchSecurityInfo>;
  readonly stated?: number;
  readonly injection?: Injection;
  readonly keys?: undefined;
}

/** Checks a domain that waits for its owner. @returns the outcome, and what the host was sent */
function check({ info, stated, injection, ...rest }: Asked) {
  const io = memoryIo();
  const files = { '/fw': FIRMWARE, '/tik': TIK, '/tek': TEK };
  for (const [path, bytes] of Object.entries(files)) {
    // Not a Buffer, of which a slice is no copy: keys are cleared.
    io.files.set(path, { bytes: Uint8Array.from(bytes), mode: 0o600 });
  }
  const { config, host, state } = questionWith({
    config: { kernel: undefined, initrd: undefined, cmdline: undefined },
    launch: { kernelHashes: false, policy: 1n },
  });
  const sent: { header: string; payload: string }[] = [];
  const summary = { id: 1, name: config.name, uuid: config.uuid!, state, sevEs: false, vcpus: 1 };
  const connection: Connection = {
    ended: new Promise(() => undefined),
    host: () => Promise.resolve(host),
    listDomains: () => Promise.resolve([]),
    domain: () =>
      Promise.resolve({ summary: { ...summary, launchSecurity: 'sev', problem: undefined }, config }),
    launchSecurityInfo: () =>
      Promise.resolve({ measurement: MEASUREMENT, snpPolicy: undefined, ...EARLY, ...info }),
    setLaunchSecurityState: (_uuid, secret) => Promise.resolve(void sent.push(secret)),
    resume: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const inputs: DomainInputs = {
    domain: 'guest',
    firmware: '/fw',
    keys: { tik: '/tik', tek: '/tek' },
    ...(stated !== undefined && { platform: { policy: stated } }),
    ...rest,
  };
  const libvirt = {
    connect: () => Promise.resolve(connection),
    thisMachine: () => Promise.resolve({ name: 'owner', ids: [] }),
  };
  const options = { libvirt, connection: { uri: 'qemu+ssh://elsewhere/system', workerPath: '' } };
  const running = checkDomain(io, inputs, options, injection);
  return { running, sent };
}

describe('A domain', () => {
  const SNP = { code: 'snp-policy', kind: 'usage', message: /SNP has no TIK and no HMAC/ };
  it('of SEV whose owner states a policy of SEV-SNP has no verdict', async () => {
    const { running } = check({ stated: 0x30000 });
    await assert.rejects(running, SNP);
  });
  it('of SEV whose owner gives no keys has no verdict', async () => {
    const { running } = check({ keys: undefined });
    await assert.rejects(running, { code: 'domain-keys-needed', kind: 'usage', message: /"tik" of "keys"/ });
  });
  it('whose host reports one has no verdict', async () => {
    const { running } = check({ info: { policy: 0x30000 } });
    await assert.rejects(running, SNP);
  });
  it('whose host reports a measurement in hexadecimal has no verdict', async () => {
    const { running } = check({ info: { measurement: HMAC.toString('hex') } });
    await assert.rejects(running, { code: 'bad-measurement', message: /is 64 hexadecimal digits/ });
  });
  it('of SEV firmware before API 0.17 matches, with a warning, and gets its secret', async () => {
    const data = Buffer.from('a secret');
    const secrets = () => Promise.resolve([{ guid: secretGuid('luks-key'), data }]);
    const { running, sent } = check({ injection: { secrets } });
    const { report, injected, injectionError } = await running;
    assert.deepEqual([report.verdict, injected, injectionError], ['matches', 1, undefined]);
    assert.ok(report.warnings.some((text) => text.startsWith('SEV firmware before API 0.17 leaves')));
    const [header, payload] = [sent[0]!.header, sent[0]!.payload].map((text) => Buffer.from(text, 'base64'));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(payload!.length);
    const message = [Buffer.of(1, 0, 0, 0, 0), header!.subarray(4, 20), length, length, payload!];
    assert.deepEqual(header!.subarray(20), createHmac('sha256', TIK).update(Buffer.concat(message)).digest());
  });
  it('does not match with the version that it does not have', async () => {
    const { running } = check({ info: { apiMinor: 17 } });
    assert.equal((await running).report.verdict, 'does not match');
  });
});
