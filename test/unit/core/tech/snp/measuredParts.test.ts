// What an SNP launch measures of an image, on its map: the order is that of the launch, whatever the image lists, and images that no VMM
// launches have none.

import assert from 'node:assert/strict';
import { buildOvmf, DEFAULT_SEV_SECTIONS } from '../../../../../src/core/ovmf/build';
import { parseOvmf, type OvmfImage } from '../../../../../src/core/ovmf/image';
import { imageTables } from '../../../../../src/core/ovmf/imageTables';
import { describeContents, describeMeasured, type MeasuredPart } from '../../../../../src/core/ovmf/mapBox';
import { tablesAtEnd } from '../../../../../src/core/ovmf/tablesAtEnd';
import { snp } from '../../../../../src/core/tech/snp/loads';
import { snpParts } from '../../../../../src/core/tech/snp/measuredParts';

type Options = Parameters<typeof buildOvmf>[0];
const partsOf = (bytes: Uint8Array) => snpParts(parseOvmf(bytes).value, bytes);
const words = (part: MeasuredPart) =>
  `${part.order}/${part.of} ${part.name}: ${describeMeasured(part)}, ${describeContents(part)}`;

describe('The parts of an SNP launch on the map of an image', () => {
  it('are the firmware, each section in the order of the file, and a page for each vCPU', () => {
    assert.deepEqual(partsOf(buildOvmf({ size: 0x200000 })).map(words), [
      '1/9 firmware: 512 normal pages from 0xffe00000, contents, type and address',
      '2/9 SNP_SEC_MEM: 9 zero pages from 0x00800000, type and address only',
      '3/9 SNP_SEC_MEM: 3 zero pages from 0x0080a000, type and address only',
      '4/9 SNP_SECRETS: 1 secrets page at 0x0080d000, type and address only',
      '5/9 CPUID: 1 cpuid page at 0x0080e000, type and address only',
      '6/9 SVSM_CAA: 1 zero page at 0x0080f000, type and address only',
      '7/9 SNP_SEC_MEM: 31 zero pages from 0x00811000, type and address only',
      '8/9 SNP_KERNEL_HASHES: 1 zero page at 0x00810000, type and address only',
      '9/9 VMSAs: a vmsa page for each vCPU at 0xfffffffff000, contents, type and address',
    ]);
  });

  const IMAGES: Record<string, Options> = {
    'with its hash section last': {
      sevSections: [
        ...DEFAULT_SEV_SECTIONS.filter(({ type }) => type !== 0x10),
        ...DEFAULT_SEV_SECTIONS.filter(({ type }) => type === 0x10),
      ],
    },
    'with its sections turned round': { sevSections: DEFAULT_SEV_SECTIONS.toReversed() },
    'without an area for kernel hashes': { hashArea: false },
    'with one section': { sevSections: DEFAULT_SEV_SECTIONS.slice(0, 1) },
    'with two sections at one address': {
      sevSections: [DEFAULT_SEV_SECTIONS[0]!, DEFAULT_SEV_SECTIONS[0]!],
    },
  };
  for (const [title, options] of Object.entries(IMAGES))
    it(`are those of the launch, of an image ${title}`, () => {
      const bytes = buildOvmf(options);
      const image = parseOvmf(bytes).value;
      const page = new Uint8Array(4096);
      const loads = [...snp.loads({ firmware: [bytes], vmsas: { bsp: page, count: 1 } }, image)];
      const parts = partsOf(bytes);
      assert.deepEqual(
        parts.map(({ gpa, type, contents }) => [BigInt(gpa), type, contents]),
        loads.map(({ gpa, type, bytes: own }) => [gpa, type, own !== undefined]),
      );
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      for (const { source, gpa, pages } of parts.slice(1, -1)) {
        assert.equal(view.getUint32(source!.offset, true), gpa, 'the row that asks for it');
        assert.equal(source!.size, 12);
        assert.ok(pages! > 0);
      }
      assert.deepEqual(parts[0]!.source, { offset: 0, size: bytes.length });
      assert.equal(parts.at(-1)!.source, undefined);
    });

  it('say what becomes of the page for kernel hashes with a kernel, where there is an area for them', () => {
    const noted = (options: Options) =>
      partsOf(buildOvmf(options)).flatMap(({ name, note }) =>
        name !== 'VMSAs' && note ? [[name, note]] : [],
      );
    assert.deepEqual(noted({}), [
      ['SNP_KERNEL_HASHES', 'With a kernel and kernel hashes on, it is a normal page with its contents.'],
    ]);
    assert.deepEqual(noted({ hashArea: false }), []);
  });

  const NONE: Record<string, Uint8Array> = {
    'without SEV metadata': buildOvmf({ sevSections: [] }),
    'with a section of an unknown type': buildOvmf({
      sevSections: [{ gpa: 0x800000, size: 0x1000, type: 99 }],
    }),
    'of no whole pages': buildOvmf().subarray(1),
    'with sections of more pages than any launch has': buildOvmf({
      sevSections: [{ gpa: 0, size: 0xfffff000, type: 1 }],
    }),
    'that is empty': new Uint8Array(0),
    'that is no firmware': new Uint8Array(8192).fill(0x41),
  };
  for (const [title, bytes] of Object.entries(NONE))
    it(`are none of an image ${title}`, () => {
      assert.deepEqual(partsOf(bytes), []);
    });
});

describe('The map of guest memory', () => {
  const measured = (bytes: Uint8Array) => (image: OvmfImage) => snpParts(image, bytes);
  const IMAGE = buildOvmf({ size: 0x20000, tdxSections: true });
  const tables = imageTables(parseOvmf(IMAGE), measured(IMAGE));
  const boxes = tables.map.guest.flatMap((cluster) => cluster.boxes);

  it('has each part at one box of the same address', () => {
    const parts = partsOf(IMAGE);
    const shown = boxes.filter((box) => box.measured);
    assert.deepEqual(
      shown.map((box) => box.measured).toSorted((a, b) => a!.order - b!.order),
      parts,
    );
    for (const { start, source, measured: part } of shown) {
      assert.equal(start, part!.gpa);
      assert.deepEqual(source, part!.source);
    }
    assert.ok(boxes.length > shown.length, 'areas and TDX sections are not measured by themselves');
  });
  it('ends with the vCPUs, which are in no file', () => {
    const last = tables.map.guest.at(-1)!;
    assert.deepEqual([last.start, last.end], [0xfffffffff000, 0x1000000000000]);
    assert.deepEqual(
      last.boxes.map(({ name, source, size }) => [name, source, size]),
      [['VMSAs', undefined, 4096]],
    );
  });
  it('has the same parts from the ends of a large image as from all of it', () => {
    const large = buildOvmf({ size: 0x400000 });
    assert.deepEqual(
      tablesAtEnd(large, measured(large)).map.guest,
      imageTables(parseOvmf(large), measured(large)).map.guest,
    );
  });
});
