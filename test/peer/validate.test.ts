// `sevscope validate` answers as virt-qemu-sev-validate does: seeded launches that match, the same with one thing
// wrong, and wrong usage, each run through both programs with the same arguments. Where we differ on purpose the
// table says why.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeLaunch, type LaunchCase } from '../helpers/launchCase';
import { askPeer, runCli, runPeer } from '../helpers/peer';
import { randomBytes, seeded, type Random } from '../helpers/random';

const IMAGES = ['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_CODE.fd', '/usr/share/ovmf/OVMF.fd'];
const CPUS: (readonly [number, number, number])[] = [
  [23, 49, 0],
  [25, 1, 1],
  [25, 17, 1],
  [26, 2, 1],
  [6, 2, 3],
];

let folder: string;
before(() => (folder = mkdtempSync(join(tmpdir(), 'sevscope-peer-'))));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

function peerPages(
  cases: readonly (readonly [readonly [number, number, number], string])[],
): [Uint8Array, Uint8Array][] {
  const script = `
answer = []
for sku, path in data:
    ovmf = peer.OVMF()
    ovmf.load(open(path, 'rb').read())
    vmsa = peer.VMSA()
    vmsa.amd64_cpu_init()
    vmsa.kvm_cpu_init()
    vmsa.qemu_cpu_init()
    vmsa.cpu_sku(*sku)
    bsp = vmsa.pack().hex()
    vmsa.reset_addr(ovmf.reset_addr())
    answer.append([bsp, vmsa.pack().hex()])
`;
  const pages = askPeer(script, cases) as [string, string][];
  return pages.map(([bsp, ap]) => [Buffer.from(bsp, 'hex'), Buffer.from(ap, 'hex')]);
}

const argumentsOf = (options: ReadonlyMap<string, string>): string[] => [...options].flat();

/** Runs both and returns their exit status: ours, then the peer's. */
async function both(args: readonly string[]): Promise<[number, number]> {
  const [ours, theirs] = await Promise.all([runCli(['validate', ...args], folder), runPeer(args, folder)]);
  return [ours.status, theirs.status];
}

function randomLaunch(random: Random, i: number): Omit<LaunchCase, 'pages'> {
  const kernel = random(3) > 0;
  const texts = ['', 'console=ttyS0 quiet', ' leading and trailing ', 'größe=€ "quoted" \t tab'];
  return {
    policy: [1, 5, 3, 7, 0, 4, 0x01000005][i % 7]!,
    vcpus: [1, 2, 3, 4, 8, 64][random(6)]!,
    firmware: IMAGES[random(IMAGES.length)]!,
    kernel,
    initrd: kernel && random(2) === 0,
    cmdline: kernel && random(3) > 0 ? texts[random(texts.length)] : undefined,
    combinedKeys: random(2) === 0,
    cpu: CPUS[random(CPUS.length)]!,
    fromFiles: random(2) === 0,
  };
}

describe('validate and the peer agree', () => {
  const SEED = 20260;
  const random = seeded(SEED);
  const launches = Array.from({ length: 42 }, (_, i) => randomLaunch(random, i)).map((launch) => ({
    ...launch,
    // The peer cannot check one vCPU with the file of one page; what we do then is tested below.
    fromFiles: launch.fromFiles && launch.vcpus > 1,
  }));
  let pages: [Uint8Array, Uint8Array][] = [];
  before(() => (pages = peerPages(launches.map((l) => [l.cpu, l.firmware]))));

  for (const [i, launch] of launches.entries()) {
    const es = launch.policy & 4 ? `SEV-ES, ${launch.vcpus} vCPUs` : 'SEV';
    it(`on launch ${i} of seed ${SEED} (${es}${launch.kernel ? ', kernel' : ''}), and on it with something changed`, async () => {
      const own = seeded(SEED + i);
      const options = writeLaunch(
        folder,
        { ...launch, pages: pages[i]! },
        readFileSync(launch.firmware),
        own,
      );
      assert.deepEqual(await both(argumentsOf(options)), [0, 0], 'as it is');
      const { changed, what } = tamper(options, own);
      assert.deepEqual(await both(argumentsOf(changed)), [1, 1], `with ${what} changed`);
    });
  }
});

