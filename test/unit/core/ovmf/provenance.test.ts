// Releases and platforms told by an image: built images with one thing changed each, and Debian's as known facts.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import type { BuildOvmfOptions, SevSection } from '../../../../src/core/ovmf/build';
import { DEFAULT_SEV_SECTIONS, buildOvmf } from '../../../../src/core/ovmf/build';
import { parseOvmf } from '../../../../src/core/ovmf/image';
import { imageBuild } from '../../../../src/core/ovmf/imageBuild';
import { lintOvmf } from '../../../../src/core/ovmf/lint';
import {
  PROVENANCE_FACTS,
  describeReleases,
  implication,
  provenance,
} from '../../../../src/core/ovmf/provenance';
import { parseVolumes } from '../../../../src/core/ovmf/volumes/volumes';
import { decompressSection } from '../../../../src/node/decompress';
import { firmware } from '../../../helpers/firmware';
import { readImage } from '../../../helpers/realImages';

const SIZE = 0x4000;
const of = (bytes: Uint8Array) =>
  provenance({ image: parseOvmf(bytes).value, bytes }, imageBuild(parseVolumes(bytes).value));
/** With what is compressed. */
const ofWhole = (bytes: Uint8Array) => {
  const { image, build } = lintOvmf(bytes, { decompress: decompressSection }).value;
  return provenance({ image, bytes }, build);
};
/** The jump that older releases have, put where they have it. */
const withJump = (image: Uint8Array) => {
  image.set([0xe9, 0x2a, 0xff, 0x90], image.length - 32);
  return image;
};
const types = (...wanted: number[]): SevSection[] =>
  wanted.map((type) => DEFAULT_SEV_SECTIONS.find((s) => s.type === type)!);
const NO_AREA = { base: 0, size: 0 };

interface Case {
  readonly name: string;
  readonly build: BuildOvmfOptions;
  readonly jump?: true;
  readonly releases: string;
  readonly hint?: string;
}

const ALL = { tdxSections: true, igvmSections: true } as const;
const cases: readonly Case[] = [
  { name: 'no table', build: { form: 'none' }, releases: 'not known: nothing in the image tells' },
  {
    name: 'a bare reset block',
    build: { form: 'legacy' },
    jump: true,
    releases: 'edk2-stable202008 to edk2-stable202011',
  },
  {
    name: 'a table without a hash block',
    build: { hashArea: false, sevSections: false },
    jump: true,
    releases: 'edk2-stable202102 to edk2-stable202105',
  },
  {
    name: 'a hash block and nothing of a 64-bit build',
    build: { sevSections: false, hashArea: NO_AREA, secretArea: NO_AREA },
    jump: true,
    releases: 'edk2-stable202108 to edk2-stable202308',
    hint: 'Ia32X64 build, or an X64 build of edk2-stable202108',
  },
  {
    name: 'TDX metadata and no SEV metadata',
    build: { sevSections: false, tdxSections: true },
    jump: true,
    releases: 'edk2-stable202111',
    hint: 'AmdSev build',
  },
  {
    name: 'the first SEV metadata',
    build: { sevSections: types(1, 2, 3) },
    jump: true,
    releases: 'edk2-stable202202 to edk2-stable202308',
    hint: 'AmdSev build',
  },
  {
    name: 'the first SEV metadata without the jump',
    build: { sevSections: types(1, 2, 3) },
    releases: 'edk2-stable202311',
  },
  {
    name: 'the first SEV metadata without the jump or a secret area',
    build: { sevSections: types(1, 2, 3), secretArea: NO_AREA },
    releases: 'edk2-stable202311 to edk2-stable202402',
    hint: 'no AmdSev build',
  },
  {
    name: 'kernel hashes and no calling area',
    build: { sevSections: types(1, 2, 3, 0x10, 1) },
    releases: 'edk2-stable202402',
  },
  {
    name: 'a calling area, and kernel hashes before the last section',
    build: { sevSections: types(1, 2, 3, 4, 0x10, 1) },
    releases: 'edk2-stable202405 to edk2-stable202408',
  },
  {
    name: 'kernel hashes last',
    build: {},
    releases: 'edk2-stable202411 to edk2-stable202508',
    hint: 'X64 build',
  },
  {
    name: 'IGVM metadata',
    build: ALL,
    releases: 'edk2-stable202511 or later',
    hint: 'AmdSev or OvmfPkgX64',
  },
  {
    name: 'an empty calling area',
    build: { ...ALL, sevSections: [...types(1, 2, 3), { type: 4 }], secretArea: NO_AREA, igvmSections: [] },
    releases: 'edk2-stable202511 or later',
    hint: 'IntelTdx build',
  },
  {
    name: 'kernel hashes last, and the jump of older releases',
    build: {},
    jump: true,
    releases: 'no release of edk2 has all of this: a build with patches, or not of edk2',
  },
  {
    name: 'an SVSM',
    build: { extraEntries: [{ guid: 'a789a612-0597-4c4b-a49f-cbb1fe9d1ddd', data: new Uint8Array(4) }] },
    releases: 'no release of edk2',
    hint: 'SVSM image, such as COCONUT',
  },
];

