// What is said that an image can be used for, and why not: one thing is another in each image. What nothing excludes is never
// said in another way than that.

import assert from 'node:assert/strict';
import { buildOvmf } from '../../../../src/core/ovmf/build';
import { SVSM_INFO } from '../../../../src/core/ovmf/entries';
import { lintOvmf } from '../../../../src/core/ovmf/lint';
import type { SupportState } from '../../../../src/core/ovmf/support';
import type { Feature } from '../../../../src/core/ovmf/supportRules';
import type { TellingFile } from '../../../../src/core/ovmf/volumes/guids';
import { decompressSection } from '../../../../src/node/decompress';
import { VERIFIER, firmware, type FirmwareToBuild } from '../../../helpers/firmware';
import { variableVolume } from '../../../../src/core/ovmf/volumes/build';
import { guided } from '../../../helpers/volumes';

const ALL: readonly Feature[] = [
  'SEV',
  'SEV-ES',
  'SNP',
  'TDX',
  'kernel hashes',
  'secret area',
  'IGVM',
  'SVSM',
];
const TDX = { tdxSections: true } as const;
const SECRET: readonly TellingFile[] = ['SecretPei', 'SecretDxe', 'AmdSevDxe'];
const UNKNOWN_METHOD = 'aaaaaaaa-0000-4000-8000-00000000000f';

const supportOf = (bytes: Uint8Array) =>
  lintOvmf(bytes, { decompress: decompressSection }).value.facts.supports;
const wordsOf = (bytes: Uint8Array, feature: Feature) => {
  const { state, reason } = supportOf(bytes).find((fact) => fact.feature === feature)!;
  return `${state}: ${reason}`;
};

/** In an image of this kind, these features are as said. */
type Case = readonly [string, FirmwareToBuild, Partial<Record<Feature, `${SupportState}: ${string}`>>];

const SIZE =
  "its 0x37c000 bytes are no multiple of 64 KiB: QEMU's -bios refuses them, and KVM refuses flash to these guests";
