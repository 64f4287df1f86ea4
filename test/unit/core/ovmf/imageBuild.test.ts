// Which part of a build an image is, and for which processors, on built volumes and on Debian's images.

import { strict as assert } from 'node:assert';
import { existsSync, readFileSync } from 'node:fs';
import { compress } from 'lzma1';
import { guidBytes } from '../../../../src/core/binary/guid';
import { describeBuild, varsSize } from '../../../../src/core/ovmf/describeBuild';
import { parseOvmf } from '../../../../src/core/ovmf/image';
import { imageBuild, isOvmf, type ImagePart, type EdkPlatform } from '../../../../src/core/ovmf/imageBuild';
import { LZMA } from '../../../../src/core/ovmf/volumes/guids';
import { machineOf } from '../../../../src/core/ovmf/volumes/executables';
import { parseVolumes } from '../../../../src/core/ovmf/volumes/volumes';
import { decompressSection } from '../../../../src/node/decompress';
import type { TellingFile } from '../../../../src/core/ovmf/volumes/guids';
import { firmware, type FirmwareToBuild } from '../../../helpers/firmware';
import { file, section, variableVolume, volume } from '../../../../src/core/ovmf/volumes/build';
import { guided, join } from '../../../helpers/volumes';

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

const closed = guided('aaaaaaaa-0000-4000-8000-00000000000f', Uint8Array.of(1, 2, 3));
const SECRET_DXE = guidBytes('6e2b9619-8810-4e9d-a177-d432bb9abeda');
const AMD_SEV_DXE = guidBytes('2ec9da37-ee35-4de9-86c5-6d9a81dc38a7');

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
      const words = describeBuild(build, {}).split('; ')[1] ?? '';
      assert.deepEqual([build.part, words], [part, bits]);
    });
  }
  it('does not send code behind erased flash to a VARS file, for which there is no place', () => {
    const words = (bytes: Uint8Array) => describeBuild(imageBuild(parseVolumes(bytes).value), {});
    const image = code(sec(te(X64)));
    assert.match(words(image), /^CODE, without variables: a VARS file/);
    const behind = words(join(new Uint8Array(0x1000).fill(0xff), image));
    assert.match(behind, /^code behind 0x1000 bytes that are no variable store, all measured;/);
  });
  it('finds the code behind variables whose volume has a wrong length', () => {
    for (const [at, value] of [
      [0x21, 0],
      [0x23, 0x80],
    ] as const) {
      const image = join(store, code(sec(te(X64))));
      image[at] = value;
      const build = imageBuild(parseVolumes(image).value);
      assert.deepEqual([build.part, build.sec], ['combined', 'X64'], `0x${at.toString(16)}`);
    }
  });
  it('looks into what was decompressed for the DXE core, and only there', () => {
    const inner = section(0x17, volume({ size: 0x400, files: [dxe(pe(X64))] }));
    const packed = file({ guid: GUID, type: 0x0b, body: guided(LZMA, compress(inner)) });
    const bytes = code(sec(te(IA32)), packed);
    assert.equal(imageBuild(parseVolumes(bytes).value).dxe, undefined);
    const tree = parseVolumes(bytes, { decompress: decompressSection }).value;
    assert.equal(imageBuild(tree).dxe, 'X64');
  });
});

