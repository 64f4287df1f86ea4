// Which part of a build an image is, and for which processors, on built volumes and on Debian's images.

import { strict as assert } from 'node:assert';
import { existsSync, readFileSync } from 'node:fs';
import { compress } from 'lzma1';
import { describeBuild, imageBuild, type ImagePart } from '../../../../src/core/ovmf/imageBuild';
import { LZMA } from '../../../../src/core/ovmf/volumes/guids';
import { machineField } from '../../../../src/core/ovmf/volumes/executables';
import { parseVolumes } from '../../../../src/core/ovmf/volumes/volumes';
import { decompressSection } from '../../../../src/node/decompress';
import { file, guided, join, section, variableVolume, volume } from '../../../helpers/volumes';

const GUID = 'df1ccef6-f301-4a63-9661-fc6030dcc880';
const [IA32, X64, RISCV64] = [0x14c, 0x8664, 0x5064];
const u16 = (n: number) => [n & 0xff, n >> 8];
const te = (machine: number) => Uint8Array.from([0x56, 0x5a, ...u16(machine), 0, 0, 0, 0]);
/** A DOS header whose PE header starts at `at`, which may be too far. */
function pe(machine: number, at = 0x40, size = 0x50): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes.set([0x4d, 0x5a]);
  new DataView(bytes.buffer).setUint32(0x3c, at, true);
  if (at + 6 <= size) bytes.set([0x50, 0x45, 0, 0, ...u16(machine)], at);
  return bytes;
}
const bare = (machine: number) => Uint8Array.from([0x50, 0x45, 0, 0, ...u16(machine), 0, 0]);
const sec = (code: Uint8Array, type = 0x12) => file({ guid: GUID, type: 0x03, body: section(type, code) });
const dxe = (code: Uint8Array) => file({ guid: GUID, type: 0x05, body: section(0x10, code) });
const code = (...files: Uint8Array[]) => volume({ size: 0x1000, files });
const store = variableVolume(0x1000, []);

describe('imageBuild', () => {
  const cases: readonly [string, Uint8Array, ImagePart, string][] = [
    ['code and variables', join(store, code(sec(te(X64)))), 'combined', 'X64 build (64-bit)'],
    ['code alone', code(sec(te(X64))), 'code', 'X64 build (64-bit)'],
    ['variables alone', store, 'vars', ''],
    ['nothing', new Uint8Array(0x1000), 'unknown', ''],
    ['a SEC core as PE32', code(sec(pe(X64), 0x10)), 'code', 'X64 build (64-bit)'],
    ['a PE header without a DOS header', code(sec(bare(X64), 0x10)), 'code', 'X64 build (64-bit)'],
    [
      '32-bit SEC, no DXE core',
      code(sec(te(IA32))),
      'code',
      'starts in 32-bit code: an Ia32 or Ia32X64 build',
    ],
    [
      '32-bit SEC, 64-bit DXE core',
      code(sec(te(IA32)), dxe(pe(X64))),
      'code',
      'Ia32X64 build (32-bit until the DXE phase, then 64-bit)',
    ],
    ['32-bit all the way', code(sec(te(IA32)), dxe(pe(IA32))), 'code', 'Ia32 build (32-bit)'],
    ['another processor', code(sec(te(RISCV64))), 'code', 'RISCV64 build'],
    ['a processor without a name', code(sec(te(0x1234))), 'code', '0x1234 build'],
    ['code that starts with no known header', code(sec(new Uint8Array(16))), 'code', ''],
  ];
  for (const [what, bytes, part, bits] of cases) {
    it(`tells ${what}`, () => {
      const build = imageBuild(parseVolumes(bytes).value);
      assert.deepEqual([build.part, build.bits], [part, bits]);
    });
  }
  it('looks into what was decompressed for the DXE core, and only there', () => {
    const inner = section(0x17, code(dxe(pe(X64))));
    const packed = file({ guid: GUID, type: 0x0b, body: guided(LZMA, compress(inner)) });
    const bytes = code(sec(te(IA32)), packed);
    assert.equal(imageBuild(parseVolumes(bytes).value).dxe, undefined);
    const tree = parseVolumes(bytes, { decompress: decompressSection }).value;
    assert.equal(imageBuild(tree).dxe, 'X64');
  });
});

describe('machineField', () => {
  const bad: readonly [string, Uint8Array][] = [
    ['no bytes', new Uint8Array(0)],
    ['two bytes of a TE image', Uint8Array.of(0x56, 0x5a)],
    ['a DOS header that is cut', Uint8Array.of(0x4d, 0x5a, 0, 0, 0, 0)],
    ['a PE header after the end', pe(X64, 0x60)],
    ['a PE header far away', pe(X64, 0xffffffff)],
    ['a PE header whose machine is after the end', pe(X64, 0x4c)],
  ];
  for (const [what, bytes] of bad) {
    it(`finds nothing in ${what}`, () => {
      assert.equal(machineField(bytes, 0, bytes.length), undefined);
    });
  }
});

describe("Debian's images", () => {
  const cases: readonly [string, RegExp][] = [
    ['/usr/share/OVMF/OVMF_CODE.fd', /^CODE, no variable store.*; X64 build/],
    ['/usr/share/OVMF/OVMF_CODE_4M.fd', /^CODE, no variable store.*; (X64|Ia32X64) build/],
    ['/usr/share/OVMF/OVMF_VARS_4M.fd', /^VARS, a variable store only[^;]*$/],
    ['/usr/share/ovmf/OVMF.fd', /^combined image of code and variables.*; (X64|Ia32X64) build/],
  ];
  for (const [path, wanted] of cases) {
    it(`${path} is what its name says`, function () {
      if (!existsSync(path)) this.skip();
      const tree = parseVolumes(readFileSync(path), { decompress: decompressSection }).value;
      assert.match(describeBuild(imageBuild(tree)), wanted);
    });
  }
});
