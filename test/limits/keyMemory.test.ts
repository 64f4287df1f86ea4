// What is left of keys and secrets in the memory of our command line when a check has ended: nothing. The memory of the real
// program is searched, with all that is garbage or free, for each form in which a key could be there.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildOvmf } from '../../src/core/ovmf/build';
import { fakeHost } from '../helpers/fakeHost';
import { answers, fakeWorker } from '../helpers/fakeWorker';
import { CAN_READ_MEMORY, searchAfter, type Held } from '../helpers/heldProcess';
import { keyPatterns, patternsOf, textPatterns } from '../helpers/keyPatterns';
import { copyCli } from '../helpers/peer';
import { randomBytes, seeded } from '../helpers/random';

const random = seeded(2005);
const bytes = (size: number) => Buffer.from(randomBytes(random, size));
const [TIK, TEK, OTHER, NONCE] = [bytes(16), bytes(16), bytes(16), bytes(16)];
const SECRET = Buffer.from(bytes(60).toString('base64'));
const TEXT = Buffer.from(TIK.toString('hex'));
const FIRMWARE = Buffer.from(buildOvmf());
const PATTERNS = patternsOf([
  ...keyPatterns('TIK', TIK),
  ...keyPatterns('TEK', TEK),
  ...keyPatterns('other TIK', OTHER),
  ...keyPatterns('half of the text of a TIK', TEXT.subarray(16)),
  ...textPatterns('secret', SECRET),
]);

const [API_MAJOR, API_MINOR, BUILD, POLICY] = [1, 55, 24, 1];
const measurementUnder = (tik: Buffer) => {
  const message = Buffer.concat([
    Buffer.of(4, API_MAJOR, API_MINOR, BUILD, POLICY, 0, 0, 0),
    createHash('sha256').update(FIRMWARE).digest(),
    NONCE,
  ]);
  return Buffer.concat([createHmac('sha256', tik).update(message).digest(), NONCE]).toString('base64');
};
const GOOD = measurementUnder(TIK);
const PLATFORM = ['--api-major', '1', '--api-minor', '55', '--build-id', '24', '--policy', '1'];
const FILES = ['-f', 'fw.fd', '--tik', 'tik', '--tek', 'tek'];
const LAUNCH = [...FILES, ...PLATFORM];
const SEAL = ['-s', 'luks-key:secret', '--secret-header', 'header', '--secret-payload', 'payload'];

const launchFile = (tik: string) =>
  JSON.stringify({
    firmware: 'fw.fd',
    keys: { tik },
    launch: { measurement: GOOD, apiMajor: API_MAJOR, apiMinor: API_MINOR, buildId: BUILD, policy: POLICY },
  });

/** What the program is given, and how it ends. */
const CASES: readonly (readonly [title: string, args: readonly string[], status: number])[] = [
  ['a launch that matches', ['validate', '-m', GOOD, ...LAUNCH], 0],
  ['the same as JSON, with results', ['validate', '-m', GOOD, ...LAUNCH, '--json', '--junit', 'x.xml'], 0],
  ['a launch that does not match', ['validate', '-m', measurementUnder(OTHER), ...LAUNCH], 1],
  [
    'a launch with both keys in one file',
    ['validate', '-m', GOOD, ...LAUNCH.slice(0, 2), '--tk', 'tk', ...PLATFORM],
    0,
  ],
  ['one that is refused once its keys were read', ['validate', '-m', GOOD, ...LAUNCH, '-k', 'nowhere'], 6],
  ['one that is refused for its measurement', ['validate', '-m', GOOD.slice(4), ...LAUNCH], 2],
  ['a key that is text', ['validate', '-m', GOOD, ...LAUNCH, '--tik', 'tik.hex'], 2],
  [
    'a key that is text, in the place of both',
    ['validate', '-m', GOOD, ...LAUNCH.slice(0, 2), '--tk', 'tik.hex', ...PLATFORM],
    1,
  ],
  ['a key that is base64', ['validate', '-m', GOOD, ...LAUNCH, '--tek', 'tek.b64'], 2],
  ['a file of many keys', ['validate', '-m', GOOD, ...LAUNCH, '--tek', 'many'], 2],
  ['a key from a pipe', ['validate', '-m', GOOD, ...LAUNCH, '--tik', 'pipe'], 0],
  ['a key from a pipe that is too long', ['validate', '-m', GOOD, ...LAUNCH, '--tik', 'longpipe'], 2],
  ['a sealed secret', ['validate', '-m', GOOD, ...LAUNCH, ...SEAL], 0],
  ['a secret that does not fit', ['validate', '-m', GOOD, ...LAUNCH, ...SEAL, '-s', 'luks-key:long'], 2],
  [
    'several launches',
    ['validate', '--launch', 'a.sevlaunch.json', 'b.sevlaunch.json', '--junit', 'x.xml'],
    1,
  ],
  ['a measurement', ['digest', '--mode', 'sev', ...LAUNCH, '--nonce', NONCE.toString('hex')], 0],
  ['an explanation', ['explain', '-m', GOOD, ...LAUNCH.slice(0, -1), '3'], 0],
  [
    'an explanation with the keys exchanged',
    ['explain', '-m', GOOD, '-f', 'fw.fd', '--tik', 'tek', '--tek', 'tik', ...PLATFORM],
    0,
  ],
  ['a domain', ['validate', '-o', 'guest', '-i', '-g', ...LAUNCH], 0],
  ['a secret for a domain', ['validate', '-o', 'guest', '-i', '-g', ...LAUNCH, '-s', 'luks-key:secret'], 0],
];

