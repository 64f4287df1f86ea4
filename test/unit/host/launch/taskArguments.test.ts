// What of a task in tasks.json reaches the command line: paths in its folder, and nothing else.

import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { taskArguments } from '../../../../src/host/launch/taskArguments';
import { nodeIo } from '../../../../src/node/io';
import { CheckError } from '../../../../src/core/errors';

const FILE = 'a.sevlaunch.json';

describe('The arguments of a task', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'sevscope-tasks-')));
  const folder = join(root, 'work [1]');
  before(() => {
    mkdirSync(join(folder, 'below'), { recursive: true });
    mkdirSync(join(root, 'work [1]-2'));
    for (const path of [join(folder, FILE), join(folder, 'below', FILE), join(root, FILE)])
      writeFileSync(path, '{}');
    symlinkSync(root, join(folder, 'up'));
    symlinkSync(join(root, FILE), join(folder, 'below', 'out.json'));
    symlinkSync('below', join(folder, 'in'));
    symlinkSync(join(root, 'new.xml'), join(folder, 'new.xml'));
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  /** Finds as VS Code does, which follows links. */
  const matches = (pattern: string) => {
    const below = readdirSync(join(folder, 'below')).map((name) => join(folder, 'below', name));
    const all = [join(folder, FILE), join(folder, 'up', FILE), ...below];
    const end = pattern.split('*').at(-1)!;
    return Promise.resolve(all.filter((path) => path.endsWith(end)));
  };
  const argumentsOf = (definition: Record<string, unknown>, path = folder) =>
    taskArguments({ type: 'sevscope', ...definition }, { path, io: nodeIo(''), matches });

  const accepted: [definition: Record<string, unknown>, args: string[]][] = [
    [{ launch: FILE }, [`--launch=${FILE}`]],
    [{ launch: `./${FILE}` }, [`--launch=./${FILE}`]],
    [{ launch: './-a.sevlaunch.json' }, ['--launch=./-a.sevlaunch.json']],
    [{ launch: 'not there/yet.sevlaunch.json' }, ['--launch=not there/yet.sevlaunch.json']],
    [{ launch: '**/*.sevlaunch.json' }, ['--launch=**/*.sevlaunch.json']],
    [{ launch: [FILE, 'below/*.sevlaunch.json'] }, [`--launch=${FILE}`, '--launch=below/*.sevlaunch.json']],
    [{ launch: `\${workspaceFolder}/${FILE}` }, [`--launch=./${FILE}`]],
    [{ launch: '${workspaceFolder}/**/*.sevlaunch.json' }, ['--launch=./**/*.sevlaunch.json']],
    [{ launch: join(folder, FILE) }, [`--launch=./${FILE}`]],
    [{ launch: join(folder, '*.sevlaunch.json') }, ['--launch=./*.sevlaunch.json']],
    [{ launch: `in/${FILE}` }, [`--launch=in/${FILE}`]],
    [{ launch: 'a..b.json' }, ['--launch=a..b.json']],
    [{ launch: FILE, junit: 'results/new.xml' }, [`--launch=${FILE}`, '--junit=results/new.xml']],
    // A name is no pattern where none is expanded.
    [{ launch: FILE, junit: 'a*.xml' }, [`--launch=${FILE}`, '--junit=a*.xml']],
    [{ launch: FILE, insecure: true, args: ['--insecure'] }, [`--launch=${FILE}`]],
  ];
  for (const [definition, args] of accepted) {
    it(`are taken from ${JSON.stringify(definition).replaceAll(root, '')}`, async () =>
      assert.deepEqual(await argumentsOf(definition), ['validate', ...args]));
  }

  const refused: [definition: Record<string, unknown>, says: RegExp][] = [
    [{}, /"launch" of this task names nothing/],
    [{ launch: [] }, /"launch" of this task names nothing/],
    [{ launch: 5 }, /"launch" of this task is no text/],
    [{ launch: [FILE, null] }, /is no text/],
    [{ launch: { path: FILE } }, /is no text/],
    [{ launch: FILE, junit: ['a.xml'] }, /"junit" of this task is no text/],
    [{ launch: ' ' }, /is empty/],
    [{ launch: '--insecure' }, /begins with "-", as an option does: "--insecure"/],
    [{ launch: [FILE, '--connect=qemu+ext:///system?command=x'] }, /begins with "-"/],
    [{ launch: FILE, junit: '-o' }, /"junit" of this task begins with "-"/],
    [{ launch: 'a\u0000b' }, /does not show: "a\\u0000b"/],
    [{ launch: 'a\u001b[2J' }, /does not show/],
    [{ launch: 'a\nb' }, /does not show/],
    [{ launch: 'a\u{e0041}' }, /does not show: "a\\u\{e0041\}"/],
    [{ launch: '${env:X}' }, /has a variable: "\$\{env:X\}"/],
    [{ launch: 'a${command:x}' }, /has a variable/],
    [{ launch: 'a${workspaceFolder}' }, /has a variable/],
    [{ launch: `../${FILE}` }, /leads out of the folder: /],
    [{ launch: `below/../../${FILE}` }, /leads out of the folder: /],
    [{ launch: '../*.json' }, /leads out of the folder: /],
    [{ launch: '{..,below}/*.json' }, /leads out of the folder: /],
    [{ launch: '@(..|x)/*.json' }, /leads out of the folder: /],
    [{ launch: '/etc/passwd' }, /leads out of the folder: /],
    [{ launch: '/etc/*.json' }, /leads out of the folder: /],
    [{ launch: join(root, 'work [1]-2', FILE) }, /leads out of the folder: /],
    [{ launch: `up/${FILE}` }, /by a link: "up/],
    [{ launch: 'up/*.sevlaunch.json' }, /by a link: "up/],
    [{ launch: 'up/new/there.json' }, /by a link: "up/],
    [{ launch: 'below/out.json' }, /by a link: "below\/out/],
    [{ launch: '**/*out.json' }, /by a link: "below\/out/],
    [{ launch: FILE, junit: '../new.xml' }, /"junit" of this task leads out of the folder: /],
    [{ launch: FILE, junit: 'up/new.xml' }, /by a link/],
    [{ launch: FILE, junit: 'new.xml' }, /by a link: "new.xml"/],
  ];
  for (const [definition, says] of refused) {
    it(`are refused from ${JSON.stringify(definition).replaceAll(root, '')}`, async () =>
      assert.rejects(argumentsOf(definition), (error) => {
        assert.ok(error instanceof CheckError && error.code === 'refused-task', String(error));
        assert.match(error.message, says);
        return true;
      }));
  }

  it('are of the folder where a link leads to, too', async () => {
    symlinkSync(folder, join(root, 'linked'));
    assert.deepEqual(await argumentsOf({ launch: FILE }, join(root, 'linked')), [
      'validate',
      `--launch=${FILE}`,
    ]);
    const absolute = { launch: join(root, 'linked', FILE) };
    assert.deepEqual(await argumentsOf(absolute, join(root, 'linked')), ['validate', `--launch=./${FILE}`]);
  });
});
