// The SNP page chain against digests that sev-snp-measure gives for its AmdSev fixture: from the state after the
// firmware pages through every section of the metadata to the VMSA pages.

import assert from 'node:assert/strict';
import { bytesToHex, fromHex } from '../../../../../src/core/binary/hex';
import { encodeKernelHashes } from '../../../../../src/core/launch/kernelHashes';
import { nobleHashes } from '../../../../../src/core/launch/nobleHashes';
import type { Load, LoadType } from '../../../../../src/core/launch/loads';
import { foldSnp, snpState } from '../../../../../src/core/tech/snp/digest';
import { cpuByName, generateVmsa } from '../../../../../src/core/vmsa/launch/generate';

type Bare = Exclude<LoadType, 'normal' | 'vmsa'>;

/** The digest after one more load. */
const extend = (digest: Uint8Array, load: Omit<Load, 'label' | 'source'>): Uint8Array =>
  foldSnp(snpState(nobleHashes, digest), { label: 'load', source: { from: 'kernel hashes' }, ...load })
    .digest;

/** The chain over a range of pages without contents. */
const extendRange = (digest: Uint8Array, type: Bare, gpa: number, size: number): Uint8Array =>
  extend(digest, { type, gpa: BigInt(gpa), size });

// sev-snp-measure --mode snp, 2 vCPUs EPYC-v4, no kernel, firmware tests/fixtures/ovmf_AmdSev_suffix.bin.
const AFTER_FIRMWARE =
  '086e2e9149ebf45abdc3445fba5b2da8270bdbb04094d7a2c37faaa4b24af3aa16aff8c374c2a55c467a50da6d466b74';
const BEFORE_HASHES =
  '1de7f0d81360fb802b5e2a7327f58ed1a2c9d1947a2e3cf0ae34184e6e1b4cb102da9ac69f421cded3105d12d523e4e9';
const AFTER_SECTIONS =
  '2a436bb1f7bd08b3888d20579f83961e6cd34b45f10bfa96bfb8086d15e258e407b2b04f62e1e6536aa64ba1b16dd65c';
const steps: readonly (readonly [Bare, number, number, string])[] = [
  [
    'zero',
    0x800000,
    0x9000,
    '411a1360ae4001ab44e1c8a5f14115068566f56b565be90042aa16cc26de1492ef3025f10b7cdd14911ae69aaea7881a',
  ],
  [
    'zero',
    0x80a000,
    0x3000,
    'e0b2ff7ad80630d6c56ba3d43c7dd1cccca220d9cc60092fe69e5f31a6ab4e9537aa477497f03636ae29b18630df8477',
  ],
  [
    'secrets',
    0x80d000,
    0x1000,
    '230c05427474c0649ea31849fe3144dbbef0921570105732b69ff5463dee1fe8612dee2db0866719377099718ecb46d8',
  ],
  [
    'cpuid',
    0x80e000,
    0x1000,
    '17af371be37e5a8f0f3d83cd4195cfb47b60caabf8c209e6c68ab44d6484381a057812c0760811d53f47b522a16e5574',
  ],
  ['zero', 0x80f000, 0x1000, BEFORE_HASHES],
  [
    'zero',
    0x810000,
    0x1000,
    '367f275c105049c7c528b3bbe13bef40ddbdb2b20f78848b65caf7110113d78231b1bb03d7058e9ce16b56f6e0c7166d',
  ],
  ['zero', 0x811000, 0xf000, AFTER_SECTIONS],
];

const vmsa = (role: 'bsp' | 'ap'): Omit<Load, 'label' | 'source'> => {
  const cpu = cpuByName('EPYC-v4');
  const { bytes } = generateVmsa({ profile: 'snp', role, cpu, resetAddress: 0x80b004 });
  return { type: 'vmsa', gpa: 0xfffffffff000n, size: 4096, bytes };
};

describe('The SNP page chain', () => {
  it('agrees after every section of the metadata', () => {
    let digest = fromHex(AFTER_FIRMWARE)!;
    for (const [type, gpa, size, wanted] of steps) {
      digest = extendRange(digest, type, gpa, size);
      assert.equal(bytesToHex(digest), wanted, `${type} at ${gpa.toString(16)}`);
    }
  });

  it('agrees after the VMSA page of each vCPU', () => {
    const first = extend(fromHex(AFTER_SECTIONS)!, vmsa('bsp'));
    assert.equal(
      bytesToHex(first),
      '19358ba9a7615534a9a1e2f0dfc29384dcd4dcb7062ff9c6013b26869a5fc6ecabe033c48dd6f6db5d6d76e7c5df632d',
    );
    assert.equal(
      bytesToHex(extend(first, vmsa('ap'))),
      'ae7e31b6e2220dcb2832b050464cf9fb5da4feed92be5cdd966435c2ee722f341410bb2438923ee696bd23460ff9c904',
    );
  });

  // The same launch with --kernel --initrd --append and one vCPU: a normal page holds the table of hashes.
  const text = (s: string) => new TextEncoder().encode(s);
  const kernels: readonly (readonly [string, string, string, string])[] = [
    [
      '',
      '',
      '',
      'ddc5224521617a536ee7ce9dd6224d1b58a8d4fda1c741f3ac99fc4bfa04ba6e9fc98646d4a07a9079397fa3852819b5',
    ],
    [
      'fake vmlinuz\n',
      'fake initrd\n',
      'foo bar baz fake kernel=cmdline',
      'b4a00c9e5cd116216c14a3b6a7cbe6a0606593c44146ac4469eb1a3fa77dcca03a6529250ce8af1a34b5033b075e76c7',
    ],
  ];
  for (const [kernel, initrd, cmdline, wanted] of kernels) {
    it(`agrees with a page of kernel hashes, command line "${cmdline}"`, () => {
      const contents = new Uint8Array(4096);
      const digests = {
        kernel: nobleHashes.sha256(text(kernel)),
        initrd: nobleHashes.sha256(text(initrd)),
        cmdline,
      };
      contents.set(encodeKernelHashes(nobleHashes, digests), 0xc00);
      let digest = extend(fromHex(BEFORE_HASHES)!, {
        type: 'normal',
        gpa: 0x810000n,
        size: 4096,
        bytes: contents,
      });
      digest = extendRange(digest, 'zero', 0x811000, 0xf000);
      assert.equal(bytesToHex(extend(digest, vmsa('bsp'))), wanted);
    });
  }

  const unfit: readonly (readonly [string, Partial<Load>, RegExp])[] = [
    ['contents that are no whole page', { size: 4095, bytes: new Uint8Array(4095) }, /no whole pages/],
    ['contents of another size', { size: 8192, bytes: new Uint8Array(4096) }, /no whole pages/],
    ['no contents', { size: 4096 }, /no contents/],
    ['one hash for two pages', { size: 8192, sha384: new Uint8Array(48) }, /no contents/],
    ['no address', { gpa: undefined, size: 4096, bytes: new Uint8Array(4096) }, /no address/],
  ];
  for (const [what, given, message] of unfit)
    it(`refuses ${what}`, () => {
      const load = { type: 'normal', gpa: 0n, size: 0, ...given } as const;
      assert.throws(() => extend(new Uint8Array(48), load), message);
    });
});
