// What is written of a page: every form that holds it is read back, and those for other programs are what these expect.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { groupByCause } from '../../../../../src/core/vmsa/compare/causes';
import { comparePages, compareWithGenerated } from '../../../../../src/core/vmsa/compare/compare';
import { LINUX_MEMBERS } from '../../../../../src/core/vmsa/forms/exportC';
import { comparisonJson, comparisonMarkdown } from '../../../../../src/core/vmsa/compare/exportComparison';
import type { ExportId } from '../../../../../src/core/vmsa/forms/exportForms';
import { EXPORTS, findExport } from '../../../../../src/core/vmsa/forms/exportPage';
import { similarFields } from '../../../../../src/core/vmsa/layout/fieldNames';
import { generateVmsa, type VmsaRequest } from '../../../../../src/core/vmsa/launch/generate';
import type { StructMember } from '../../../../../src/core/vmsa/layout/members';
import { findPages } from '../../../../../src/core/vmsa/forms/findPages';
import { SEVCTL_SIZE } from '../../../../../src/core/vmsa/forms/sevctlJson';
import { randomBytes, seeded } from '../../../../helpers/random';
import { decodePage } from '../../../../../src/core/vmsa/vmsaPage';

const REQUEST: VmsaRequest = { profile: 'snp', role: 'bsp', cpu: { family: 25, model: 1, stepping: 1 } };
const PAGE = generateVmsa(REQUEST).bytes;
const RANDOM = randomBytes(seeded(11), 4096);

const write = (id: ExportId, page: Uint8Array, name = 'page.vmsa') => findExport(id)!.write(page, name);
const textOf = (id: ExportId, page: Uint8Array, name?: string) => write(id, page, name) as string;
const bytesOf = (written: string | Uint8Array) =>
  typeof written === 'string' ? new TextEncoder().encode(written) : written;

describe('The forms of a page', () => {
  it('have names and titles of their own', () => {
    for (const part of ['id', 'title', 'doc'] as const) {
      assert.equal(new Set(EXPORTS.map((e) => e[part])).size, EXPORTS.length);
    }
  });
  const held: [ExportId, number][] = [
    ['bin', 4096],
    ['json', 4096],
    ['hex', 4096],
    ['base64', 4096],
    ['csv', 4096],
    ['markdown', 4096],
    ['c', 4096],
    ['sevctl', SEVCTL_SIZE],
  ];
  for (const [id, size] of held) {
    it(`as ${id} hold a page, which is read back`, () => {
      for (let seed = 0; seed < 40; seed++) {
        const page = randomBytes(seeded(seed), 4096);
        const expected = page.slice();
        expected.fill(0, size);
        const read = findPages(bytesOf(write(id, page)));
        if ('reason' in read) assert.fail(`seed ${seed}: ${read.reason}`);
        assert.equal(Buffer.compare(read.pages[0]!.bytes, expected), 0, `seed ${seed}`);
      }
    });
  }
  it('do not change the page', () => {
    const page = RANDOM.slice();
    for (const { id } of EXPORTS) write(id, page);
    assert.deepEqual(page, RANDOM);
  });
});

