// Checks from files: the sample's launches, each measured byte, keys that are cleared and never shown, large
// files as streams, and cancelling.

import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  lstatSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CheckError } from '../../../src/core/errors';
import type { HostInput } from '../../../src/core/check/loadedSteps';
import { readFirmware } from '../../../src/app/firmware';
import { withKeys } from '../../../src/app/keys';
import { checkFiles, checkOwnerInputs, launchInputs, type LaunchInputs } from '../../../src/app/launch';
import { runCheck } from '../../../src/app/runCheck';
import { sealForLaunch } from '../../../src/app/seal';
import { parseLaunchFile } from '../../../src/app/launchFile';
import { writeSample } from '../../../src/app/sample';
import { SAMPLE } from '../../../src/app/sampleNames';
import { useFolder } from '../../helpers/folder';
import { io } from '../../helpers/io';
import { promptly } from '../../helpers/promptly';

let folder: string;
const at = (name: string) => join(folder, name);
const load = (name: string): LaunchInputs =>
  launchInputs(parseLaunchFile(io, readFileSync(at(name), 'utf8'), at(name)), name);

/** Each suite starts with the sample. */
const withSample = () => {
  useFolder((made) => writeSample(io, (folder = made)));
};

describe('The sample', () => {
  withSample();
  it('is the same each time it is written, and leaves other files alone', async () => {
    const read = () =>
      readdirSync(folder)
        .sort()
        .map((name) => [name, readFileSync(at(name)).toString('base64')]);
    writeFileSync(at('own.txt'), 'mine');
    const before = read();
    writeFileSync(at('vcpu0.vmsa'), 'damaged');
    await writeSample(io, folder);
    assert.deepEqual(read(), before);
  });
  it('has a launch that matches, with the steps in the order of the launch', async () => {
    const report = await runCheck(io, load(SAMPLE.sevEsMatches));
    assert.equal(report.verdict, 'matches');
    assert.equal(report.mode, 'SEV-ES');
    assert.deepEqual(
      report.steps.map((s) => [s.id, s.source]),
      [
        ['firmware', 'owner'],
        ['kernel', 'owner'],
        ['initrd', 'owner'],
        ['cmdline', 'owner'],
        ['kernel-hashes', 'derived'],
        ['vmsa', 'derived'],
        ['launch-digest', 'derived'],
        ['measurement', 'derived'],
        ['reported', 'host'],
      ],
    );
    const bytes = (id: string) => report.steps.find((s) => s.id === id)!.bytes;
    assert.equal(bytes('launch-digest'), bytes('firmware') + 176 + 2 * 4096);
    assert.deepEqual(report.warnings, []);
  });
  const said: [fromHost: HostInput[], steps: string[], vmsaSays: RegExp][] = [
    [['firmware', 'initrd'], ['firmware', 'initrd'], /^generated for .*; SEV-ES, QEMU and KVM$/],
    [['cpu'], ['vmsa'], /; the CPU as the host says$/],
    [['vcpus'], ['vmsa'], /; the number of vCPUs as the host says$/],
    [['cpu', 'vcpus'], ['vmsa'], /; the CPU and the number of vCPUs as the host says$/],
  ];
  for (const [fromHost, steps, vmsaSays] of said) {
    it(`says which steps rest on the word of the host, of ${fromHost.join(' and ')}`, async () => {
      const report = await runCheck(io, { ...load(SAMPLE.sevEsMatches), fromHost });
      const fromThere = report.steps.filter(({ source }) => source === 'host').map(({ id }) => id);
      assert.deepEqual(fromThere, [...steps, 'reported']);
      assert.match(report.steps.find(({ id }) => id === 'vmsa')!.detail, vmsaSays);
    });
  }
  it('has a launch that does not match, and matches with the right page', async () => {
    const inputs = load(SAMPLE.sevEsMismatch);
    assert.equal((await runCheck(io, inputs)).verdict, 'does not match');
    assert.equal((await runCheck(io, { ...inputs, vmsa: { bsp: at('vcpu0.vmsa') } })).verdict, 'matches');
  });
});

