// A key that is typed where it does not belong, at each entrance and in each form: no output, no file of results and no problem of a
// launch file repeats a part of it. What is typed as the path of a key or a secret is not repeated whatever its form.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lintLaunch } from '../../../src/app/launchProblems';
import { parseConnectionUri } from '../../../src/libvirt/uri';
import { runHere } from '../../helpers/cli';
import { inTurns } from '../../helpers/hostile';
import { io } from '../../helpers/io';
import { USUAL, blobOf, hmacOf, launchOptions, writePlainLaunch } from '../../helpers/plainLaunch';

const KEY = Buffer.from('9fc1e37b5a08d64e21b7f3c65d9ae804', 'hex');
const HEX = KEY.toString('hex');
const BASE64 = KEY.toString('base64');
const PAIRS = HEX.match(/../g)!;
/** No text of ours has so many characters of a key. */
const PART = 10;

/** Forms in which a key is recognised wherever it is typed. */
const FORMS: Readonly<Record<string, string>> = {
  hexadecimal: HEX,
  'capital digits': HEX.toUpperCase(),
  'after 0x': `0x${HEX}`,
  'pairs with colons': PAIRS.join(':'),
  'pairs with spaces': PAIRS.join(' '),
  base64: BASE64,
  'base64 without padding': BASE64.replace(/=+$/, ''),
  base64url: BASE64.replaceAll('+', '-').replaceAll('/', '_'),
  'both keys': Buffer.concat([KEY, Buffer.from(KEY).reverse()]).toString('base64'),
  'with a name': `tik=${HEX}`,
  'half of it': HEX.slice(0, 16),
  'half of it in base64': KEY.subarray(0, 8).toString('base64'),
  'a digit too few': HEX.slice(1),
  'a digit too many': `${HEX}7`,
  'half a key too long': HEX + HEX.slice(16),
  'a wrong digit': HEX.replace('d6', 'g6'),
  'a letter O for a zero': HEX.replace('08', 'O8'),
  PEM: `-----BEGIN PRIVATE KEY-----\n${BASE64}\n-----END PRIVATE KEY-----`,
};

/** Forms that are recognised where the path of a file belongs that is not there. */
const FORMS_OF_PATHS: typeof FORMS = {
  'pairs with commas': PAIRS.join(','),
  'pairs with dots': PAIRS.join('.'),
  'pairs after 0x': PAIRS.map((pair) => `0x${pair}`).join(','),
  'pairs after a backslash': PAIRS.map((pair) => `\\x${pair}`).join(''),
  'a list of decimals': [...KEY].join(','),
  'spaces without width': HEX.replace(/.{8}/g, '$&\u200b'),
  JSON: `{"tik":"${HEX}"}`,
  'a name and quotes': `key="${HEX}"`,
  'an escape of a URI': BASE64.replaceAll('=', '%3D'),
  'with an ending': `${HEX}.bin`,
  'a folder': `${HEX}/x`,
};

/** What else could be typed as the path of a key. */
const ONLY_AS_PATHS: Readonly<Record<string, string>> = {
  'a passphrase': 'correct horse battery staple',
  'a password': 'hunter2hunter2',
  'a quarter of a key': HEX.slice(0, PART),
  'characters of no form': `${BASE64.slice(0, 14)}!${BASE64.slice(14)}`,
  'a path with slashes': 'n8Hj/e1oI/1k4h/t/PGX/Zro',
};

/** The parts that nothing may have of what was typed, and of the key in its other forms. */
function canaries(typed: string): string[] {
  const secret = typed.replaceAll(/-----(BEGIN|END) PRIVATE KEY-----|^tik=/g, '').trim();
  const parts = Array.from({ length: Math.max(1, secret.length - PART + 1) }, (_, i) =>
    secret.slice(i, i + PART),
  );
  return [
    ...parts,
    HEX.slice(0, 20),
    HEX.slice(0, 20).toUpperCase(),
    BASE64.slice(0, 20),
    KEY.toString('latin1'),
  ];
}

