// The client against workers that misbehave, which the real one cannot be made to do: death at each step, answers that
// are none, silence. What the real one does is in test/libvirt.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failure } from '../../helpers/libvirt';
import { errorData, type ErrorKind } from '../../../src/core/errors';
import { connect } from '../../../src/libvirt/client';
import type { Connection, ConnectOptions } from '../../../src/libvirt/contract';
import { fakeWorker, opens } from '../../helpers/fakeWorker';
import { promptly } from '../../helpers/promptly';

const folder = mkdtempSync(join(tmpdir(), 'sevscope-worker-'));

const worker = (body: string) => fakeWorker(folder, body);
const options = (workerPath: string, more: Partial<ConnectOptions> = {}): ConnectOptions => ({
  uri: 'test:///default',
  workerPath,
  timeoutMs: 5000,
  ...more,
});

type Step = 'connect' | 'host' | 'domains';
const faults: [
  name: string,
  body: string,
  step: Step,
  kind: ErrorKind,
  code: string,
  says: RegExp,
  timeoutMs?: number,
][] = [
  [
    'ends at once',
    'process.exit(3)',
    'connect',
    'state',
    'libvirt-gone',
    /lost \(its process ended with 3\)\. Connect again/,
  ],
  ['crashes', "process.kill(process.pid, 'SIGSEGV')", 'connect', 'state', 'libvirt-gone', /lost \(SIGSEGV\)/],
  ['throws', "throw new Error('x')", 'connect', 'state', 'libvirt-gone', /ended with 1/],
  ['hangs up', 'process.disconnect()', 'connect', 'state', 'libvirt-gone', /lost/],
  ['says nothing', '', 'connect', 'state', 'libvirt-silent', /did not connect within 0\.2 s/, 200],
  [
    'blocks for good',
    'for (;;);',
    'connect',
    'state',
    'libvirt-silent',
    /did not connect within 0\.2 s/,
    200,
  ],
  ['ends later', `${opens} process.exit(0)`, 'host', 'state', 'libvirt-gone', /ended with 0/],
  [
    'says nothing later',
    opens,
    'domains',
    'state',
    'libvirt-silent',
    /did not list its domains within 1\.5 s/,
    1500,
  ],
  ['answers a text', "send('ok')", 'connect', 'bug', 'libvirt-bad-answer', /"open" has not the shape/],
  ['answers null', 'send(null)', 'connect', 'bug', 'libvirt-bad-answer', /has not the shape/],
  [
    'answers another question',
    'send({ id: id + 1, ok: null })',
    'connect',
    'bug',
    'libvirt-bad-answer',
    /has not the shape/,
  ],
  [
    'answers something more',
    'send({ id, ok: null, more: 1 })',
    'connect',
    'bug',
    'libvirt-bad-answer',
    /has not the shape/,
  ],
  [
    'answers something else',
    `${opens} send({ id, ok: { hostname: 5 } })`,
    'host',
    'bug',
    'libvirt-bad-answer',
    /"host" has not/,
  ],
  [
    'answers a list with a hole',
    `${opens} send({ id, ok: [undefined] })`,
    'domains',
    'bug',
    'libvirt-bad-answer',
    /"domains" has not/,
  ],
  [
    'has an error of no kind',
    "send({ id, error: { kind: 'odd', code: 'test', found: 'x' } })",
    'connect',
    'bug',
    'libvirt-bad-answer',
    /shape/,
  ],
  [
    'has an error',
    "send({ id, error: { kind: 'config', code: 'test', found: 'Whole sentence.' } })",
    'connect',
    'config',
    'test',
    /^Whole sentence\.$/,
  ],
  ['asks no JSON', "ask('{')", 'connect', 'bug', 'libvirt-bad-answer', /"log in" has not/],
  ['asks nothing', "ask('[]')", 'connect', 'bug', 'libvirt-bad-answer', /"log in" has not/],
  [
    'asks another kind',
    'ask(\'[{"kind":"retina","prompt":"x"}]\')',
    'connect',
    'bug',
    'libvirt-bad-answer',
    /"log in" has not/,
  ],
  [
    'asks again before it has the answer',
    `ask('[{"kind":"text","prompt":"x"}]\\n[]')`,
    'connect',
    'bug',
    'libvirt-bad-answer',
    /"log in" has not/,
  ],
  [
    'asks a megabyte',
    "for (let i = 0; i < 64; i++) writeSync(4, 'x'.repeat(4096))",
    'connect',
    'bug',
    'libvirt-bad-answer',
    /"log in" has not/,
  ],
];

