// Where compiled scripts are kept between runs, and that no run depends on it.

import assert from 'node:assert/strict';
import { spawnSync, type SpawnSyncOptions } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { compileCacheFolder } from '../../../src/node/compileCache';
import { useFolder } from '../../helpers/folder';
import { CLI, copyCli } from '../../helpers/peer';

const isRoot = process.getuid?.() === 0;
/** Somebody without any files. */
const OTHER = 54321;

/** Homes, and whether the folder for compiled scripts may be in them. */
const HOMES: readonly (readonly [
  name: string,
  prepare: (home: string) => void,
  isFit: boolean,
  needsRoot?: true,
])[] = [
  ['empty', () => undefined, true],
  ['with caches of other programs', (home) => mkdirSync(join(home, '.cache')), true],
  [
    'with caches that a group may write',
    (home) => {
      mkdirSync(join(home, '.cache'));
      chmodSync(join(home, '.cache'), 0o775);
    },
    true,
  ],
  [
    'with the folder',
    (home) => mkdirSync(join(home, '.cache/sevscope'), { recursive: true, mode: 0o700 }),
    true,
  ],
  [
    'with a link to a folder',
    (home) => {
      mkdirSync(join(home, '.cache'));
      mkdirSync(join(home, 'elsewhere'));
      symlinkSync('../elsewhere', join(home, '.cache/sevscope'));
    },
    true,
  ],
  [
    'with a folder that everybody may write',
    (home) => {
      mkdirSync(join(home, '.cache/sevscope'), { recursive: true });
      chmodSync(join(home, '.cache/sevscope'), 0o777);
    },
    false,
  ],
  [
    'with a folder that a group may write',
    (home) => {
      mkdirSync(join(home, '.cache/sevscope'), { recursive: true });
      chmodSync(join(home, '.cache/sevscope'), 0o770);
    },
    false,
  ],
  [
    'with a file in the place of the folder',
    (home) => {
      mkdirSync(join(home, '.cache'));
      writeFileSync(join(home, '.cache/sevscope'), '');
    },
    false,
  ],
  ['with a file in the place of all caches', (home) => writeFileSync(join(home, '.cache'), ''), false],
  ["that is somebody else's", (home) => chownSync(home, OTHER, OTHER), false, true],
  [
    "with caches that are somebody else's",
    (home) => {
      mkdirSync(join(home, '.cache'));
      chownSync(join(home, '.cache'), OTHER, OTHER);
    },
    false,
    true,
  ],
  [
    "with a folder that is somebody else's",
    (home) => {
      mkdirSync(join(home, '.cache/sevscope'), { recursive: true });
      chownSync(join(home, '.cache/sevscope'), OTHER, OTHER);
    },
    false,
    true,
  ],
];

/** All that is in a folder. */
const treeOf = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();

