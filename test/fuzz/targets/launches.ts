// Launch files as text: how they are read, what lint says of them and how it is mended, and edits. Also Git's ignore files,
// which decide whether keys could be committed.

import assert from 'node:assert/strict';
import { applyEdits } from 'jsonc-parser';
import type { CheckError } from '../../../src/core/errors';
import { isObject } from '../../../src/core/binary/values';
import { insteadOfJson } from '../../../src/app/otherFile';
import { badByteIn } from '../../../src/app/text';
import { isIgnored, workTreeOf } from '../../../src/app/gitIgnore';
import { changeLaunchText } from '../../../src/app/launchEdits';
import { parseLaunchFile } from '../../../src/app/launchFile';
import { errorPlace, verdictPlace } from '../../../src/app/launchPlaces';
import { lintLaunch } from '../../../src/app/launchProblems';
import { questionIn } from '../../../src/app/launchQuestion';
import { shapeProblems } from '../../../src/app/launchShape';
import { lineColumnOf, parseLaunchText, placeOf } from '../../../src/app/launchText';
import { memoryIo } from '../../helpers/memoryIo';
import { assertSentence, bytesOf, readOrCode, textOf, type Target } from '../target';
import { FIRMWARE, MEMBERS, PATH, TIK, recorded } from '../launchWords';

const FULL = {
  name: 'guest',
  firmware: 'OVMF.fd',
  kernel: 'vmlinuz',
  initrd: 'initrd',
  cmdline: 'quiet',
  vcpus: 2,
  cpu: 'EPYC-Milan',
  profile: 'sev-es',
  keys: { tik: 'tik.bin', tek: 'tek.bin' },
  launch: recorded,
};
const TEXTS = [
  JSON.stringify(FULL, null, 2),
  JSON.stringify({ firmware: 'OVMF.fd', keys: { tk: 'tk.bin' }, launch: { ...recorded, policy: '0x1' } }),
  JSON.stringify(
    {
      firmware: '/fw/OVMF.fd',
      vmsa: { bsp: 'a.vmsa', ap: 'b.vmsa' },
      vcpus: 4,
      keys: { tik: 'tik.bin' },
      domain: { connection: 'qemu:///system', name: 'guest', policy: 5 },
    },
    null,
    4,
  ),
  `\ufeff${JSON.stringify({ firmware: 'OVMF.fd', cpu: { family: 25, model: 1, stepping: 1 }, keys: { tik: 'tik.bin' }, launch: recorded }, null, '\t')}`,
];
const seeds = () => TEXTS.map(bytesOf);
const emptyIo = memoryIo();

/** Whether a place is in a text. */
const assertPlace = (text: string, { offset, size }: { offset: number; size: number }) => {
  assert.ok(offset >= 0 && size >= 0 && offset + size <= text.length, `${offset}, ${size} of ${text.length}`);
};

const launchTexts: Target = {
  name: 'launch-texts',
  form: 'text',
  most: 4096,
  seeds,
  words: MEMBERS,
  run(input) {
    const text = textOf(input);
    const read = parseLaunchText(text);
    for (const fault of read.faults) {
      assertPlace(text, fault);
      const { line, column } = lineColumnOf(text, fault);
      assert.ok(line >= 1 && column >= 1);
    }
    for (const member of [['firmware'], ['launch', 'policy'], ['keys', 'tik'], ['none']])
      assertPlace(text, placeOf(read, member));
    if (read.faults.length === 0) {
      // The byte order mark aside, as strict as JSON.parse, and the same value.
      assert.equal(JSON.stringify(read.value), JSON.stringify(JSON.parse(text.replace(/^\ufeff/, ''))));
    }
    const problems = shapeProblems(read.value);
    for (const { why } of problems) assertSentence(why);
    questionIn(read.value);
    const file = readOrCode(() => parseLaunchFile(emptyIo, text, PATH));
    if (file.code === undefined) assert.equal(read.faults.length + problems.length, 0);
    verdictPlace(text);
    try {
      parseLaunchFile(emptyIo, text, PATH);
    } catch (error) {
      const { line } = errorPlace(text, error as CheckError);
      assert.ok(line >= 1);
    }
    const rules = [...new Set(read.faults.map(({ rule }) => rule))].sort().join();
    return {
      feature: `${rules} ${file.code ?? 'file'} ${problems.map(({ member }) => member.join('.')).join()}`,
      result: [read.value, problems],
    };
  },
};

