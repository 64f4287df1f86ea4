// That nothing from outside reaches a terminal as more than text, whichever way it is printed.

import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { printer, type Printer } from '../../../src/cli/terminal';

const HOSTILE = 'a\u001b[2Jb\u202ec';
const PLAIN = 'a\\u001b[2Jb\\u202ec';

/** What a stream gets, as one text. */
function stream() {
  const parts: Buffer[] = [];
  return {
    isTTY: true,
    write: (content: string | Uint8Array) => void parts.push(Buffer.from(content as string)),
    text: () => Buffer.concat(parts).toString(),
  };
}

const cases: [way: string, print: (printing: Printer) => void, stdout: string, stderr: string][] = [
  ['a line', ({ out }) => out.line(`${HOSTILE}\n`), `${PLAIN}\\u000a\n`, ''],
  ['a note', ({ out }) => out.note(HOSTILE), '', `${PLAIN}\n`],
  ['text of a file', ({ out }) => out.data(`${HOSTILE}\r\n\tb\n`), `${PLAIN}\r\n\tb\n`, ''],
  ['bytes of a file', ({ out }) => out.data(Buffer.from(HOSTILE)), HOSTILE, ''],
  ['help', ({ help }) => help.writeOut?.(`${HOSTILE}\nb\n`), `${PLAIN}\nb\n`, ''],
  ['what is wrong with arguments', ({ help }) => help.writeErr?.(`${HOSTILE}\n`), '', `${PLAIN}\n`],
];

describe('A terminal', () => {
  for (const [way, print, stdout, stderr] of cases) {
    it(`gets ${way} so`, () => {
      const streams = { stdout: stream(), stderr: stream() };
      print(printer(streams));
      assert.deepEqual([streams.stdout.text(), streams.stderr.text()], [stdout, stderr]);
    });
  }

  it('gets the name of a file that is read, and that line taken back before another', async () => {
    const streams = { stdout: stream(), stderr: stream() };
    const { out } = printer(streams);
    await setTimeout(600);
    out.onProgress?.(HOSTILE, 1, 2);
    out.note('done');
    assert.equal(streams.stderr.text(), `\r\u001b[2K${PLAIN}: 50 %\r\u001b[2Kdone\n`);
  });

  it('gets no lines any more when they are not wanted, but files', () => {
    const streams = { stdout: stream(), stderr: stream() };
    const printing = printer(streams);
    printing.quieten();
    printing.out.line('a');
    printing.out.note('b');
    printing.out.data('c\n');
    assert.deepEqual([streams.stdout.text(), streams.stderr.text()], ['c\n', '']);
  });
});
