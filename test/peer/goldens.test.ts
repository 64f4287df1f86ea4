// What `ovmf show` and `ovmf lint` print for every image of Debian's package, as golden text (UPDATE_GOLDENS=1 writes it anew). A
// golden is for one image, whose digest it begins with; another release of the package has others, which are skipped.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { runHere } from '../helpers/cli';
import { imagePaths } from '../helpers/realImages';

/** The images, without the links to them. */
const images = [...new Set(imagePaths.map((path) => realpathSync(path)))];

/** Name and version of the installed package, as the golden texts have it. */
function packageVersion(): string {
  return execFileSync('dpkg-query', ['-W', '-f', '${Package} ${Version}', 'ovmf'], { encoding: 'utf8' });
}

/** Every command as a person types it, with what it prints and its exit status. */
async function print(path: string): Promise<string> {
  let text = '';
  for (const command of ['show', 'lint']) {
    const { stdout, stderr, status } = await runHere(['ovmf', command, basename(path)], dirname(path));
    text += `\n$ sevscope ovmf ${command} ${basename(path)}\n${stdout}${stderr}(exit status ${status})\n`;
  }
  return text;
}

describe("The command line prints for Debian's images", () => {
  it('something, because the package is installed', () => assert.ok(images.length >= 4));

  for (const path of images) {
    it(`${path} its golden text`, async function () {
      const golden = resolve('test/peer/golden', `${basename(path, '.fd')}.txt`);
      const digest = `SHA-256 ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
      if (process.env['UPDATE_GOLDENS']) {
        writeFileSync(golden, `${packageVersion()}\n${digest}\n${await print(path)}`);
      }
      const known = existsSync(golden) ? readFileSync(golden, 'utf8') : '';
      const [version = '', knownDigest, ...lines] = known.split('\n');
      if (knownDigest !== digest) {
        const of =
          known === '' ? 'there is no golden text for it' : `the golden text is for that of ${version}`;
        console.warn(`    SKIPPED: ${path} is that of ${packageVersion()}; ${of}.`);
        this.skip();
      }
      assert.equal(await print(path), lines.join('\n'));
    });
  }
});
