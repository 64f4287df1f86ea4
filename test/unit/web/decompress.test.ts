// What a browser decompresses: all but Brotli, whose sections stay closed, which an image is not to blame for.

import assert from 'node:assert/strict';
import type { CompressionMethod } from '../../../src/core/ovmf/volumes/compressions';
import { decodersWith, sectionsBy } from '../../../src/core/ovmf/volumes/decoders';
import { allNodes, parseVolumes } from '../../../src/core/ovmf/volumes/volumes';
import { COMPRESSED, SECTIONS } from '../../helpers/compressions';
import { file, section, volume } from '../../../src/core/ovmf/volumes/build';

const GUID = 'aaaaaaaa-0000-4000-8000-000000000001';
const decompress = sectionsBy(decodersWith(undefined));
const code = Uint8Array.from({ length: 3000 }, (_, i) => i * 7);

/** A volume with a compressed section, which holds another section. */
function image(method: CompressionMethod): Uint8Array {
  const body = SECTIONS[method](section(0x10, code));
  return volume({ size: 0x2000, files: [file({ guid: GUID, type: 0x07, body })] });
}

describe('A browser', () => {
  for (const method of Object.keys(SECTIONS) as CompressionMethod[]) {
    const opens = method !== 'brotli';
    it(`${opens ? 'opens' : 'leaves closed'} ${method}`, () => {
      assert.deepEqual(
        decompress(method, COMPRESSED[method](code), code.length),
        opens ? code : 'unsupported',
      );
      const { value, findings } = parseVolumes(image(method), { decompress });
      const nodes = [...allNodes(value)].map(({ node }) => node);
      assert.equal(
        nodes.some(({ decoded }) => decoded),
        opens,
      );
      assert.deepEqual(
        findings.map(({ rule, severity }) => [rule, severity]),
        opens ? [] : [['section-undecoded', 'info']],
      );
      assert.equal(
        nodes.some(({ undecoded }) => undecoded?.why === 'unsupported'),
        !opens,
      );
    });
  }
});