const LAUNCH = ['-m', blobOf(hmacOf(USUAL, 1)), ...launchOptions(USUAL, '1')];
const VALIDATE = ['validate', ...LAUNCH, '--junit', 'results.xml'];
const EXPLAIN = ['explain', ...LAUNCH];
const DIGEST = ['digest', '--mode', 'sev', ...launchOptions(USUAL, '1'), '--nonce', '00'.repeat(16)];
const SNP = ['digest', '--mode', 'snp', '-f', 'fw.bin', '--vcpus', '1', '--vcpu-type', 'EPYC-Milan'];
const SEAL = ['--secret-header', 'header', '--secret-payload', 'payload'];

/** Commands in which a path of a key or a secret is typed. */
const AS_KEY: readonly ((typed: string) => string[])[] = [
  ...['tik', 'tek', 'tk'].flatMap((name) =>
    [VALIDATE, [...VALIDATE, '--json'], DIGEST].flatMap((command) => [
      (typed: string) => [...without(command, name), `--${name}`, typed],
      (typed: string) => [...without(command, name), `--${name}=${typed}`],
    ]),
  ),
  (typed) => [...EXPLAIN, '--tik', typed],
  (typed) => [...VALIDATE, ...SEAL, '-s', `luks-key:${typed}`],
  (typed) => [...VALIDATE, ...SEAL, '-s', typed],
  (typed) => [...VALIDATE, ...SEAL, '-s', `${typed}:secret`],
  (typed) => [...VALIDATE, ...SEAL, `--inject-secret=${typed}`],
  (typed) => [...VALIDATE, ...SEAL, '-s', `luks-key:secret:${typed}`],
];

/** A command without the options that the key option excludes. */
function without(command: readonly string[], name: string): string[] {
  if (name !== 'tk') return [...command];
  return command.filter((arg, i) => !/^--t[ie]k$/.test(arg) && !/^--t[ie]k$/.test(command[i - 1] ?? ''));
}

const VALIDATE_OPTIONS = [
  '--launch',
  '-m',
  '--api-major',
  '--policy',
  '-f',
  '-k',
  '-r',
  '-n',
  '-0',
  '-1',
  '--cpu-model',
  '--profile',
  '--secret-header',
];
const SNP_OPTIONS = [
  '--mode',
  '-f',
  '--vcpus',
  '--vcpu-type',
  '--guest-features',
  '--nonce',
  '--format',
  '--profile',
];

/** Commands in which a key is typed in the place of something else. */
const ELSEWHERE: readonly ((typed: string) => string[])[] = [
  ...VALIDATE_OPTIONS.map((option) => (typed: string) => [...VALIDATE, option, typed]),
  ...['--launch', '-f', '-m'].map((option) => (typed: string) => [...VALIDATE, '--json', option, typed]),
  ...SNP_OPTIONS.map((option) => (typed: string) => [...SNP, option, typed]),
  (typed) => [...VALIDATE, `-k${typed}`],
  (typed) => [...VALIDATE, `-k=${typed}`],
  (typed) => [...VALIDATE, `--tik${typed}`],
  (typed) => [...VALIDATE, typed],
  (typed) => ['explain', '--launch-digest', `${typed}!`, '-f', 'nowhere'],
  (typed) => ['vmsa', 'update', 'page.vmsa', '--set', `rip=${typed}`],
  (typed) => ['vmsa', 'update', 'page.vmsa', '--set', `${typed}=1`],
  (typed) => ['vmsa', 'update', 'page.vmsa', '--set', typed],
  (typed) => ['vmsa', 'show', typed],
  (typed) => ['vmsa', 'diff', 'page.vmsa', typed],
  (typed) => ['ovmf', 'show', typed],
  (typed) => ['ovmf', 'lint', typed],
  (typed) => ['show', typed],
  (typed) => ['launch', 'lint', typed],
  (typed) => [typed],
];

/** The same for a connection, each in a process of its own. */
const CONNECTED: typeof ELSEWHERE = [
  (typed) => [...VALIDATE, '--domain', typed, '--connect', 'test:///default'],
  (typed) => [...VALIDATE, '--domain', 'x', '--connect', `qemu+ssh://root:${typed}@host/system?socket=/x`],
];

