// Which launch a page comes from: found exactly for every profile, role and a choice of CPUs, nearest after a change,
// and quickly.

import assert from 'node:assert/strict';
import { encode, decode } from '../../../../../src/core/binary/struct';
import { knownCpus } from '../../../../../src/core/vmsa/launch/cpuModels';
import { generateVmsa, needsOf, type VmsaRequest } from '../../../../../src/core/vmsa/launch/generate';
import { describeDistance, identify } from '../../../../../src/core/vmsa/compare/identify';
import { VMSA, VMSA_SIZE, type VmsaValues } from '../../../../../src/core/vmsa/layout/layout';
import { findProfile, PROFILES, type KnownProfile } from '../../../../../src/core/vmsa/launch/profiles';
import { encodeSignature } from '../../../../../src/core/vmsa/launch/signature';
import { randomBytes, seeded } from '../../../../helpers/random';
import { MILAN, NAPLES, NO_CPU, RESET, startOf, SVSM, UNHEARD_OF } from '../pages';
import { processorTime } from '../../../../helpers/processorTime';
import { decodePage } from '../../../../../src/core/vmsa/vmsaPage';

const ALL: readonly KnownProfile[] = PROFILES;
const GENOA_SILICON = { family: 25, model: 17, stepping: 1 };
const page = (request: VmsaRequest, values: Partial<VmsaValues> = {}) =>
  encode(VMSA, { ...decode(VMSA, generateVmsa(request).bytes), ...values });

