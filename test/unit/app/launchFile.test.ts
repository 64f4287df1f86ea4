// Launch files: what is accepted and what is refused, by the validator and by the schema that VS Code gets, which an independent
// program reads; where paths lead; and the sentence for each way of being wrong.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { CheckError } from '../../../src/core/errors';
import { CPU_MODELS } from '../../../src/core/vmsa/launch/cpuModels';
import { SEV_ES_PROFILES } from '../../../src/core/vmsa/launch/profiles';
import { launchInputs, ownerInputsOf, statedPlatform } from '../../../src/app/launch';
import { parseLaunchFile, readLaunchFile } from '../../../src/app/launchFile';
import { buildOvmf } from '../../../src/core/ovmf/build';
import { io } from '../../helpers/io';
import { memoryIo } from '../../helpers/memoryIo';

const SCHEMA = readFileSync('media/sevlaunch.schema.json', 'utf8');
// VS Code has keywords of its own, which are no business of this program.
const bySchema = new Ajv({ strict: false }).compile(JSON.parse(SCHEMA) as object);

const LAUNCH = { measurement: 'x', apiMajor: 1, apiMinor: 55, buildId: 24, policy: 5 };
const DOMAIN = { connection: 'qemu+ssh://host/system', name: 'guest' };
const GOOD = {
  firmware: 'OVMF.fd',
  vcpus: 2,
  cpu: 'EPYC-Milan',
  keys: { tik: 'keys/tik.bin', tek: '/keys/tek.bin' },
  launch: LAUNCH,
};
const DIGEST = 'a5'.repeat(48);
const SNP = { firmware: 'OVMF.fd', vcpus: 2, cpu: 'EPYC-Milan', launchDigest: DIGEST };
const parse = (value: unknown) => parseLaunchFile(io, JSON.stringify(value), '/work/space/a.sevlaunch.json');