describe('sevctl JSON', () => {
  const shown = textOf('sevctl', PAGE);
  const value = JSON.parse(shown) as Record<string, unknown>;
  it('has the keys of sevctl in their order', () => {
    const keys =
      'es cs ss ds fs gs gdtr ldtr idtr tr reserved_1 cpl reserved_2 efer reserved_3 xss cr4 cr3 cr0 dr7 dr6 rflags rip reserved_4 rsp reserved_5 rax star lstar cstar sfmask kernel_gs_base sysenter_cs sysenter_esp sysenter_eip cr2 reserved_6 g_pat dbgctl br_from br_to last_excp_from last_excp_to reserved_7 spec_ctrl reserved_7b pkru reserved_7a reserved_8 rcx rdx rbx reserved_9 rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15 reserved_10 sw_exit_code sw_exit_info_1 sw_exit_info_2 sw_scratch reserved_11 xcr0 valid_bitmap x87_state_gpa';
    assert.deepEqual(Object.keys(value), keys.split(' '));
  });
  it('has arrays of the lengths that sevctl has', () => {
    const lengths = Object.entries(value).flatMap(([k, v]) => (Array.isArray(v) ? [[k, v.length]] : []));
    assert.deepEqual(Object.fromEntries(lengths), {
      ...{ reserved_1: 43, reserved_2: 4, reserved_3: 104, reserved_4: 88, reserved_5: 24, reserved_6: 32 },
      ...{
        reserved_7: 72,
        reserved_7b: 4,
        reserved_7a: 20,
        reserved_10: 16,
        reserved_11: 56,
        valid_bitmap: 16,
      },
    });
  });
  it('is printed as sevctl prints it', () => {
    assert.ok(
      shown.startsWith(
        '{\n  "es": {\n    "selector": 0,\n    "attrib": 147,\n    "limit": 65535,\n    "base": 0\n  },\n  "cs": {\n    "selector": 61440,\n    "attrib": 155,\n    "limit": 65535,\n    "base": 4294901760\n  },\n',
      ),
    );
    assert.ok(shown.includes('\n  "reserved_2": [\n    0,\n    0,\n    0,\n    0\n  ],\n  "efer": 4096,\n'));
    assert.ok(shown.includes('\n  "g_pat": 1974748653749254,\n'));
    assert.ok(shown.endsWith('\n    0\n  ],\n  "x87_state_gpa": 0\n}\n'));
    // 5314 characters are what sevctl prints for such a page.
    assert.equal(textOf('sevctl', generateVmsa({ ...REQUEST, profile: 'sev-es' }).bytes).length, 5314);
  });
});

