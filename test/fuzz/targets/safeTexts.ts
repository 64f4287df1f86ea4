// What makes any text safe to show, variants of command lines, and secrets.

import assert from 'node:assert/strict';
import { isGuid, guidText } from '../../../src/core/binary/guid';
import { utf8 } from '../../../src/core/binary/hex';
import { markdownCell, markdownTable, markdownText } from '../../../src/core/binary/markdown';
import {
  editorLine,
  safeFileName,
  markdownParagraphs,
  plainText,
  terminalLine,
  terminalText,
} from '../../../src/core/binary/plainText';
import { lengthWithout } from '../../../src/core/binary/trim';
import { bytesOfText, textWithBytes } from '../../../src/core/binary/rawText';
import { shellWord } from '../../../src/core/binary/shell';
import { cmdlineVariants } from '../../../src/core/explain/cmdlineVariants';
import { withCpuCount, withoutCpuCount } from '../../../src/core/explain/cpuCounts';
import { explainHostLines } from '../../../src/core/explain/hostLines';
import { explainLog } from '../../../src/core/explain/hostMarkdown';
import { cmdlineBytes } from '../../../src/core/launch/kernelHashes';
import { encodeSecretTable, sealSecrets, secretGuid } from '../../../src/core/tech/sev/secret';
import { columns } from '../../../src/cli/output';
import { badByteIn, textOf as textOfFile } from '../../../src/app/text';
import { sentenceParts, asHeading } from '../../../webview/launch/explainWords';
import { assertPlain, assertSentence, readOrCode, textOf, textSeeds, type Target } from '../target';