/** Commands in which it is typed as the path of a file that is read or written. */
const AS_FILE: typeof ELSEWHERE = [
  (typed) => [...VALIDATE, '-f', typed],
  (typed) => [...VALIDATE, '--launch', typed],
  (typed) => ['validate', '--launch', 'a.sevlaunch.json', typed, '--junit', 'results.xml'],
  (typed) => ['validate', '--launch', 'a.sevlaunch.json', typed, '--json'],
  (typed) => [...VALIDATE, '--junit', `${typed}/a`],
  (typed) => [
    ...VALIDATE,
    '-s',
    'luks:payload',
    '--secret-header',
    `no/${typed}`,
    '--secret-payload',
    'sealed',
  ],
  (typed) => ['vmsa', 'show', typed],
  (typed) => ['vmsa', 'update', 'page.vmsa', '--set', 'rip=1', '--output', `${typed}/x`],
  (typed) => ['show', typed],
];

const GOOD = {
  firmware: 'fw.bin',
  keys: { tik: 'tik.bin' } as Record<string, unknown>,
  launch: { measurement: blobOf(hmacOf(USUAL, 1)), apiMajor: 1, apiMinor: 55, buildId: 24, policy: 1 },
};

/** Launch files with something typed in one place. */
const IN_FILE: Readonly<Record<string, (typed: string) => object>> = {
  'keys.tik': (typed) => ({ ...GOOD, keys: { tik: typed } }),
  'keys.tek': (typed) => ({ ...GOOD, keys: { tik: 'tik.bin', tek: typed } }),
  'keys.tk': (typed) => ({ ...GOOD, keys: { tk: typed } }),
};
const ELSEWHERE_IN_FILE: Readonly<Record<string, (typed: string) => object>> = {
  name: (typed) => ({ ...GOOD, name: typed }),
  'the name, and a file that is not there': (typed) => ({ ...GOOD, name: typed, kernel: 'none' }),
  firmware: (typed) => ({ ...GOOD, firmware: typed }),
  kernel: (typed) => ({ ...GOOD, kernel: typed }),
  vmsa: (typed) => ({ ...GOOD, vmsa: { bsp: typed } }),
  cpu: (typed) => ({ ...GOOD, cpu: typed }),
  profile: (typed) => ({ ...GOOD, profile: typed }),
  policy: (typed) => ({ ...GOOD, launch: { ...GOOD.launch, policy: typed } }),
  measurement: (typed) => ({ ...GOOD, launch: { ...GOOD.launch, measurement: typed } }),
  connection: (typed) => ({ ...GOOD, launch: undefined, domain: { connection: typed, name: 'x' } }),
  domain: (typed) => ({ ...GOOD, launch: undefined, domain: { connection: 'test:///default', name: typed } }),
  keys: (typed) => ({ ...GOOD, keys: typed }),
  'an unknown member': (typed) => ({ ...GOOD, secret: typed }),
  'the name of a member': (typed) => ({ ...GOOD, [typed]: 1 }),
  'the name of a key': (typed) => ({ ...GOOD, keys: { [typed]: 'tik.bin' } }),
};