describe('The C initialiser', () => {
  const TYPES: Readonly<Record<number, string>> = { 1: 'u8', 2: 'u16', 4: 'u32', 8: 'u64' };
  const declare = (m: StructMember): string =>
    m.kind === 'segment'
      ? `struct { ${m.members.map(declare).join(' ')} } __attribute__((packed)) ${m.name};`
      : m.kind === 'number'
        ? `${TYPES[m.size]!} ${m.name};`
        : `u8 ${m.name}[${m.size}];`;
  const PROGRAM = `
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
typedef uint8_t u8; typedef uint16_t u16; typedef uint32_t u32; typedef uint64_t u64;
struct sev_es_save_area { ${LINUX_MEMBERS.map(declare).join('\n')} } __attribute__((packed));
${LINUX_MEMBERS.map((m) => `_Static_assert(offsetof(struct sev_es_save_area, ${m.name}) == ${m.offset}, "");`).join('\n')}
_Static_assert(sizeof(struct sev_es_save_area) == 1648, "");
#include "page.c"
int main(void) { return fwrite(&vmsa, sizeof(vmsa), 1, stdout) != 1; }
`;
  it('compiles to the bytes of the page', function () {
    if (spawnSync('gcc', ['--version']).error) this.skip();
    const folder = mkdtempSync(join(tmpdir(), 'sevscope-c-'));
    try {
      const random = RANDOM.slice();
      // Linux has no names of its own for these two words.
      random.fill(0, 0x300, 0x308).fill(0, 0x320, 0x328);
      for (const [i, page] of [PAGE, random].entries()) {
        writeFileSync(join(folder, 'page.c'), textOf('c', page, '*/ #error "\\ \n'));
        writeFileSync(join(folder, 'main.c'), PROGRAM);
        const program = join(folder, `program${i}`);
        execFileSync('gcc', ['-Wall', '-Werror', '-o', program, join(folder, 'main.c')]);
        assert.equal(Buffer.compare(execFileSync(program), page.subarray(0, 1648)), 0);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
  it('has the names of Linux, and what it cannot hold in a comment', () => {
    const page = PAGE.slice();
    page[0xa0] = 1;
    page[0x300] = 2;
    page[0x800] = 3;
    const text = textOf('c', page);
    assert.match(text, /\n\t\.pl0_ssp = 0x1ULL, \/\* 0x0a0 /);
    assert.match(
      text,
      /\n\t\.cs = { \.selector = 0xf000, \.attrib = 0x9b, \.limit = 0xffff, \.base = 0xffff0000ULL }/,
    );
    assert.match(text, /\n \* 0x300 reserved_0x300: 0200000000000000\n \* 0x7c8 reserved_0x7c8: 0{112}03/);
  });
});

describe('Tables of a page', () => {
  it('as CSV have every field, by RFC 4180', () => {
    const lines = textOf('csv', PAGE).split('\r\n');
    assert.equal(lines.pop(), '');
    assert.equal(lines.length, 228);
    assert.equal(lines[0], 'offset,size,name,group,value,meaning,doc');
    assert.ok(lines.every((line) => !line.includes('\n')));
    assert.ok(
      lines[1 + 1]!.startsWith('0x002,2,es_attrib,Segments,0x0093,"TYPE=data, read/write, accessed;'),
    );
  });
  it('as Markdown have the fields that are set, and no markup of a name', () => {
    const text = textOf('markdown', PAGE, '<img>|`x`\n# y');
    assert.ok(text.startsWith('# \\<img\\>\\|\\`x\\` \\# y\n'));
    assert.match(text, /\n\| 0x3b0 \| `sev_features` \| `0x0000000000000001` \| SNPActive \|\n/);
    assert.doesNotMatch(text, /`rax`/);
  });
  it('as a hex dump are those of xxd', function () {
    if (spawnSync('xxd', ['--version']).error) this.skip();
    for (const page of [PAGE, RANDOM]) {
      assert.equal(textOf('hex', page), execFileSync('xxd', ['-g1'], { input: page, encoding: 'utf8' }));
      assert.equal(textOf('base64', page), execFileSync('base64', { input: page, encoding: 'utf8' }));
    }
  });
});

describe('A comparison', () => {
  const wrong = PAGE.slice();
  wrong[0x3b0] = 0x21;
  const request: VmsaRequest = { ...REQUEST, cpu: { family: 25, model: 17, stepping: 0 } };
  const comparison = compareWithGenerated(decodePage(wrong), generateVmsa(request));
  const names = { actual: 'a|b', expected: 'generated', request };
  it('as Markdown groups what differs by its cause', () => {
    const text = comparisonMarkdown(comparison, names);
    assert.ok(
      text.startsWith(
        `# a\\|b compared with generated\n\n2 of ${comparison.fields.length} fields differ.\n\n## `,
      ),
    );
    assert.equal(text.match(/^## /gm)!.length, groupByCause(comparison).length);
    assert.match(text, /\| offset \| field \| found \| expected \| set by \|\n/);
    assert.match(text, /\| 0x3b0 \| `sev_features` \| `0x0000000000000021` SNPActive DebugVirtualization \|/);
    assert.equal(
      comparisonMarkdown(comparePages(decodePage(PAGE), decodePage(PAGE)), { actual: 'a', expected: 'b' }),
      '# a compared with b\n\nNo field differs.\n',
    );
  });
  it('as JSON has each difference with its cause', () => {
    const json = comparisonJson(comparison, names);
    assert.equal(json.equal, false);
    assert.deepEqual(
      json.differences.map((d) => [d.name, d.cause]),
      [
        ['rdx', 'cpu-signature'],
        ['sev_features', 'debug-swap'],
      ],
    );
    assert.deepEqual(
      json.causes.map((c) => c.fields),
      [['sev_features'], ['rdx']],
    );
  });
});

describe('A name that no field has', () => {
  const cases: [string, string[]][] = [
    ['rdz', ['rdx']],
    ['RIPP', ['rip']],
    ['sev_feature', ['sev_features']],
    ['pl0_sp', ['vmpl0_ssp']],
    ['cs.bas', ['cs_base']],
    ['nothing like it at all', []],
    ['', []],
    ['x'.repeat(100_000), []],
  ];
  for (const [name, first] of cases) {
    it(`"${name.slice(0, 30)}" suggests ${first.join('') || 'nothing'}`, () => {
      assert.deepEqual(similarFields(name).slice(0, 1), first);
    });
  }
});