const linted: Target = {
  name: 'launch-lint',
  form: 'text',
  most: 4096,
  seeds,
  words: MEMBERS,
  async run(input) {
    const text = textOf(input);
    const io = memoryIo();
    io.files.set('/guest/OVMF.fd', { bytes: FIRMWARE, mode: 0o644 });
    io.files.set('/guest/tik.bin', { bytes: TIK, mode: 0o644 });
    io.files.set('/guest/tek.bin', { bytes: TIK, mode: 0o600 });
    const badByte = badByteIn(input);
    const instead = insteadOfJson(input);
    const { problems } = await lintLaunch(io, text, PATH, { files: true, badByte });
    const read = parseLaunchText(text);
    if (read.faults.length === 0 && isObject(read.value)) assert.equal(instead, undefined);
    problems.forEach((problem, i) => {
      assertPlace(text, problem);
      assertSentence(problem.message);
      if (i > 0) assert.ok(problem.offset >= problems[i - 1]!.offset, 'in text order');
      const { fix } = problem;
      if (!fix || !('edits' in fix)) return;
      assertSentence(fix.title);
      for (const one of fix.edits) assertPlace(text, one);
      const mended = applyEdits(
        text,
        fix.edits.map(({ offset, size, text: content }) => ({ offset, length: size, content })),
      );
      if (read.faults.length === 0)
        assert.equal(parseLaunchText(mended).faults.length, 0, `${fix.title} leaves JSON`);
    });
    const file = readOrCode(() => parseLaunchFile(io, text, PATH));
    const rules = [...new Set(problems.map(({ rule }) => rule))].sort();
    // Lint shows whatever a check would refuse the text for.
    if (file.code !== undefined)
      assert.ok(
        problems.some(({ severity }) => severity === 'error'),
        `${file.code} is not shown`,
      );
    return { feature: rules.join(), result: problems };
  },
};

const edited: Target = {
  name: 'launch-edits',
  form: 'text',
  most: 4096,
  seeds,
  words: MEMBERS,
  run(input) {
    const text = textOf(input);
    const at = input[input.length >> 1] ?? 0;
    const member = [
      ['vcpus'],
      ['cpu'],
      ['launch', 'policy'],
      ['kernel'],
      ['keys', 'tik'],
      ['cmdline'],
      ['vmsa'],
    ][at % 7]!;
    const value = [2, 'EPYC-Milan', 1, '/guest/vmlinuz', '/guest/tek.bin', 'x="ü\\"', undefined][at % 7];
    const edits = [{ member, ...(value !== undefined && { value }) }, { member: ['initrd'] }];
    const changed = readOrCode(() => changeLaunchText(emptyIo, text, PATH, edits));
    if (changed.code !== undefined) return { feature: changed.code };
    const result = applyEdits(text, [...changed.value]);
    parseLaunchFile(emptyIo, result, PATH);
    assert.deepEqual(changeLaunchText(emptyIo, result, PATH, edits), [], 'nothing is left to change');
    return { feature: `changed ${member.join('.')} ${changed.value.length}`, result };
  },
};

const ignored: Target = {
  name: 'git-ignore',
  form: 'text',
  most: 2000,
  seeds: () =>
    ['*.bin\n!tik.bin\n', '/keys/\n# comment\n', '**/a/**\n\\#x\n[a-z]?.key\n', '/*\n!/guest\n'].map(bytesOf),
  words: ['**', '*', '!', '/', '\\', '[', ']', '[!a]', '?', '#', ' ', '\r\n', '\ufeff'],
  async run(input) {
    const io = memoryIo();
    io.files.set('/guest/.git/HEAD', { bytes: new Uint8Array(1), mode: 0o644 });
    io.files.set('/guest/.gitignore', { bytes: input, mode: 0o644 });
    io.files.set('/guest/keys/.gitignore', { bytes: input.slice(input.length >> 1), mode: 0o644 });
    const found = await Promise.all(
      ['/guest/tik.bin', '/guest/keys/a/b.key', '/guest/#x'].map(async (path) =>
        isIgnored(io, (await workTreeOf(io, path))!, path),
      ),
    );
    return { feature: found.join(), result: found };
  },
};

/** The targets of launch files as text. */
export const LAUNCH_TARGETS: readonly Target[] = [launchTexts, linted, edited, ignored];