const good: [name: string, value: object][] = [
  ['a launch digest of SNP, and no keys', SNP],
  ['the technology beside it', { ...SNP, technology: 'snp' }],
  ['a launch digest in 0x form', { ...SNP, launchDigest: `0x${DIGEST}` }],
  ['a launch digest in base64', { ...SNP, launchDigest: Buffer.from(DIGEST, 'hex').toString('base64') }],
  ['a launch digest as a line of sha384sum', { ...SNP, launchDigest: `${DIGEST}  digest` }],
  ['a launch digest of SEV-ES', { ...SNP, technology: 'sev-es', launchDigest: 'a5'.repeat(32) }],
  ['one of SEV-ES in base64', { ...SNP, launchDigest: Buffer.alloc(32, 0xa5).toString('base64') }],
  ['a profile of SNP', { ...SNP, profile: 'snp-debugswap' }],
  ['a VMM', { ...SNP, cpu: undefined, vmm: 'ec2' }],
  ['SEV features as a number', { ...SNP, guestFeatures: 0x21 }],
  ['SEV features in 0x form', { ...SNP, guestFeatures: '0x8000000000000001' }],
  ['SEV features by name', { ...SNP, guestFeatures: ['SNPActive', 'SecureTSC'] }],
  ['no SEV features', { ...SNP, guestFeatures: [] }],
  ['a policy of SNP', { ...SNP, policy: 0x30000 }],
  ['a policy of SNP in 0x form', { ...SNP, policy: '0x30000' }],
  ['a policy of SNP of all bits', { ...SNP, policy: '0xffffffffffffffff' }],
  [
    'all that an SNP domain may have',
    {
      ...SNP,
      kernelHashes: true,
      idBlock: '00'.repeat(96),
      idAuth: Buffer.alloc(4096).toString('base64'),
      authorKey: false,
      vcek: true,
      guestVisibleWorkarounds: '00'.repeat(16),
    },
  ],
  ['host data', { ...SNP, hostData: '00'.repeat(32) }],
  ['host data in base64', { ...SNP, hostData: Buffer.alloc(32, 1).toString('base64') }],
  ['an SVSM image and the size of the variables', { ...SNP, svsm: 'svsm.bin', varsSize: '0x84000' }],
  ['an SVSM image and the variables', { ...SNP, svsm: 'svsm.bin', varsFile: 'OVMF_VARS.fd' }],
  ['pages of SNP', { ...SNP, cpu: undefined, vmsa: { bsp: 'a', ap: 'b' } }],
  ['a profile of SNP for a launch of SEV-ES, which is judged when it runs', { ...GOOD, profile: 'snp' }],
  ['members of SNP in a launch of SEV-ES', { ...GOOD, policy: '0x30000', hostData: '00'.repeat(32) }],
  ['a recorded launch', GOOD],
  ['the schema that it follows', { ...GOOD, $schema: 'https://example.org/x' }],
  ['a name', { ...GOOD, name: 'Two vCPUs' }],
  ['an empty name', { ...GOOD, name: '' }],
  ['a kernel and what belongs to it', { ...GOOD, kernel: 'k', initrd: 'i', cmdline: ' quiet ' }],
  ['an empty command line', { ...GOOD, kernel: 'k', cmdline: '' }],
  ['a command line of several lines', { ...GOOD, kernel: 'k', cmdline: 'a\nb\n' }],
  ['a path with characters beyond 16 bits', { ...GOOD, firmware: '\u{1f600}\u2028.fd' }],
  ['an initrd without a kernel, which is judged when it runs', { ...GOOD, initrd: 'i' }],
  ['one vCPU', { ...GOOD, vcpus: 1 }],
  ['as many vCPUs as QEMU takes', { ...GOOD, vcpus: 4096 }],
  ['no vCPUs, CPU or pages', { ...GOOD, vcpus: undefined, cpu: undefined }],
  ['a version of a CPU model', { ...GOOD, cpu: 'EPYC-Milan-v2' }],
  ['an alias of a CPU model', { ...GOOD, cpu: 'EPYC-IBPB' }],
  ['a CPU in numbers', { ...GOOD, cpu: { family: 25, model: 1, stepping: 1 } }],
  ['the largest CPU numbers', { ...GOOD, cpu: { family: 270, model: 255, stepping: 15 } }],
  ['the page of one vCPU', { ...GOOD, cpu: undefined, vmsa: { bsp: 'a' } }],
  ['the pages of several', { ...GOOD, cpu: undefined, vmsa: { bsp: 'a', ap: 'b' } }],
  ['pages and a CPU, which is judged when it runs', { ...GOOD, vmsa: { bsp: 'a' } }],
  ['a TIK alone', { ...GOOD, keys: { tik: 'tik.bin' } }],
  ['both keys in one file', { ...GOOD, keys: { tk: 'tk.bin' } }],
  ['a key file of digits in a folder', { ...GOOD, keys: { tik: './0123456789abcdef0123456789abcdef' } }],
  ['a key file as long as base64', { ...GOOD, keys: { tik: 'keys/guest/production1' } }],
  ['numbers of zero', { ...GOOD, launch: { ...LAUNCH, apiMajor: 0, apiMinor: 0, buildId: 0, policy: 0 } }],
  ['the largest numbers', { ...GOOD, launch: { ...LAUNCH, buildId: 255, policy: 0xffffffff } }],
  ['a policy in 0x form', { ...GOOD, launch: { ...LAUNCH, policy: '0x5' } }],
  ['a policy of all digits', { ...GOOD, launch: { ...LAUNCH, policy: '0XFFFFffff' } }],
  ['a build in 0x form', { ...GOOD, launch: { ...LAUNCH, buildId: '0x18' } }],
  ['a policy in decimal as a text', { ...GOOD, launch: { ...LAUNCH, policy: '5' } }],
  ['vCPUs as a text', { ...GOOD, vcpus: '2' }],
  ['vCPUs in 0x form', { ...GOOD, vcpus: '0x2' }],
  ['a CPU by its numbers in a text', { ...GOOD, cpu: '25/0x1/1' }],
  ['versions in 0x form', { ...GOOD, launch: { ...LAUNCH, apiMajor: '0x1', apiMinor: '0x37' } }],
  ['a domain', { ...GOOD, launch: undefined, domain: DOMAIN }],
  ['a domain beside a launch', { ...GOOD, domain: DOMAIN }],
  ['a domain with the policy that it should have', { ...GOOD, domain: { ...DOMAIN, policy: '0x7' } }],
  ...SEV_ES_PROFILES.map(({ id }): [string, object] => [`the profile ${id}`, { ...GOOD, profile: id }]),
];

