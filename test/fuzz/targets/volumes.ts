// Firmware volumes: with checksums that are right, with compressed sections in which nothing is compressed, variable
// stores, and each decompressor alone.

import assert from 'node:assert/strict';
import { BROTLI, LZMA, LZMA_F86, TIANO } from '../../../src/core/ovmf/volumes/guids';
import { compressionOf, STANDARD, statedSize } from '../../../src/core/ovmf/volumes/compressions';
import { undecoded } from '../../../src/core/ovmf/volumes/undecoded';
import { valueText } from '../../../src/core/ovmf/volumes/variableValue';
import { parseVolumes, variablesOf } from '../../../src/core/ovmf/volumes/volumes';
import { undoX86Filter } from '../../../src/core/ovmf/volumes/x86Filter';
import { imageBuild } from '../../../src/core/ovmf/imageBuild';
import { nodesJson, volumeLines } from '../../../src/cli/volumes';
import { decompressSection } from '../../../src/node/decompress';
import { COMPRESSED, SECTIONS } from '../../helpers/compressions';
import { section, variableVolume, volume, file } from '../../../src/core/ovmf/volumes/build';
import { guided, join, largeVolume, variable, workingBlock } from '../../helpers/volumes';
import { applyX86Filter } from '../../helpers/x86Filter';
import { A, B, driver, dxeImage, nested, small, u32 } from '../../unit/core/ovmf/volumes/builders';
import { assertWholeTree } from '../../unit/core/ovmf/volumes/wholeTree';
import { countedDecompress, stored } from '../decompressors';
import { mendVolumes } from '../mend';
import { assertPlain, assertSentence, type Outcome, type Target } from '../target';
import type { Decompress } from '../../../src/core/ovmf/volumes/tree';
import { terminalLine } from '../../../src/core/binary/plainText';

/** A volume in a section of each method, in which nothing is compressed. */
export function storedVolumes(): Uint8Array[] {
  const inner = section(0x17, small());
  const size = inner.length;
  const lzma = join(Uint8Array.of(0x5d, 0, 0, 1, 0), u32(size), u32(0), inner);
  const sections = [
    guided(LZMA, lzma),
    guided(LZMA_F86, lzma),
    guided(TIANO, join(u32(size), u32(size), inner)),
    guided(BROTLI, join(u32(size), u32(0), u32(0x10000), u32(0), inner)),
    section(0x01, join(u32(size), Uint8Array.of(1), u32(size), u32(size), inner)),
  ];
  return sections.map((body) =>
    volume({ size: 0x800, name: B, files: [file({ guid: B, type: 0x0b, body })] }),
  );
}

/** Reads the volumes of an input and checks that all of it is accounted for. */
export const readVolumes = (input: Uint8Array, decompress: Decompress): Outcome => {
  const parsed = parseVolumes(input, { decompress });
  assertWholeTree(parsed);
  const { value, findings } = parsed;
  for (const { message } of findings) assertSentence(message);
  for (const { offset, size } of undecoded(value))
    assert.ok(offset >= 0 && size > 0 && offset + size <= input.length);
  const lines = volumeLines(value.nodes, true);
  assertPlain(lines.map(terminalLine).join('\n'));
  const rules = [...new Set(findings.map(({ rule }) => rule))].sort().join();
  const json = nodesJson(value.nodes);
  return { feature: `${rules} ${Math.min(lines.length, 40)}`, result: [findings, json, imageBuild(value)] };
};

const volumes: Target = {
  name: 'volumes',
  form: 'bytes',
  most: 0x1000,
  seeds: () => [
    small(),
    nested(small()),
    dxeImage(),
    largeVolume(0x800, file({ guid: A, type: 2, attributes: 1, body: new Uint8Array(64) })),
    volume({
      size: 0x800,
      files: [driver('Checked'), file({ guid: A, type: 2, attributes: 0x40, body: Uint8Array.of(1) })],
    }),
    volume({
      size: 0x400,
      erased: 0,
      files: [file({ guid: A, type: 2, erased: 0, body: Uint8Array.of(1) })],
    }),
    join(small(), new Uint8Array(64), small()),
  ],
  mend: mendVolumes,
  run: (input) => readVolumes(input, countedDecompress()),
};