describe('The folder for compiled scripts', function () {
  this.timeout(60_000);
  if (process.platform !== 'linux') return;
  let home: string;
  useFolder((made) => (home = made));

  for (const [name, prepare, isFit, needsRoot] of HOMES)
    it(`is ${isFit ? 'made in' : 'not in'} a home ${name}`, function () {
      if (needsRoot && !isRoot) this.skip();
      prepare(home);
      const before = treeOf(home);
      const folder = compileCacheFolder({ HOME: home });
      assert.equal(folder, isFit ? join(home, '.cache/sevscope') : undefined);
      if (folder === undefined) assert.deepEqual(treeOf(home), before);
      else assert.equal(statSync(folder).isDirectory(), true);
    });

  it('is not made in a home that is not there', () => {
    for (const none of [join(home, 'none'), '', '.', 'none'])
      assert.equal(compileCacheFolder({ HOME: none }), undefined);
    assert.deepEqual(treeOf(home), []);
  });

  it('is where XDG_CACHE_HOME says, if that is a whole path', () => {
    mkdirSync(join(home, 'caches'));
    assert.equal(
      compileCacheFolder({ HOME: home, XDG_CACHE_HOME: join(home, 'caches') }),
      join(home, 'caches/sevscope'),
    );
    assert.equal(compileCacheFolder({ HOME: home, XDG_CACHE_HOME: 'caches' }), join(home, '.cache/sevscope'));
  });

  it('is private', () => {
    assert.equal(statSync(compileCacheFolder({ HOME: home })!).mode & 0o777, 0o700);
  });

  describe('in runs', () => {
    /** The command line, and its arguments; the answers are lines, then a mistake. */
    const S = `'${process.execPath}' '${CLI}'`;
    const BUILD = `${S} vmsa build page.vmsa --family 25 --model 1 --stepping 1`;
    const COMMAND = `${BUILD} && ${S} show page.vmsa && ${S} validate --policy`;
    const run = (script: string, options: SpawnSyncOptions = {}) => {
      const env: NodeJS.ProcessEnv = { ...process.env, HOME: home };
      delete env['NODE_COMPILE_CACHE'];
      delete env['XDG_CACHE_HOME'];
      const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], {
        cwd: home,
        encoding: 'utf8',
        ...options,
        env: { ...env, ...options.env },
      });
      return { status, stdout: String(stdout), stderr: String(stderr) };
    };
    const kept = () => treeOf(home).filter((path) => /^\.cache\/sevscope\/.+/.test(path));
    const expected = () => {
      const answer = run(COMMAND, { env: { NODE_DISABLE_COMPILE_CACHE: '1' } });
      assert.equal(answer.status, 2);
      assert.match(answer.stdout, /^page\.vmsa: /);
      assert.deepEqual(treeOf(home), ['page.vmsa']);
      return answer;
    };

    /** Ways to spoil the file of one script. */
    const SPOILT: [title: string, spoil: (kept: Buffer, ofOther: Buffer) => Buffer][] = [
      ['empty', () => Buffer.alloc(0)],
      ['cut off', (file) => file.subarray(0, 1024)],
      ['too long by two bytes', (file) => Buffer.concat([file, Buffer.alloc(2)])],
      ['damaged in its first part', (file) => file.fill(0x5a, 5000, 6000)],
      ['damaged in its second part', (file) => file.fill(0x5a, file.length >> 1, (file.length >> 1) + 1000)],
      ['filled with zeros from somewhere on', (file) => file.fill(0, 70_000)],
      ['that of another script', (_file, ofOther) => ofOther],
    ];
    it('changes no answer, whether it is new, used, or wrong', () => {
      const answer = expected();
      assert.deepEqual(run(COMMAND), answer);
      const files = kept().map((path) => join(home, path));
      const names = files.map((path) => basename(path).replace(/-v.*/, ''));
      // The mistake calls little of its command.
      assert.deepEqual(names, ['show', 'vmsa']);
      const [first, other] = files.map((path) => readFileSync(path)) as [Buffer, Buffer];
      assert.deepEqual(run(COMMAND), answer);
      assert.deepEqual(readFileSync(files[0]!), first, 'it is kept');
      for (const [title, spoil] of SPOILT) {
        const spoilt = spoil(Buffer.from(first), other);
        writeFileSync(files[0]!, spoilt);
        assert.deepEqual(run(COMMAND), answer, title);
        assert.notDeepEqual(readFileSync(files[0]!), spoilt, `${title}: it is made anew`);
      }
      assert.deepEqual(
        kept().map((path) => join(home, path)),
        files,
      );
    });
    it('is not used for a script that has changed, even if that shows nowhere but in its bytes', () => {
      copyCli(home);
      const script = join(home, 'cli/vmsa.js');
      const help = `'${process.execPath}' '${join(home, 'sevscope.js')}' vmsa build --help`;
      const build = BUILD.replace(CLI, join(home, 'sevscope.js'));
      assert.equal(run(build).status, 0);
      assert.equal(kept().length, 1);
      const { mtime, atime } = statSync(script);
      writeFileSync(script, readFileSync(script, 'utf8').replaceAll('CPU stepping', 'CPU STEPPING'));
      utimesSync(script, atime, mtime);
      assert.match(run(help).stdout, /CPU STEPPING/);
    });
    it('is not made by a run that prints help only', () => {
      assert.equal(run(`${S} vmsa --help`).status, 0);
      assert.deepEqual(kept(), []);
    });
    it("is left to Node's own where that is on", () => {
      assert.equal(run(BUILD, { env: { NODE_COMPILE_CACHE: join(home, 'node') } }).status, 0);
      assert.deepEqual(kept(), []);
    });
    it('changes no answer where files may have no byte', () => {
      const answer = expected();
      writeFileSync(join(home, 'page.vmsa'), '');
      const { status, stderr } = run(`ulimit -f 0; ${S} validate --policy`);
      assert.deepEqual([status, stderr], [2, answer.stderr]);
    });
    it('changes no answer where it cannot be written', function () {
      if (!isRoot) this.skip();
      const answer = expected();
      // Root writes to any folder, but not to one that is mounted so, or that is full.
      for (const options of ['ro', 'size=4k,mode=700']) {
        mkdirSync(join(home, '.cache'), { recursive: true });
        const script = `mount -t tmpfs -o ${options} none .cache && ${COMMAND}`;
        assert.deepEqual(run(`unshare -m bash -c ${JSON.stringify(script)}`), answer);
      }
    });
  });
});