describe('A worker that', () => {
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [name, body, step, kind, code, says, timeoutMs] of faults) {
    it(`${name} is one clear error`, async () => {
      const connecting = connect(options(worker(body), timeoutMs === undefined ? {} : { timeoutMs }));
      let connection: Connection | undefined;
      if (step !== 'connect') connection = await connecting;
      const work =
        step === 'connect' ? connecting : step === 'host' ? connection!.host() : connection!.listDomains();
      const error = await failure(work);
      assert.match(error.message, says);
      assert.equal(error.kind, kind);
      assert.equal(error.code, code);
      if (connection) {
        assert.equal(await connection.ended, error, 'the connection ended for that reason');
        assert.equal(await failure(connection.host()), error, 'and so says every later call');
        await connection.close();
      }
    });
  }

  it('is not there is one clear error', async () => {
    const error = await failure(connect(options(join(folder, 'nothing.cjs'))));
    assert.match(error.message, /ended with 1/);
  });

  it('dies rejects every call that waits', async () => {
    const connection = await connect(options(worker(`${opens} setTimeout(() => process.exit(9), 50)`)));
    const calls = [
      connection.host(),
      connection.listDomains(),
      connection.domain('x'),
      connection.resume('x'),
    ];
    const errors = await Promise.all(calls.map(failure));
    assert.match(errors[0]!.message, /ended with 9/);
    assert.equal(new Set(errors).size, 1);
  });

  it('makes progress is waited for longer than for one answer', async () => {
    const body = `${opens} let n = 0; const timer = setInterval(() => {
      if (++n === 8) { clearInterval(timer); send({ id, ok: [] }); } else send({ id, busy: true }); }, 200);`;
    const connection = await connect(options(worker(body), { timeoutMs: 1000 }));
    assert.deepEqual(await connection.listDomains(), []);
    await connection.close();
  });

  it('fails in one call answers the next', async () => {
    const error =
      "{ kind: 'bug', code: 'test', found: 'No.', fault: { code: 42, domain: 1, level: 2, message: 'no' } }";
    const body = `${opens} send(call === 'host' ? { id, error: ${error} } : { id, ok: [] })`;
    const connection = await connect(options(worker(body)));
    assert.deepEqual((await failure(connection.host())).cause, {
      code: 42,
      domain: 1,
      level: 2,
      message: 'no',
    });
    assert.deepEqual(await connection.listDomains(), []);
    await connection.close();
    assert.equal(await connection.ended, undefined);
    assert.equal((await failure(connection.host())).code, 'libvirt-closed');
    await connection.close();
  });

  it('fails in one call says all that is known of it', async () => {
    const error = {
      kind: 'usage',
      code: 'ambiguous-domain',
      found: 'Two. Or three.',
      advice: 'Give the UUID.',
      at: { input: 'domain', member: ['domain', 'name'], offset: 5 },
    };
    const failed = await failure(connect(options(worker(`send({ id, error: ${JSON.stringify(error)} })`))));
    assert.deepEqual(errorData(failed), error);
    assert.equal(failed.message, 'Two. Or three. Give the UUID.');
  });

  it('does not say farewell is gone all the same', async () => {
    const connection = await connect(options(worker(opens)));
    const assertPrompt = promptly(2000);
    await connection.close();
    assertPrompt();
  });

  it('is never started for a URI that is refused', async () => {
    const error = await failure(connect(options('/nothing', { uri: 'qemu+ext:///system?command=x' })));
    assert.equal(error.kind, 'usage');
    assert.equal(error.code, 'connection-refused');
    assert.match(error.message, /runs a program of this machine.*Give, for example, qemu:\/\/\/system/);
  });

  it('gets the URI written anew, or as it was typed', async () => {
    const body = "send({ id, error: { kind: 'bug', code: 'test', found: JSON.stringify(request) } })";
    const sent = async (more: Partial<ConnectOptions>): Promise<unknown> =>
      JSON.parse((await failure(connect(options(worker(body), more)))).message);
    assert.deepEqual(await sent({ uri: 'QEMU+unix:///system' }), { uri: 'qemu:///system', aliases: false });
    assert.deepEqual(await sent({ uri: 'test:///default' }), { uri: 'test:///default', aliases: true });
    assert.deepEqual(await sent({ uri: 'myhost', asTyped: true }), { uri: 'myhost', aliases: true });
    assert.deepEqual(await sent({ uri: 'qemu+tcp://h/system', allowTcp: true }), {
      uri: 'qemu+tcp://h/system',
      aliases: false,
    });
  });

  it('gets a clean environment, or that of the person who typed the URI', async () => {
    const body =
      "send({ id, error: { kind: 'bug', code: 'test', found: process.env.LIBVIRT_DEFAULT_URI ?? 'none' } })";
    process.env['LIBVIRT_DEFAULT_URI'] = 'xen:///';
    try {
      assert.equal((await failure(connect(options(worker(body))))).message, 'none');
      assert.equal((await failure(connect(options(worker(body), { asTyped: true })))).message, 'xen:///');
    } finally {
      delete process.env['LIBVIRT_DEFAULT_URI'];
    }
  });

  const answers =
    "const b = Buffer.alloc(64); const n = readSync(4, b, 0, 64, null); send({ id, error: { kind: 'bug', code: 'test', found: b.subarray(0, n).toString('hex') } });";
  const asks = `ask('[{"kind":"authorization name","prompt":"Who\\\\u001b?"},{"kind":"passphrase","prompt":"Word"}]'); ${answers}`;
  const CANCELLED = 'ffffffff';
  const GIVEN_UP = 'The login was cancelled: the host got no answer. Connect again.';
  const replies: [name: string, onPrompt: ConnectOptions['onPrompt'], message: string][] = [
    ['both answers', () => Promise.resolve(['me', Uint8Array.of(1, 2)]), '020000006d65020000000102'],
    ['an empty answer', () => Promise.resolve(['', 'x']), '000000000100000078'],
    ['no answer', () => Promise.resolve(undefined), GIVEN_UP],
    ['too few answers', () => Promise.resolve(['me']), CANCELLED],
    ['an answer that is too long', () => Promise.resolve(['me', 'x'.repeat(5000)]), CANCELLED],
    ['a failure', () => Promise.reject(new Error('x')), GIVEN_UP],
    ['nobody to ask', undefined, CANCELLED],
  ];
  for (const [name, onPrompt, message] of replies) {
    it(`asks gets ${name}`, async () => {
      const error = await failure(connect(options(worker(asks), onPrompt ? { onPrompt } : {})));
      assert.equal(error.message, message);
    });
  }

  it('asks waits for as long as the person thinks, with plain texts, and her bytes are cleared', async () => {
    const secret = Uint8Array.of(7, 8);
    const onPrompt: ConnectOptions['onPrompt'] = async (prompts) => {
      assert.deepEqual(
        prompts.map(({ prompt }) => prompt),
        ['Who\\u001b?', 'Word'],
      );
      await new Promise((resolve) => setTimeout(resolve, 2000));
      return ['me', secret];
    };
    const error = await failure(connect(options(worker(asks), { onPrompt, timeoutMs: 1500 })));
    assert.equal(error.message, '020000006d65020000000708');
    assert.deepEqual(secret, Uint8Array.of(0, 0));
  });

  it('asks and is stopped takes the question back', async () => {
    const stop = new AbortController();
    let takenBack = false;
    const onPrompt: ConnectOptions['onPrompt'] = (_, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          takenBack = true;
          resolve(undefined);
        });
        stop.abort();
      });
    const error = await failure(connect(options(worker(asks), { onPrompt, signal: stop.signal })));
    assert.equal(error.code, 'libvirt-cancelled');
    assert.ok(takenBack);
  });

  it('is stopped before it starts is the same error', async () => {
    const error = await failure(connect(options(worker(opens), { signal: AbortSignal.abort() })));
    assert.equal(error.code, 'libvirt-cancelled');
  });
});
