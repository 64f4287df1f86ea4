// Images that do not fill their file: padded, cut at either end, or there twice. One finding says where the image
// ends and what to do; there are no facts and no address.

import assert from 'node:assert/strict';
import { buildOvmf } from '../../../../../src/core/ovmf/build';
import { parseFirmware } from '../../../../../src/core/ovmf/firmwareFile';
import { lintOvmf } from '../../../../../src/core/ovmf/lint';
import { IMAGE } from '../../../../helpers/otherFiles';
import { codePaths, readImage } from '../../../../helpers/realImages';
import { file, variableVolume, volume } from '../../../../../src/core/ovmf/volumes/build';
import { join } from '../../../../helpers/volumes';
import { assertWhole } from '../../../../helpers/wholeness';

const of = (byte: number, size: number) => new Uint8Array(size).fill(byte);
const SIZE = IMAGE.length;
const END = new RegExp(`ends at 0x${SIZE.toString(16)}`);

/** An image in one volume, which the volume top file of edk2 ends. */
function inVolume(): Uint8Array {
  const image = buildOvmf({ size: 0x2000 });
  const code = file({
    guid: 'df1ccef6-f301-4a63-9661-fc6030dcc880',
    type: 3,
    body: image.subarray(0, 0x100),
  });
  const top = file({
    guid: '1ba0062e-c779-4582-8566-336ae8f78f09',
    type: 1,
    body: image.subarray(-0x1000),
  });
  const bytes = volume({ size: 0x4000, files: [code] });
  bytes.set(top, bytes.length - top.length);
  return bytes;
}
const EDK2 = inVolume();

const cases: readonly (readonly [string, Uint8Array, rule: string, message: RegExp])[] = [
  [
    '64 KiB of 0xff behind it',
    join(IMAGE, of(0xff, 0x10000)),
    'misplaced-image',
    /65536 bytes \(64 KiB\) of 0xff follow/,
  ],
  ['16 zeros behind it', join(IMAGE, of(0, 16)), 'misplaced-image', /16 bytes of 0x00 follow/],
  ['one zero behind it', join(IMAGE, of(0, 1)), 'misplaced-image', /1 byte of 0x00 follows/],
  ['a line end', join(IMAGE, of(10, 1)), 'misplaced-image', /a line end follows/],
  ['a line end of Windows', join(IMAGE, Uint8Array.of(13, 10)), 'misplaced-image', /a line end follows/],
  ['other bytes behind it', join(IMAGE, Uint8Array.of(1, 2, 3)), 'misplaced-image', /; 3 bytes follow/],
  [
    'padding in front of and behind it',
    join(of(0xff, 5), IMAGE, of(0, 7)),
    'misplaced-image',
    /ends at 0x10005; 7 bytes/,
  ],
  ['itself and padding behind it', join(IMAGE, IMAGE, of(0xff, 0x800)), 'misplaced-image', /ends at 0x20000/],
  ['no reset vector', IMAGE.slice(0, -16), 'misplaced-image', /the last 16 bytes are missing/],
  ['its last byte missing', IMAGE.slice(0, -1), 'misplaced-image', /the last 1 byte is missing/],
  [
    'no table and padding',
    join(volume({ size: 0x2000 }), of(0xff, 0x2000)),
    'misplaced-image',
    /volume ends at 0x2000; 8192 bytes/,
  ],
  ['itself behind it', join(IMAGE, IMAGE), 'doubled-image', /twice/],
  [
    'its front missing, however little',
    EDK2.slice(1),
    'cut-image',
    /the front of the image is missing\. Copy/,
  ],
  ['its front missing', EDK2.slice(0x1000), 'cut-image', /the front of the image is missing\. Copy/],
  ['its table missing', EDK2.slice(0, -0x400), 'cut-image', /the end of the image is missing/],
];

describe('Images that do not fill their file', () => {
  for (const [name, bytes, rule, message] of cases)
    it(`an image with ${name} gives ${rule}`, () => {
      const { value, findings } = lintOvmf(bytes);
      assert.deepEqual(
        findings.map((finding) => finding.rule),
        [rule],
      );
      assert.match(findings[0]!.message, message);
      assert.deepEqual([value.image.base, value.facts.supports], [undefined, []]);
      assert.equal(value.image.fileKind?.role, 'part');
      assertWhole({ value: value.image, findings });
    });

  it('an image that starts with variables is no variable store, however much padding follows', () => {
    const combined = join(variableVolume(0x1000, []), of(0xff, 0x20000), IMAGE, of(0, 0x20000));
    const { value, findings } = parseFirmware(combined);
    assert.equal(value.fileKind?.id, 'misplaced');
    assert.equal(findings[0]!.rule, 'misplaced-image');
  });

  it('an image behind itself has the tables that a VMM reads', () => {
    const { value } = parseFirmware(join(IMAGE, IMAGE));
    assert.equal(value.fileKind?.id, 'doubled');
    assert.deepEqual(
      value.sevMetadata?.sections.length,
      parseFirmware(IMAGE).value.sevMetadata?.sections.length,
    );
    assert.notEqual(value.sevMetadata, undefined);
  });

  it('names the end of the image and the command that cuts off the rest', () => {
    const [finding] = lintOvmf(join(IMAGE, of(0xff, 0x10000))).findings;
    assert.deepEqual([finding?.offset, finding?.size], [SIZE - 48, 16]);
    assert.match(finding!.message, END);
    assert.match(finding!.message, /"head -c 65536 FILE > OVMF\.fd"/);
  });

  it('a whole image in a volume is whole', () => {
    assert.deepEqual(lintOvmf(EDK2).value.image.fileKind, undefined);
    // Its front is there, if damaged.
    const damaged = EDK2.slice();
    damaged[0x28]! ^= 1;
    assert.deepEqual(lintOvmf(damaged).value.image.fileKind, undefined);
  });

  for (const byte of [0, 0xff])
    for (const size of [1, 2, 3, 4, 5, 0x27, 0x28, 0x29, 0x1000])
      it(`a whole image is whole behind ${size} bytes of ${byte}, and not behind others`, () => {
        const kindOf = (bytes: Uint8Array) => lintOvmf(bytes).value.image.fileKind?.id;
        assert.equal(kindOf(join(of(byte, size), EDK2)), undefined);
        if (size > 1) assert.equal(kindOf(join(of(byte, size - 1), of(7, 1), EDK2)), 'cut');
      });

  it('the GUID alone is no end of an image', () => {
    const stray = join(of(7, 100), IMAGE.slice(-48, -32), of(7, 3000));
    assert.equal(lintOvmf(stray).value.image.fileKind?.id, 'unknown');
  });

  for (const path of codePaths.slice(0, 2))
    it(`the same of ${path}`, () => {
      const image = readImage(path);
      const kindOf = (bytes: Uint8Array) => lintOvmf(bytes).value.image.fileKind?.id;
      assert.equal(kindOf(image), undefined);
      assert.equal(kindOf(Buffer.concat([image, of(0xff, 0x10000)])), 'misplaced');
      assert.equal(kindOf(Buffer.concat([image, image])), 'doubled');
      for (const size of [4096, 0x10000, image.length - 4096])
        assert.equal(kindOf(image.subarray(-size)), 'cut', String(size));
      for (const size of [1, 31, 49, 4096, 100_000])
        assert.ok(['misplaced', 'cut'].includes(kindOf(image.subarray(0, -size)) ?? ''), String(size));
    });
});