describe('A changed bit flips the verdict:', () => {
  withSample();
  for (const name of ['OVMF.sample.fd', 'vmlinuz.sample', 'initrd.sample', 'sample_tik.bin']) {
    it(`in ${name}, first, middle and last byte`, async () => {
      const good = readFileSync(at(name));
      for (const place of [0, good.length >> 1, good.length - 1]) {
        const bytes = Buffer.from(good);
        bytes[place]! ^= 1;
        writeFileSync(at(name), bytes);
        assert.equal(
          (await runCheck(io, load(SAMPLE.sevEsMatches))).verdict,
          'does not match',
          `byte ${place}`,
        );
      }
    });
  }
  const changes: [string, (inputs: LaunchInputs) => Partial<LaunchInputs>][] = [
    ['in the command line', (i) => ({ cmdline: `${i.cmdline!} ` })],
    ['in the number of vCPUs', () => ({ vcpus: 3 })],
    ['in the CPU', () => ({ cpu: { family: 25, model: 1, stepping: 0 } })],
    ['in the profile', () => ({ profile: 'sev-es-init2' })],
    ['in the policy', (i) => ({ platform: { ...i.platform, policy: 7 } })],
    ['in the API version', (i) => ({ platform: { ...i.platform, apiMinor: 54 } })],
    ['in the build', (i) => ({ platform: { ...i.platform, buildId: 25 } })],
    ['by leaving out the kernel', () => ({ kernel: undefined, initrd: undefined, cmdline: undefined })],
    ['by leaving out the initrd', () => ({ initrd: undefined })],
    ['by asking for plain SEV', (i) => ({ platform: { ...i.platform, policy: 1 } })],
  ];
  for (const [name, change] of changes) {
    it(name, async () => {
      const inputs = load(SAMPLE.sevEsMatches);
      assert.equal((await runCheck(io, { ...inputs, ...change(inputs) })).verdict, 'does not match');
    });
  }
});

describe('A report warns', () => {
  withSample();
  it('about a policy that allows debugging, whatever the verdict', async () => {
    const inputs = load(SAMPLE.sevEsMatches);
    const report = await runCheck(io, { ...inputs, platform: { ...inputs.platform, policy: 4 } });
    assert.match(report.warnings.join(), /NODBG/);
  });
  it('about a kernel for firmware without room for its hashes', async () => {
    writeFileSync(at('none.fd'), new Uint8Array(4096));
    const report = await runCheck(io, {
      ...load(SAMPLE.sevEsMatches),
      vcpus: 1,
      firmware: at('none.fd'),
    });
    assert.match(report.warnings.join(), /no room for kernel hashes/);
  });
});

describe('Inputs that contradict each other or are missing are refused before a file is read', () => {
  withSample();
  const cases: [string, Partial<LaunchInputs>, code: string, input: string, member: string][] = [
    [
      'an initrd without kernel',
      { kernel: undefined, cmdline: undefined },
      'kernel-needed',
      'kernel',
      'initrd',
    ],
    [
      'a command line without kernel',
      { kernel: undefined, initrd: undefined },
      'kernel-needed',
      'kernel',
      'cmdline',
    ],
    ['a CPU and VMSA files', { vmsa: { bsp: '/nowhere' } }, 'cpu-and-pages', 'cpu', 'cpu'],
    [
      'the page of additional vCPUs only',
      { cpu: undefined, vmsa: { ap: '/nowhere' } },
      'bsp-page-needed',
      'vmsa.bsp',
      'vmsa.bsp',
    ],
    ['no vCPU count', { vcpus: undefined }, 'vcpus-needed', 'vcpus', 'launch.policy'],
    ['no CPU and no pages', { cpu: undefined }, 'pages-needed', 'cpu', 'launch.policy'],
    ['no measurement', { measurement: '' }, 'bad-measurement', 'measurement', 'launch.measurement'],
  ];
  for (const [name, change, code, input, member] of cases) {
    it(name, async () => {
      const inputs = { ...load(SAMPLE.sevEsMatches), firmware: '/nowhere', ...change };
      await assert.rejects(runCheck(io, inputs), {
        kind: 'usage',
        code,
        at: { input, member: member.split('.') },
      });
    });
  }
  it('but plain SEV with VMSA pages is answered, with a warning and after a look at the pages', async () => {
    const inputs = load(SAMPLE.sevEsMismatch);
    const plain = { ...inputs, platform: { ...inputs.platform, policy: 1 } };
    assert.match((await runCheck(io, plain)).warnings.join(), /play no part/);
    await assert.rejects(runCheck(io, { ...plain, vmsa: { bsp: at('nothing') } }), {
      code: 'unreadable-file',
      at: { input: 'vmsa.bsp', member: ['vmsa', 'bsp'] },
    });
  });
});

