// Launch profiles: whole pages by their bytes and by their SHA-256, what a page needs of its request, and the way
// back from a page to the request.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { entriesOf } from '../../../../../src/core/binary/struct';
import { comparePages } from '../../../../../src/core/vmsa/compare/compare';
import {
  generateVmsa,
  guessRequest,
  needsOf,
  type VmsaRequest,
} from '../../../../../src/core/vmsa/launch/generate';
import { provenanceOf } from '../../../../../src/core/vmsa/launch/initial';
import { VMSA } from '../../../../../src/core/vmsa/layout/layout';
import {
  findProfile,
  LAUNCH_PROFILES,
  PROFILES,
  SEV_ES_PROFILES,
  type KnownProfile,
} from '../../../../../src/core/vmsa/launch/profiles';
import { DIGESTS, MILAN, NAPLES, NO_CPU, PAGES, pageOf, RESET, SVSM } from '../pages';
import { decodePage } from '../../../../../src/core/vmsa/vmsaPage';

const ALL: readonly KnownProfile[] = PROFILES;
const label = ({ profile, role, cpu }: VmsaRequest) => `${profile}, ${role}, ${Object.values(cpu).join('/')}`;

describe('A launch profile', () => {
  for (const [request, bytes] of PAGES) {
    it(`has these bytes and no others (${label(request)})`, () =>
      assert.deepEqual(generateVmsa(request).bytes, pageOf(bytes)));
  }
  for (const [request, digest] of DIGESTS) {
    it(`has a page with SHA-256 ${digest.slice(0, 8)}… (${label(request)})`, () =>
      assert.equal(createHash('sha256').update(generateVmsa(request).bytes).digest('hex'), digest));
  }
  it('of an SVSM differs from what sev-snp-measure computes in the x87 control word only', () => {
    for (const role of ['bsp', 'ap'] as const) {
      const page = (profile: VmsaRequest['profile']) =>
        generateVmsa({ profile, role, cpu: MILAN, svsm: SVSM }).bytes;
      const differing = comparePages(
        decodePage(page('snp-svsm')),
        decodePage(page('snp-svsm-measure')),
      ).fields.filter((f) => f.differs);
      assert.deepEqual(
        differing.map((f) => [f.actual.name, f.actual.value, f.expected.value]),
        [['x87_fcw', 0x37f, 0]],
      );
    }
  });
  it('has a vector for each of its roles', () => {
    const tried = new Set([...PAGES, ...DIGESTS].map(([r]) => `${r.profile} ${r.role}`));
    // Their pages are the same for both roles; snp-svsm is told by its difference above.
    const same = ['kvm ap', 'amd-init ap', 'snp-svsm bsp', 'snp-svsm ap'];
    const untried = ALL.flatMap((p) => p.roles.map((role) => `${p.id} ${role}`)).filter(
      (name) => !tried.has(name) && !same.includes(name),
    );
    assert.deepEqual(untried, []);
  });
  it('has a title that no other has, and a text of whole sentences', () => {
    assert.equal(new Set(ALL.map((p) => p.title)).size, ALL.length);
    for (const { doc } of ALL) assert.match(doc, /\.$/);
    assert.equal(ALL[0]?.id, 'sev-es');
  });
  it('names fields that are there, each value with a source', () => {
    const fields = new Set<string>(VMSA.rows.map((r) => r.name));
    for (const layer of ALL.flatMap((p) => p.layers)) {
      for (const name of Object.keys(layer.about ?? {})) assert.ok(name in layer.values, name);
      for (const name of [...Object.keys(layer.values), ...Object.keys(layer.about ?? {})])
        assert.ok(fields.has(name), name);
      for (const [name] of entriesOf(layer.values)) assert.notEqual(provenanceOf(layer, name).source, '');
    }
  });
  it('gives each write its own source, versions and note, or those of its layer', () => {
    const { trail } = generateVmsa({ profile: 'snp', role: 'ap', cpu: MILAN, resetAddress: RESET });
    assert.match(trail.get('efer')!.at(-1)!.source, /svm_set_efer/);
    assert.match(trail.get('mxcsr')!.at(-1)!.since!, /6\.10/);
    assert.match(trail.get('cr4')!.at(-1)!.note!, /mce=off/);
    assert.equal(trail.get('rip')!.at(-1)!.since, 'QEMU 6.0');
    assert.equal('until' in trail.get('rip')!.at(-1)!, false);
  });
  it('is of a launch, and of SEV-ES, where measurements are checked with it', () => {
    assert.deepEqual(
      SEV_ES_PROFILES.map((p) => p.id),
      ['sev-es', 'sev-es-debugswap', 'sev-es-init2', 'sev-es-init2-debugswap', 'sev-es-krun'],
    );
    assert.deepEqual(
      ALL.filter((p) => !LAUNCH_PROFILES.includes(p)).map((p) => p.id),
      ['snp-svsm-measure', 'snp-coconut-guest', 'snp-linux-ap', 'kvm', 'amd-init'],
    );
  });
});

