// Launch files: what is accepted, where paths lead, and the sentence for each way of being wrong.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { CheckError } from '../../../src/core/errors';
import { launchInputs, ownerInputsOf } from '../../../src/files/launch';
import { parseLaunchFile } from '../../../src/files/launchFile';

const GOOD = {
  firmware: 'OVMF.fd',
  vcpus: 2,
  cpu: 'EPYC-Milan',
  keys: { tik: 'keys/tik.bin', tek: '/keys/tek.bin' },
  launch: { measurement: 'x', apiMajor: 1, apiMinor: 55, buildId: 24, policy: 5 },
};
const parse = (value: unknown) => parseLaunchFile(JSON.stringify(value), '/work/space/a.sevlaunch.json');

describe('A launch file', () => {
  it('has paths relative to itself, or absolute ones', () => {
    const file = parse({ ...GOOD, kernel: '../vmlinuz', vmsa: { bsp: 'vcpu0.vmsa' } });
    assert.equal(file.firmware, '/work/space/OVMF.fd');
    assert.equal(file.kernel, '/work/vmlinuz');
    assert.deepEqual(file.vmsa, { bsp: '/work/space/vcpu0.vmsa', ap: undefined });
    assert.deepEqual(file.keys, { tik: '/work/space/keys/tik.bin', tek: '/keys/tek.bin' });
  });
  it('names a CPU, or gives its numbers', () => {
    const milan = { family: 25, model: 1, stepping: 1 };
    for (const cpu of ['EPYC-Milan', 'EPYC-Milan-v2', milan]) {
      assert.deepEqual(launchInputs(parse({ ...GOOD, cpu }), 'title').cpu, milan);
    }
    assert.throws(() => launchInputs(parse({ ...GOOD, cpu: 'EPYC-Nothing' }), 'title'), /EPYC-Nothing/);
  });
  it('may hold both keys in one file, and needs no TEK', () => {
    assert.deepEqual(parse({ ...GOOD, keys: { tk: 'tk.bin' } }).keys, { tk: '/work/space/tk.bin' });
    assert.deepEqual(parse({ ...GOOD, keys: { tik: 'tik.bin' } }).keys, {
      tik: '/work/space/tik.bin',
      tek: undefined,
    });
  });

  it('names a domain in place of a recorded launch, or beside it', () => {
    const domain = { connection: 'qemu+ssh://host/system', name: 'guest' };
    const alone = parse({ ...GOOD, launch: undefined, domain });
    assert.deepEqual(alone.domain, domain);
    assert.equal(ownerInputsOf(alone, 'title').firmware, '/work/space/OVMF.fd');
    assert.throws(() => launchInputs(alone, 'title'), /^CheckError: title has no recorded launch/);
    assert.equal(launchInputs(parse({ ...GOOD, domain }), 'title').measurement, 'x');
  });

  const wrong: [string, unknown, RegExp][] = [
    [
      'neither a launch nor a domain',
      { ...GOOD, launch: undefined },
      /neither a recorded "launch" nor a "domain"/,
    ],
    ['a domain without a connection', { ...GOOD, domain: { name: 'guest' } }, /domain\.connection/],
    ['a domain without a name', { ...GOOD, domain: { connection: 'x', name: '' } }, /domain\.name/],
    ['more in a domain', { ...GOOD, domain: { connection: 'x', name: 'y', command: 'z' } }, /domain/],
    ['no firmware', { ...GOOD, firmware: undefined }, /firmware/],
    ['a number as firmware', { ...GOOD, firmware: 1 }, /firmware: .*string/i],
    ['an unknown field', { ...GOOD, frimware: 'x' }, /frimware/],
    ['no keys', { ...GOOD, keys: undefined }, /keys/],
    ['both forms of keys', { ...GOOD, keys: { tk: 'a', tik: 'b' } }, /keys/],
    ['a policy of 33 bits', { ...GOOD, launch: { ...GOOD.launch, policy: 2 ** 32 } }, /launch\.policy/],
    ['a negative build', { ...GOOD, launch: { ...GOOD.launch, buildId: -1 } }, /launch\.buildId/],
    ['half a vCPU', { ...GOOD, vcpus: 1.5 }, /vcpus/],
    ['no vCPUs', { ...GOOD, vcpus: 0 }, /vcpus/],
    ['an unknown profile', { ...GOOD, profile: 'sev-es-init3' }, /profile/],
    ['a list', [], /firmware|object/i],
    ['null', null, /the top level|object/i],
  ];
  for (const [name, value, message] of wrong) {
    it(`is refused with ${name}, in a sentence that names the file and the place`, () => {
      assert.throws(
        () => parse(value),
        (e) =>
          e instanceof CheckError &&
          e.kind === 'usage' &&
          message.test(e.message) &&
          e.message.startsWith('/work/space/a.sevlaunch.json is not a launch file'),
      );
    });
  }
  it('is refused when it is no JSON', () =>
    assert.throws(() => parseLaunchFile('{', '/a'), /\/a is not a launch file/));
  it('is refused without a word of what is in it: that may be a key', () => {
    const secret = 'SECRETSECRETSECR';
    const texts = [
      secret,
      `{"${secret}`,
      `{"firmware": ${secret}}`,
      JSON.stringify({ ...GOOD, keys: secret }),
      JSON.stringify({ ...GOOD, keys: { tik: { value: secret } } }),
      JSON.stringify({ ...GOOD, vcpus: secret }),
      JSON.stringify({ ...GOOD, profile: secret }),
      JSON.stringify(secret),
    ];
    for (const text of texts) {
      assert.throws(
        () => parseLaunchFile(text, '/a'),
        (e) => e instanceof CheckError && e.kind === 'usage' && !e.message.includes('SECR'),
        text,
      );
    }
  });
  it('has a schema for editors that knows every field', () => {
    const schema = JSON.parse(readFileSync('media/sevlaunch.schema.json', 'utf8')) as {
      properties: Record<string, unknown>;
      required: string[];
    };
    for (const field of Object.keys(GOOD)) assert.ok(field in schema.properties, field);
    assert.deepEqual(schema.required.sort(), ['firmware', 'keys']);
  });
});