describe('The platform of an image', () => {
  const files: readonly TellingFile[] = ['AmdSevDxe', 'TdxDxe'];
  const cases: readonly [string, FirmwareToBuild, EdkPlatform | undefined][] = [
    ['drivers for both', {}, 'OvmfPkgX64'],
    ['the SEC file of IntelTdx', { secFile: 'SecMain (TDX)', files: ['TdxDxe'] }, 'IntelTdx'],
    ['the SEC file of IntelTdx, not decoded', { secFile: 'SecMain (TDX)', pack: () => closed }, 'IntelTdx'],
    ['SecretDxe', { files: ['SecretDxe', 'AmdSevDxe'] }, 'AmdSev'],
    ['SecretPei', { files: ['SecretPei', 'AmdSevDxe'] }, 'AmdSev'],
    ['drivers for neither', { files: [] }, 'Microvm'],
    ['a driver for SEV alone, as before edk2-stable202205', { files: ['AmdSevDxe'] }, undefined],
    ['two kinds of phases', { sec: 'IA32', files: ['AmdSevDxe'] }, 'Ia32X64'],
    ['32-bit phases', { sec: 'IA32', dxe: 'IA32', files: [] }, 'Ia32'],
    ['drivers that could not be read', { pack: () => closed }, undefined],
    // The GUID of a file is none among the bytes of another.
    ['the GUID of SecretDxe in the code of a driver', { files, driver: SECRET_DXE }, 'OvmfPkgX64'],
  ];
  for (const [what, options, platform] of cases) {
    it(`is told by ${what}`, () => {
      const build = imageBuild(parseVolumes(firmware(options)).value);
      assert.equal(build.platform, platform);
      assert.ok(isOvmf(build));
    });
  }
  it('is unknown, and the part that was not read named, when bytes of a volume are no file', () => {
    const image = firmware();
    // The size of the first driver in the DXE volume.
    const at = Buffer.from(image).indexOf(AMD_SEV_DXE);
    image.fill(0xff, at + 0x14, at + 0x17);
    const build = imageBuild(parseVolumes(image).value);
    assert.match(build.unread ?? '', /^the bytes at 0x[0-9a-f]+ of DXEFV could not be read$/);
    assert.deepEqual([build.verifies, build.platform], [undefined, undefined]);
  });
});

describe('The VARS file of a CODE image', () => {
  const cfv = (raw_data_size: number) => [
    { type: 1, raw_data_size, memory_size: BigInt(raw_data_size) },
    { type: 2 },
  ];
  const describeOf = (options: FirmwareToBuild) => {
    const image = firmware(options);
    const { value } = parseOvmf(image);
    return { words: describeBuild(imageBuild(parseVolumes(image).value), value), size: varsSize(value) };
  };
  it('has the size that the TDX metadata say', () => {
    const { words, size } = describeOf({ tdxSections: cfv(0x84000) });
    assert.equal(size, 0x84000);
    assert.match(
      words,
      /^CODE, without variables: its VARS file has 0x84000 bytes, is mapped right below it/,
    );
  });
  it('is unknown without such metadata', () => {
    for (const tdxSections of [false, true, cfv(0)]) {
      const { words, size } = describeOf({ tdxSections });
      assert.equal(size, undefined);
      assert.match(
        words,
        /^CODE, without variables: a VARS file is mapped right below it and is not measured;/,
      );
    }
  });
  it('is not looked for where variables are in the image', () => {
    const { words } = describeOf({ tdxSections: cfv(0x1000), variables: 0x1000 });
    assert.match(words, /^code and variables in one image, both measured; OvmfPkgX64/);
  });
  it('is at no address of its own', () => {
    assert.equal(parseOvmf(variableVolume(0x84000, [])).value.base, undefined);
  });
});

describe('machineOf', () => {
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
      assert.equal(machineOf(bytes, 0, bytes.length), undefined);
    });
  }
});

describe("Debian's images", () => {
  const cases: readonly [string, RegExp][] = [
    [
      '/usr/share/OVMF/OVMF_CODE.fd',
      /^CODE, without variables: its VARS file has 0x20000 bytes.*; OvmfPkgX64 build/,
    ],
    ['/usr/share/OVMF/OVMF_CODE_4M.fd', /^CODE, without variables.*; (OvmfPkgX64|Ia32X64) build/],
    ['/usr/share/OVMF/OVMF_VARS_4M.fd', /^VARS, variables only[^;]*$/],
    ['/usr/share/ovmf/OVMF.fd', /^code and variables in one image.*; (OvmfPkgX64|Ia32X64) build/],
  ];
  for (const [path, wanted] of cases) {
    it(`${path} is what its name says`, function () {
      if (!existsSync(path)) this.skip();
      const bytes = new Uint8Array(readFileSync(path));
      const tree = parseVolumes(bytes, { decompress: decompressSection }).value;
      assert.match(describeBuild(imageBuild(tree), parseOvmf(bytes).value), wanted);
    });
  }
});