describe('A request', () => {
  const needs: [string, 'bsp' | 'ap', string][] = [
    ['sev-es', 'bsp', 'cpu'],
    ['sev-es', 'ap', 'cpu reset'],
    ['snp-ec2', 'bsp', ''],
    ['snp-ec2', 'ap', 'reset'],
    ['snp-gce', 'ap', 'reset'],
    ['sev-es-krun', 'ap', 'cpu'],
    ['snp-svsm', 'ap', 'cpu entry'],
    ['snp-coconut-igvm', 'bsp', 'entry stack pageTable vtom'],
    ['snp-coconut-guest', 'bsp', ''],
    ['snp-linux-ap', 'ap', 'reset'],
    ['kvm', 'ap', ''],
    ['amd-init', 'ap', 'cpu'],
  ];
  for (const [id, role, wanted] of needs) {
    it(`for ${id}, ${role}, needs ${wanted || 'nothing'}`, () => {
      const { cpu, resetAddress, svsm } = needsOf(findProfile(id)!, role);
      const found = [...(cpu ? ['cpu'] : []), ...(resetAddress ? ['reset'] : []), ...svsm];
      assert.equal(found.join(' '), wanted);
    });
  }
  const igvm: VmsaRequest = { profile: 'snp-coconut-igvm', role: 'bsp', cpu: MILAN, svsm: SVSM };
  const ap: VmsaRequest = { profile: 'sev-es', role: 'ap', cpu: MILAN, resetAddress: RESET };
  const refused: [string, VmsaRequest, code: string, input: string, message: RegExp][] = [
    [
      'an AP without reset address',
      { ...ap, resetAddress: undefined },
      'reset-address-needed',
      'resetAddress',
      /needs the SEV-ES reset address/,
    ],
    ...[2 ** 32, -1, 0.5].map((resetAddress): (typeof refused)[number] => [
      `${resetAddress} as its reset address`,
      { ...ap, resetAddress },
      'bad-reset-address',
      'resetAddress',
      new RegExp(`is ${resetAddress}; it must be a 32-bit address`),
    ]),
    [
      'an unknown profile',
      { ...ap, profile: 'nothing' as 'sev-es' },
      'unknown-profile',
      'profile',
      /no launch profile "nothing"/,
    ],
    [
      'a CPU that cannot be',
      { ...ap, cpu: { family: 300, model: 0, stepping: 0 } },
      'cpu-out-of-range',
      'family',
      /CPU family is 300/,
    ],
    [
      'an AP from an IGVM file',
      { ...igvm, role: 'ap' },
      'no-page-for-role',
      'role',
      /only the first vCPU has one/,
    ],
    [
      'an SVSM without entry',
      { ...igvm, svsm: undefined },
      'svsm-entry-needed',
      'entry',
      /first instruction \(entry\)/,
    ],
    [
      'an SVSM entry below zero',
      { ...igvm, svsm: { entry: -1 } },
      'bad-svsm-value',
      'entry',
      /SVSM value entry is -1/,
    ],
    [
      'half an SVSM stack',
      { ...igvm, svsm: { entry: 0, stack: 0.5 } },
      'bad-svsm-value',
      'stack',
      /SVSM value stack is 0\.5/,
    ],
    [
      'a top of memory beyond 2^53',
      { ...igvm, svsm: { entry: 0, vtom: 2 ** 60 } },
      'bad-svsm-value',
      'vtom',
      /SVSM value vtom/,
    ],
  ];
  for (const [name, request, code, input, message] of refused) {
    it(`is refused for ${name}`, () => {
      assert.throws(() => generateVmsa(request), { kind: 'usage', code, at: { input }, message });
      assert.throws(() => generateVmsa(request), /\.$/);
    });
  }
  it('may have what its page does not use, however wrong', () => {
    generateVmsa({ ...ap, role: 'bsp', resetAddress: -1, svsm: { entry: -1 } });
    generateVmsa({ ...ap, profile: 'sev-es-krun', resetAddress: undefined });
    generateVmsa({ ...igvm, svsm: { entry: 0xffaea000 } });
  });
  it('comes back from the page of every launch', () => {
    const cpus = [
      MILAN,
      NAPLES,
      NO_CPU,
      { family: 6, model: 0, stepping: 0 },
      { family: 270, model: 255, stepping: 15 },
    ];
    for (const profile of LAUNCH_PROFILES) {
      for (const role of profile.roles) {
        for (const cpu of cpus) {
          const { bytes } = generateVmsa({ profile: profile.id, role, cpu, resetAddress: RESET, svsm: SVSM });
          const guess = guessRequest(decodePage(bytes));
          assert.equal(guess.profile, profile.id);
          assert.deepEqual(generateVmsa(guess).bytes, bytes, `${profile.id}, ${role}`);
        }
      }
    }
  });
  it('is the usual one for a page that no launch resembles', () => {
    const { profile, role } = guessRequest(decodePage(new Uint8Array(4096)));
    assert.deepEqual([profile, role], ['sev-es', 'ap']);
  });
});
