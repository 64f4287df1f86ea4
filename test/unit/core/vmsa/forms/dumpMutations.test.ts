// No damage to a dump gives a wrong page: a mutated text is read to the pages that it was printed from, or refused. What
// may be lost, with a note, is the end of a page above the structure of Linux. SEED=n starts with other mutations.

import assert from 'node:assert/strict';
import type { ExportId } from '../../../../../src/core/vmsa/forms/exportForms';
import { findExport } from '../../../../../src/core/vmsa/forms/exportPage';
import { findPages } from '../../../../../src/core/vmsa/forms/findPages';
import { generateVmsa, type VmsaRequest } from '../../../../../src/core/vmsa/launch/generate';
import { PRINTERS } from '../../../../helpers/dumpPrinters';
import { KERNEL_STRUCT, PREFIXES, kernelLog, type Prefix } from '../../../../helpers/dumps';
import { seeds } from '../../../../helpers/hostile';
import { seeded, type Random } from '../../../../helpers/random';

const CPU = { family: 25, model: 1, stepping: 1 };
const page = (over: Partial<VmsaRequest> = {}) =>
  generateVmsa({ profile: 'snp', role: 'bsp', cpu: CPU, resetAddress: 0x80b004, ...over }).bytes;

/** A page of a launch in which every line of 16 bytes is another one, so that a shift shows anywhere. */
function marked(bytes: Uint8Array, mark: number): Uint8Array {
  const copy = bytes.slice();
  // Registers that no launch sets, up to the end of the structure.
  for (let at = 0x1e0; at < KERNEL_STRUCT - 16; at += 16)
    if (at < 0x260 || at > 0x3f0) copy.set([mark, at >> 8, at & 0xff], at + 12);
  return copy;
}
const A = marked(page(), 1);
const B = marked(page({ role: 'ap' }), 2);

type Mutation = (lines: string[], random: Random, other: string[]) => string[];

const edit = (lines: string[], at: number, change: (line: string) => string) =>
  lines.map((line, i) => (i === at ? change(line) : line));

/** What can happen to the lines of any dump. */
const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'a line lost': (lines, random) => {
    const at = random(lines.length);
    return lines.filter((_, i) => i !== at);
  },
  'lines lost': (lines, random) => {
    const at = random(lines.length);
    const count = 1 + random(lines.length);
    return lines.filter((_, i) => i < at || i >= at + count);
  },
  'a line twice': (lines, random) => {
    const at = random(lines.length);
    return [...lines.slice(0, at), lines[at]!, ...lines.slice(at)];
  },
  'lines twice': (lines, random) => {
    const at = random(lines.length);
    return [...lines.slice(0, at), ...lines.slice(random(at + 1))];
  },
  'the end cut': (lines, random) => {
    const text = lines.join('\n');
    return text.slice(0, random(text.length)).split('\n');
  },
  'the start cut': (lines, random) => {
    const text = lines.join('\n');
    return text.slice(random(text.length)).split('\n');
  },
  'a character lost': (lines, random) =>
    edit(lines, random(lines.length), (line) => {
      const at = random(line.length);
      return line.slice(0, at) + line.slice(at + 1);
    }),
  'a line broken in two': (lines, random) =>
    edit(lines, random(lines.length), (line) => {
      const at = random(line.length);
      return `${line.slice(0, at)}\n${line.slice(at)}`;
    }),
  'a line joined with the next': (lines, random) => {
    const at = random(lines.length);
    return [...lines.slice(0, at), (lines[at] ?? '') + (lines[at + 1] ?? ''), ...lines.slice(at + 2)];
  },
  'larger words in a line': (lines, random) =>
    edit(lines, random(lines.length), (line) =>
      line.replaceAll(/\b([0-9a-f]{2,8})\s(?:0x)?([0-9a-f]{2,8})\b(?=\s)/g, '$1$2'),
    ),
  'smaller words in a line': (lines, random) =>
    edit(lines, random(lines.length), (line) =>
      line.replaceAll(/\b([0-9a-f]{4})([0-9a-f]{4})\b(?!:)/g, '$1 $2'),
    ),
  'another dump behind it': (lines, _, other) => [...lines, ...other],
  'another dump behind its start': (lines, random, other) => [
    ...lines.slice(0, random(lines.length)),
    ...other,
  ],
  'the end of another dump behind it': (lines, random, other) => [
    ...lines,
    ...other.slice(random(other.length)),
  ],
};
/** These are seen by addresses, times or names only. */
const IN_ORDER: Readonly<Record<string, Mutation>> = {
  'two lines in the wrong order': (lines, random) => {
    const [a, b] = [random(lines.length), random(lines.length)];
    return lines.map((line, i) => (i === a ? lines[b]! : i === b ? lines[a]! : line));
  },
  'its lines backwards': (lines) => [...lines].reverse(),
};

/** Three of all in a row. */
const several: Mutation = (lines, random, other) => {
  const all = Object.values({ ...MUTATIONS, ...IN_ORDER });
  let mutated = lines;
  for (let i = 0; i < 3 && mutated.length > 0; i++)
    mutated = all[random(all.length)]!(mutated, random, other);
  return mutated;
};