describe('A page is identified', () => {
  for (const profile of ALL) {
    for (const role of profile.roles) {
      it(`exactly as ${profile.id}, ${role}, and as nothing else`, () => {
        for (const cpu of [MILAN, NAPLES, GENOA_SILICON]) {
          const bytes = page({
            profile: profile.id,
            role,
            cpu,
            resetAddress: startOf(profile.id),
            svsm: SVSM,
          });
          const { exact, withFeatures, nearest } = identify(decodePage(bytes));
          assert.deepEqual(
            exact.map((c) => c.profile.id),
            [profile.id],
          );
          const [found] = exact;
          assert.ok(found!.roles.includes(role));
          assert.deepEqual(generateVmsa(found!.request).bytes, bytes);
          assert.deepEqual([found!.comparison.fields, withFeatures, nearest], [[], [], []]);
          assert.equal(found!.cpu === 'every CPU', !needsOf(profile, role).cpu);
          assert.equal(describeDistance(found!), 'No field differs.');
        }
      });
    }
  }
  it('with all names of its CPU, and by its numbers when no list has it', () => {
    const cpuOf = (cpu: VmsaRequest['cpu']) =>
      identify(decodePage(page({ profile: 'snp', role: 'bsp', cpu }))).exact[0]!.cpu;
    assert.match(cpuOf({ family: 16, model: 2, stepping: 3 }), /^Opteron_G3, phenom \(QEMU\)/);
    assert.match(cpuOf(GENOA_SILICON), /stepping 1; Genoa .*; unknown to QEMU$/);
  });
  it('but not exactly with a CPU that no list has, where the CPU counts', () => {
    for (const cpu of [UNHEARD_OF, NO_CPU]) {
      const { exact, nearest } = identify(decodePage(page({ profile: 'sev-es', role: 'bsp', cpu })));
      const [first] = nearest;
      assert.deepEqual(
        [exact, first!.profile.id, first!.comparison.fields, first!.cpuKnown],
        [[], 'sev-es', [], false],
      );
      assert.match(describeDistance(first!), /no list has it/);
      assert.equal(identify(decodePage(page({ profile: 'snp-gce', role: 'bsp', cpu }))).exact.length, 1);
    }
    const [first] = identify(decodePage(page({ profile: 'sev-es', role: 'bsp', cpu: UNHEARD_OF }))).nearest;
    assert.equal(first!.cpu, 'family 27 (0x1b), model 3 (0x3), stepping 4; unknown to QEMU');
  });
  it('as a boot processor and not as an AP with the reset vector for address', () => {
    const { exact } = identify(
      decodePage(page({ profile: 'sev-es', role: 'ap', cpu: MILAN, resetAddress: 0xfffffff0 })),
    );
    assert.deepEqual(
      exact.map((c) => c.role),
      ['bsp'],
    );
  });

  const sevEs: VmsaRequest = { profile: 'sev-es', role: 'bsp', cpu: MILAN };
  const snp: VmsaRequest = { profile: 'snp', role: 'ap', cpu: NAPLES, resetAddress: RESET };
  const changed: [VmsaRequest, Partial<VmsaValues>, string, RegExp][] = [
    [sevEs, { tr_attrib: 0x83 }, 'sev-es bsp', /^1 field differs: tr_attrib \(Segment attributes/],
    [sevEs, { cr4: 0n }, 'sev-es bsp', /^1 field differs: cr4 \(A host started with mce=off\)\.$/],
    [sevEs, { rax: 1n, rbx: 2n }, 'sev-es bsp', /^2 fields differ: rax and rbx \(State that only/],
    [snp, { mxcsr: 0, rsi: 5n }, 'snp ap', /^2 fields differ: mxcsr \(.*\); rsi \(.*\)\.$/],
    // A signature that no CPU has: the first CPU of the list stands for all.
    [sevEs, { rdx: 0xf0000000n }, 'sev-es bsp', /^1 field differs: rdx \(Different guest CPU model/],
  ];
  for (const [request, values, wanted, distance] of changed) {
    it(`nearest to ${wanted} after a change of ${Object.keys(values).join(', ')}`, () => {
      const { exact, nearest } = identify(decodePage(page(request, values)));
      assert.deepEqual(exact, []);
      assert.equal(nearest.length, 5);
      const [best] = nearest;
      assert.equal(`${best!.profile.id} ${best!.role}`, wanted);
      assert.match(describeDistance(best!), distance);
      assert.deepEqual(best!.comparison.fields.map((f) => f.actual.name).sort(), Object.keys(values).sort());
      // Those of the other technology come after all of the page's own.
      const mode = findProfile(request.profile)!.mode;
      const counts = nearest.map((c) => c.comparison.fields.length + (c.profile.mode === mode ? 0 : 1000));
      assert.deepEqual(
        counts,
        [...counts].sort((a, b) => a - b),
      );
    });
  }
  it('in each combination that was tried, once', () => {
    const cpus = knownCpus().length;
    const slots = ALL.flatMap((p) => p.roles.map((role) => needsOf(p, role).cpu));
    // An AP that starts above 1 MiB is none that a Linux guest has started.
    const wanted = slots.reduce((sum, cpu) => sum + (cpu ? cpus : 1), 0) - 1;
    assert.equal(identify(decodePage(page(snp))).tried, wanted);
  });
  it('soon enough for a page that redraws, whatever it is', () => {
    const random = seeded(11);
    const pages = [
      page(sevEs),
      page(snp, { rax: 1n }),
      randomBytes(random, VMSA_SIZE),
      new Uint8Array(VMSA_SIZE),
    ];
    for (const bytes of pages) identify(decodePage(bytes));
    for (const bytes of pages) {
      const times = Array.from({ length: 5 }, () => {
        const took = processorTime();
        identify(decodePage(bytes));
        return took();
      });
      assert.ok(Math.min(...times) < 100, `${Math.min(...times)} ms`);
    }
  });
});

describe('Known CPUs', () => {
  it("have each signature once, QEMU's models first", () => {
    const signatures = knownCpus().map(encodeSignature);
    assert.equal(new Set(signatures).size, signatures.length);
    assert.equal(signatures[0], 0xa00f11);
    for (const shipped of [0xa10f11, 0xb00f21, 0xaa0f02, 0xa00f12, 0xb10f10, 0xa30f11])
      assert.ok(signatures.includes(shipped), shipped.toString(16));
  });
});
