// Traces of launches, the inputs of an SNP launch and command lines of QEMU, as others have printed them.

import assert from 'node:assert/strict';
import { bytesToHex, fromHex, hex } from '../../../src/core/binary/hex';
import { digestFinding } from '../../../src/core/check/digestRules';
import { launchOfQemu } from '../../../src/core/domain/launchFound';
import { stepOf, type TraceStep } from '../../../src/core/launch/traceDigests';
import { readTrace, traceJson, vmsaText, type TracePage } from '../../../src/core/launch/traceFile';
import { isTrimmed, readSnpInputs } from '../../../src/core/tech/snp/inputs';
import { textOf, textSeeds, type Target } from '../target';

const DIGEST = '5a'.repeat(48);
const PAGES = `{"pages": [{"type": "vmsa", "gpa": "0xfffffffff000", "size": 4096, "contents": "${DIGEST}", "digest": "${DIGEST}"}], "vmsas": {"${DIGEST}": "0010"}}`;
const INPUTS = `{"ovmf_sections": [{"gpa": 8388608, "size": 36864, "section_type": 1}], "base_cmdline": "a", "ovmf_hash": "${DIGEST}", "kernel_hash": "${'00'.repeat(32)}", "sev_hashes_table_gpa": 1, "sev_es_reset_eip": 1, "vcpus": 2, "vcpu_type": "EPYC-v4", "guest_features": 1}`;

const QEMU = `qemu-system-x86_64 -machine q35,pflash0=f,confidential-guest-support=s -object '{"qom-type":"sev-guest","id":"s","policy":5}' \\
 -blockdev driver=file,filename=a,,b,node-name=f -smp 2,maxcpus=4 -cpu EPYC,family=1 -kernel k -append "a \\"b" c`;

/** A page that was read as a step of a launch, if it has all that one has. */
function stepFrom({ type, gpa, digest, contents }: TracePage, index: number): TraceStep[] {
  if (!type || gpa === undefined || digest?.length !== 96) return [];
  const pair = fromHex(`${(contents ?? '').padEnd(96, '0')}${digest}`)!;
  const run = { title: '', type, count: 1, bytes: 4096, gpa: hex(gpa), contents: '', digest };
  return [stepOf({ ...run, source: { from: 'firmware', offset: 0 } }, 0, index, pair)];
}

const traces: Target = {
  name: 'traces',
  form: 'text',
  most: 2000,
  seeds: textSeeds(
    PAGES,
    `{"pages": [[3, "0x800000", "", "${DIGEST}"]]}`,
    'kvm_sev_snp_launch_update src 0x7f00 gpa 0x800000 len 0x9000 (Zero page)',
    'kvm_sev_launch_update_data addr 0x7f00 len 0x1000',
    INPUTS,
    QEMU,
  ),
  words: ['"', '0x', 'null', '[', '{}', 'ffffffffffffffff', 'Normal', '-1', '1e9', ' -', ',,', '\\'],
  run(input) {
    const text = textOf(input);
    const trace = readTrace(text);
    for (const { vmsa } of trace?.pages.slice(0, 100) ?? []) {
      if (!vmsa) continue;
      assert.equal(vmsa.length, 4096);
      assert.equal(vmsaText(vmsa).padEnd(8192, '0'), bytesToHex(vmsa));
    }
    // What was read, written again as ours, is read as the same.
    const steps = (trace?.pages ?? []).slice(0, 100).flatMap(stepFrom);
    const again = readTrace([...traceJson('snp', steps)].join(''))?.pages ?? [];
    assert.deepEqual(
      again.map(({ type, gpa, digest }) => [type, gpa, digest]),
      steps.map(({ type, gpa, digest }) => [type, gpa, bytesToHex(digest)]),
    );
    // Whatever is pasted, each finding is a sentence.
    const { taken, problems } = launchOfQemu(text);
    for (const problem of problems) assert.match(digestFinding('launch-not-found', problem).message, /\.$/);
    for (const { value } of taken) assert.notEqual(value, '');
    const read = readSnpInputs(text);
    if (read.ok) assert.equal(isTrimmed(read.inputs.cmdline), false);
    return {
      feature: `${trace?.form ?? ''} ${taken.length} ${problems.length} ${read.ok ? 'inputs' : read.member}`,
      result: trace?.pages.length,
    };
  },
};

/** The targets of traces. */
export const TRACE_TARGETS: readonly Target[] = [traces];