describe('Provenance of OVMF images', () => {
  for (const { name, build, jump, releases, hint } of cases) {
    it(`${name}: ${releases}`, () => {
      const image = buildOvmf({ size: SIZE, ...build });
      const told = of(jump ? withJump(image) : image);
      assert.equal(describeReleases(told), releases);
      assert.ok(hint === undefined || told.hints.includes(hint), told.hints.join('; '));
    });
  }

  it('sections that could not be read tell nothing by their absence', () => {
    const image = buildOvmf({ size: SIZE });
    const { sevMetadata } = parseOvmf(image).value;
    image[sevMetadata!.offset + 4] = 16 + 3 * 12;
    assert.deepEqual(of(image).until, 'edk2-stable202508');
    assert.deepEqual(of(image).since, 'edk2-stable202311');
  });

  it('OVMF without a table is of before there was one, whatever is in the slot of the jump', () => {
    const image = firmware({ form: 'none' });
    for (const bytes of [image, withJump(image.slice())]) {
      assert.equal(describeReleases(of(bytes)), 'edk2-stable202005 or earlier');
    }
  });

  it('the files of its volumes tell the platform, not its tables', () => {
    assert.deepEqual(of(firmware()).hints, ['OvmfPkgX64 build (64-bit)']);
    assert.deepEqual(of(firmware({ files: ['SecretDxe'] })).hints, ['AmdSev build (64-bit)']);
    assert.deepEqual(of(firmware({ files: ['AmdSevDxe'], secretArea: NO_AREA })).hints, [
      'no AmdSev build',
      'X64 build',
    ]);
  });

  it('every fact is seen in one case, and implies something', () => {
    const texts = new Set([
      ...cases.flatMap(({ build, jump }) => {
        const image = buildOvmf({ size: SIZE, ...build });
        return of(jump ? withJump(image) : image).reasons.map(({ text }) => text);
      }),
      ...of(firmware({ form: 'none' })).reasons.map(({ text }) => text),
    ]);
    assert.deepEqual(
      PROVENANCE_FACTS.filter((fact) => !texts.has(fact.text) || implication(fact) === ''),
      [],
    );
  });

  // Debian 12, package ovmf 2022.11: built from edk2-stable202211.
  const debian = [
    ['/usr/share/OVMF/OVMF_CODE.fd', 0x1e0000, 'edk2-stable202202', 'OvmfPkgX64 build (64-bit)'],
    ['/usr/share/ovmf/OVMF.fd', 0x200000, 'edk2-stable202202', 'OvmfPkgX64 build (64-bit)'],
    [
      '/usr/share/OVMF/OVMF_CODE_4M.fd',
      0x37c000,
      'edk2-stable202108',
      'Ia32X64 build (32-bit until the DXE phase, then 64-bit)',
    ],
  ] as const;
  for (const [path, size, since, hint] of debian) {
    it(`${path} of Debian 12 is from ${since} to edk2-stable202308`, function () {
      if (!existsSync(path)) this.skip();
      const image = readImage(path);
      // Another release of the package has other facts.
      if (image.length !== size) this.skip();
      const told = ofWhole(image);
      assert.deepEqual([told.since, told.until, told.conflict], [since, 'edk2-stable202308', false]);
      assert.deepEqual(told.hints, [hint]);
    });
  }
});
