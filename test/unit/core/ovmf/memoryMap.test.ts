// The picture of an image: every region of the flash once, guest memory by address, and what is wrong at its box.

import assert from 'node:assert/strict';
import { buildOvmf } from '../../../../src/core/ovmf/build';
import { parseOvmf } from '../../../../src/core/ovmf/image';
import { describeBox, type MapBox } from '../../../../src/core/ovmf/mapBox';
import { memoryMap, type MapCluster } from '../../../../src/core/ovmf/memoryMap';
import { randomBytes, seeded } from '../../../helpers/random';

const mapOf = (bytes: Uint8Array) => {
  const { value, findings } = parseOvmf(bytes);
  return memoryMap(value, findings);
};
const IMAGE = buildOvmf();
const boxNamed = (clusters: readonly MapCluster[], name: string): MapBox =>
  clusters.flatMap(({ boxes }) => boxes).find((box) => box.name === name)!;

/** Throws unless boxes lie inside their stretch, in order, and share no byte with another of their row. */
function assertSound(cluster: MapCluster): void {
  const { start, end, lanes, boxes } = cluster;
  assert.ok(end > start);
  for (const box of boxes) {
    assert.ok(box.start >= start && box.start + box.size <= end, describeBox(box));
    assert.ok(box.lane >= 0 && box.lane < lanes);
    for (const other of boxes) {
      if (other === box || other.lane !== box.lane) continue;
      assert.ok(
        box.start + box.size <= other.start || other.start + other.size <= box.start,
        `${describeBox(box)} and ${describeBox(other)} in one row`,
      );
    }
  }
}

describe('The map of an image', () => {
  it('has all of the flash once, and its last page through the lens', () => {
    const { flash, lens } = mapOf(IMAGE);
    assert.deepEqual([flash.start, flash.end, flash.lanes], [0, IMAGE.length, 1]);
    assert.equal(
      flash.boxes.reduce((sum, box) => sum + box.size, 0),
      IMAGE.length,
    );
    assert.deepEqual([lens!.start, lens!.end], [IMAGE.length - 4096, IMAGE.length]);
    assert.equal(
      lens!.boxes.reduce((sum, box) => sum + box.size, 0),
      4096,
    );
    assert.ok(lens!.boxes.some((box) => box.name === 'SEV-ES reset block'));
  });
  it('has the ranges of guest memory by address, those close together on one stretch', () => {
    const { guest } = mapOf(IMAGE);
    assert.equal(guest.length, 2);
    const [low, high] = guest as [MapCluster, MapCluster];
    assert.equal(low.start, 0x800000);
    assert.equal(high.end, 2 ** 32);
    const reset = boxNamed(guest, 'SEV-ES reset address');
    assert.deepEqual([reset.start, reset.size], [0x80b004, 0]);
    assert.equal(describeBox(reset), 'SEV-ES reset address, 0x0080b004');
    const hashes = boxNamed(guest, 'SNP_KERNEL_HASHES');
    assert.deepEqual([hashes.start, hashes.size, hashes.problems], [0x810000, 0x1000, []]);
    const area = boxNamed(guest, 'SEV hash table block');
    assert.deepEqual([area.start, area.size], [0x810c00, 0x400]);
    assert.notEqual(area.lane, hashes.lane, 'an area inside a page stands in another row');
  });
  it('says at a box what is wrong with it', () => {
    const sections = [
      { gpa: 0x800000, size: 0x2000, type: 1 },
      { gpa: 0x801000, size: 0x1000, type: 2 },
      { gpa: 0x803010, size: 0x1000, type: 3 },
    ];
    const { guest } = mapOf(buildOvmf({ sevSections: sections }));
    assert.match(boxNamed(guest, 'SNP_SECRETS').problems.join(' '), /overlaps/);
    assert.match(boxNamed(guest, 'CPUID').problems.join(' '), /multiples of 0x1000/);
    assert.deepEqual(boxNamed(guest, 'SNP_SEC_MEM').problems, []);
  });
  it('is sound for any bytes and any length', () => {
    const random = seeded(11);
    const inputs = [
      new Uint8Array(0),
      new Uint8Array(10),
      new Uint8Array(4096).fill(0xff),
      ...Array.from({ length: 60 }, () => randomBytes(random, random(6000))),
      ...Array.from({ length: 300 }, () => {
        const bytes = buildOvmf({ size: 0x4000, tdxSections: true, igvmSections: true });
        for (let i = random(6); i >= 0; i--) bytes[bytes.length - 1 - random(600)] = random(256);
        return bytes;
      }),
    ];
    for (const bytes of inputs) {
      const { flash, lens, guest } = mapOf(bytes);
      for (const cluster of [flash, ...(lens ? [lens] : []), ...guest]) assertSound(cluster);
    }
  });
});
