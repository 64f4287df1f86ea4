// OVMF images: their tables and lists, files that are no image, everything about a whole image, and comparisons of two.

import assert from 'node:assert/strict';
import { jsonText } from '../../../src/core/binary/json';
import { terminalLine } from '../../../src/core/binary/plainText';
import type { Finding } from '../../../src/core/binary/region';
import { nodeHashes } from '../../../src/node/hashes';
import { computeImageDigests, digestRows } from '../../../src/core/check/imageDigests';
import { variableStoreSize } from '../../../src/core/explain/variableStore';
import { buildOvmf } from '../../../src/core/ovmf/build';
import { compareImages } from '../../../src/core/ovmf/compare/compare';
import { compareWhole } from '../../../src/core/ovmf/compare/compareWhole';
import {
  comparisonLines,
  imageComparisonJson,
  imageComparisonMarkdown,
} from '../../../src/core/ovmf/compare/exportComparison';
import { parseContents } from '../../../src/core/ovmf/contents';
import { kindWithoutContent, parseFirmware } from '../../../src/core/ovmf/firmwareFile';
import { parseOvmf } from '../../../src/core/ovmf/image';
import { imageTables } from '../../../src/core/ovmf/imageTables';
import { describeKind, endsOf } from '../../../src/core/ovmf/kinds/fileKind';
import { describeBox } from '../../../src/core/ovmf/mapBox';
import { memoryMap } from '../../../src/core/ovmf/memoryMap';
import { lintOvmf } from '../../../src/core/ovmf/lint';
import { snp } from '../../../src/core/tech/snp/loads';
import { snpParts } from '../../../src/core/tech/snp/measuredParts';
import { tablesAtEnd } from '../../../src/core/ovmf/tablesAtEnd';
import { printImage } from '../../../src/cli/ovmf';
import { firmwareDoubt, firmwareOf } from '../../../src/app/firmware';
import type { View } from '../../../src/protocol/pages';
import { Inbox, Outbox } from '../../../src/protocol/pageTransfer';
import { SECTIONS } from '../../helpers/compressions';
import { firmware, VERIFIER } from '../../helpers/firmware';
import { memoryIo } from '../../helpers/memoryIo';
import { CONTAINERS, FOREIGN, OTHERS } from '../../helpers/otherFiles';
import { assertWhole } from '../../helpers/wholeness';
import { assertWholeTree } from '../../unit/core/ovmf/volumes/wholeTree';
import { countedDecompress } from '../decompressors';
import { mendVolumes } from '../mend';
import { capture } from '../output';
import { assertPlain, assertSentence, readOrCode, type Target } from '../target';

const rulesOf = (findings: readonly Finding[]): string =>
  [...new Set(findings.map(({ rule }) => rule))].sort().join();

const BUILT = () => [
  buildOvmf({ size: 0x1000, tdxSections: true, igvmSections: true }),
  buildOvmf({ size: 0x1000 }),
  buildOvmf({ size: 0x1000, form: 'legacy' }),
  buildOvmf({ size: 0x1000, form: 'none' }),
  buildOvmf({
    size: 0x1000,
    extraEntries: [{ guid: 'aaaaaaaa-0000-4000-8000-000000000001', data: VERIFIER }],
  }),
];

const HASHES = new Uint8Array(176).fill(0xab);

const tables: Target = {
  name: 'ovmf-tables',
  form: 'bytes',
  most: 0x2000,
  seeds: BUILT,
  run(input) {
    // As a whole file, and as the end of a larger one that follows from its bytes.
    const fileSize = input.length + 0x1000 * ((input[0] ?? 0) % 64);
    const parsed = parseOvmf(input);
    const end = parseFirmware(input, { fileSize, head: input.subarray(0, 64) });
    for (const one of [parsed, end]) {
      assertWhole(one);
      for (const { start, end: to } of memoryMap(one.value, one.findings).guest)
        assert.ok(start >= 0 && to >= start, `a stretch of memory from ${start} to ${to}`);
    }
    // All of so small a file is at its ends.
    assert.deepEqual(tablesAtEnd(input), imageTables(parseFirmware(input)));
    // Whatever the sections say, each part is at a place of its own in the order.
    const parts = snpParts(parsed.value, input);
    for (const [i, part] of parts.entries()) assert.deepEqual([part.order, part.of], [i + 1, parts.length]);
    const loads = readOrCode(() => [...snp.loads({ kernelHashes: HASHES }, parsed.value)]);
    for (const { type, size, bytes } of loads.code === undefined ? loads.value : [])
      assert.equal(bytes?.length, type === 'normal' ? size : undefined);
    const code = loads.code ?? 'loads';
    return { feature: `${rulesOf(parsed.findings)} ${rulesOf(end.findings)} ${code}`, result: [parsed, end] };
  },
};

const files = memoryIo();

const kinds: Target = {
  name: 'file-kinds',
  form: 'bytes',
  most: 0x2000,
  // What a file is, is known by its ends.
  seeds: () =>
    [...CONTAINERS, ...OTHERS, ...FOREIGN].flatMap(([, bytes]) =>
      bytes.length <= 0x2000 ? [bytes] : [bytes.slice(0, 0x1000), bytes.slice(-0x1000)],
    ),
  async run(input) {
    const parsed = parseFirmware(input);
    assertWhole(parsed);
    const { fileKind } = parsed.value;
    const words = fileKind ? describeKind(fileKind, 'x.fd') : '';
    if (fileKind) assertSentence(words);
    const bare = kindWithoutContent(input);
    const { head, tail, bytes } = { ...endsOf(input), bytes: input.length };
    const ends = parseFirmware(tail, { head, fileSize: bytes });
    assertWhole(ends);
    const judged = readOrCode(() => firmwareOf('x.fd', input));
    files.files.set('/x.fd', { bytes: input, mode: 0o644 });
    const doubt = await firmwareDoubt(files, '/x.fd');
    if (doubt !== undefined) assertSentence(doubt);
    const store = variableStoreSize(input);
    assert.ok(store === undefined || (store > 0 && store < input.length));
    return {
      feature: `${fileKind?.id ?? ''} ${bare?.id ?? ''} ${judged.code ?? ''}`,
      result: [words, judged.code, store],
    };
  },
};

