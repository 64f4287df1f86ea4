// The loads of a launch: what of an image is loaded, as what, where and from where; and what the folds of all technologies promise about
// states. Digests against independent programs stand in tech/ and in the digest tests of the command line.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { bytesToHex, hex } from '../../../../src/core/binary/hex';
import {
  firmwareLoads,
  pagesOf,
  type LaunchContents,
  type Load,
  type LoadType,
} from '../../../../src/core/launch/loads';
import { nobleHashes } from '../../../../src/core/launch/nobleHashes';
import { buildOvmf, type SevSection } from '../../../../src/core/ovmf/build';
import { parseOvmf } from '../../../../src/core/ovmf/image';
import { SEV_METADATA } from '../../../../src/core/ovmf/metadataLayout';
import { sevDigestAfter, sevDigestsAfter } from '../../../../src/core/tech/sev/digest';
import { sevEs } from '../../../../src/core/tech/sev/loads';
import { snp } from '../../../../src/core/tech/snp/loads';
import { TECHNOLOGIES } from '../../../../src/core/tech/technologies';
import { digestOf, foldAll, type Technology } from '../../../../src/core/tech/technology';
import { nodeHashes } from '../../../../src/node/hashes';

const page = (n: number) => new Uint8Array(4096).fill(n);
const TABLE = Uint8Array.from({ length: 176 }, (_, i) => i);
const IMAGE = buildOvmf({ size: 0x10000 });
const WHOLE: LaunchContents = {
  firmware: [IMAGE],
  kernelHashes: TABLE,
  vmsas: { bsp: page(1), ap: page(2), count: 3 },
};
const loadsOf = (technology: Technology, launch: LaunchContents, image = IMAGE) => [
  ...technology.loads(launch, parseOvmf(image).value),
];

/** A load in a line. */
function lineOf({ label, type, gpa, size, source }: Load): string {
  const { from, ...place } = source;
  const at = gpa === undefined ? 'nowhere' : hex(gpa);
  return [label, type, at, hex(size), from, ...Object.values(place).map((n) => hex(n))].join(' ');
}