describe('Keys', () => {
  withSample();
  it('are cleared after use, also when the use fails', async () => {
    const seen: Uint8Array[] = [];
    for (const paths of [{ tik: at('sample_tik.bin'), tek: at('sample_tek.bin') }]) {
      await withKeys(io, paths, ({ tik, tek }) => seen.push(tik, tek!));
      await assert.rejects(
        withKeys(io, paths, ({ tik }) => (seen.push(tik), Promise.reject(new Error('stop')))),
        /stop/,
      );
    }
    assert.equal(seen.length, 3);
    for (const key of seen) assert.ok(key.every((b) => b === 0));
  });
  it('are refused at any other length without a word of their content', async () => {
    writeFileSync(at('text.key'), 'SECRETSECRETSECRET');
    for (const paths of [{ tik: at('text.key') }, { tk: at('text.key') }]) {
      await assert.rejects(
        withKeys(io, paths, () => assert.fail()),
        (e) => e instanceof CheckError && e.code === 'key-size' && !e.message.includes('SECRET'),
      );
    }
  });
  it('are nowhere in a report', async () => {
    const text = JSON.stringify(await runCheck(io, load(SAMPLE.sevEsMatches)));
    for (const name of ['sample_tik.bin', 'sample_tek.bin']) {
      assert.ok(!text.includes(readFileSync(at(name)).toString('hex')));
      assert.ok(!text.includes(readFileSync(at(name)).toString('base64')));
    }
  });
});

describe('Reading files', () => {
  withSample();
  it('streams a file that is larger than memory should hold', async () => {
    writeFileSync(at('large'), '');
    truncateSync(at('large'), 300 * 2 ** 20);
    const before = process.memoryUsage.rss();
    let calls = 0;
    const { bytes } = await io.digest(at('large'), 'initrd', { onProgress: () => calls++ });
    assert.equal(bytes, 300 * 2 ** 20);
    assert.ok(calls > 100);
    assert.ok(process.memoryUsage.rss() - before < 96 * 2 ** 20);
  });
  it('keeps the first and the last 64 KiB, also of files a little larger than a chunk', async () => {
    for (const size of [0, 1, 65535, 65536, 65537, 262144 + 10, 262144 + 65536]) {
      const content = Buffer.from(Array.from({ length: size }, (_, i) => (i * 31) & 0xff));
      writeFileSync(at('f'), content);
      execFileSync('mkfifo', [at(`pipe${size}`)]);
      execFile('sh', ['-c', 'cat "$1" >"$2"', 'sh', at('f'), at(`pipe${size}`)]);
      for (const name of ['f', `pipe${size}`]) {
        const { head, tail, bytes } = await io.readEnds(at(name), 'firmware');
        assert.equal(bytes, size);
        assert.deepEqual(Buffer.from(tail), content.subarray(-65536), name);
        assert.deepEqual(Buffer.from(head), content.subarray(0, 65536), name);
      }
    }
  });
  it('looks at the end of an image only, for its reset address', async () => {
    const image = readFileSync(at('OVMF.sample.fd'));
    assert.equal((await readFirmware(io, at('OVMF.sample.fd'))).resetAddress, 0x80b004);
    writeFileSync(at('short.fd'), image.subarray(-4096));
    assert.equal((await readFirmware(io, at('short.fd'))).resetAddress, 0x80b004);
    writeFileSync(at('empty.fd'), '');
    assert.equal((await readFirmware(io, at('empty.fd'))).resetAddress, undefined);
  });
  it('stops when it is cancelled', async () => {
    writeFileSync(at('large'), '');
    truncateSync(at('large'), 2 ** 32);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    const assertPrompt = promptly(1000);
    await assert.rejects(io.digest(at('large'), 'initrd', { signal: stop.signal }), {
      code: 'check-cancelled',
    });
    assertPrompt();
  });
  it('says what is wrong with a path', async () => {
    const unreadable = (message: RegExp) => ({ kind: 'bug', code: 'unreadable-file', message });
    await assert.rejects(
      io.digest(at('nothing'), 'initrd'),
      unreadable(/nothing cannot be read: there is no such file/),
    );
    await assert.rejects(io.digest(folder, 'initrd'), unreadable(/it is a folder/));
    await assert.rejects(io.read(at('nothing'), 'key'), unreadable(/there is no such file/));
  });
});