/** One thing wrong: a byte of a measured file or of a key, a number, the command line, or the measurement. */
function tamper(
  options: ReadonlyMap<string, string>,
  random: Random,
): { changed: Map<string, string>; what: string } {
  const files = ['--kernel', '--initrd', '--vmsa-cpu0', '--tik', '--tk', '--firmware'].filter((o) =>
    options.has(o),
  );
  const numbers = ['--api-major', '--api-minor', '--build-id'];
  const kinds = [
    ...files,
    ...numbers,
    '--measurement',
    ...(options.has('--cpu-stepping') ? ['--cpu-stepping'] : []),
  ];
  const what = kinds[random(kinds.length)]!;
  const value = options.get(what)!;
  const copy = new Map(options);
  if (files.includes(what)) {
    const bytes = readFileSync(join(value.startsWith('/') ? '' : folder, value));
    // Of a combined key file the second half is the TIK, of which each bit counts. An empty initrd gains a byte.
    const at = what === '--tk' ? 16 + random(16) : random(bytes.length);
    writeFileSync(
      join(folder, 'changed'),
      bytes.length > 0 ? bytes.fill(bytes[at]! ^ 0x10, at, at + 1) : Buffer.of(0),
    );
    copy.set(what, 'changed');
  } else if (what === '--measurement') {
    const blob = Buffer.from(value, 'base64');
    blob[random(48)]! ^= 1;
    copy.set(what, blob.toString('base64'));
  } else {
    const most = what === '--cpu-stepping' ? 16 : 256;
    copy.set(what, String((Number(value) + 1) % most));
  }
  return { changed: copy, what };
}

/** An SEV-ES launch with everything in it, whose pages are files. */
const USUAL: LaunchCase = {
  policy: 5,
  vcpus: 2,
  firmware: IMAGES[1]!,
  kernel: true,
  initrd: true,
  cmdline: 'quiet',
  combinedKeys: false,
  cpu: [25, 1, 1],
  fromFiles: true,
  pages: [new Uint8Array(4096).fill(1), new Uint8Array(4096).fill(2)],
};