describe('The loads of a launch', () => {
  it('of SEV are the firmware and the kernel hashes', () => {
    assert.deepEqual(loadsOf(TECHNOLOGIES[0]!, WHOLE).map(lineOf), [
      'firmware normal 0xffff0000 0x10000 firmware 0x0',
      'kernel hashes normal 0x810c00 0xb0 kernel hashes',
    ]);
  });

  it('of SEV-ES are these and a page for each vCPU', () => {
    assert.deepEqual(loadsOf(TECHNOLOGIES[1]!, WHOLE).slice(2).map(lineOf), [
      'VMSA of vCPU 0 vmsa nowhere 0x1000 vcpu 0x0',
      'VMSA of vCPU 1 vmsa nowhere 0x1000 vcpu 0x1',
      'VMSA of vCPU 2 vmsa nowhere 0x1000 vcpu 0x2',
    ]);
  });

  // The place of each section in the file: that of the list, a header of 16 bytes, and 12 bytes for each section before it.
  const { sevMetadata } = parseOvmf(IMAGE).value;
  const row = (i: number) => `metadata ${hex(i)} ${hex(sevMetadata!.offset + 16 + 12 * i)}`;
  const BEFORE = ['firmware normal 0xffff0000 0x10000 firmware 0x0'];
  const MEMORY = [
    `SNP_SEC_MEM zero 0x800000 0x9000 ${row(0)}`,
    `SNP_SEC_MEM zero 0x80a000 0x3000 ${row(1)}`,
    `SNP_SECRETS secrets 0x80d000 0x1000 ${row(2)}`,
  ];
  const CPUID = `CPUID cpuid 0x80e000 0x1000 ${row(3)}`;
  const AREAS = [`SVSM_CAA zero 0x80f000 0x1000 ${row(4)}`, `SNP_SEC_MEM zero 0x811000 0x1f000 ${row(5)}`];
  const NO_HASHES = `SNP_KERNEL_HASHES zero 0x810000 0x1000 ${row(6)}`;
  const VCPU = 'VMSA of vCPU 0 vmsa 0xfffffffff000 0x1000 vcpu 0x0';
  const orders: readonly (readonly [string, LaunchContents, readonly string[]])[] = [
    ['QEMU', {}, [...MEMORY, CPUID, ...AREAS, NO_HASHES]],
    [
      'QEMU with a kernel',
      { kernelHashes: TABLE },
      [...MEMORY, CPUID, ...AREAS, 'SNP_KERNEL_HASHES normal 0x810000 0x1000 kernel hashes'],
    ],
    ['EC2, which adds CPUID last', { vmm: 'ec2' }, [...MEMORY, ...AREAS, NO_HASHES, CPUID]],
    [
      'GCE, which leaves memory unmeasured',
      { vmm: 'gce' },
      [...MEMORY, CPUID, ...AREAS, NO_HASHES].map((line) =>
        line.replace('SNP_SEC_MEM zero', 'SNP_SEC_MEM unmeasured'),
      ),
    ],
  ];
  for (const [vmm, more, wanted] of orders)
    it(`of SNP are the sections of the metadata in the order of ${vmm}`, () => {
      const launch = { firmware: [IMAGE], vmsas: { bsp: page(1), count: 1 }, ...more };
      assert.deepEqual(loadsOf(snp, launch).map(lineOf), [...BEFORE, ...wanted, VCPU]);
    });

  // Two pages of each type, alone in the metadata.
  const sections: Readonly<Record<string, readonly [LoadType, number]>> = {
    SNP_SEC_MEM: ['zero', 0x2000],
    SNP_SECRETS: ['secrets', 0x1000],
    CPUID: ['cpuid', 0x1000],
    SVSM_CAA: ['zero', 0x2000],
    SNP_KERNEL_HASHES: ['zero', 0x2000],
  };
  for (const { type: number, name } of SEV_METADATA.types)
    it(`of SNP know a section of type ${name}`, () => {
      const image = buildOvmf({ sevSections: [{ gpa: 0x900000, size: 0x2000, type: number }] });
      const [load, ...rest] = loadsOf(snp, {}, image);
      assert.deepEqual([load!.type, load!.size, load!.gpa, rest.length], [...sections[name]!, 0x900000n, 0]);
    });

  it('have the kernel hashes where the area of the image is in its page', () => {
    const load = loadsOf(snp, WHOLE).find(({ source }) => source.from === 'kernel hashes')!;
    const wanted = new Uint8Array(4096);
    wanted.set(TABLE, 0xc00);
    assert.deepEqual(load.bytes, wanted);
  });

  const withTypes = (...types: number[]): readonly SevSection[] =>
    types.map((type) => ({ gpa: 0x800000, size: 0x1000, type }));
  /** An image whose metadata header has another value at an offset. */
  const withHeader = (offset: number, value: number): Uint8Array => {
    const image = IMAGE.slice();
    const at = parseOvmf(image).value.sevMetadata!.offset;
    new DataView(image.buffer, image.byteOffset).setUint32(at + offset, value, true);
    return image;
  };
  const impossible: readonly (readonly [string, LaunchContents, Uint8Array, string])[] = [
    ['without metadata', {}, buildOvmf({ sevSections: false }), 'no-snp-metadata'],
    ['whose metadata have another length', {}, withHeader(4, 0x1000), 'broken-snp-metadata'],
    ['whose metadata are of another version', {}, withHeader(8, 2), 'broken-snp-metadata'],
    [
      'whose metadata have fewer sections than they say',
      {},
      withHeader(12, 0x7fffffff),
      'broken-snp-metadata',
    ],
    [
      'with a section of another type',
      {},
      buildOvmf({ sevSections: withTypes(1, 5) }),
      'unknown-snp-section',
    ],
    [
      'with a kernel, but no section for its hashes',
      WHOLE,
      buildOvmf({ sevSections: withTypes(1) }),
      'no-hash-area',
    ],
    ['with a kernel, but no area for its hashes', WHOLE, buildOvmf({ hashArea: false }), 'no-hash-area'],
    [
      'with a kernel, but too little room for its hashes',
      WHOLE,
      buildOvmf({ hashArea: { base: 0x810f80, size: 0x400 } }),
      'no-hash-area',
    ],
  ];
  for (const [what, launch, image, code] of impossible)
    it(`of SNP are none for an image ${what}`, () =>
      assert.throws(() => loadsOf(snp, launch, image), { name: 'CheckError', code }));

  it('of firmware in parts have the places of the whole', () => {
    const parts = [IMAGE.subarray(0, 0x3000), IMAGE.subarray(0x3000)];
    const whole = digestOf(snp, nodeHashes, firmwareLoads([IMAGE]));
    assert.deepEqual(digestOf(snp, nodeHashes, firmwareLoads(parts)), whole);
    assert.deepEqual([...firmwareLoads(parts)].map(lineOf), [
      'firmware normal 0xffff0000 0x3000 firmware 0x0',
      'firmware normal 0xffff3000 0xd000 firmware 0x3000',
    ]);
  });

  it('of many pages are measured as each page in turn', () => {
    // All pages of padding are alike, and one differs from the next in its last byte only.
    const image = new Uint8Array(0x8000).fill(0xff);
    image.set(IMAGE.subarray(-0x2000), 0x6000);
    image[0x2fff] = 0;
    const load = { ...[...firmwareLoads([image])][0]!, gpa: 0xffff_e000n };
    const pages = [...pagesOf(load)];
    assert.deepEqual(
      pages.map(({ gpa, source }) => [gpa, source]),
      pages.map((_, i) => [0xffff_e000n + BigInt(i * 4096), { from: 'firmware', offset: i * 4096 }]),
    );
    let digest = Buffer.alloc(48);
    const sha384 = (bytes: Uint8Array) => createHash('sha384').update(bytes).digest();
    for (const { gpa, bytes } of pages) {
      const info = Buffer.concat([
        digest,
        sha384(bytes!),
        Buffer.from('7000010000000000', 'hex'),
        Buffer.alloc(8),
      ]);
      info.writeBigUInt64LE(gpa!, 104);
      digest = Buffer.from(sha384(info));
    }
    for (const hashes of [nodeHashes, nobleHashes]) {
      assert.equal(bytesToHex(digestOf(snp, hashes, [load])), digest.toString('hex'));
      assert.equal(bytesToHex(digestOf(snp, hashes, pages)), digest.toString('hex'));
    }
  });
});