const MICROVM = 'no AmdSevDxe among its drivers';
const CLOSED = `the ${UNKNOWN_METHOD} section at 0x60 was not decoded (no decoder for this method is known)`;
const cases: readonly Case[] = [
  [
    'a build in which nothing excludes a guest',
    { ...TDX, igvmSections: true, driver: VERIFIER, files: ['AmdSevDxe', 'TdxDxe'] },
    {
      SEV: 'not-excluded: AmdSevDxe, and a 64-bit DXE phase',
      'SEV-ES': 'not-excluded: APs start at 0x0080b004',
      SNP: 'not-excluded: SEV metadata with 7 ranges',
      TDX: 'not-excluded: TDX metadata with 5 ranges',
      'kernel hashes': 'not-excluded: 0x400 bytes at 0x00810c00; verifies kernel, initrd, command line',
      'secret area': 'not-excluded: 0xc00 bytes at 0x00810000; no SecretDxe was found that hands it on',
      IGVM: 'not-excluded: IGVM metadata with 4 ranges',
      SVSM: 'not-excluded: calling area at 0x0080f000',
    },
  ],
  [
    'a 32-bit SEC phase and a 64-bit DXE phase',
    { ...TDX, sec: 'IA32', files: ['AmdSevDxe'] },
    {
      SEV: 'not-excluded: AmdSevDxe, and a 64-bit DXE phase',
      'SEV-ES': 'no: the SEC phase is 32-bit',
      SNP: 'no: the SEC phase is 32-bit',
      TDX: 'no: the SEC phase is 32-bit',
      SVSM: 'no: the SEC phase is 32-bit',
    },
  ],
  [
    '32 bits all the way',
    { sec: 'IA32', dxe: 'IA32', files: ['AmdSevDxe'], driver: VERIFIER },
    {
      SEV: 'no: the DXE phase is 32-bit',
      'SEV-ES': 'no: the SEC phase is 32-bit',
      // They have no guest to be for.
      'kernel hashes': 'no: the DXE phase is 32-bit',
      'secret area': 'no: the DXE phase is 32-bit',
    },
  ],
  ...(['SmmControl2Dxe', 'PiSmmIpl', 'PiSmmCore', 'StandaloneMmCore', 'StandaloneMmIplPei'] as const).map(
    (name): Case => [
      `${name} among its files`,
      { ...TDX, files: ['AmdSevDxe', 'TdxDxe', name] },
      {
        SEV: 'not-excluded: AmdSevDxe, and a 64-bit DXE phase',
        'SEV-ES': `no: it requires SMM (${name})`,
        SNP: `no: it requires SMM (${name})`,
        TDX: `no: it requires SMM (${name})`,
      },
    ],
  ),
  [
    'the SEC phase of IntelTdx, whatever the table has',
    { ...TDX, secFile: 'SecMain (TDX)', files: ['TdxDxe'], driver: VERIFIER },
    {
      SEV: 'no: an IntelTdx build has no code for SEV',
      'SEV-ES': 'no: an IntelTdx build has no code for SEV',
      SNP: 'no: an IntelTdx build has no code for SEV',
      SVSM: 'no: an IntelTdx build has no code for SEV',
      TDX: 'not-excluded: TDX metadata with 5 ranges',
      'kernel hashes': 'no: an IntelTdx build has no code for SEV',
      'secret area': 'no: an IntelTdx build has no code for SEV',
    },
  ],
  [
    'the files of AmdSev',
    { ...TDX, files: SECRET, driver: VERIFIER },
    {
      SNP: 'not-excluded: SEV metadata with 7 ranges',
      TDX: 'no: an AmdSev build has no code for TDX',
      'secret area': 'not-excluded: 0xc00 bytes at 0x00810000',
    },
  ],
  [
    'drivers neither for SEV nor for TDX',
    { ...TDX, files: [] },
    {
      SEV: `unknown: ${MICROVM}`,
      'SEV-ES': `unknown: APs start at 0x0080b004; ${MICROVM}`,
      SNP: `unknown: SEV metadata with 7 ranges; ${MICROVM}`,
      SVSM: `unknown: calling area at 0x0080f000; ${MICROVM}`,
      TDX: 'no: no TdxDxe among its drivers',
      'kernel hashes':
        'warning: 0x400 bytes at 0x00810c00; measured but not enforced: no hash verifier in this build',
      'secret area': `unknown: 0xc00 bytes at 0x00810000; no SecretDxe was found that hands it on; ${MICROVM}`,
    },
  ],
  [
    'the size of a split CODE image',
    { ...TDX, size: 0x37c000 },
    { SEV: 'not-excluded: AmdSevDxe, and a 64-bit DXE phase', SNP: `no: ${SIZE}`, TDX: `no: ${SIZE}` },
  ],
  [
    'no hash verifier',
    {},
    {
      'kernel hashes':
        'warning: 0x400 bytes at 0x00810c00; measured but not enforced: no hash verifier in this build',
    },
  ],
  [
    'a verifier of the kernel alone',
    { driver: VERIFIER.subarray(0, 16) },
    { 'kernel hashes': 'not-excluded: 0x400 bytes at 0x00810c00; verifies kernel' },
  ],
  [
    'the hashes of initrd and command line, without the one of the kernel',
    { driver: VERIFIER.subarray(16) },
    {
      'kernel hashes':
        'warning: 0x400 bytes at 0x00810c00; measured but not enforced: no hash verifier in this build',
    },
  ],
  [
    'a DXE volume that cannot be decoded',
    { ...TDX, pack: (inner) => guided(UNKNOWN_METHOD, inner) },
    {
      SEV: `unknown: its drivers could not all be looked at: ${CLOSED}`,
      'SEV-ES': `unknown: APs start at 0x0080b004; its drivers could not all be looked at: ${CLOSED}`,
      SNP: `unknown: SEV metadata with 7 ranges; its drivers could not all be looked at: ${CLOSED}`,
      TDX: `unknown: TDX metadata with 5 ranges; no TdxDxe was found; its drivers could not all be looked at: ${CLOSED}`,
      'kernel hashes': `unknown: 0x400 bytes at 0x00810c00; whether they are enforced could not be looked at: ${CLOSED}`,
    },
  ],
  [
    'a DXE volume that cannot be decoded, and what excludes a guest without it',
    { sec: 'IA32', pack: (inner) => guided(UNKNOWN_METHOD, inner) },
    { 'SEV-ES': 'no: the SEC phase is 32-bit', TDX: 'no: the SEC phase is 32-bit' },
  ],
  ['no SEC phase', { sec: false }, { SEV: 'unknown: no SEC phase was found' }],
  ['no DXE core', { dxe: false, files: [] }, { SEV: 'unknown: no DXE phase was found' }],
  [
    'code for another processor',
    { sec: 'AARCH64' },
    { SEV: 'no: its code is for AARCH64', TDX: 'no: its code is for AARCH64' },
  ],
  [
    'a reset address of zero',
    { resetAddress: 0 },
    {
      SEV: 'not-excluded: AmdSevDxe, and a 64-bit DXE phase',
      'SEV-ES': 'no: the reset address is 0',
      SNP: 'no: the reset address is 0',
    },
  ],
  ['no reset block', { resetAddress: false }, { 'SEV-ES': 'no: the table has no usable SEV-ES reset block' }],
  [
    'neither table nor block',
    { form: 'none', files: ['AmdSevDxe'] },
    {
      SEV: 'not-excluded: AmdSevDxe, and a 64-bit DXE phase',
      'SEV-ES': 'no: no SEV-ES reset block: OVMF of before edk2-stable202008',
      SNP: 'no: no SEV-ES reset block: OVMF of before edk2-stable202008',
      TDX: 'no: no GUIDed table',
    },
  ],
  [
    'a table that is lost, since its build has one',
    { form: 'none' },
    { 'SEV-ES': 'no: no GUIDed table', SNP: 'no: no GUIDed table', TDX: 'no: no GUIDed table' },
  ],
  [
    'the block alone',
    { form: 'legacy' },
    {
      'SEV-ES': 'not-excluded: APs start at 0x0080b004',
      SNP: 'no: the table has no usable SEV metadata offset',
      'kernel hashes': 'no: the table has no usable hash area',
    },
  ],
  ['no SEV metadata', { sevSections: false }, { SNP: 'no: the table has no usable SEV metadata offset' }],
  ['SEV metadata without sections', { sevSections: [] }, { SNP: 'no: the SEV metadata list no memory' }],
  [
    'a range of the SEV metadata that is not in whole pages',
    { sevSections: [{ gpa: 0x800000, size: 0x1001, type: 1 }] },
    { SNP: 'warning: of the SEV metadata, a range is not in whole pages' },
  ],
  [
    'two ranges of the SEV metadata that share a page',
    {
      sevSections: [
        { gpa: 0x801000, size: 0x1000, type: 1 },
        { type: 4 },
        { gpa: 0x800000, size: 0x2000, type: 1 },
      ],
    },
    { SNP: 'warning: of the SEV metadata, two ranges share pages' },
  ],
  [
    'two ranges of the TDX metadata that share a page',
    {
      tdxSections: [
        { raw_data_size: 0x10000, memory_address: 0xffff0000n, memory_size: 0x10000n, attributes: 1 },
        { memory_address: 0x809000n, memory_size: 0x2000n, type: 2 },
        { memory_address: 0x80a000n, memory_size: 0x1000n, type: 3 },
      ],
    },
    { TDX: 'warning: of the TDX metadata, two ranges share pages' },
  ],
  ['no TDX metadata', {}, { TDX: 'no: the table has no usable TDX metadata offset' }],
  ['IGVM metadata without sections', { igvmSections: [] }, { IGVM: 'no: the IGVM metadata list no memory' }],
  [
    'a hash area of 175 bytes',
    { hashArea: { base: 4096, size: 175 } },
    { 'kernel hashes': 'no: the hash area has 0xaf bytes; QEMU needs 176' },
  ],
  [
    'a hash area at zero',
    { hashArea: { base: 0, size: 1024 } },
    { 'kernel hashes': 'no: no hash area (its address is 0)' },
  ],
  ['no hash area', { hashArea: false }, { 'kernel hashes': 'no: the table has no usable hash area' }],
  [
    'an empty secret area',
    { secretArea: { base: 0, size: 0 } },
    { 'secret area': 'no: the secret area is empty' },
  ],
  [
    'the info entry of an SVSM',
    { sevSections: false, extraEntries: [{ guid: SVSM_INFO.guid, data: new Uint8Array(4) }] },
    { SVSM: 'not-excluded: this is an SVSM: it has an SVSM info entry' },
  ],
  [
    'TDX metadata that QEMU refuses',
    {
      tdxSections: [
        { raw_data_size: 0x2000, memory_address: 0xffff0000n, memory_size: 0x1000n, type: 0 },
        { type: 2 },
      ],
    },
    { TDX: 'no: BFV has 0x2000 bytes of content for 0x1000 bytes of memory, which QEMU refuses' },
  ],
  [
    'TDX metadata of a CODE image',
    {
      tdxSections: [
        {
          raw_data_offset: 0x4000,
          raw_data_size: 0x10000,
          memory_address: 0xffff0000n,
          memory_size: 0x10000n,
          type: 0,
          attributes: 1,
        },
        { raw_data_size: 0x4000, memory_address: 0xfffec000n, memory_size: 0x4000n, type: 1 },
        { memory_address: 0x809000n, memory_size: 0x2000n, type: 2 },
      ],
    },
    {
      TDX: 'warning: BFV has content that ends 0x4000 bytes behind the file, which QEMU does not check: the result is undefined; TDX needs the image of code and variables together',
    },
  ],
  [
    'TDX metadata of an image with padding in front of it',
    {
      tdxSections: [
        { raw_data_size: 0x8000, memory_address: 0xffff8000n, memory_size: 0x8000n, type: 0, attributes: 1 },
        { memory_address: 0x809000n, memory_size: 0x2000n, type: 2 },
      ],
    },
    {
      TDX: 'warning: BFV states the address 0xffff8000, but what it takes from the file is the content mapped at 0xffff0000',
    },
  ],
  [
    'a TDX section that is not in whole pages',
    {
      tdxSections: [
        { raw_data_size: 16, memory_address: 0xffff0010n, memory_size: 0x1000n, type: 0 },
        { type: 2 },
      ],
    },
    { TDX: 'no: QEMU refuses a section of the TDX metadata that is not in whole pages' },
  ],
];