const packed = (method: keyof typeof SECTIONS) =>
  firmware({ pack: SECTIONS[method], driver: VERIFIER, variables: 0x1000, size: 0x10000 });

const whole: Target = {
  name: 'whole-images',
  form: 'bytes',
  most: 0x11000,
  slow: true,
  seeds: () => [firmware(), ...(['lzma', 'tiano', 'uefi', 'brotli', 'lzma-f86'] as const).map(packed)],
  mend: mendVolumes,
  async run(input) {
    const decompress = countedDecompress();
    const { value, findings } = lintOvmf(input, { decompress });
    assertWhole({ value: value.image, findings: [] });
    // What looks like a volume in a file of another kind is none.
    const role = value.image.fileKind?.role;
    if (role === 'container' || role === 'other') assert.deepEqual(value.volumes.nodes, []);
    else assertWholeTree({ value: value.volumes, findings: [] });
    for (const { offset, size, message } of findings) {
      assert.ok(
        offset >= 0 && size >= 0 && offset + size <= input.length,
        `a finding at ${offset}, ${size} bytes`,
      );
      assertSentence(message);
    }
    for (const box of memoryMap(value.image, findings).flash.boxes) assertSentence(describeBox(box));
    for (const { value: digest } of digestRows(computeImageDigests(input, nodeHashes)))
      assert.ok(digest.length >= 32);
    const contents = parseContents(input, parseFirmware(input), countedDecompress());
    assert.deepEqual(contents.findings, findings);
    const view = { kind: 'ovmf', name: 'x.fd', bytes: input, contents } as const;
    assert.deepEqual(await crossed(view), view, 'a page gets what the host has');
    const code = shows({ value, findings });
    return { feature: `${code} ${rulesOf(findings)}`, result: [findings, value.facts] };
  },
};

/** A view as it arrives at a page. */
async function crossed(view: View): Promise<View | undefined> {
  const inbox = new Inbox();
  let arrived: View | undefined;
  const outbox = new Outbox(
    (message) => {
      const whole = inbox.take(message);
      if (whole?.type === 'show') arrived = whole.view;
    },
    () => Promise.resolve(),
  );
  await outbox.show(view);
  return arrived;
}

/** Prints an image in each way. @returns why it is refused, if it is */
function shows(read: ReturnType<typeof lintOvmf>): string {
  for (const options of [{ json: true }, { volumes: true }, {}] as const) {
    const out = capture();
    const { code } = readOrCode(() => {
      printImage(read, 'x.fd', options, out.output);
    });
    if (code !== undefined) return code;
    assertPlain(out.text());
    if ('json' in options) JSON.parse(out.text());
  }
  return '';
}

const before = packed('lzma');

/** The same content, compressed with another dictionary: the third byte of its size. */
function otherDictionary(inner: Uint8Array): Uint8Array {
  const section = SECTIONS.lzma(inner);
  section[LZMA_DATA + 3]! ^= 1;
  return section;
}
/** Where the stream starts in a GUID-defined section. */
const LZMA_DATA = 24;

const compared: Target = {
  name: 'compared-images',
  form: 'bytes',
  most: 0x11000,
  slow: true,
  seeds: () => [
    before,
    firmware({ variables: 0x1000 }),
    firmware({ driver: VERIFIER, variables: 0x2000 }),
    packed('tiano'),
    firmware({ pack: otherDictionary, driver: VERIFIER, variables: 0x1000 }),
  ],
  mend: mendVolumes,
  run(input) {
    const a = { bytes: before, image: parseFirmware(before).value };
    const b = { bytes: input, image: parseFirmware(input).value };
    const volumes = compareWhole(a, b, countedDecompress());
    const comparison = compareImages(a, b, { volumes });
    const equal = Buffer.compare(before, input) === 0;
    assert.equal(comparison.equal, equal);
    assert.equal(comparison.changes.length > 0, !equal, 'changes where images differ, and only there');
    for (const { a: left, b: right } of comparison.changes) assert.ok(left ?? right);
    const names = { a: 'a.fd', b: 'b.fd' };
    const lines = comparisonLines(comparison, names);
    lines.forEach(assertSentenceOrBlank);
    assertPlain(lines.map(terminalLine).join('\n'));
    const markdown = imageComparisonMarkdown(comparison, names);
    JSON.parse(jsonText(imageComparisonJson(comparison, names)));
    const kindsOfChange = [...new Set(comparison.changes.map(({ what, kind }) => `${what} ${kind}`))].sort();
    const effects = comparison.effects.map(({ id }) => id);
    return { feature: `${kindsOfChange.join()} ${effects.join()}`, result: [lines, markdown] };
  },
};

const assertSentenceOrBlank = (line: string): void => {
  if (line.trim().length > 2) assertSentence(line);
};

export const IMAGE_TARGETS: readonly Target[] = [tables, kinds, whole, compared];
