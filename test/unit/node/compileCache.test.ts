// Where compiled scripts are kept between runs, and that no run depends on it. Node 20, which keeps none, has to give the same answers.

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
  writeFileSync,
} from 'node:fs';
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { compileCacheFolder } from '../../../src/node/compileCache';
import { useFolder } from '../../helpers/folder';
import { CLI } from '../../helpers/peer';

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
    const hasCache = 'enableCompileCache' in nodeModule;
    /** The command line, and its arguments; the answer is a line, then a mistake. */
    const S = `'${process.execPath}' '${CLI}'`;
    const COMMAND = `${S} vmsa build page.vmsa --family 25 --model 1 --stepping 1 && ${S} validate --policy`;
    const run = (script: string, options: SpawnSyncOptions = {}) => {
      const env: NodeJS.ProcessEnv = { ...process.env, HOME: home };
      delete env['NODE_COMPILE_CACHE'];
      delete env['XDG_CACHE_HOME'];
      const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
        cwd: home,
        encoding: 'utf8',
        ...options,
        env: { ...env, ...options.env },
      });
      return { status, stdout: String(stdout), stderr: String(stderr) };
    };
    const kept = () => treeOf(home).filter((path) => /^\.cache\/sevscope\/.+\/.+/.test(path));
    const expected = () => {
      const answer = run(COMMAND, { env: { NODE_DISABLE_COMPILE_CACHE: '1' } });
      assert.equal(answer.status, 2);
      assert.match(answer.stdout, /^page\.vmsa: /);
      assert.deepEqual(treeOf(home), ['page.vmsa']);
      return answer;
    };

    it('changes no answer, whether it is new, used, broken, or for another script', () => {
      const answer = expected();
      assert.deepEqual(run(COMMAND), answer);
      assert.equal(kept().length, hasCache ? 2 : 0);
      assert.deepEqual(run(COMMAND), answer);
      for (const path of kept())
        writeFileSync(join(home, path), readFileSync(join(home, path)).subarray(0, 1024));
      assert.deepEqual(run(COMMAND), answer);
      for (const path of kept()) assert.ok(statSync(join(home, path)).size > 1024, 'it is made anew');
      const [first, second] = kept().map((path) => join(home, path));
      if (first !== undefined) writeFileSync(first, readFileSync(second!));
      assert.deepEqual(run(COMMAND), answer);
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