describe('What an image can be used for', () => {
  for (const [name, options, wanted] of cases) {
    it(`is as it is with ${name}`, () => {
      const image = firmware(options);
      const found = Object.keys(wanted).map((feature) => [feature, wordsOf(image, feature as Feature)]);
      assert.deepEqual(found, Object.entries(wanted));
    });
  }

  it('gives the version of metadata as the reason when no section was read for it', () => {
    const image = firmware({ ...TDX, igvmSections: true });
    for (const [signature, at, feature, reason] of [
      ['TDVF', 8, 'TDX', 'QEMU refuses the TDX metadata: their version or length is wrong'],
      ['ASEV', 8, 'SNP', 'no section of the SEV metadata can be read: their version or length is wrong'],
    ] as const) {
      const other = image.slice();
      other[Buffer.from(image).lastIndexOf(signature) + at] = 9;
      assert.equal(wordsOf(other, feature), `no: ${reason}`);
    }
  });

  it('is said of the same features in the same order, of any image, and of no other file', () => {
    for (const bytes of [new Uint8Array(), new Uint8Array(0x10000)]) assert.deepEqual(supportOf(bytes), []);
    for (const bytes of [firmware(), buildOvmf()]) {
      assert.deepEqual(
        supportOf(bytes).map(({ feature }) => feature),
        ALL,
      );
    }
  });

  it('is nothing for a variable store', () => {
    for (const { state, reason } of supportOf(variableVolume(0x4000, []))) {
      assert.deepEqual([state, reason], ['no', 'a variable store holds no firmware']);
    }
  });

  it('is unknown without firmware volumes, with what the table says', () => {
    assert.equal(
      wordsOf(buildOvmf(), 'SEV-ES'),
      'unknown: APs start at 0x0080b004; no firmware volume was found to look at',
    );
  });

  it('is never said before the code was looked at: what follows only takes back what was unknown', () => {
    const pack = (inner: Uint8Array) => guided(UNKNOWN_METHOD, inner);
    for (const [name, options] of cases) {
      const before = supportOf(firmware({ ...options, pack }));
      const after = supportOf(firmware(options));
      before.forEach(({ feature, state }, i) => {
        if (state !== 'unknown') assert.equal(after[i]!.state, state, `${feature} with ${name}`);
      });
    }
  });
});
