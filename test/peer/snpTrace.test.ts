// Launches of SEV-SNP page by page, as another program measured them: type, address and contents of each page, and the digest after it.
// They are not ours to publish: SEVSCOPE_VECTORS names the folder that holds them (snp-trace.json), and without it all are skipped.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesToHex, fromHex, hex, utf8 } from '../../src/core/binary/hex';
import { decode, encode } from '../../src/core/binary/struct';
import { encodeKernelHashes } from '../../src/core/launch/kernelHashes';
import { pagesOf, type Load, type LoadType, type LoadingVmm } from '../../src/core/launch/loads';
import { buildOvmf } from '../../src/core/ovmf/build';
import { parseOvmf } from '../../src/core/ovmf/image';
import { snpState } from '../../src/core/tech/snp/digest';
import { snp } from '../../src/core/tech/snp/loads';
import { snpParts } from '../../src/core/tech/snp/measuredParts';
import { cpuByName, generateVmsa, type Role } from '../../src/core/vmsa/launch/generate';
import { VMSA } from '../../src/core/vmsa/layout/layout';
import { nodeHashes } from '../../src/node/hashes';
import { runHere } from '../helpers/cli';

const VECTORS = process.env['SEVSCOPE_VECTORS'];

type Page = readonly [type: number, gpa: string, sha384: string, after: string];

interface Trace {
  readonly vcpus: number;
  readonly cpu: string;
  readonly vmm: 'QEMU' | 'ec2' | 'gce';
  readonly kernel: boolean;
  readonly cmdline: string | null;
  readonly guest_features: number;
  readonly digest: string;
  readonly pages: readonly Page[];
}

const TYPES: readonly LoadType[] = ['normal', 'vmsa', 'zero', 'unmeasured', 'secrets', 'cpuid'];
const VMMS = {
  QEMU: ['qemu', 'snp'],
  ec2: ['ec2', 'snp-ec2'],
  gce: ['gce', 'snp-gce'],
} as const satisfies Record<string, readonly [LoadingVmm, string]>;

/** The metadata of the AmdSev image that was measured; of the image itself only the last page is in it. */
const AMD_SEV = parseOvmf(
  buildOvmf({
    sevSections: [
      { gpa: 0x800000, size: 0x9000, type: 1 },
      { gpa: 0x80a000, size: 0x3000, type: 1 },
      { gpa: 0x80d000, size: 0x1000, type: 2 },
      { gpa: 0x80e000, size: 0x1000, type: 3 },
      { gpa: 0x80f000, size: 0x1000, type: 4 },
      { gpa: 0x810000, size: 0x1000, type: 0x10 },
      { gpa: 0x811000, size: 0xf000, type: 1 },
    ],
  }),
).value;

const recorded = ([type, gpa, sha384]: Page): Load => ({
  label: gpa,
  type: TYPES[type - 1]!,
  gpa: BigInt(gpa),
  size: 4096,
  sha384: fromHex(sha384),
  source: { from: 'kernel hashes' },
});

/** The loads of a launch of that image after its firmware. */
function loadsOf(trace: Trace, blobs: Readonly<Record<'kernel' | 'initrd', string>>): Iterable<Load> {
  const [vmm, profile] = VMMS[trace.vmm];
  const page = (role: Role) => {
    const { bytes } = generateVmsa({ profile, role, cpu: cpuByName(trace.cpu), resetAddress: 0x80b004 });
    return encode(VMSA, { ...decode(VMSA, bytes), sev_features: BigInt(trace.guest_features) });
  };
  const { sha256 } = nodeHashes;
  const blob = (text: string) => sha256(utf8(text.replace('\\n', '\n')));
  const files = { kernel: blob(blobs.kernel), initrd: blob(blobs.initrd), cmdline: trace.cmdline ?? '' };
  const kernelHashes = trace.kernel ? encodeKernelHashes(nodeHashes, files) : undefined;
  const vmsas = { bsp: page('bsp'), ap: page('ap'), count: trace.vcpus };
  return snp.loads({ kernelHashes, vmsas, vmm }, AMD_SEV);
}

