// A trace in little memory: from the runs of a report and the digests of all steps come the steps again, whatever the technology.

import assert from 'node:assert/strict';
import { checkDigest, type DigestCheckInputs } from '../../../../src/core/check/checkDigest';
import { TECHNOLOGY_NAMES } from '../../../../src/core/launch/inputs';
import type { LoadType } from '../../../../src/core/launch/loads';
import type { TraceRow } from '../../../../src/core/launch/trace';
import { stepCount, stepOf, stepsOf, TraceRecorder } from '../../../../src/core/launch/traceDigests';
import { readTrace, traceJson, traceRowJson } from '../../../../src/core/launch/traceFile';
import { buildOvmf } from '../../../../src/core/ovmf/build';
import { parseOvmf } from '../../../../src/core/ovmf/image';
import { TECHNOLOGIES } from '../../../../src/core/tech/technologies';
import { digestOf, type Technology } from '../../../../src/core/tech/technology';
import { nodeHashes } from '../../../../src/node/hashes';

const FIRMWARE = buildOvmf({ size: 0x200000 });
const image = parseOvmf(FIRMWARE).value;
const page = (n: number) => new Uint8Array(4096).fill(n);
const { sha256 } = nodeHashes;
const file = (name: string, bytes: Uint8Array) => ({ name, bytes: bytes.length, sha256: sha256(bytes) });
const SVSM = { bytes: page(9), gpa: 0xff000000n };

/** What a check gives of a launch: its steps as they came, and as they are kept. */
function checked(technology: Technology, more: Partial<DigestCheckInputs> = {}) {
  const vmsa =
    technology.id === 'sev'
      ? undefined
      : ({ bsp: page(1), ap: page(2), count: 3, source: 'derived', detail: '' } as const);
  const rows: TraceRow[] = [];
  const recorder = new TraceRecorder();
  const report = checkDigest(
    {
      ...{ title: 'a', technology, image, contents: { firmware: [FIRMWARE] }, vmsa },
      ...{ firmware: file('OVMF.fd', FIRMWARE), kernel: file('vmlinuz', page(7)), cmdline: 'quiet' },
      launchDigest: digestOf(technology, nodeHashes, []),
      ...more,
    },
    nodeHashes,
    (row) => {
      rows.push(row);
      recorder.add(row);
    },
  );
  return { rows, measured: report.measured!, digests: recorder.digests() };
}

describe('The digests of a trace', () => {
  const LAUNCHES: readonly [title: string, technology: Technology, more?: Partial<DigestCheckInputs>][] = [
    ...TECHNOLOGIES.map((one): [string, Technology] => [TECHNOLOGY_NAMES[one.id], one]),
    [
      'SEV-SNP with an SVSM, without a kernel',
      TECHNOLOGIES.find(({ id }) => id === 'snp')!,
      { contents: { firmware: [FIRMWARE], svsm: SVSM }, kernel: undefined, cmdline: undefined },
    ],
  ];
  for (const [title, technology, more] of LAUNCHES)
    it(`give the steps again that the check of ${title} has made`, () => {
      const { rows, measured, digests } = checked(technology, more);
      assert.equal(stepCount(digests), rows.length);
      const again = [...stepsOf(measured, digests)];
      assert.deepEqual(again.map(traceRowJson), rows.map(traceRowJson));
      // A step alone is found without those before it.
      let first = 0;
      for (const run of measured) {
        const i = run.count - 1;
        const at = (first + i) * 2 * digests.size;
        const pair = digests.pairs.subarray(at, at + 2 * digests.size);
        assert.deepEqual(stepOf(run, i, first, pair), again[first + i]);
        first += run.count;
      }
      const vmsas = (index: number) => ({ vmsa: rows[index]!.vmsa });
      const text = [
        ...traceJson(
          technology.id,
          again.map((step) => ({ ...step, ...vmsas(step.index) })),
        ),
      ];
      assert.equal(text.join(''), [...traceJson(technology.id, rows)].join(''));
      const read = readTrace(text.join(''))!;
      assert.equal(read.pages.length, rows.length);
      assert.deepEqual(
        read.pages.map(({ vmsa }) => vmsa),
        rows.map(({ vmsa }) => vmsa),
      );
    });

  it('are in the memory that somebody hands in', () => {
    const { rows } = checked(TECHNOLOGIES[0]!);
    const recorder = new TraceRecorder();
    for (const row of rows) recorder.add(row);
    const { pairs } = recorder.digests((bytes) => new SharedArrayBuffer(bytes));
    assert.ok(pairs.buffer instanceof SharedArrayBuffer);
    assert.equal(pairs.byteLength, pairs.buffer.byteLength);
  });

  it('of nothing are none', () => {
    const digests = new TraceRecorder().digests();
    assert.equal(stepCount(digests), 0);
    assert.deepEqual([...stepsOf([], digests)], []);
  });

  for (const type of ['zero', 'unmeasured', 'secrets', 'cpuid'] satisfies LoadType[])
    it(`have no contents of a page of type ${type}`, () => {
      const { measured, digests } = checked(TECHNOLOGIES.find(({ id }) => id === 'snp')!);
      const run = { ...measured[0]!, type };
      assert.equal(stepOf(run, 0, 0, digests.pairs.subarray(0, 96)).contents, undefined);
    });
});