describe('validate and the peer refuse the same usage', () => {
  let good: Map<string, string>;
  before(() => {
    good = writeLaunch(folder, USUAL, readFileSync(USUAL.firmware), seeded(1));
    writeFileSync(join(folder, 'short'), randomBytes(seeded(2), 15));
    writeFileSync(join(folder, 'long'), randomBytes(seeded(2), 4097));
    writeFileSync(join(folder, 'empty'), '');
    writeFileSync(join(folder, 'tk'), randomBytes(seeded(3), 32));
    writeFileSync(join(folder, 'secret'), 'a secret');
  });
  const CPU = { '--cpu-family': '25', '--cpu-model': '1', '--cpu-stepping': '1' };
  const files = { '--vmsa-cpu0': null, '--vmsa-cpu1': null };
  type Change = Record<string, string | null>;

  // What is changed in a launch that matches (null: left out), our status, and the peer's when it differs.
  const cases: [string, Change, number, number?, string?][] = [
    ['nothing', {}, 0],
    ['no TIK', { '--tik': null }, 2],
    ['no TEK', { '--tek': null }, 2],
    ['no keys', { '--tik': null, '--tek': null }, 2],
    ['both forms of keys', { '--tk': 'tk' }, 2],
    ['a short TIK', { '--tik': 'short' }, 2],
    ['an empty TEK', { '--tek': 'empty' }, 2],
    ['a TIK that is far too long', { '--tik': '/usr/share/OVMF/OVMF_CODE.fd' }, 2],
    ['a wrong combined file', { '--tik': null, '--tek': null, '--tk': 'short' }, 2],
    ['no measurement', { '--measurement': null }, 2],
    ['no API major', { '--api-major': null }, 2],
    ['no API minor', { '--api-minor': null }, 2],
    ['no build', { '--build-id': null }, 2],
    ['no policy', { '--policy': null }, 2],
    ['no firmware', { '--firmware': null }, 2],
    ['an initrd without kernel', { '--kernel': null, '--cmdline': null }, 2],
    ['a command line without kernel', { '--kernel': null, '--initrd': null }, 2],
    ['no vCPU count', { '--num-cpus': null }, 2],
    ['no pages', files, 2],
    ['pages of the others only', { '--vmsa-cpu0': null }, 2],
    ['two vCPUs and one page', { '--vmsa-cpu1': null }, 2],
    ['a CPU and pages', CPU, 2],
    ['half a CPU', { ...files, '--cpu-family': '25' }, 2],
    ['a page that is too long', { '--vmsa-cpu0': 'long' }, 2],
    ['an empty page', { '--vmsa-cpu1': 'empty' }, 2],
    ['a text for a number', { '--policy': 'five' }, 2],
    ['a secret without files to write', { '--inject-secret': 'luks-key:secret' }, 2],
    ['a secret without payload', { '--inject-secret': 'luks-key:secret', '--secret-header': 'h' }, 2],
    ['a header without payload', { '--secret-header': 'h' }, 2],
    [
      'an unknown name of a secret',
      { '--inject-secret': 'mystery:secret', '--secret-header': 'h', '--secret-payload': 'p' },
      2,
    ],
    [
      'a secret with two colons',
      { '--inject-secret': 'luks-key:a:b', '--secret-header': 'h', '--secret-payload': 'p' },
      2,
    ],
    [
      'a secret that is not there',
      { '--inject-secret': 'luks-key:nowhere', '--secret-header': 'h', '--secret-payload': 'p' },
      6,
    ],
    [
      'a secret',
      { '--inject-secret': 'luks-key:secret', '--secret-header': 'h', '--secret-payload': 'p' },
      0,
    ],
    ['an unknown option', { '--nonsense': '1' }, 2],
    ['firmware that is not there', { '--firmware': 'nowhere' }, 6],
    ['a kernel that is not there', { '--kernel': 'nowhere' }, 6],
    ['a folder as initrd', { '--initrd': '/' }, 6],
    ['a TIK that is not there', { '--tik': 'nowhere' }, 6],
    ['a page that is not there', { '--vmsa-cpu1': 'nowhere' }, 6],
    [
      'variables as firmware, for a CPU',
      { ...files, ...CPU, '--firmware': '/usr/share/OVMF/OVMF_VARS.fd' },
      6,
    ],
    ['an empty file as firmware, for a CPU', { ...files, ...CPU, '--firmware': 'empty' }, 6],
    ['other pages', { ...files, ...CPU }, 1],
    ['plain SEV with another policy', { '--policy': '1' }, 1],
    ['a swapped TIK and TEK', { '--tik': 'tek.bin', '--tek': 'tik.bin' }, 1],
    // Ours is stricter, or answers where the peer stops.
    [
      'hexadecimal numbers',
      { '--policy': '0x5' },
      0,
      2,
      'a policy is written in hexadecimal everywhere else',
    ],
    ['junk as measurement', { '--measurement': '!!!' }, 2, 1, 'a typing mistake is no mismatch'],
    [
      'a measurement without nonce',
      { '--measurement': Buffer.alloc(32).toString('base64') },
      2,
      1,
      'a typing mistake is no mismatch',
    ],
    ['no vCPUs', { '--num-cpus': '0' }, 2, 1, 'no guest has none'],
    ['an API version of 300', { '--api-major': '300' }, 2, 6, 'the peer fails while it packs the number'],
    ['a policy of 33 bits', { '--policy': '4294967296' }, 2, 6, 'the peer fails while it packs the number'],
    ['a stepping of 17', { ...files, ...CPU, '--cpu-stepping': '17' }, 2, 1, 'the peer cuts it off'],
    [
      'one vCPU and its page only',
      { '--num-cpus': '1', '--vmsa-cpu1': null },
      1,
      6,
      'the peer fails on the page that it does not need',
    ],
    [
      'variables as firmware, for one vCPU',
      { ...files, ...CPU, '--num-cpus': '1', '--firmware': '/usr/share/OVMF/OVMF_VARS.fd' },
      1,
      6,
      'one vCPU needs no reset address',
    ],
  ];
  for (const [name, change, ours, theirs = ours, why] of cases) {
    it(`${name}: ${ours}${why ? `, not ${theirs}, because ${why}` : ''}`, async () => {
      const options = new Map(good);
      for (const [option, value] of Object.entries(change)) {
        if (value === null) options.delete(option);
        else options.set(option, value === 'LINE END' ? `${good.get(option)!}\n` : value);
      }
      assert.deepEqual(await both(argumentsOf(options)), [ours, theirs]);
    });
  }
});

