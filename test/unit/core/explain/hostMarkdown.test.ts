// A log as a document: each message once, as it was printed, with nothing in it that is markup or may be a key.

import assert from 'node:assert/strict';
import { HOST_LINE_ROWS } from '../../../../src/core/explain/hostLines';
import { explainLog } from '../../../../src/core/explain/hostMarkdown';

const FINISH = "SNP_LAUNCH_FINISH ret=-5 fw_error=11 'Bad measurement'";

describe('A log explained as a document', () => {
  it('has what is printed, what it means, who decides it, what to do and the source', () => {
    const { messages, markdown, isDecided } = explainLog(`boot\n${FINISH}\r\nmore\n${FINISH}\n`);
    assert.deepEqual(messages, [FINISH]);
    assert.equal(isDecided, true);
    const [title, heading, line, meaning, decided, advice, source] = markdown.trimEnd().split('\n\n');
    assert.equal(title, '# Error messages explained');
    assert.match(heading!, /^## SEV firmware status 11 \(0x0b\), BAD_MEASUREMENT: Bad measurement$/);
    assert.equal(line, `\`\`\`text\n${FINISH}\n\`\`\``);
    assert.match(meaning!, /^The launch digest in the ID block .* It means the same in 1 later line\.$/);
    assert.match(decided!, /^\*\*Inputs that decide it:\*\* firmware image, kernel, .*SEV features$/);
    assert.match(advice!, /^\*\*What to do:\*\* Have the digest/);
    assert.match(source!, /^\*Source:\* AMD-ASPFW, /);
  });
  it('says so where no input decides it', () => {
    const { markdown, isDecided } = explainLog('sev_common_kvm_init: failed to create encryption context');
    assert.match(markdown, /decide it:\*\* none that is measured/);
    assert.equal(isDecided, false);
  });
  it('is empty for a log in which nothing is known', () => {
    for (const text of ['', '\n\n', 'all is well'])
      assert.deepEqual(explainLog(text), { messages: [], markdown: '', isDecided: false });
  });
  it('has the first twenty messages of many, and the number of the others', () => {
    const all = HOST_LINE_ROWS.flatMap(({ lines }) => lines);
    const { messages, markdown } = explainLog(all.join('\n'));
    assert.equal(messages.length, 20);
    assert.equal(markdown.match(/^## /gm)?.length, 20);
    assert.match(markdown, /\n[0-9]+ more messages of the log could be explained\./);
  });
  it('is the same for the messages that it has', () => {
    const { messages, markdown } = explainLog(`x\n${FINISH}\nfw_error=21\ny`);
    assert.equal(explainLog(messages.join('\n')).markdown, markdown);
  });
  for (const [what, line] of [
    ['HTML', `<img src=x> ${FINISH} <script>`],
    ['fences', `\`\`\`\` ${FINISH} \`\`\`\``],
    ['links', `[a](command:b) ${FINISH} ![](http://c)`],
  ] as const)
    it(`shows ${what} in a line as text`, () => {
      const { markdown } = explainLog(line);
      const [, fence = ''] = /\n(`+)text\n/.exec(markdown)!;
      assert.ok(markdown.includes(`\n${fence}text\n${line}\n${fence}\n`));
      assert.ok(!line.includes(fence));
      assert.ok(!markdown.replace(line, '').includes('<'), 'nowhere else');
    });
  it('has escapes for what does not show', () => {
    assert.ok(explainLog(`\u202e\u001b[31m${FINISH}`).markdown.includes(`\\u202e\\u001b[31m${FINISH}`));
  });
  it('escapes the markup of our own texts', () => {
    assert.match(explainLog('pflash with kvm requires KVM readonly memory support').markdown, /\\<loader/);
  });
  for (const key of [
    '00112233445566778899aabbccddeeff',
    'ABEiM0RVZneImaq7zN3u/w==',
    'tik=8f5a0c3b9d7e6f1a2b4c8d0e9f3a5b7c',
  ])
    it(`withholds what may be a key: ${key.slice(0, 8)}…`, () => {
      const { messages, markdown } = explainLog(`${key} ${FINISH}`);
      for (const text of [...messages, markdown]) {
        assert.ok(!text.includes(key.slice(-16)), text);
        assert.match(text, /withheld: it may be a key/);
      }
    });
  it('withholds nothing of the lines that are known', () => {
    for (const line of HOST_LINE_ROWS.flatMap(({ lines }) => lines))
      assert.deepEqual(explainLog(line).messages, [line]);
  });
});