describe('The states of a launch', () => {
  for (const technology of TECHNOLOGIES) {
    const { id } = technology;
    const loads = loadsOf(technology, WHOLE);
    const states = (hashes = nodeHashes) => {
      const all = [technology.start(hashes)];
      for (const load of loads) all.push(technology.fold(all.at(-1), load));
      return all;
    };
    const digests = (all: readonly unknown[]) => all.map((state) => bytesToHex(technology.digest(state)));

    it(`of ${id} are the same with every runtime's hashes`, () =>
      assert.deepEqual(digests(states()), digests(states(nobleHashes))));

    it(`of ${id} stay what they are, whatever is made of them`, () => {
      const all = states();
      const before = digests(all);
      for (const state of all) {
        technology.fold(state, technology.vmsaLoad(0, page(7)));
        technology.digest(state);
      }
      assert.deepEqual(digests(all), before);
      // From the middle on, and from there another way.
      const middle = all[1];
      const forked = foldAll(technology, middle, [technology.vmsaLoad(0, page(9))]);
      assert.equal(bytesToHex(technology.digest(foldAll(technology, middle, loads.slice(1)))), before.at(-1));
      assert.notEqual(bytesToHex(technology.digest(forked)), before.at(-1));
      assert.deepEqual(digests(all), before);
    });

    it(`of ${id} all differ`, () => assert.equal(new Set(digests(states())).size, loads.length + 1));
  }

  it('of SEV-ES have digests after more loads that are those of the fold', () => {
    const state = foldAll(sevEs, sevEs.start(nodeHashes), loadsOf(sevEs, { firmware: [IMAGE] }));
    const [bsp, ap] = [sevEs.vmsaLoad(0, page(1)), sevEs.vmsaLoad(1, page(2))];
    const text = (count: number) =>
      Buffer.from(sevDigestAfter(state, bsp, ap, count), 'binary').toString('hex');
    for (const count of [0, 1, 5]) {
      const all = [bsp, ...Array.from({ length: count }, () => ap)];
      assert.equal(text(count), bytesToHex(sevEs.digest(foldAll(sevEs, state, all))), `${count}`);
    }
    assert.equal(
      Buffer.from(sevDigestAfter(state), 'binary').toString('hex'),
      bytesToHex(sevEs.digest(state)),
    );
    const counted = (again: Load | undefined, least: number, most: number) =>
      [...sevDigestsAfter(state, bsp, again, [least, most])].map(([count, digest]) => [count, digest]);
    const wanted = [1, 2, 3, 4].map((count) => [count, sevDigestAfter(state, bsp, ap, count - 1)]);
    assert.deepEqual(counted(ap, 1, 4), wanted);
    assert.deepEqual(counted(ap, 3, 4), wanted.slice(2));
    assert.deepEqual(counted(undefined, 1, 4), wanted.slice(0, 1));
    assert.deepEqual(counted(ap, 1, 0), []);
  });

  it('of SEV refuse what has no contents', () =>
    assert.throws(
      () => sevEs.fold(sevEs.start(nodeHashes), { ...loadsOf(snp, {}).find(({ type }) => type === 'zero')! }),
      /no contents/,
    ));
});