/** What a program could leave, the pattern that finds it, and code that leaves it. */
const LEAKS: readonly (readonly [title: string, pattern: string, code: string])[] = [
  ['a key in memory that is free', 'TIK', "require('node:fs').readFileSync('tik');"],
  [
    'a key in a text',
    'TIK in hexadecimal',
    "globalThis.left = require('node:fs').readFileSync('tik').toString('hex');",
  ],
  [
    'a key in a text of two bytes a character',
    'TIK in base64, two bytes a character',
    "globalThis.left = Buffer.from(require('node:fs').readFileSync('tik').toString('base64'), 'utf16le').toString('utf16le');",
  ],
  [
    'what an HMAC begins with',
    'inner pad of TIK',
    "globalThis.left = Uint8Array.from(require('node:fs').readFileSync('tik'), (byte) => byte ^ 0x36);",
  ],
  [
    'what a cipher makes of a key',
    'round key of TEK',
    "globalThis.left = require('node:crypto').createCipheriv('aes-128-ctr', require('node:fs').readFileSync('tek'), Buffer.alloc(16));",
  ],
];

(CAN_READ_MEMORY ? describe : describe.skip)('The memory of the command line', () => {
  let folder: string;
  const program = (name: string) => join(folder, name);

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'sevscope-memory-'));
    const content: Record<string, string | Buffer> = {
      'fw.fd': FIRMWARE,
      tik: TIK,
      tek: TEK,
      other: OTHER,
      tk: Buffer.concat([TEK, TIK]),
      'tik.hex': TEXT,
      'tek.b64': TEK.toString('base64'),
      many: Buffer.concat([TEK, TIK, OTHER, TEK, TIK, OTHER, TEK, TIK, OTHER, TEK]),
      secret: SECRET,
      long: Buffer.alloc(17000, SECRET),
      'a.sevlaunch.json': launchFile('tik'),
      'b.sevlaunch.json': launchFile('other'),
    };
    for (const [name, data] of Object.entries(content)) writeFileSync(join(folder, name), data);
    // A domain that nobody but a host has is here the answer of another worker.
    copyCli(folder);
    copyFileSync(resolve('dist/worker.js'), program('worker.js'));
    const body = `${fakeHost({ told: { measurement: GOOD, policy: POLICY } })}\n${answers({ setLaunchSecurity: 'null', resume: 'null' })}`;
    renameSync(fakeWorker(folder, body), program('libvirtWorker.js'));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const search = async (args: readonly string[], preload?: string): Promise<Held> => {
    const writers = ['pipe', 'longpipe'].map((name) => {
      rmSync(program(name), { force: true });
      execFileSync('mkfifo', [program(name)]);
      return spawn('sh', ['-c', `cat ${name === 'pipe' ? 'tik' : 'long'} >${name}`], { cwd: folder });
    });
    try {
      return await searchAfter([program('sevscope.js'), ...args], folder, PATTERNS, preload);
    } finally {
      for (const writer of writers) writer.kill();
    }
  };

  for (const [title, name, code] of LEAKS) {
    it(`would show ${title}`, async () => {
      const { left } = await search(CASES[0]![1], code);
      assert.ok(
        left.some((found) => found.startsWith(`${name} #`)),
        left.join(),
      );
    });
  }

  for (const [title, args, status] of CASES) {
    it(`has nothing of a key or a secret after ${title}`, async () => {
      const held = await search(args);
      assert.equal(held.status, status, held.output);
      assert.deepEqual(held.left, []);
    });
  }
});