const insideVolumes: Target = {
  name: 'volumes-in-sections',
  form: 'bytes',
  most: 0x1000,
  seeds: storedVolumes,
  mend: mendVolumes,
  run: (input) => readVolumes(input, stored),
};

const variables: Target = {
  name: 'variables',
  form: 'bytes',
  most: 0x1000,
  seeds: () => [
    variableVolume(0x400, [
      variable('Boot0000', Uint8Array.of(1, 0, 0, 0, 4, 0)),
      variable('SecureBoot', Uint8Array.of(1)),
    ]),
    variableVolume(0x400, [variable('dbx', new Uint8Array(80), 0x3d), variable('PK', Uint8Array.of(7))]),
    join(variableVolume(0x400, [variable('A', Uint8Array.of(1))], undefined, 0x200), workingBlock(0x100)),
  ],
  mend: mendVolumes,
  run(input) {
    const outcome = readVolumes(input, stored);
    const { value } = parseVolumes(input);
    const names = variablesOf(value).map(({ name }) => name);
    for (const [at] of names.entries())
      valueText('8be4df61-93ca-11d2-aa0d-00e098032b8c', names[at]!, input.subarray(at));
    return { ...outcome, feature: `${outcome.feature} ${names.length}` };
  },
};

/** What the streams hold. */
export const CONTENT = new Uint8Array(Buffer.from('SevScope looks into firmware; '.repeat(12)));

/** One method alone, with streams of at most 64 KiB. */
const decoder = (name: string, method: keyof typeof COMPRESSED): Target => ({
  name,
  form: 'bytes',
  most: 0x800,
  seeds: () => [
    COMPRESSED[method](CONTENT),
    COMPRESSED[method](Uint8Array.of(1, 2, 3)),
    COMPRESSED[method](new Uint8Array(900)),
  ],
  run: (input) => decompressed(method, input),
});

/** Decompresses a stream that states at most 64 KiB. */
export function decompressed(method: keyof typeof COMPRESSED, input: Uint8Array): Outcome {
  const guids = { lzma: LZMA, 'lzma-f86': LZMA_F86, tiano: TIANO, brotli: BROTLI };
  const compression = method === 'uefi' ? STANDARD : compressionOf(guids[method])!;
  const stated = statedSize(compression, input);
  if (stated === undefined || stated > 0x10000n) return { feature: 'size' };
  let output;
  try {
    output = decompressSection(method, input, Number(stated));
  } catch (error) {
    // Brotli's own decoder throws for what is no stream.
    assert.ok(method === 'brotli', String(error));
  }
  if (output === undefined) return { feature: 'refused' };
  assert.ok(output instanceof Uint8Array && output.length === Number(stated), 'as much as it states');
  return { feature: `${Math.clz32(output.length)}`, result: output };
}

const x86Filter: Target = {
  name: 'x86-filter',
  form: 'bytes',
  most: 0x400,
  seeds: () => [
    Uint8Array.of(0x90, 0xe8, 1, 0, 0, 0, 0x90, 0x90, 0x90, 0x90, 0xe9, 0xf0, 0xff, 0xff, 0xff, 0x90, 0x90),
    Uint8Array.from({ length: 200 }, (_, i) => (i % 9 === 0 ? 0xe8 : 0)),
  ],
  run(input) {
    const output = undoX86Filter(input.slice());
    assert.equal(output.length, input.length);
    let filtered;
    try {
      filtered = applyX86Filter(input);
    } catch (error) {
      assert.ok(error instanceof RangeError);
    }
    if (filtered) assert.deepEqual(undoX86Filter(filtered), input, 'the filter is undone');
    return { feature: `${filtered !== undefined}`, result: output };
  },
};

export const VOLUME_TARGETS: readonly Target[] = [
  volumes,
  insideVolumes,
  variables,
  ...Object.keys(SECTIONS).map((method) => decoder(`decoder-${method}`, method as keyof typeof COMPRESSED)),
  x86Filter,
];