/** `schema`: whether the schema alone refuses it, too. */
const bad: [name: string, value: unknown, says: RegExp, schema?: 'takes it'][] = [
  [
    'neither a launch nor a domain',
    { ...GOOD, launch: undefined },
    /neither a recorded "launch", nor a "domain" to ask, nor a "launchDigest"/,
    'takes it',
  ],
  ['a domain without a connection', { ...GOOD, domain: { name: 'guest' } }, /domain\.connection/],
  ['a domain without a name', { ...GOOD, domain: { connection: 'x', name: '' } }, /domain\.name/],
  [
    'a domain with an empty connection',
    { ...GOOD, domain: { ...DOMAIN, connection: '' } },
    /domain\.connection/,
  ],
  [
    'more in a domain',
    { ...GOOD, domain: { ...DOMAIN, command: 'z' } },
    /domain\.command: there is no such field/,
  ],
  ['a domain as a text', { ...GOOD, domain: 'guest' }, /domain: wanted an object, found a text/],
  [
    'a bad policy for a domain',
    { ...GOOD, domain: { ...DOMAIN, policy: 'five' } },
    /domain\.policy: wanted a number from 0 to 4294967295, in decimal or 0x form \(one of 64 bits/,
  ],
  [
    'no firmware',
    { ...GOOD, firmware: undefined },
    /firmware: wanted the image that was launched/,
    'takes it',
  ],
  ['an empty firmware', { ...GOOD, firmware: '' }, /firmware: wanted a path, found an empty text/],
  [
    'a list around it',
    [GOOD],
    /: the top level: wanted an object with the members of a launch, found a list/,
  ],
  ['half a vCPU', { ...GOOD, vcpus: 1.5 }, /vcpus: wanted a whole number, found 1\.5/],
  ['no vCPU', { ...GOOD, vcpus: 0 }, /vcpus: wanted at least 1, found 0/],
  [
    'more than a number holds',
    { ...GOOD, vcpus: 2 ** 64 },
    /vcpus: wanted at most 4096, found about 1\.84e\+19/,
  ],
  ['a number as firmware', { ...GOOD, firmware: 1 }, /firmware: wanted a text, found 1/],
  ['a list as firmware', { ...GOOD, firmware: ['a'] }, /firmware: wanted a text, found a list/],
  ['null as kernel', { ...GOOD, kernel: null }, /kernel: .*found null/],
  ['an empty initrd', { ...GOOD, initrd: '' }, /initrd/],
  ['a list as command line', { ...GOOD, cmdline: [] }, /cmdline: wanted a text, found an empty list/],
  [
    'a NUL in the command line',
    { ...GOOD, kernel: 'k', cmdline: 'quiet\0debug' },
    /cmdline: wanted a text without a NUL character, found one at index 5/,
  ],
  ['a NUL at the end of a path', { ...GOOD, firmware: 'OVMF.fd\0' }, /firmware: wanted.*NUL/],
  ['a NUL in the path of a key', { ...GOOD, keys: { tik: '\0' } }, /keys\.tik: wanted.*NUL/],
  ['a NUL in the path of a page', { ...GOOD, vmsa: { bsp: 'a', ap: 'b\0' } }, /vmsa\.ap: wanted.*NUL/],
  [
    'a NUL in a connection',
    { ...GOOD, domain: { ...DOMAIN, connection: 'a\0' } },
    /domain\.connection: .*NUL/,
  ],
  ['a NUL in the name of a domain', { ...GOOD, domain: { ...DOMAIN, name: 'a\0b' } }, /domain\.name: .*NUL/],
  ['an unknown field', { ...GOOD, frimware: 'x' }, /frimware: there is no such field/],
  ['an option of the command line', { ...GOOD, insecure: true }, /insecure: there is no such field/],
  ['no keys for a measurement', { ...GOOD, keys: undefined }, /no keys are given/, 'takes it'],
  [
    'no keys for a domain',
    { ...GOOD, launch: undefined, domain: DOMAIN, keys: undefined },
    /no keys are given/,
    'takes it',
  ],
  ['a launch and a launch digest', { ...GOOD, launchDigest: DIGEST }, /one question/, 'takes it'],
  ['a domain and a launch digest', { ...SNP, domain: DOMAIN, keys: GOOD.keys }, /one question/, 'takes it'],
  ['a launch digest that is cut', { ...SNP, launchDigest: DIGEST.slice(2) }, /launchDigest: wanted 32 or 48/],
  ['a launch digest of 20 bytes', { ...SNP, launchDigest: 'a5'.repeat(20) }, /launchDigest: wanted 32 or 48/],
  ['an empty launch digest', { ...SNP, launchDigest: '' }, /launchDigest: wanted 32 or 48/],
  ['a launch digest as a number', { ...SNP, launchDigest: 5 }, /launchDigest: wanted a text, found 5/],
  ['an unknown technology', { ...SNP, technology: 'tdx' }, /technology: wanted/],
  ['an unknown VMM', { ...SNP, vmm: 'qemu' }, /vmm: wanted/],
  ['a list in place of a number', { ...SNP, vcpus: ['4'] }, /vcpus: wanted .+, found (a list|"4")/],
  ['SEV features that have no name', { ...SNP, guestFeatures: ['DebugSwap'] }, /guestFeatures/],
  [
    'SEV features of 65 bits',
    { ...SNP, guestFeatures: '0x10000000000000000' },
    /guestFeatures: wanted a number/,
  ],
  [
    'a policy of SNP beyond what a number holds',
    { ...SNP, policy: 2 ** 60 },
    /policy: wanted a number of at most 64 bits/,
  ],
  ['a policy of SNP in words', { ...SNP, policy: 'SMT' }, /policy: wanted a number of at most 64 bits/],
  [
    'a digest and no firmware',
    { ...SNP, firmware: undefined },
    /firmware: wanted .*--launch-digest and --measurement/,
    'takes it',
  ],
  ['an ID block of 95 bytes', { ...SNP, idBlock: '00'.repeat(95) }, /idBlock: wanted 96 bytes/],
  ['kernel hashes as a text', { ...SNP, kernelHashes: 'on' }, /kernelHashes: wanted true or false/],
  ['host data of 31 bytes', { ...SNP, hostData: '00'.repeat(31) }, /hostData: wanted 32 bytes/],
  ['an empty SVSM image', { ...SNP, svsm: '' }, /svsm/],
  [
    'both forms of keys',
    { ...GOOD, keys: { tk: 'a', tik: 'b' } },
    /keys: wanted an object with "tik" and perhaps "tek", or with "tk" alone, found "tk" and "tik"\./,
  ],
  [
    'another name for a key',
    { ...GOOD, keys: { TIK: 'a' } },
    /keys\.TIK: there is no such field \(did you mean "tik"\?\); wanted an object with "tik"/,
  ],
  ['a number as a key', { ...GOOD, keys: { tik: 'a', tek: 5 } }, /keys\.tek: wanted a text, found 5\./],
  [
    'another name for a page',
    { ...GOOD, vmsa: { bsp: 'a', aps: 'b' } },
    /vmsa\.aps: there is no such field \(did you mean "ap"\?\); wanted bsp and ap\./,
  ],
  [
    'another name for a wish',
    { ...SNP, require: { vmpll: 1 } },
    /require\.vmpll: there is no such field \(did you mean "vmpl"\?\)\./,
  ],
  [
    "another tool's name for a wish, misspelt",
    { ...SNP, require: { minimumGuestSv: 1 } },
    /require\.minimumGuestSv: .*did you mean "guestSvn"/,
  ],
  [
    'another name for a part of a TCB',
    { ...SNP, require: { minimumTcb: { snpp: 1 } } },
    /require\.minimumTcb\.snpp: there is no such field \(did you mean "snp"\?\); wanted parts such as snp=23/,
  ],
  ['an empty path among certificates', { ...SNP, certificates: ['a', ''] }, /certificates\.1: wanted a path/],
  ['no certificates in a list', { ...SNP, certificates: [] }, /certificates: wanted at least one entry/],
  ['a TEK without a TIK', { ...GOOD, keys: { tek: 'a' } }, /keys\.tik: wanted a path, found nothing/],
  ['empty keys', { ...GOOD, keys: {} }, /keys/],
  ['a key without a path', { ...GOOD, keys: { tik: '' } }, /keys\.tik/],
  ['keys as a text', { ...GOOD, keys: 'tk.bin' }, /keys: wanted an object with "tik".*found a text/],
  [
    'a key in hexadecimal',
    { ...GOOD, keys: { tik: '0123456789ABCDEF0123456789abcdef' } },
    /keys\.tik: .*the key itself/,
    'takes it',
  ],
  [
    'a key in spaced hexadecimal',
    { ...GOOD, keys: { tik: '01 23 45 67 89 ab cd ef 01 23 45 67 89 ab cd ef' } },
    /keys\.tik/,
    'takes it',
  ],
  [
    'a key in base64',
    { ...GOOD, keys: { tik: 'a', tek: 'ABEiM0RVZneImaq7zN3u/w==' } },
    /keys\.tek: .*the key itself/,
    'takes it',
  ],
  ['both keys in hexadecimal', { ...GOOD, keys: { tk: '5'.repeat(64) } }, /keys\.tk/, 'takes it'],
  ['both keys in base64', { ...GOOD, keys: { tk: `${'A'.repeat(43)}=` } }, /keys\.tk/, 'takes it'],
  ['a key in PEM', { ...GOOD, keys: { tik: '-----BEGIN PRIVATE KEY-----' } }, /keys\.tik/, 'takes it'],
  [
    'a policy of 33 bits',
    { ...GOOD, launch: { ...LAUNCH, policy: 2 ** 32 } },
    /launch\.policy: .*found 4294967296/,
  ],
  [
    'a policy of nine digits',
    { ...GOOD, launch: { ...LAUNCH, policy: '0x100000005' } },
    /launch\.policy: wanted a number from 0 to/,
  ],
  ['a policy of no digits', { ...GOOD, launch: { ...LAUNCH, policy: '0x' } }, /launch\.policy/],
  ['half a policy', { ...GOOD, launch: { ...LAUNCH, policy: 5.5 } }, /launch\.policy/],
  ['no policy', { ...GOOD, launch: { ...LAUNCH, policy: undefined } }, /launch\.policy/],
  [
    'a policy that is true',
    { ...GOOD, launch: { ...LAUNCH, policy: true } },
    /launch\.policy: wanted a number from 0 to/,
  ],
  ['a negative build', { ...GOOD, launch: { ...LAUNCH, buildId: -1 } }, /launch\.buildId/],
  [
    'a build of three digits',
    { ...GOOD, launch: { ...LAUNCH, buildId: '0x100' } },
    /launch\.buildId: wanted a number from 0 to 255, in decimal or 0x form, found "0x100"/,
  ],
  ['a version of 256', { ...GOOD, launch: { ...LAUNCH, apiMinor: 256 } }, /launch\.apiMinor/],
  [
    'all names of a launch misspelt',
    { ...GOOD, launch: { measurment: 'x', api: 1, buildid: 24, Policy: 5 } },
    /launch\.measurment: there is no such field \(did you mean "measurement"\?\); wanted measurement, apiMajor, /,
  ],
  ['no measurement', { ...GOOD, launch: { ...LAUNCH, measurement: undefined } }, /launch\.measurement/],
  ['more in a launch', { ...GOOD, launch: { ...LAUNCH, digest: 'x' } }, /launch\.digest/],
  ['half a vCPU', { ...GOOD, vcpus: 1.5 }, /vcpus/],
  ['no vCPUs', { ...GOOD, vcpus: 0 }, /vcpus/],
  ['more vCPUs than QEMU takes', { ...GOOD, vcpus: 4097 }, /vcpus/],
  [
    'no vCPUs as a text',
    { ...GOOD, vcpus: '0x0' },
    /vcpus: wanted a number from 1 to 4096, in decimal or 0x/,
  ],
  ['an unknown profile', { ...GOOD, profile: 'sev-es-init3' }, /profile/],
  ['a profile that no launch has', { ...GOOD, profile: 'amd-init' }, /profile/],
  [
    'an unknown CPU model',
    { ...GOOD, cpu: 'EPYC-Nothing' },
    /cpu: wanted a CPU model of QEMU, such as EPYC-Milan, found "EPYC-Nothing"/,
  ],
  ['CPU numbers that CPUID cannot express', { ...GOOD, cpu: '25/1/16' }, /cpu: wanted a CPU model/],
  ['a CPU model in lower case', { ...GOOD, cpu: 'epyc-milan' }, /cpu/],
  [
    'half a CPU',
    { ...GOOD, cpu: { family: 25, model: 1 } },
    /cpu\.stepping: wanted a number from 0 to 15, in decimal or 0x form, found nothing\./,
  ],
  ...(
    [
      ['famly', 'family', { model: 1, stepping: 1 }],
      ['modle', 'model', { family: 25, stepping: 1 }],
      ['steping', 'stepping', { family: 25, model: 1 }],
      ['Family', 'family', { model: 1, stepping: 1 }],
      ['cpu_family', 'family', { model: 1, stepping: 1 }],
      ['vcpu-stepping', 'stepping', { family: '0x19', model: 1 }],
      ['modle', 'model', { family: 271, stepping: 'x' }],
    ] as const
  ).map(([name, meant, others]): [string, unknown, RegExp] => [
    `a CPU with ${name}${'family' in others && others.family === 271 ? ' and worse' : ''}`,
    { ...GOOD, cpu: { ...others, [name]: 1 } },
    new RegExp(
      `cpu\\.${name}: there is no such field \\(did you mean "${meant}"\\?\\); wanted .*an object with family, model and stepping\\.`,
    ),
  ]),
  [
    'a signature among the numbers of a CPU',
    { ...GOOD, cpu: { signature: 0xa00f11 } },
    /cpu\.signature: there is no such field; wanted a CPU model of QEMU, such as EPYC-Milan, or an object/,
  ],
  [
    'more than the numbers of a CPU',
    { ...GOOD, cpu: { family: 25, model: 1, stepping: 1, vendor: 'AMD' } },
    /cpu\.vendor: there is no such field; wanted /,
  ],
  ...['family', 'model', 'stepping', 'name', 'type'].map((name): [string, unknown, RegExp] => [
    `the name of a CPU model as its ${name}`,
    { ...GOOD, cpu: { family: 25, model: 1, stepping: 1, [name]: 'EPYC-Milan' } },
    new RegExp(
      `cpu\\.${name}: .*; a model by its name stands in place of the object: "cpu": "EPYC-Milan"\\.`,
    ),
  ]),
  [
    'the misspelt name of a CPU model among its numbers',
    { ...GOOD, cpu: { model: 'EPYC_milan' } },
    /cpu\.model: wanted a number from 0 to 255, .*"cpu": "EPYC-Milan"\./,
  ],
  ['a CPU with no numbers', { ...GOOD, cpu: {} }, /cpu: wanted a CPU model .*found an empty object\./],
  [
    'null among the numbers of a CPU',
    { ...GOOD, cpu: { family: null, model: 1, stepping: 1 } },
    /cpu\.family: wanted a number from 0 to 270, in decimal or 0x form, found null\./,
  ],
  ['a CPU as a number', { ...GOOD, cpu: 25 }, /cpu: wanted a CPU model of QEMU.*or an object/],
  [
    'a family that CPUID cannot express',
    { ...GOOD, cpu: { family: 271, model: 0, stepping: 0 } },
    /cpu\.family/,
  ],
  ['a stepping of 16', { ...GOOD, cpu: { family: 25, model: 1, stepping: 16 } }, /cpu\.stepping/],
  ['the page of the other vCPUs only', { ...GOOD, vmsa: { ap: 'a' } }, /vmsa\.bsp/],
  ['pages as a list', { ...GOOD, vmsa: ['a'] }, /vmsa/],
  ['a list', [], /./],
  ['null', null, /the top level/],
  ['a text', 'x', /the top level/],
];

/** Whether a failure names the same member in its sentence and as its place. */
const namesPlace = ({ code, message, at }: CheckError): boolean =>
  ['not-a-launch-file', 'inlined-key', 'keys-needed', 'several-to-check', 'firmware-needed'].includes(code) &&
  message.includes(`launch file: ${at!.member!.join('.') || 'the top level'}: `);

describe('A launch file', () => {
  for (const [name, value] of good) {
    it(`may have ${name}`, () => {
      parse(value);
      assert.ok(bySchema(JSON.parse(JSON.stringify(value))), JSON.stringify(bySchema.errors));
    });
  }
  for (const [name, value, says, schema] of bad) {
    it(`is refused with ${name}, in a sentence that names the file and the place`, () => {
      assert.throws(
        () => parse(value),
        (e) =>
          e instanceof CheckError &&
          e.kind === 'usage' &&
          says.test(e.message) &&
          e.message.startsWith('/work/space/a.sevlaunch.json is not a launch file') &&
          // The place in the sentence is the place of the failure.
          (e.code === 'nothing-to-check' || namesPlace(e)),
      );
      assert.equal(bySchema(JSON.parse(JSON.stringify(value))), schema === 'takes it');
    });
  }

  it('has paths relative to itself, or absolute ones', () => {
    const file = parse({ ...GOOD, kernel: '../vmlinuz', vmsa: { bsp: 'vcpu0.vmsa' } });
    assert.equal(file.firmware, '/work/space/OVMF.fd');
    assert.equal(file.kernel, '/work/vmlinuz');
    assert.deepEqual(file.vmsa, { bsp: '/work/space/vcpu0.vmsa' });
    assert.deepEqual(file.keys, { tik: '/work/space/keys/tik.bin', tek: '/keys/tek.bin' });
  });
  it('names a CPU, or gives its numbers', () => {
    const milan = { family: 25, model: 1, stepping: 1 };
    for (const cpu of ['EPYC-Milan', 'EPYC-Milan-v2', '25/1/0x1', milan]) {
      assert.deepEqual(launchInputs(parse({ ...GOOD, cpu }), 'title').cpu, milan);
    }
  });
  it('may hold both keys in one file, and needs no TEK', () => {
    assert.deepEqual(parse({ ...GOOD, keys: { tk: 'tk.bin' } }).keys, { tk: '/work/space/tk.bin' });
    assert.deepEqual(parse({ ...GOOD, keys: { tik: 'tik.bin' } }).keys, { tik: '/work/space/tik.bin' });
  });
  it('has the same numbers in both forms', () => {
    const launch = { ...LAUNCH, policy: '0x10007', buildId: '0xFf', apiMajor: '0x01', apiMinor: '0x37' };
    assert.deepEqual(launchInputs(parse({ ...GOOD, launch }), 'title').platform, {
      apiMajor: 1,
      apiMinor: 55,
      buildId: 255,
      policy: 0x10007,
    });
    const domain = { ...DOMAIN, policy: '0x7' };
    assert.deepEqual(statedPlatform(parse({ ...GOOD, domain })), { policy: 7 });
    assert.deepEqual(statedPlatform(parse(GOOD)), {});
  });
  it('names a domain in place of a recorded launch, or beside it', () => {
    const alone = parse({ ...GOOD, launch: undefined, domain: DOMAIN });
    assert.deepEqual(alone.domain, DOMAIN);
    assert.equal(ownerInputsOf(alone, 'title').firmware, '/work/space/OVMF.fd');
    assert.throws(() => launchInputs(alone, 'title'), {
      code: 'no-recorded-launch',
      message: /^title has no recorded launch/,
    });
    assert.equal(launchInputs(parse({ ...GOOD, domain: DOMAIN }), 'title').measurement, 'x');
  });

  it('is refused when it is no JSON', () =>
    assert.throws(() => parseLaunchFile(io, '{"firmware": }', '/a'), {
      code: 'not-json',
      message: '/a is not a launch file: from line 1, column 14 on it is not JSON.',
      at: { offset: 13 },
    }));
  const others: [what: string, bytes: Uint8Array, message: RegExp][] = [
    ['nothing', new Uint8Array(0), /: it is empty\. Give a launch file/],
    ['a key', Buffer.from('-----BEGIN EC PRIVATE KEY-----\n'), /: it is a PEM file, such as a certificate/],
    [
      'a key of 16 bytes',
      Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex'),
      /: it is 16 bytes long, like a TIK/,
    ],
    ['an image', Buffer.from(buildOvmf()).subarray(-4096), /: it is an OVMF image\./],
    ['an archive', Buffer.from('PK\x03\x04...'), /: it is a zip archive\./],
    [
      'a text in UTF-16',
      Buffer.from('\ufeff{}', 'utf16le'),
      /: it is a text file in UTF-16\. Save it as UTF-8\.$/,
    ],
    ['bytes', Uint8Array.from({ length: 100 }, (_, i) => (i * 37) % 256), /: it is no text\./],
  ];
  for (const [what, bytes, message] of others)
    it(`is named for what it is in place of one: ${what}`, async () => {
      const files = memoryIo();
      files.files.set('/a', { bytes: Uint8Array.from(bytes), mode: 0o600 });
      await assert.rejects(readLaunchFile(files, '/a'), { code: 'not-launch-json', message });
    });
  it('is no other file because a mark of one is in its midst', async () => {
    const files = memoryIo();
    const text = JSON.stringify({ ...GOOD, name: 'x' })
      .padEnd(257)
      .concat('ustar');
    for (const [name, wanted] of [
      [JSON.stringify({ ...GOOD, name: 'x'.repeat(240 - 8) + 'ustar'.repeat(20) }), undefined],
      [text, 'not-json'],
    ] as const) {
      files.files.set('/a', { bytes: Buffer.from(name), mode: 0o600 });
      const code = await readLaunchFile(files, '/a').then(
        () => undefined,
        (error: unknown) => (error as CheckError).code,
      );
      assert.equal(code, wanted);
    }
  });
  for (const [member, value, found] of [
    ['firmware', '', 'a path, found an empty text'],
    ['certificates', [], 'at least one entry, found an empty list'],
  ] as const)
    it(`is refused with nothing as "${member}"`, () =>
      assert.throws(() => parse({ ...GOOD, launch: undefined, report: 'r', [member]: value }), {
        code: 'not-a-launch-file',
        message: new RegExp(`${member}: wanted ${found}\\.`),
      }));
  it('may begin with a byte order mark', () => {
    const text = `\ufeff${JSON.stringify(GOOD)}`;
    assert.deepEqual(parseLaunchFile(io, text, '/work/space/a.sevlaunch.json'), parse(GOOD));
  });
  const unclear: [name: string, text: string, code: string, message: string, offset: number][] = [
    [
      'a member twice',
      '{"launch": {"policy": 1,\n"policy": 5}}',
      'repeated-member',
      'launch.policy: given more than once, at line 1, column 13 and at line 2, column 1. Keep one of them.',
      25,
    ],
    [
      'half of a surrogate pair',
      '{"name": "\\udc00"}',
      'not-unicode',
      'name: half of a surrogate pair, which is not a character, at line 1, column 10. Write the whole character.',
      9,
    ],
    [
      'too many levels',
      `{"a": ${'['.repeat(100_000)}`,
      'too-deep',
      'it is nested more than 500 levels deep at line 1, column 506. A launch file needs three levels; take out the rest.',
      505,
    ],
    [
      'too many values',
      `{"a": [${'0,'.repeat(10_000)}0]}`,
      'too-large',
      'it is more than a launch needs from line 1, column 10004 on, with 10000 names, values and marks or 131072 characters before it. Take out the rest.',
      10_003,
    ],
    [
      'too many characters',
      `{"a": "${'a'.repeat(2 ** 17)}"}`,
      'too-large',
      'it is more than a launch needs from line 1, column 7 on, with 10000 names, values and marks or 131072 characters before it. Take out the rest.',
      6,
    ],
    [
      'too much white space',
      `{}${' '.repeat(2 ** 17)}`,
      'too-large',
      'it is more than a launch needs from line 1, column 131073 on, with 10000 names, values and marks or 131072 characters before it. Take out the rest.',
      2 ** 17,
    ],
  ];
  for (const [name, text, code, says, offset] of unclear) {
    it(`is refused with ${name}, in a sentence that says where and what to do`, () => {
      assert.throws(
        () => parseLaunchFile(io, text, '/a'),
        (e) =>
          e instanceof CheckError &&
          e.kind === 'usage' &&
          e.code === code &&
          e.message === `/a is not a launch file: ${says}` &&
          e.at?.offset === offset,
      );
    });
  }
  it('is refused without a word of what is in it: that may be a key', () => {
    const secret = 'SECRETSECRETSECR';
    const texts = [
      secret,
      `{"${secret}`,
      `{"firmware": ${secret}}`,
      JSON.stringify({ ...GOOD, keys: secret }),
      JSON.stringify({ ...GOOD, keys: { tik: { value: secret } } }),
      JSON.stringify({ ...GOOD, keys: { tik: `${secret}SECRET==` } }),
      JSON.stringify({ ...GOOD, cpu: secret }),
      JSON.stringify({ ...GOOD, vcpus: secret }),
      JSON.stringify({ ...GOOD, profile: secret }),
      JSON.stringify({ ...GOOD, launch: { ...LAUNCH, policy: secret } }),
      JSON.stringify(secret),
    ];
    for (const text of texts) {
      assert.throws(
        () => parseLaunchFile(io, text, '/a'),
        (e) => e instanceof CheckError && e.kind === 'usage' && !e.message.includes('SECR'),
        text,
      );
    }
  });

  describe('has a schema for editors', () => {
    interface Described {
      readonly enum?: readonly string[];
      readonly enumDescriptions?: readonly string[];
      readonly default?: unknown;
      readonly defaultSnippets?: readonly {
        readonly label: string;
        readonly description: string;
        readonly body: unknown;
      }[];
      readonly anyOf?: readonly Described[];
      readonly properties?: Readonly<Record<string, Described>>;
      readonly required?: readonly string[];
    }
    const schema = JSON.parse(SCHEMA) as Described;
    const { properties = {} } = schema;

    it('that knows every field', () => {
      for (const field of Object.keys(GOOD)) assert.ok(field in properties, field);
      // What is needed depends on what is asked, which rules say.
      assert.deepEqual(schema.required, []);
    });
    it('that has a word for each CPU model and each profile', () => {
      const [names] = properties['cpu']!.anyOf!;
      for (const list of [names!, properties['profile']!])
        assert.equal(list.enum?.length, list.enumDescriptions?.length);
      for (const { name, versions } of CPU_MODELS)
        for (const one of [name, ...versions]) assert.ok(names!.enum!.includes(one), one);
      assert.equal(properties['profile']!.default, 'sev-es');
    });
    it('whose policies are told in words', () => {
      const offered = [properties['launch']!, properties['domain']!].map(
        (at) => at.properties!['policy']!.defaultSnippets!,
      );
      for (const [first] of offered) {
        assert.deepEqual([first!.label, first!.body], ['0x7', 7]);
        assert.match(first!.description, /NODBG.*NOKS.*ES/);
      }
    });
    it('that offers what it takes itself', () => {
      // What `^` stands before is put in without quotes.
      const filled = (value: unknown): unknown =>
        typeof value === 'string'
          ? value.startsWith('^')
            ? Number(value.replace(/^\^\$\{\d+:(.*)\}$/, '$1'))
            : value.replace(/\$\{\d+:([^}]*)\}/g, '$1')
          : typeof value === 'object' && value !== null
            ? Object.fromEntries(Object.entries(value).map(([name, part]) => [name, filled(part)]))
            : value;
      assert.ok(schema.defaultSnippets!.length > 1);
      for (const { body, label } of schema.defaultSnippets!) {
        assert.ok(bySchema(filled(body)), `${label}: ${JSON.stringify(bySchema.errors)}`);
        parse(filled(body));
      }
      for (const member of ['launch', 'domain', 'keys']) {
        for (const { body } of properties[member]!.defaultSnippets!)
          assert.ok(bySchema({ ...GOOD, [member]: filled(body) }), member);
      }
    });
  });
});
