// Debian's OVMF images: against known facts about the releases, and against the parser inside libvirt's
// virt-qemu-sev-validate, which is loaded by a Python child process.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { parseOvmf } from '../../../../src/core/ovmf/image';
import { codePaths, imagePaths, readImage } from '../../../helpers/realImages';
import { assertWhole } from '../../../helpers/wholeness';

interface Facts {
  readonly path: string;
  readonly size: number;
  readonly entries: number;
  readonly reset: number;
  readonly sections: readonly number[] | undefined;
}

// Debian 12, package ovmf 2022.11-6+deb12u2. The 4M build has a 32-bit SEC, hence no metadata.
const known: readonly Facts[] = [
  {
    path: '/usr/share/OVMF/OVMF_CODE.fd',
    size: 0x1e0000,
    entries: 5,
    reset: 0x80b004,
    sections: [1, 1, 2, 3, 1],
  },
  {
    path: '/usr/share/OVMF/OVMF_CODE_4M.fd',
    size: 0x37c000,
    entries: 3,
    reset: 0x808004,
    sections: undefined,
  },
  { path: '/usr/share/ovmf/OVMF.fd', size: 0x200000, entries: 5, reset: 0x80b004, sections: [1, 1, 2, 3, 1] },
];

describe('Real OVMF images', function () {
  this.timeout(30_000);

  for (const { path, size, entries, reset, sections } of known) {
    it(`${path} of Debian 12 decodes to its known facts`, function () {
      if (!existsSync(path)) this.skip();
      const { value } = parseOvmf(readImage(path));
      // Another release of the package has other facts.
      if (value.fileSize !== size) this.skip();
      assert.equal(value.base, 2 ** 32 - size);
      assert.equal(value.table?.entries.length, entries);
      assert.equal(value.resetAddress, reset);
      assert.deepEqual(value.secretArea, { base: 0, size: 0 });
      assert.deepEqual(value.hashArea, { base: 0, size: 0 });
      assert.deepEqual(
        value.sevMetadata?.sections.map(({ type }) => type),
        sections,
      );
      assert.equal(value.tdxMetadata?.sections.length, sections && 6);
    });
  }

  for (const path of imagePaths) {
    it(`${path} is covered by regions, and has no error unless it holds variables`, () => {
      const parsed = parseOvmf(readImage(path));
      assertWhole(parsed);
      const errors = parsed.findings.filter(({ severity }) => severity === 'error').map(({ rule }) => rule);
      assert.deepEqual(errors, path.includes('_VARS') ? ['variable-store-only'] : []);
    });
  }

  it('the tail alone gives the same table and metadata as the whole file', () => {
    for (const path of codePaths) {
      const image = readImage(path);
      const whole = parseOvmf(image).value;
      const part = parseOvmf(image.subarray(-4096), { fileSize: image.length }).value;
      assert.deepEqual([part.table, part.sevMetadata], [whole.table, whole.sevMetadata]);
      assert.equal(part.base, whole.base);
    }
  });
});