describe('A pipe', () => {
  withSample();
  const pipe = (name: string) => {
    const path = at(name);
    rmSync(path, { force: true });
    execFileSync('mkfifo', [path]);
    return path;
  };
  const inputs = () => load(SAMPLE.sevEsMatches);
  type Waits = [what: string, wait: (path: string, signal: AbortSignal) => Promise<unknown>];
  const waits: Waits[] = [
    ['a digest', (path, signal) => io.digest(path, 'kernel', { signal })],
    ['a read', (path, signal) => io.read(path, 'page', { signal })],
    ['a key', (path, signal) => withKeys(io, { tk: path }, () => undefined, signal)],
    ['a check, as firmware', (firmware, signal) => runCheck(io, { ...inputs(), firmware }, { signal })],
    ['a check, as kernel', (kernel, signal) => runCheck(io, { ...inputs(), kernel }, { signal })],
    ['a check, as key', (tk, signal) => runCheck(io, { ...inputs(), keys: { tk } }, { signal })],
    [
      'a check, as page',
      (bsp, signal) => runCheck(io, { ...inputs(), cpu: undefined, vmsa: { bsp } }, { signal }),
    ],
  ];
  for (const [what, wait] of waits) {
    it(`that nobody writes to is waited for by ${what}, until that is stopped`, async () => {
      const stop = new AbortController();
      const waiting = wait(pipe('silent'), stop.signal);
      const first = await Promise.race([waiting, new Promise((done) => setTimeout(done, 50, 'it waits'))]);
      assert.equal(first, 'it waits');
      const assertPrompt = promptly(250);
      stop.abort();
      await assert.rejects(waiting, { kind: 'state', code: 'check-cancelled', at: undefined });
      assertPrompt();
    });
  }
  it('holds up nothing else, however many nobody writes to', async () => {
    const stops = Array.from({ length: 8 }, () => new AbortController());
    const waiting = stops.map(({ signal }, i) => io.read(pipe(`silent${i}`), 'key', { signal }));
    const assertPrompt = promptly(1000);
    assert.equal((await io.digest(at('OVMF.sample.fd'), 'kernel')).name, 'OVMF.sample.fd');
    assertPrompt();
    for (const stop of stops) stop.abort();
    for (const { status } of await Promise.allSettled(waiting)) assert.equal(status, 'rejected');
  });
  it('is read to its end, also when its writer comes late and is slow', async () => {
    const path = pipe('slow');
    const reading = [io.digest(path, 'kernel'), io.read(pipe('other'), 'key')] as const;
    execFile('sh', ['-c', 'sleep 0.1; (printf first; sleep 0.1; printf second) >"$1"', 'sh', path]);
    execFile('sh', ['-c', 'printf other >"$1"', 'sh', at('other')]);
    const [digest, bytes] = await Promise.all(reading);
    assert.deepEqual(digest.sha256, createHash('sha256').update('firstsecond').digest());
    assert.equal(Buffer.from(bytes).toString(), 'other');
  });
  it('is looked at by nobody before it is needed', async () => {
    const silent = pipe('unread');
    const pages = { bsp: silent, ap: silent };
    await checkOwnerInputs(io, {
      ...inputs(),
      firmware: silent,
      kernel: silent,
      cpu: undefined,
      vmsa: pages,
      keys: { tk: silent },
    });
  });
});

describe('Secrets', () => {
  withSample();
  it('are sealed and cleared, also when that fails', async () => {
    const inputs = load(SAMPLE.sevEsMatches);
    const secret = () => ({ guid: '736869e5-84f0-4973-92ec-06879ce3da0b', data: Buffer.from('SECRET') });
    const sealed = secret();
    const { image } = await checkFiles(io, inputs);
    const { header, payload } = await sealForLaunch(io, inputs, image, [sealed]);
    assert.deepEqual([header.length, payload.length], [52, 48]);
    const twice = [secret(), secret()];
    await assert.rejects(sealForLaunch(io, inputs, image, twice), { code: 'repeated-secret' });
    for (const { data } of [sealed, ...twice]) assert.ok(data.every((b) => b === 0));
    const withoutTek = { ...inputs, keys: { tik: at('sample_tik.bin') } };
    await assert.rejects(sealForLaunch(io, withoutTek, image, [secret()]), {
      code: 'tek-needed',
      message: /TEK/,
    });
  });
});

describe('Writing files', () => {
  withSample();
  it('follows a link, and keeps the mode of the file', async () => {
    writeFileSync(at('target'), 'old', { mode: 0o600 });
    symlinkSync('target', at('link'));
    await io.write(at('link'), 'new');
    assert.equal(readFileSync(at('target'), 'utf8'), 'new');
    assert.ok(lstatSync(at('link')).isSymbolicLink());
    assert.equal(statSync(at('target')).mode & 0o777, 0o600);
  });
  it('writes into a pipe instead of replacing it', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const reader = execFile('cat', [at('pipe')]);
    let text = '';
    reader.stdout!.on('data', (chunk: string) => (text += chunk));
    const closed = once(reader, 'close');
    await io.write(at('pipe'), 'through');
    await closed;
    assert.equal(text, 'through');
    assert.ok(lstatSync(at('pipe')).isFIFO());
  });
  it('leaves the old file and no rest when it cannot finish', async () => {
    await assert.rejects(io.write(join(folder, 'none', 'x'), 'x'), {
      code: 'unwritable-file',
      message: /x cannot be written: .*\. Nothing was changed\.$/,
    });
    await assert.rejects(io.write(folder, 'x'), { code: 'unwritable-file' });
    for (const place of [tmpdir(), folder])
      assert.deepEqual(
        readdirSync(place).filter((n) => n.endsWith('.partial')),
        [],
      );
  });
});