describe('validate and the peer read the same forms of an option', () => {
  const forms: [string, (options: ReadonlyMap<string, string>) => string[]][] = [
    ['--name=value', (o) => [...o].map(([name, value]) => `${name}=${value}`)],
    [
      'short ones, joined and with =',
      (o) => [
        '-f',
        o.get('--firmware')!,
        `-k${o.get('--kernel')!}`,
        `-r=${o.get('--initrd')!}`,
        `-e=${o.get('--cmdline')!}`,
        `-n=${o.get('--num-cpus')!}`,
        `-0=${o.get('--vmsa-cpu0')!}`,
        `-1${o.get('--vmsa-cpu1')!}`,
        `-m=${o.get('--measurement')!}`,
        ...[...o].filter(([name]) => /api|build|policy|t[ei]k/.test(name)).flat(),
      ],
    ],
    [
      'the last of repeated ones',
      (o) => ['--policy', '1', '-n', '9', '--cmdline', 'other', ...argumentsOf(o)],
    ],
    ['backwards', (o) => [...o].reverse().flat()],
  ];
  for (const [name, form] of forms) {
    it(name, async () => {
      const launch = { ...USUAL, cmdline: 'größe=1 quiet' };
      const options = writeLaunch(folder, launch, readFileSync(launch.firmware), seeded(8));
      assert.deepEqual(await both(form(options)), [0, 0]);
    });
  }
});

describe('Where the peer stops, the right answer is given:', () => {
  it('one vCPU with only its own page matches', async () => {
    const [pages] = peerPages([[[25, 1, 1], IMAGES[0]!]]);
    const launch = {
      policy: 5,
      vcpus: 1,
      firmware: IMAGES[0]!,
      kernel: false,
      initrd: false,
      cmdline: undefined,
      combinedKeys: true,
      cpu: [25, 1, 1],
      fromFiles: true,
      pages: pages!,
    } as const;
    const options = writeLaunch(folder, launch, readFileSync(launch.firmware), seeded(5));
    assert.deepEqual(await both(argumentsOf(options)), [0, 6]);
  });
  it('plain SEV with a CPU and firmware that has no table matches', async () => {
    const firmware = '/usr/share/OVMF/OVMF_VARS.fd';
    const launch = {
      policy: 1,
      vcpus: 1,
      firmware,
      kernel: false,
      initrd: false,
      cmdline: undefined,
      combinedKeys: true,
      cpu: [25, 1, 1],
      fromFiles: false,
      pages: [new Uint8Array(0), new Uint8Array(0)],
    } as const;
    const options = writeLaunch(folder, launch, readFileSync(firmware), seeded(6));
    for (const [option, value] of [
      ['--cpu-family', '25'],
      ['--cpu-model', '1'],
      ['--cpu-stepping', '1'],
    ] as const)
      options.set(option, value);
    assert.deepEqual(await both(argumentsOf(options)), [0, 6]);
  });
});