/** Everything that a terminal or VS Code would act on. */
const LINKS = /\]\(|\$\(/;

const safeTexts: Target = {
  name: 'safe-texts',
  form: 'text',
  most: 1000,
  seeds: textSeeds(
    '[a](command:x) $(bug)\r\n\x1b[31mred',
    '\u202eabc\u200b\u{e0041}',
    'plain words',
    '| a_b_ *c* `d` <e> #f ~g\\',
  ),
  words: ['](', '$(', '\x1b]0;', '|', '`', '<b>', '\ufeff', '\u2066'],
  run(input) {
    const text = textOf(input);
    const plain = plainText(text);
    assert.ok(!/[\p{Cc}\u202e\u2028\u2066\ufeff]/u.test(plain), plain);
    assert.equal(plainText(plain, plain.length + 1), plain, 'what is plain stays as it is');
    const line = terminalLine(text);
    assertPlain(line);
    assert.ok(!/[\r\n\t]/.test(line));
    assertPlain(terminalText(text));
    assert.equal(terminalText(terminalText(text)), terminalText(text));
    const row = editorLine(text);
    assert.ok(!LINKS.test(row), `${row} has a link or an icon`);
    assert.ok(!/[\p{Cc}]/u.test(row));
    assert.match(safeFileName(text, 'none'), /^[\p{L}\p{M}\p{N}_][\p{L}\p{M}\p{N}._-]*$/u);
    const markdown = markdownParagraphs([text, text]);
    assert.ok(!/[<>[\]()`*_]/.test(markdown));
    const cell = markdownText(text);
    assert.ok(!/[\r\n]/.test(cell));
    assert.ok(
      !/(?<!\\)(\\\\)*\|/.test(markdownCell('a|b')) && !/(?<!\\)(?:\\\\)*[|<`]/.test(cell),
      `a cell ends in ${cell}`,
    );
    markdownTable(['a'], [[cell]]);
    const parts = sentenceParts(text);
    assert.equal(parts.map((part) => part.text).join('').length <= text.length, true);
    asHeading(text);
    const padded = columns([
      [text, 'b'],
      ['c', 'd'],
    ]);
    lengthWithout(text, ' \n');
    const file = textOfFile(input);
    const bad = badByteIn(input);
    const raw = textWithBytes(input);
    assert.ok(Buffer.from(bytesOfText(raw)).equals(input), 'the same bytes again');
    assert.equal(raw === file, bad === undefined);
    assert.ok(!/\p{Cc}/u.test(shellWord(raw).replaceAll(/[\u0080-\u009f]/g, '')), 'a word for a terminal');
    if (bad)
      assert.ok(bad.byte >= 0 && bad.byte < input.length && bad.offset <= file.length, 'a place in the file');
    return {
      feature: `${plain === text} ${line === text} ${row === text} ${cell === text} ${bad !== undefined}`,
      result: [plain, row, padded],
    };
  },
};

const cmdlines: Target = {
  name: 'command-lines',
  form: 'text',
  most: 600,
  seeds: textSeeds(' "quiet"  root=/dev/vda\tro\r\n', 'console=ttyS0 a="b c"', ''),
  words: [
    '"',
    "'",
    ' ',
    '\t',
    '\n',
    '\u00a0',
    '\\"',
    ' nr_cpus=',
    'BOOT_IMAGE=',
    ' initrd=initrd',
    'panic=1',
    '&amp;',
    '\ufeff',
  ],
  run(input) {
    const text = textOf(input);
    const counted = withCpuCount(text, 3).map((one) => one.text);
    assert.ok(!counted.includes(text) && new Set(counted).size === counted.length);
    assert.notEqual(withoutCpuCount(text), text);
    const variants = cmdlineVariants(text, { kernel: 'vmlinuz', initrd: 'initrd.img' });
    const given = Buffer.from(cmdlineBytes(text)).toString('hex');
    const all = variants.map(({ bytes: variant }) => Buffer.from(variant).toString('hex'));
    assert.ok(!all.includes(given), 'each is another one');
    assert.equal(new Set(all).size, all.length, 'none comes twice');
    for (const { words } of variants) assertSentence(words);
    return { feature: variants.map(({ words }) => words).join(), result: all };
  },
};

const hostLines: Target = {
  name: 'host-lines',
  form: 'text',
  most: 600,
  seeds: textSeeds(
    "sev_snp_launch_finish: SNP_LAUNCH_FINISH ret=-5 fw_error=11 'Bad measurement'",
    'SEV-ES guest requested termination: 0x1:0x2',
    'VerifyBlob: Hash comparison failed for "kernel"\nfw_error 0x16',
  ),
  words: ['fw_error=', '0x', 'LAUNCH_START', 'CPUID validation failed for function ', '\n'],
  run(input) {
    const lines = explainHostLines(textOf(input));
    for (const { meaning, advice, line } of lines) {
      assert.ok(line >= 1);
      assertSentence(meaning);
      assertSentence(advice);
    }
    const { markdown, messages } = explainLog(textOf(input));
    assert.equal(markdown === '', lines.length === 0);
    assert.equal(messages.length, Math.min(20, lines.length));
    assertPlain(markdown.replaceAll('\n', ' '));
    return { feature: lines.map(({ id }) => id).join(), result: [lines, markdown] };
  },
};

const secrets: Target = {
  name: 'secrets',
  form: 'text',
  most: 400,
  seeds: textSeeds(
    'luks-key',
    '736869e5-84f0-4973-92ec-06879ce3da0b',
    'AAAAAAAA-0000-4000-8000-000000000001',
  ),
  words: ['-', '{', '}', 'luks-key'],
  run(input) {
    const text = textOf(input);
    const guid = readOrCode(() => secretGuid(text));
    if (guid.code !== undefined) return { feature: guid.code };
    assert.ok(isGuid(guid.value));
    const data = utf8(text);
    const table = encodeSecretTable([{ guid: guid.value, data }]);
    assert.equal(table.length % 16, 0);
    assert.equal(guidText(table, 20), guid.value);
    const twice = readOrCode(() =>
      encodeSecretTable([
        { guid: guid.value, data },
        { guid: guid.value, data },
      ]),
    );
    assert.ok(twice.code !== undefined);
    const key = new Uint8Array(16).fill(3);
    const launch = { platform: { apiMajor: 1, apiMinor: 55 }, hmac: new Uint8Array(32) };
    const flip = (_: Uint8Array, __: Uint8Array, plain: Uint8Array) => plain.map((byte) => byte ^ 0xff);
    const sealed = sealSecrets([{ guid: guid.value, data }], { tik: key, tek: key }, launch, key, {
      hmac: () => new Uint8Array(32),
      encrypt: flip,
    });
    assert.deepEqual(
      sealed.payload.map((byte) => byte ^ 0xff),
      table,
    );
    return { feature: 'table', result: sealed };
  },
};

/** The targets of texts that are shown, hashed or sealed. */
export const SAFE_TEXT_TARGETS: readonly Target[] = [safeTexts, cmdlines, hostLines, secrets];
