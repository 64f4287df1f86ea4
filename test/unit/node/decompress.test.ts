// The decompressors of firmware volumes: each method reads what its encoder made, in images, too, and within the limits.

import assert from 'node:assert/strict';
import { guidBytes } from '../../../src/core/binary/guid';
import { BROTLI, DXEFV } from '../../../src/core/ovmf/volumes/guids';
import type { CompressionMethod } from '../../../src/core/ovmf/volumes/compressions';
import { undecoded } from '../../../src/core/ovmf/volumes/undecoded';
import { verifiesKernelHashes } from '../../../src/core/ovmf/volumes/verifier';
import { allNodes, parseVolumes } from '../../../src/core/ovmf/volumes/volumes';
import { decompressSection } from '../../../src/node/decompress';
import { COMPRESSED, SECTIONS, brotliData } from '../../helpers/compressions';
import { bounded, seeds } from '../../helpers/hostile';
import { randomBytes, seeded } from '../../helpers/random';
import { file, section, sections, utf16, volume } from '../../../src/core/ovmf/volumes/build';
import { guided, join } from '../../helpers/volumes';
import { assertWholeTree } from '../core/ovmf/volumes/wholeTree';

const GUID = 'aaaaaaaa-0000-4000-8000-000000000001';
const KERNEL = guidBytes('4de79437-abd2-427f-b835-d5b172d2045b');
const MIB = 2 ** 20;
const methods = Object.keys(SECTIONS) as CompressionMethod[];

/** Code with calls, far apart, and text. */
const code = Uint8Array.from({ length: 3000 }, (_, i) =>
  i % 60 === 7 ? 0xe8 : i % 60 === 8 ? i & 0x7f : i % 60 > 8 && i % 60 < 12 ? 0 : (i * 7) & 0x7f,
);
const driver = (...more: readonly Uint8Array[]) =>
  file({
    guid: GUID,
    type: 0x07,
    body: sections(section(0x10, code), section(0x15, utf16('Driver')), ...more),
  });
/** An image whose DXE volume is compressed. */
function image(method: CompressionMethod, ...more: readonly Uint8Array[]): Uint8Array {
  const inner = volume({ size: 0x1400, name: DXEFV, files: [driver(...more)] });
  const body = SECTIONS[method](section(0x17, inner));
  return volume({ size: 0x2000, files: [file({ guid: GUID, type: 0x0b, body })] });
}
const namesOf = (bytes: Uint8Array) => {
  const parsed = parseVolumes(bytes, { decompress: decompressSection });
  assertWholeTree(parsed);
  assert.deepEqual(parsed.findings, []);
  return [...allNodes(parsed.value)].filter(({ node }) => node.kind === 'file').map(({ node }) => node.name);
};

describe('The decompressors', () => {
  for (const method of methods) {
    it(`${method}: what was compressed comes out again, and not with another size`, () => {
      const data = COMPRESSED[method](code);
      assert.deepEqual(decompressSection(method, data, code.length), code);
      for (const size of [code.length - 1, 0]) {
        let output: unknown;
        try {
          output = decompressSection(method, data, size);
        } catch {
          continue;
        }
        assert.equal(output, undefined);
      }
    });
    it(`${method}: the files of a compressed volume are listed`, () => {
      const bytes = image(method);
      assert.deepEqual(namesOf(bytes), [GUID, 'Driver']);
      const { value } = parseVolumes(bytes, { decompress: decompressSection });
      const [decoded] = [...allNodes(value)].flatMap(({ node }) => node.decoded ?? []);
      assert.equal(decoded?.bytes.length, 0x1404);
      assert.deepEqual(undecoded(value), []);
    });
    it(`${method}: the verifier of kernel hashes is found, or is not there`, () => {
      const verifies = (bytes: Uint8Array) =>
        verifiesKernelHashes(parseVolumes(bytes, { decompress: decompressSection }).value);
      assert.equal(verifies(image(method, section(0x19, KERNEL))), true);
      assert.equal(verifies(image(method)), false);
      assert.equal(verifiesKernelHashes(parseVolumes(image(method)).value), undefined);
    });
    it(`${method}: a cut or changed stream is one finding, or whole`, () => {
      const whole = image(method);
      for (const seed of seeds(60)) {
        const below = seeded(seed);
        const bytes = whole.slice();
        const at = 0x80 + below(0x100);
        bytes.fill(below(256), at, at + 1 + below(20));
        bounded(`SEED=${seed}`, () =>
          assertWholeTree(parseVolumes(bytes, { decompress: decompressSection })),
        );
      }
    });
    it(`${method}: garbage ends in bounded time`, () => {
      const header = COMPRESSED[method](code).subarray(0, 16);
      for (let seed = 1; seed <= 40; seed++) {
        const bytes = join(header, randomBytes(seeded(seed), 400));
        bounded(`SEED=${seed}`, () => {
          try {
            const output = decompressSection(method, bytes, code.length);
            assert.ok(
              output === undefined || (output instanceof Uint8Array && output.length === code.length),
            );
          } catch (error) {
            assert.ok(error instanceof Error && !(error instanceof assert.AssertionError));
          }
        });
      }
    });
  }

  it('brotli: a stream that yields more than it states is a finding, and takes no memory for it', () => {
    const zeros = new Uint8Array(32 * MIB);
    const bytes = volume({
      size: 0x1000,
      files: [file({ guid: GUID, type: 2, body: guided(BROTLI, brotliData(zeros, 1000)) })],
    });
    const before = process.memoryUsage().external;
    const { value, findings } = parseVolumes(bytes, { decompress: decompressSection });
    assert.ok(process.memoryUsage().external - before < 8 * MIB);
    assert.deepEqual(
      [findings.map(({ rule }) => rule), undecoded(value).map(({ why }) => why)],
      [['section-decompression'], ['broken']],
    );
  });
  it('what is broken counts against the limit, too', () => {
    const broken = (seed: number) =>
      guided(
        BROTLI,
        join(Uint8Array.of(0, 0, 0xa0, 0), new Uint8Array(12), randomBytes(seeded(seed), 100_000)),
      );
    const body = sections(broken(1), broken(2), broken(3));
    const { value } = parseVolumes(volume({ size: 0x50000, files: [file({ guid: GUID, type: 2, body })] }), {
      decompress: decompressSection,
    });
    assert.deepEqual(
      undecoded(value).map(({ why }) => why),
      ['broken', 'broken', 'too-large'],
    );
  });
});