describe('A key that is typed where it does not belong', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sevscope-canaries-'));
    writePlainLaunch(folder);
    writeFileSync(join(folder, 'page.vmsa'), Buffer.alloc(4096, 1));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Whatever a command said or wrote has none of the canaries. */
  const run = async (args: readonly string[], typed: string) => {
    const { stdout, stderr } = await runHere(args, folder);
    const results = readdirSync(folder).filter((name) => name === 'results.xml');
    const said = [stdout, stderr, ...results.map((name) => readFileSync(join(folder, name), 'utf8'))].join(
      '\n',
    );
    for (const canary of canaries(typed))
      assert.ok(!said.includes(canary), `${args.join(' ')}\nsays ${canary}:\n${said}`);
  };

  for (const [turn, [form, typed]] of Object.entries({ ...FORMS, ...ONLY_AS_PATHS }).entries())
    it(`is not repeated as the path of a key or a secret: ${form}`, async () => {
      for (const command of inTurns(AS_KEY, turn)) await run(command(typed), typed);
    });

  for (const [turn, [form, typed]] of Object.entries(FORMS).entries())
    it(`is not repeated where something else belongs: ${form}`, async () => {
      for (const command of inTurns(ELSEWHERE, turn)) await run(command(typed), typed);
      if (form.startsWith('h')) for (const command of CONNECTED) await run(command(typed), typed);
    });

  for (const [turn, [form, typed]] of Object.entries({ ...FORMS, ...FORMS_OF_PATHS }).entries())
    it(`is not repeated as the path of a file: ${form}`, async () => {
      writeFileSync(join(folder, 'a.sevlaunch.json'), JSON.stringify(GOOD));
      writeFileSync(join(folder, 'payload'), 'secret');
      for (const command of inTurns(AS_FILE, turn)) await run(command(typed), typed);
    });

  it('is no file that is there, which is named', async () => {
    writeFileSync(join(folder, HEX), Buffer.alloc(4096));
    writeFileSync(join(folder, `${HEX}.sevlaunch.json`), '{');
    for (const args of [
      ['show', HEX],
      ['validate', '--launch', `${HEX}.sevlaunch.json`, 'nowhere'],
      ['validate', '--launch', HEX, 'nowhere'],
      [...VALIDATE, '-f', HEX],
      [...VALIDATE, `-f${HEX}`],
      [...VALIDATE, `--firmware=${HEX}`],
    ]) {
      const { stdout, stderr } = await runHere(args, folder);
      assert.ok(`${stdout}${stderr}`.includes(HEX), `${args.join(' ')}\n${stdout}${stderr}`);
    }
    // Another file that is named behind a key says nothing about the key.
    await run([...VALIDATE, ...SEAL, '-s', `${BASE64}:tik.bin`], BASE64);
  });

  const inFiles = (title: string, forms: typeof FORMS, files: typeof IN_FILE) => {
    for (const [turn, [form, typed]] of Object.entries(forms).entries())
      it(`${title}: ${form}`, async () => {
        for (const [place, make] of inTurns(Object.entries(files), turn)) {
          const text = JSON.stringify(make(typed), null, 2);
          for (const name of ['a', 'b']) writeFileSync(join(folder, `${name}.sevlaunch.json`), text);
          const lint = await lintLaunch(io, text, join(folder, 'a.sevlaunch.json'), { files: true });
          // What it would put into the file is there, and what it watches is shown to nobody.
          const shown = lint.problems.map(({ message, member, fix }) => [message, member, fix?.title]);
          for (const canary of canaries(typed))
            assert.ok(!JSON.stringify(shown).includes(canary), `${place}: ${JSON.stringify(shown)}`);
          const one = ['--launch', 'a.sevlaunch.json'];
          for (const args of [
            ['launch', 'lint', '--json', 'a.sevlaunch.json'],
            ['validate', ...one, '--junit', 'results.xml'],
            ['validate', ...one, 'b.sevlaunch.json', '--json', '--junit', 'results.xml'],
            ...(files === IN_FILE ? [['explain', ...one]] : []),
          ])
            await run(args, typed);
        }
      });
  };
  inFiles('is not repeated from a launch file', { ...FORMS, ...ONLY_AS_PATHS }, IN_FILE);
  inFiles('is not repeated from another member of a launch file', FORMS, ELSEWHERE_IN_FILE);
});

describe('The password of a connection', () => {
  const PASSWORD = 's3cr-et';
  for (const [title, uri] of Object.entries({
    'as one is written': `qemu+ssh://root:${PASSWORD}@host/system`,
    'behind an escape': `qemu+ssh://root%3A${PASSWORD}@host/system`,
    'with a space': `qemu+ssh://root:${PASSWORD} x@host/system`,
    'with a slash': `qemu+ssh://root:${PASSWORD}/x@host/system`,
    'with a question mark': `qemu+ssh://root:${PASSWORD}?x@host/system`,
    'with a bad escape': `qemu+ssh://root:${PASSWORD}%zz@host/system`,
    'with an @': `qemu+ssh://root:${PASSWORD}@x@host/system`,
    'with a number sign': `qemu+ssh://root:${PASSWORD}#x@host/system`,
    'without a host': `qemu+ssh://root:${PASSWORD}/system`,
    'without a scheme': `root:${PASSWORD}@host`,
    'in a text that is too long': `qemu+ssh://root:${PASSWORD}@${'h'.repeat(600)}/system`,
  }))
    it(`is in no refusal: ${title}`, () => {
      const read = parseConnectionUri(uri);
      assert.ok(!read.ok);
      assert.ok(!read.reason.includes(PASSWORD), read.reason);
    });
});
