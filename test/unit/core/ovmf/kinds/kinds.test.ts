// Files of other kinds that are given as firmware: each is called what it is, in one finding, and nothing in it is
// taken for a table, a size that matters, or bytes at an address.

import assert from 'node:assert/strict';
import { buildOvmf } from '../../../../../src/core/ovmf/build';
import { kindWithoutContent, parseFirmware } from '../../../../../src/core/ovmf/firmwareFile';
import { endsOf } from '../../../../../src/core/ovmf/kinds/fileKind';
import { lintOvmf } from '../../../../../src/core/ovmf/lint';
import { memoryMap } from '../../../../../src/core/ovmf/memoryMap';
import { few } from '../../../../helpers/hostile';
import { CONTAINERS, FOREIGN, IMAGE, OTHERS, variables } from '../../../../helpers/otherFiles';
import { armPaths, readImage } from '../../../../helpers/realImages';
import { assertWhole } from '../../../../helpers/wholeness';

/** No words about x86, no address, and no finding but the one that says what the file is. */
function assertBare(id: string, role: string, bytes: Uint8Array): void {
  const parsed = lintOvmf(bytes);
  const { image, facts } = parsed.value;
  assert.deepEqual([image.fileKind?.id, image.fileKind?.role], [id, role]);
  assert.deepEqual([image.base, image.table, facts.supports], [undefined, undefined, []]);
  assert.equal(parsed.findings.length, 1, JSON.stringify(parsed.findings));
  assert.doesNotMatch(JSON.stringify(parsed.findings), /4 GiB|0xffff|reset vector at|kernel hashes/);
  assert.deepEqual(memoryMap(image, parsed.findings).guest, []);
  assertWhole({ value: image, findings: parsed.findings });
}

describe('Kinds of files that are given as firmware', () => {
  for (const [role, files] of [
    ['container', CONTAINERS],
    ['other', OTHERS],
  ] as const) {
    for (const [i, [id, bytes]] of files.entries()) {
      it(`${id} (${i}) is called what it is, with nothing beside it`, () => {
        assertBare(id, role, bytes);
        const { value, findings } = parseFirmware(bytes);
        assert.match(findings[0]!.message, /\. [A-Z].*\.$/, 'and what to do');
        assert.deepEqual(kindWithoutContent(bytes)?.id, id);
        assert.equal(value.regions.length, bytes.length === 0 ? 0 : 1);
      });
    }
  }

  for (const [i, [id, bytes]] of FOREIGN.entries()) {
    it(`${id} (${i}) is firmware of another processor`, () => {
      const { value, findings } = parseFirmware(bytes);
      assert.equal(value.fileKind?.id, id);
      assert.match(findings[0]!.message, /SEV and TDX exist on x86 only/);
      assert.deepEqual([findings.length, value.base], [1, undefined]);
    });
  }

  it('variables are recognised by what follows them, too', () => {
    for (const [bytes, id] of [
      [variables(0x1000), 'variables'],
      [variables(0x1000, 0x84000, 0xff), 'variables'],
      [variables(0x1000).subarray(0, 0x3ff8), 'variables'],
    ] as const)
      assert.equal(parseFirmware(bytes).value.fileKind?.id, id);
    const combined = variables(0x1000, 0x50000);
    combined.set(IMAGE, 0x40000);
    assert.equal(parseFirmware(combined).value.fileKind, undefined);
  });

  it('the two ends of a file are enough', () => {
    for (const [id, bytes] of [...CONTAINERS, ...OTHERS, ...FOREIGN]) {
      const { head, tail, fileSize } = endsOf(bytes);
      assert.equal(parseFirmware(tail, { head, fileSize }).value.fileKind?.id, id);
    }
  });

  it('an image is none of them, whatever its filler, nor is what nobody knows', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const image = buildOvmf({ size: 0x4000, seed });
      assert.equal(parseFirmware(image).value.fileKind, undefined, String(seed));
      assert.equal(parseFirmware(image).value.base, 2 ** 32 - 0x4000);
      // Without its label and its end, it is random bytes.
      const noise = image.slice(0x200, 0x2200);
      assert.equal(parseFirmware(noise).value.fileKind?.id, 'unknown', String(seed));
      assert.equal(parseFirmware(noise).value.base, undefined);
    }
  });

  it('only what is mapped has an address', () => {
    for (const bytes of [new Uint8Array(0), Uint8Array.of(1), IMAGE.slice(0, 1184), new Uint8Array(0x1000)])
      assert.equal(parseFirmware(bytes).value.base, undefined);
    assert.equal(parseFirmware(buildOvmf({ size: 0x4800 })).value.base, undefined, 'half a page too much');
  });

  for (const path of few(armPaths))
    it(`${path} has no word of x86`, () => {
      const { value, findings } = lintOvmf(readImage(path));
      assert.deepEqual([value.image.base, value.facts.supports], [undefined, []]);
      assert.match(findings[0]!.message, /SEV and TDX exist on x86 only|Arm guests/);
      assert.doesNotMatch(JSON.stringify(findings), /no-table|image-size|4 GiB/);
    });
});