(VECTORS === undefined ? describe.skip : describe)('A recorded launch of SEV-SNP', () => {
  const { cases, ...blobs } = JSON.parse(
    VECTORS === undefined ? '{"cases":{}}' : readFileSync(join(VECTORS, 'snp-trace.json'), 'utf8'),
  ) as { cases: Record<string, Trace & { firmware: string }>; kernel: string; initrd: string };

  for (const [name, trace] of Object.entries(cases)) {
    it(`gives the recorded digest after each of its pages: ${name}`, () => {
      let state = snp.start(nodeHashes);
      for (const page of trace.pages) {
        state = snp.fold(state, recorded(page));
        assert.equal(bytesToHex(snp.digest(state)), page[3], page[1]);
      }
      assert.equal(bytesToHex(snp.digest(state)), trace.digest);
    });

    if (trace.firmware.includes('AmdSev'))
      it(`has the pages that our loads have: ${name}`, () => {
        const [first, ...rest] = trace.pages;
        let state = snpState(nodeHashes, fromHex(first![3]));
        const ours: Page[] = [];
        for (const load of loadsOf(trace, blobs))
          for (const page of pagesOf(load)) {
            state = snp.fold(state, page);
            const contents = page.bytes ? bytesToHex(nodeHashes.sha384(page.bytes)) : '';
            const after = bytesToHex(snp.digest(state));
            ours.push([1 + TYPES.indexOf(page.type), hex(page.gpa!), contents, after]);
          }
        assert.deepEqual(ours, rest);
      });

    if (trace.firmware.includes('AmdSev') && trace.vmm === 'QEMU' && !trace.kernel)
      it(`has the pages that the map of its image has, in their order: ${name}`, () => {
        const { base } = AMD_SEV;
        const [firmware, ...parts] = snpParts(AMD_SEV, new Uint8Array(AMD_SEV.fileSize));
        assert.equal(firmware!.gpa, base);
        const pages = parts.flatMap(({ type, gpa, pages: count = trace.vcpus }) =>
          Array.from({ length: count }, (_, i) => [type, hex(gpa + (type === 'vmsa' ? 0 : i * 4096))]),
        );
        assert.deepEqual(
          pages,
          trace.pages.slice(1).map(([type, gpa]) => [TYPES[type - 1], gpa]),
        );
      });
  }
});

(VECTORS === undefined ? describe.skip : describe)('A launch on a real machine', () => {
  interface Recorded {
    readonly inputs: object;
    /** As AMD's firmware signed it. */
    readonly measurement: string;
    readonly pages: readonly { readonly type: number; readonly gpa: string; readonly ld: string }[];
  }
  let folder: string;
  let recorded: Recorded;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'sevscope-hardware-'));
    recorded = JSON.parse(readFileSync(join(VECTORS!, 'hardware-snp-qemu.json'), 'utf8')) as Recorded;
    writeFileSync(join(folder, 'inputs.json'), JSON.stringify(recorded.inputs));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('has the digest that is computed from its hashes', async () => {
    const { stdout, stderr } = await runHere(['digest', '--mode', 'snp', '--inputs', 'inputs.json'], folder);
    assert.equal(stdout.trimEnd(), recorded.measurement, stderr);
  });
  it('has the trace that is computed, page by page', async () => {
    const args = ['digest', '--mode', 'snp', '--inputs', 'inputs.json', '--trace', '--json'];
    const { rows } = JSON.parse((await runHere(args, folder)).stdout) as {
      rows: { type: LoadType; gpa: string; digest: string }[];
    };
    assert.deepEqual(
      rows.map(({ type, gpa, digest }) => [1 + TYPES.indexOf(type), gpa, digest]),
      recorded.pages.map(({ type, gpa, ld }) => [type, gpa, ld]),
    );
  });
  it('does not differ from its record', async () => {
    const path = join(VECTORS!, 'hardware-snp-qemu.json');
    const args = ['digest', '--mode', 'snp', '--inputs', 'inputs.json', '--compare', path];
    const { stdout, status } = await runHere(args, folder);
    assert.deepEqual(
      [stdout, status],
      [`No difference from the trace in ${recorded.pages.length} steps.\n`, 0],
    );
  });
});
