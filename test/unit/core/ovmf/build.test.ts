// The builder of OVMF images against the parser, and the meaning of what was built: lookups, facts, and which
// of two equal entries counts.

import assert from 'node:assert/strict';
import type { BuildOvmfOptions } from '../../../../src/core/ovmf/build';
import { DEFAULT_SEV_SECTIONS, buildOvmf } from '../../../../src/core/ovmf/build';
import type { Row } from '../../../../src/core/binary/struct';
import { KNOWN_ENTRIES, RESET_BLOCK } from '../../../../src/core/ovmf/entries';
import { entryValues } from '../../../../src/core/ovmf/guidedTable';
import { parseOvmf } from '../../../../src/core/ovmf/image';
import type { Region } from '../../../../src/core/binary/region';
import { assertWhole } from '../../../helpers/wholeness';

const parse = (options: BuildOvmfOptions) => parseOvmf(buildOvmf({ size: 0x4000, ...options })).value;
const allRegions = (regions: readonly Region[]): Region[] =>
  regions.flatMap((region) => [region, ...allRegions(region.children)]);

describe('Building an OVMF image', () => {
  it('reads back every value that was asked for', () => {
    const image = parse({
      resetAddress: 0xfffffff0,
      secretArea: { base: 0x80c000, size: 0xc00 },
      hashArea: { base: 0x80cc00, size: 0x400 },
      tdxSections: true,
      igvmSections: true,
    });
    assert.equal(image.resetAddress, 0xfffffff0);
    assert.deepEqual(image.secretArea, { base: 0x80c000, size: 0xc00 });
    assert.deepEqual(image.hashArea, { base: 0x80cc00, size: 0x400 });
    assert.deepEqual(
      image.sevMetadata?.sections.map(({ gpa, size, type }) => ({ gpa, size, type })),
      DEFAULT_SEV_SECTIONS,
    );
    assert.deepEqual(
      image.sevMetadata.sections.map(({ name }) => name),
      ['SNP_SEC_MEM', 'SNP_SEC_MEM', 'SNP_SECRETS', 'CPUID', 'SVSM_CAA', 'SNP_SEC_MEM', 'SNP_KERNEL_HASHES'],
    );
    assert.deepEqual(
      image.tdxMetadata?.sections.map(({ memory_address }) => memory_address),
      [0xffffc000n, 0x814000n, 0x80b000n, 0x809000n, 0x800000n],
    );
    assert.deepEqual(
      image.igvmMetadata?.sections.map(({ name }) => name),
      ['PARAM_AREA', 'PARAM_MEMORY_MAP', 'PARAM_VP_COUNT', 'HOB_AREA'],
    );
  });

  it('gives the same bytes each time, and other bytes for another seed', () => {
    assert.deepEqual(buildOvmf(), buildOvmf());
    assert.notDeepEqual(buildOvmf(), buildOvmf({ seed: 2 }));
    assert.equal(buildOvmf().length, 2 ** 20);
  });

  it('says in its first bytes that it is no firmware', () => {
    assert.match(
      Buffer.from(buildOvmf().subarray(0, 100)).toString('latin1'),
      /^SevScope sample image. Not firmware/,
    );
  });

  it('ends in code that halts, after the VTF signature', () => {
    const end = Buffer.from(buildOvmf().subarray(-20)).toString('hex');
    assert.equal(end, '56544600' + 'faf4ebfd' + '90'.repeat(12));
  });

  it('refuses a size that the table does not fit', () => {
    assert.throws(() => buildOvmf({ size: 100 }), RangeError);
  });

  it('has the layout of the releases of 2020 in its legacy form', () => {
    const image = parse({ form: 'legacy', resetAddress: 0x80b004 });
    assert.equal(image.table?.kind, 'legacy');
    assert.equal(image.resetAddress, 0x80b004);
    const tail = Buffer.from(buildOvmf({ form: 'legacy' }).subarray(-54, -32)).toString('hex');
    assert.equal(tail, '04b08000' + '1600' + 'de71f7007e1acb4f890e68c77e2fb44e');
  });
});

describe('Reading an OVMF image', () => {
  it('takes the entry nearest to the footer when two have one GUID, as QEMU does', () => {
    const data = Uint8Array.of(0x44, 0x33, 0x22, 0x11);
    const image = parse({ extraEntries: [{ guid: RESET_BLOCK.guid, data }] });
    assert.equal(image.resetAddress, 0x80b004);
    assert.deepEqual(
      image.table?.entries.filter(({ guid }) => guid === RESET_BLOCK.guid).map(({ used }) => used),
      [true, false],
    );
  });

  it('keeps the bytes of unknown entries and shows them as a field', () => {
    const guid = '01234567-89ab-cdef-0123-456789abcdef';
    const image = parse({ extraEntries: [{ guid, data: Uint8Array.of(0xca, 0xfe) }] });
    const entry = image.table?.entries.find((e) => e.guid === guid);
    assert.deepEqual(entry?.data, Uint8Array.of(0xca, 0xfe));
    const region = allRegions(image.regions).find(({ name }) => name === guid);
    assert.deepEqual(region?.fields.map(({ name, raw }) => [name, raw]).slice(0, 2), [
      ['data', 'cafe'],
      ['length', '0x0014'],
    ]);
  });

  for (const known of KNOWN_ENTRIES) {
    it(`decodes the fields of ${known.title}`, () => {
      const data = Uint8Array.from({ length: known.payload.size }, (_, i) => i + 1);
      const extraEntries = [{ guid: known.guid, data }];
      const only = {
        extraEntries,
        resetAddress: false,
        hashArea: false,
        secretArea: false,
        sevSections: false,
      } as const;
      const parsed = parseOvmf(buildOvmf({ size: 0x4000, ...only }));
      assertWhole(parsed);
      assert.equal(parsed.value.table?.entries[0]?.name, known.name);
      const values = Object.values(entryValues(parsed.value.table, known) ?? {});
      const view = new DataView(data.buffer);
      const read = {
        u8: (at: number) => view.getUint8(at),
        u16: (at: number) => view.getUint16(at, true),
        u32: (at: number) => view.getUint32(at, true),
        u64: (at: number) => view.getBigUint64(at, true),
      };
      const wanted = known.payload.rows.map(({ offset, type }: Row) => {
        if (typeof type === 'number') return data.slice(offset, offset + type);
        assert.ok(typeof type === 'string');
        return read[type](offset);
      });
      assert.deepEqual(values, wanted);
      const region = allRegions(parsed.value.regions).find(({ kind }) => kind === 'entry');
      assert.deepEqual(
        region?.fields.map(({ name }) => name),
        [...known.payload.rows.map(({ name }) => name), 'length', 'guid'],
      );
    });
  }
});
