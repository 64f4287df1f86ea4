// Launch files that are JSON, and still not to be read in one way only: refused by each command, at the same place.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SAMPLE } from '../../../src/app/sampleNames';
import { runHere } from '../../helpers/cli';

let folder: string;
let matches: string;
const FILE = 'a.sevlaunch.json';
const cli = (...args: string[]) => runHere(args, folder);
const put = (content: Buffer) => {
  writeFileSync(join(folder, FILE), content);
};

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sevscope-text-'));
  await cli('sample', '.');
  matches = readFileSync(join(folder, SAMPLE.sevEsMatches), 'utf8');
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The sample's launch with one text in place of another; `encoding` of the file. */
interface Case {
  readonly from: string;
  readonly to: string;
  readonly encoding?: BufferEncoding;
  readonly rule: string;
  readonly member?: string;
  /** What validate says after the name of the file. */
  readonly says: string;
  /** Where lint and several checks see it; the value of a member, and its name. */
  readonly at: readonly [lint: string, validate: string];
}

const cases: Record<string, Case> = {
  'a member twice': {
    from: '"vcpus": 2',
    to: '"vcpus": 2,\n  "vcpus": 1',
    rule: 'repeated-member',
    member: 'vcpus',
    says: 'vcpus: given more than once, at line 7, column 3 and at line 8, column 3. Keep one of them.',
    at: ['8:3', '8:3'],
  },
  'a byte that is not UTF-8': {
    from: '"cmdline": "',
    to: '"cmdline": "\u00e4',
    encoding: 'latin1',
    rule: 'not-unicode',
    says: 'byte 0xe4 at offset 149 (line 6, column 15) is not UTF-8. Save the file as UTF-8.',
    at: ['6:15', '6:15'],
  },
  UTF16: {
    from: '{',
    to: '\ufeff{',
    encoding: 'utf16le',
    rule: 'not-unicode',
    says: 'it is a text file in UTF-16. Save it as UTF-8.',
    at: ['1:1', '1:1'],
  },
  'half of a surrogate pair': {
    from: '"cmdline": "',
    to: '"cmdline": "\\ud800',
    rule: 'not-unicode',
    member: 'cmdline',
    says: 'cmdline: half of a surrogate pair, which is not a character, at line 6, column 14. Write the whole character.',
    at: ['6:14', '6:14'],
  },
  'a NUL in the command line': {
    from: '"cmdline": "',
    to: '"cmdline": "a\\u0000',
    rule: 'not-a-launch-file',
    member: 'cmdline',
    says: 'cmdline: wanted a text without a NUL character, found one at index 1.',
    at: ['6:14', '6:3'],
  },
  'a NUL in a path': {
    from: 'OVMF.sample.fd',
    to: 'OVMF.sample.fd\\u0000',
    rule: 'not-a-launch-file',
    member: 'firmware',
    says: 'firmware: wanted a text without a NUL character, found one at index 14.',
    at: ['3:15', '3:3'],
  },
  'too many levels': {
    from: '"vcpus": 2',
    to: `"vcpus": ${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    rule: 'too-deep',
    says: 'it is nested more than 500 levels deep at line 7, column 511. A launch file needs three levels; take out the rest.',
    at: ['7:511', '7:511'],
  },
};

describe('A launch file', () => {
  for (const [name, { from, to, encoding = 'utf8', rule, member = '', says, at }] of Object.entries(cases)) {
    describe(`with ${name}`, () => {
      beforeEach(() => {
        assert.ok(matches.includes(from), from);
        put(
          Buffer.from(
            matches.replace(from, () => to),
            encoding,
          ),
        );
      });
      for (const command of ['validate', 'explain']) {
        it(`is refused by ${command}, in a sentence`, async () => {
          const { status, stdout, stderr } = await cli(command, '--launch', FILE);
          assert.deepEqual([status, stdout], [2, '']);
          assert.equal(stderr, `ERROR: ${join(folder, FILE)} is not a launch file: ${says}\n`);
        });
      }
      it('has its place among several', async () => {
        const { status, stdout } = await cli('validate', '--launch', FILE, SAMPLE.sevEsMatches);
        assert.equal(status, 2);
        assert.ok(stdout.startsWith(`ERROR ${FILE}:${at[1]}: error: `), stdout);
      });
      it('has one problem, at its place', async () => {
        const { status, stdout } = await cli('launch', 'lint', FILE);
        assert.equal(status, 1);
        const lines = stdout.split('\n');
        assert.ok(lines[0]!.startsWith(`${FILE}:${at[0]}: error ${rule}:`), stdout);
        assert.equal(lines[1], `${FILE}: 1 error, 0 warnings, 0 notes`);
        const [file] = JSON.parse((await cli('launch', 'lint', FILE, '--json')).stdout) as {
          problems: { rule: string; member: string; line: number; column: number }[];
        }[];
        const found = file!.problems.map((p) => [p.rule, p.member, `${p.line}:${p.column}`]);
        assert.deepEqual(found, [[rule, member, at[0]]]);
      });
    });
  }

  it('is read behind a byte order mark', async () => {
    put(Buffer.from(`\ufeff${matches}`));
    assert.equal((await cli('validate', '--launch', FILE)).status, 0);
    assert.equal((await cli('launch', 'lint', FILE)).stdout, `${FILE}: 0 errors, 0 warnings, 0 notes\n`);
    put(Buffer.from(`\ufeff${matches.replace(/\s+/g, ' ').replace('OVMF.sample.fd', 'none')}`));
    const column = matches.replace(/\s+/g, ' ').indexOf('"OVMF') + 1;
    assert.match(
      (await cli('launch', 'lint', FILE)).stdout,
      new RegExp(`^${FILE}:1:${column}: error unreadable`),
    );
  });
});