const ISO: Prefix = (i) => `2024-11-05T10:01:02,${567893 + 3 * i}+01:00 `;
const journal = (bytes: Uint8Array, start: number) =>
  kernelLog([bytes], PREFIXES['no prefix']!).map((MESSAGE, i) =>
    JSON.stringify({ MESSAGE, _SOURCE_MONOTONIC_TIMESTAMP: `${start + 1234567000 + i}` }),
  );
const exported = (id: ExportId) => (bytes: Uint8Array) =>
  (findExport(id)!.write(bytes, 'x') as string).replaceAll('\r', '').trimEnd().split('\n');
const wrapped = (text: string, width: number) => text.match(new RegExp(`.{1,${width}}`, 'g'))!;
const pairs = (bytes: Uint8Array) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0'));

interface Form {
  readonly print: (bytes: Uint8Array, index: number) => string[];
  /** What nothing in it shows. */
  readonly except?: string;
  /** Whether something in it tells the order of lines. */
  readonly ordered: boolean;
  /** Whether each line says where its bytes are, so that not even several mutations go unseen. */
  readonly addressed?: boolean;
}
const FORMS: Readonly<Record<string, Form>> = {
  ...Object.fromEntries(
    Object.entries(PRINTERS).map(([name, { print }]) => [
      name,
      { print: (bytes: Uint8Array) => print(bytes, 0x1000n), ordered: true, addressed: true },
    ]),
  ),
  'hexdump with repetitions': {
    ordered: true,
    print: (bytes) => {
      const lines = PRINTERS["U-Boot's md.b"]!.print(bytes);
      const same = (i: number) => i > 0 && lines[i]!.slice(10) === lines[i - 1]!.slice(10);
      return [...lines.flatMap((line, i) => (!same(i) ? [line] : same(i - 1) ? [] : ['*'])), '00001000'];
    },
  },
  'a kernel log': {
    print: (bytes, i) => kernelLog([bytes], (n) => PREFIXES['dmesg']!(n + 200 * i)),
    ordered: true,
  },
  'a kernel log without its heading': {
    print: (bytes, i) => kernelLog([bytes], (n) => PREFIXES['dmesg']!(n + 200 * i)).slice(1),
    ordered: true,
  },
  'a kernel log with ISO times': {
    print: (bytes, i) => kernelLog([bytes], (n) => ISO(n + 200 * i)),
    ordered: true,
  },
  'a journal in JSON': { print: (bytes, i) => journal(bytes, 10_000 * i), ordered: true },
  'a kernel log without times': {
    print: (bytes) => kernelLog([bytes], PREFIXES['host kernel']!),
    ordered: false,
  },
  'xxd -p': { print: (bytes) => wrapped(pairs(bytes).join(''), 60), ordered: false },
  'pairs of digits': { print: (bytes) => wrapped(pairs(bytes).join(' '), 48), ordered: false },
  base64: { print: (bytes) => wrapped(Buffer.from(bytes).toString('base64'), 76), ordered: false },
  'xxd -i': {
    print: (bytes) => [
      'unsigned char page[] = {',
      ...wrapped(
        pairs(bytes)
          .map((b) => `0x${b}, `)
          .join(''),
        72,
      ),
      '};',
    ],
    ordered: false,
  },
  'Python bytes': {
    print: (bytes) => [
      'page = (',
      ...wrapped(
        pairs(bytes)
          .map((b) => `\\x${b}`)
          .join(''),
        64,
      ).map((part) => `  b'${part}'`),
      ')',
    ],
    ordered: false,
  },
  CSV: { print: exported('csv'), ordered: true },
  Markdown: { print: exported('markdown'), ordered: true },
  // Numbers have no leading zeros there, so that one with a digit less is another number.
  C: { print: exported('c'), ordered: true, except: 'a character lost' },
};

/** Whether a page is one of those that were printed, or the note says how much of it is, or that a loss would not show. */
function isTrue(bytes: Uint8Array, note: string | undefined): boolean {
  if (/"\*"|has no addresses/.test(note ?? '')) return true;
  const length = Number(
    /The dump has (\d+) bytes; the rest of the page was filled up/.exec(note ?? '')?.[1] ?? 4096,
  );
  return (
    length >= KERNEL_STRUCT &&
    [A, B].some((truth) => Buffer.compare(bytes, truth.slice().fill(0, length)) === 0)
  );
}

describe('A damaged dump', () => {
  const utf8 = (lines: readonly string[]) => new TextEncoder().encode(lines.join('\n'));
  for (const [name, { print, ordered, addressed, except }] of Object.entries(FORMS)) {
    it(`of ${name} is read right or refused`, () => {
      const [first, other] = [print(A, 0), print(B, 1)];
      assert.ok('pages' in findPages(utf8(first)), 'the dump itself is read');
      const mutations = Object.entries({
        ...MUTATIONS,
        ...(ordered && IN_ORDER),
        ...(addressed && { several }),
      }).filter(([kind]) => kind !== except);
      let refused = 0;
      for (const seed of seeds(10)) {
        for (const [kind, mutate] of mutations) {
          const found = findPages(utf8(mutate(first, seeded(seed), other)));
          if ('reason' in found) refused++;
          else
            for (const { bytes, note } of found.pages) {
              assert.ok(
                isTrue(bytes, note),
                `SEED=${seed}: with ${kind} it is read to another page (${note ?? 'no note'})`,
              );
            }
        }
      }
      assert.ok(refused > 0);
    });
  }
});
