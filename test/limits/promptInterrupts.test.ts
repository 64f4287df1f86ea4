// A signal while a password is asked for: the terminal echoes again afterwards. The worker is a fake one, beside a copy of
// the command line, which asks without a host.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { fakeWorker } from '../helpers/fakeWorker';
import { descendants, SIGNALS } from '../helpers/interrupted';
import { children, isAlive, until } from '../helpers/libvirt';
import { copyCli } from '../helpers/peer';
import { useOneSample } from '../helpers/sample';

describe('A password that is asked for', () => {
  let folder: string;
  useOneSample((made) => {
    folder = made;
    copyCli(folder);
    const asks = `ask('[{"kind":"passphrase","prompt":"Word"}]');`;
    renameSync(fakeWorker(folder, asks), join(folder, 'libvirtWorker.js'));
  });

  for (const [i, signal] of SIGNALS.entries())
    it(`leaves a terminal that echoes when ${signal} ends the command line`, async () => {
      const command = `'${process.execPath}' sevscope.js launch record -c test:///default -d test`;
      writeFileSync(join(folder, 'run.sh'), `${command}\necho status $?\nstty -a\n`);
      const terminal = spawn('script', ['-qc', 'bash run.sh', '/dev/null'], { cwd: folder });
      const closed = once(terminal, 'close');
      let screen = '';
      terminal.stdout.on('data', (data: Buffer) => (screen += stripVTControlCharacters(data.toString())));
      await until(() => screen.includes('Word:'), 10_000);
      const running = descendants(terminal.pid!);
      const [cli] = running.filter((pid) => children(pid).length > 0).slice(-1);
      process.kill(cli!, signal);
      await closed;
      assert.match(screen, new RegExp(`status ${128 + [2, 15, 1][i]!}`));
      for (const mode of ['echo', 'icanon', 'isig']) assert.match(screen, new RegExp(`(?<!-)\\b${mode}\\b`));
      await until(() => !running.some(isAlive), 2000);
    });
});
