// Dumps of registers by KVM and QEMU: what they list is known, and nothing else is ever shown, judged, compared or
// identified; as a page they are refused by the name of their form.

import assert from 'node:assert/strict';
import { leaves, readLeaf } from '../../../../../src/core/binary/struct';
import { comparePages, compareWithGenerated } from '../../../../../src/core/vmsa/compare/compare';
import { describeDistance, identify } from '../../../../../src/core/vmsa/compare/identify';
import { findPages, type NotPages, type PartialPage } from '../../../../../src/core/vmsa/forms/findPages';
import { partJson } from '../../../../../src/core/vmsa/forms/pageJson';
import { generateVmsa, type VmsaRequest } from '../../../../../src/core/vmsa/launch/generate';
import { VMSA, type VmsaName, type VmsaValues } from '../../../../../src/core/vmsa/layout/layout';
import { stateSummary } from '../../../../../src/core/vmsa/page';
import {
  expectedOf,
  FIELDS_OF_PAGE,
  knownFields,
  unknownByGroup,
  type PartOfPage,
} from '../../../../../src/core/vmsa/part';
import { knownFindings } from '../../../../../src/core/vmsa/partChecks';
import { findFilePages } from '../../../../../src/host/vmsa/pages';
import { ANNOUNCED, PREFIXES, kernelLines, type Prefix } from '../../../../helpers/dumps';
import { bounded, few, seeds } from '../../../../helpers/hostile';
import { seeded } from '../../../../helpers/random';
import {
  changedPage as page,
  controlLines,
  LINUX_AP,
  qemuLines,
  saveLines,
  type VmcbDump,
} from '../../../../helpers/registerDumps';
import { MILAN, NAPLES, RESET } from '../pages';
import { decodePage } from '../../../../../src/core/vmsa/vmsaPage';

/** The state that QEMU resets a CPU to, before KVM makes a page of it. */
const reset = (request: Partial<VmsaRequest>, values: Partial<VmsaValues> = {}) =>
  page(request, { efer: 0n, cr4: 0n, cr0: 0x60000010n, ...values });

const bytesOf = (lines: readonly string[], end = '\n') =>
  new TextEncoder().encode(lines.map((line) => line + end).join(''));
const withPrefix = (lines: readonly string[], prefix: Prefix, module = 'kvm_amd: ') =>
  lines.map((line, i) => prefix(i) + module + line);
const vmcb = (bytes: Uint8Array, dump: VmcbDump = {}) => [...controlLines(dump), ...saveLines(bytes)];

function refused(bytes: Uint8Array): NotPages {
  const read = findPages(bytes);
  return 'reason' in read ? read : assert.fail(`read as ${read.title}`);
}
function parts(bytes: Uint8Array): readonly PartialPage[] {
  const { partial, reason } = refused(bytes);
  return partial ?? assert.fail(reason);
}
/** Every known field has the value of this page. */
function assertKnown({ bytes, part }: PartialPage, of: Uint8Array, except: readonly VmsaName[] = []): void {
  for (const leaf of leaves(VMSA)) {
    if (!part.known.has(leaf.path) || except.includes(leaf.path)) continue;
    assert.deepEqual(readLeaf(bytes, leaf), readLeaf(of, leaf), leaf.path);
  }
}
const named = (found: ReturnType<typeof identify>) =>
  [...found.exact, ...found.withFeatures].map(({ profile, role }) => `${profile.id} ${role}`);

describe("The kernel's dump of a VMCB", () => {
  for (const [name, prefix] of Object.entries(PREFIXES)) {
    it(`is read with the prefix of ${name}`, () => {
      for (const module of ['kvm_amd: ', 'SVM: ', '']) {
        for (const end of ['\n', '\r\n']) {
          const lines = [
            'BIOS-e820: something',
            ...vmcb(LINUX_AP, { vcpu: 1 }),
            'a later message: 0000000000000001',
          ];
          const [found, ...rest] = parts(bytesOf(withPrefix(lines, prefix, module), end));
          assert.deepEqual([rest, found!.label, found!.part.known.size], [[], 'vCPU 1', 84]);
          assertKnown(found!, LINUX_AP);
        }
      }
    });
  }
  it('has no FPU state, and none of the fields that it does not print', () => {
    const [found] = parts(bytesOf(vmcb(LINUX_AP)));
    for (const name of ['mxcsr', 'x87_fcw', 'dr0', 'tsc_scale', 'fpreg_xmm.xmm0', 'reserved_0x7c8'] as const)
      assert.equal(found!.part.known.has(name), false, name);
    assert.equal(knownFields(decodePage(found!.bytes), found!.part).length, 84);
    assert.match(unknownByGroup(found!.part), /^SEV state 14, MSRs 11, Debug 51, FPU 57, Reserved 10$/);
  });
  it('says that VMRUN refuses a feature that is not allowed, and nothing where all are', () => {
    const ON = 1n << 63n;
    const cases: [bigint, RegExp | undefined][] = [
      [
        ON | 1n,
        /0x81, but allowed_sev_features of the VMCB is 0x8000000000000001, without BTBIsolation \(0x80\)/,
      ],
      [ON, /without SNPActive \(0x1\), BTBIsolation \(0x80\)/],
      [ON | 0x81n, undefined],
      // A CPU that does not check.
      [0n, undefined],
      [1n, undefined],
    ];
    for (const [allowed, message] of cases) {
      const [found] = parts(bytesOf(vmcb(LINUX_AP, { allowed })));
      assert.deepEqual(
        knownFindings(decodePage(found!.bytes), found!.part).map(({ rule }) => rule),
        message ? ['vmsa-feature-not-allowed'] : [],
      );
      if (message) assert.match(knownFindings(decodePage(found!.bytes), found!.part)[0]!.message, message);
    }
  });
  it('says whether VMRUN refused the state', () => {
    for (const [exitCode, count] of [
      ['ffffffff', 1],
      ['ffffffffffffffff', 1],
      ['00000403', 0],
    ] as const)
      assert.equal(parts(bytesOf(vmcb(LINUX_AP, { exitCode })))[0]!.notes.length, count, exitCode);
  });
  it('says that it is cut, not that it is of a VMCB, when its end is missing', () => {
    const lines = vmcb(LINUX_AP, { exitCode: '00000403' });
    const noteOf = (some: readonly string[]) => parts(bytesOf(some))[0]!.notes.join(' ');
    const end = (name: string) => lines.findIndex((line) => line.startsWith(name)) + 1;
    assert.match(noteOf(lines.slice(0, end('gpat'))), /^The dump is cut: excp_to is missing/);
    assert.match(noteOf(lines.slice(0, end('excp_from'))), /^This is the save area of the VMCB itself/);
    assert.equal(noteOf(lines), '');
  });
  it('is refused when its lines and those of another vCPU are mixed', () => {
    const other = vmcb(page({}), { vcpu: 1 });
    const mixed = vmcb(LINUX_AP).flatMap((line, i) => [line, other[i] ?? '']);
    const { reason, partial } = refused(bytesOf(mixed));
    assert.equal(partial, undefined);
    assert.match(reason, /a field has two values in one of them: the lines of two vCPUs are mixed/);
  });
  it('is identified by what is known: a page that Linux makes for its AP', () => {
    const [found] = parts(bytesOf(vmcb(LINUX_AP)));
    const launches = identify(decodePage(found!.bytes), found!.part);
    assert.deepEqual(named(launches), ['snp-linux-ap ap']);
    assert.equal(describeDistance(launches.withFeatures[0]!), 'With BTBIsolation (0x80) on top.');
    assert.equal(launches.withFeatures[0]!.profile.kind, 'reference');
    // The page of an EPYC-Milan BSP with and without FPU state are the same to a dump without it.
    const [bsp] = parts(bytesOf(vmcb(page({}))));
    assert.deepEqual(named(identify(decodePage(bsp!.bytes), bsp!.part)), ['snp bsp', 'snp-legacy bsp']);
  });
  it('is compared in what is known', () => {
    const [found] = parts(bytesOf(vmcb(LINUX_AP)));
    const request: VmsaRequest = { profile: 'snp', role: 'bsp', cpu: MILAN };
    const generated = expectedOf(generateVmsa(request), found!.part);
    const { fields } = compareWithGenerated(decodePage(found!.bytes), generated, found!.part);
    assert.equal(fields.length, 84);
    assert.ok(fields.every(({ actual }) => found!.part.known.has(actual.name)));
  });
  it('of several vCPUs is read for each', () => {
    const lines = [3, 0, 3].flatMap((vcpu, i) => vmcb(page({}, { rax: BigInt(i) }), { vcpu }));
    const found = parts(bytesOf(withPrefix(lines, PREFIXES['dmesg']!)));
    assert.deepEqual(
      found.map(({ label }) => label),
      ['vCPU 3', 'vCPU 0', 'vCPU 3'],
    );
    found.forEach((part, i) => {
      assertKnown(part, page({}, { rax: BigInt(i) }));
    });
  });
  it("of a kernel before 6.16 is the VMCB's own save area, which is said", () => {
    const lines = [...controlLines({ guest: undefined }), ...saveLines(page({}), false)];
    const [found] = parts(bytesOf(lines));
    assert.equal(found!.part.known.has('sev_features'), false);
    assert.match(found!.notes.at(-1)!, /save area of the VMCB itself.*since 6\.16/);
  });
  it('gives way to a whole page in the same log', () => {
    const whole = page({ role: 'ap', resetAddress: RESET });
    const read = findPages(bytesOf([...vmcb(LINUX_AP), `SEV: ${ANNOUNCED}`, ...kernelLines(whole)]));
    assert.ok(!('reason' in read) && read.format === 'kernel-log');
  });
  const broken: [string, string[], RegExp][] = [
    [
      'the control area alone',
      controlLines({ guest: 'SEV-ES' }),
      /only the control area.*policy.*allows debugging/,
    ],
    ['a save area that is cut', vmcb(LINUX_AP).slice(0, -30), /its save area is cut.*Take the log again/],
    [
      'the hint that there is none',
      ['kvm_amd: set kvm_amd.dump_invalid_vmcb=1 to dump internal KVM state.'],
      /no dump\. Load kvm_amd with dump_invalid_vmcb=1/,
    ],
    [
      'more dumps than a guest has vCPUs',
      Array.from({ length: 600 }, () => 'VMCB Control Area:'),
      /more than 512/,
    ],
  ];
  for (const [name, lines, reason] of broken) {
    it(`is refused by name: ${name}`, () => {
      const read = refused(bytesOf(lines));
      assert.deepEqual([read.format, read.partial], ['vmcb-dump', undefined]);
      assert.match(read.reason, reason);
    });
  }
});

describe("QEMU's registers", () => {
  const before = ['KVM: entry failed, hardware error 0xffffffff'];
  const BSP = reset({ cpu: NAPLES });
  const AP = reset({ role: 'ap', resetAddress: RESET, cpu: NAPLES });
  /** A guest in long mode, with a large value in each field that QEMU prints. */
  const LONG = page(
    {},
    {
      ...{ efer: 0xd00n, cr0: 0x80050033n, cr4: 0x6f0n, cr3: 0x123456789000n, cr2: 0xffff888012345678n },
      ...{ rip: 0xffffffff81000000n, rsp: 0xffffc90000003f50n, r15: 0xfedcba9876543210n, rflags: 0x246n },
      ...{ cs_selector: 0x10, cs_attrib: 0xa9b, cs_base: 0n, cs_limit: 0xffffffff },
      ...{ gs_base: 0xffff88803ec00000n, gdtr_base: 0xfffffe0000001000n, tr_base: 0xfffffe0000003000n },
    },
  );
  const logs: [string, string[]][] = [
    ['alone', qemuLines(BSP, 'legacy')],
    ['after the words of a failure', [...before, ...qemuLines(BSP, 'legacy'), 'Code=90 90 90 90']],
    ['with the FPU', qemuLines(BSP, 'legacy', true)],
    ['in 64-bit form', qemuLines(BSP, '64-bit', true)],
    ["in libvirt's log", [`2026-11-30 10:00:00.000+0000: starting up`, ...qemuLines(BSP, 'legacy')]],
    [
      'in the journal',
      qemuLines(BSP, 'legacy').map((line) => `Nov 30 12:00:00 host qemu-system-x86_64[77]: ${line}`),
    ],
  ];
  for (const [name, lines] of logs) {
    it(`are read ${name}`, () => {
      for (const end of ['\n', '\r\n']) {
        const [found, ...rest] = parts(bytesOf(lines, end));
        assert.deepEqual([rest, found!.label, found!.part.beforeKvm], [[], 'vCPU 0', true]);
        assertKnown(found!, BSP);
        assert.match(stateSummary(decodePage(found!.bytes)), /^boot processor \(BSP\); EPYC \(QEMU\)/);
        assert.equal(
          found!.part.known.has('mxcsr'),
          lines.some((line) => line.includes('MXCSR')),
        );
        assert.equal(found!.part.known.has('sev_features'), false);
        assert.deepEqual(knownFindings(decodePage(found!.bytes), found!.part), []);
      }
    });
  }
  it('of a guest in 64-bit mode are read in full', () => {
    const [found] = parts(bytesOf(qemuLines(LONG, '64-bit', true)));
    assertKnown(found!, LONG);
    for (const name of ['cr3', 'r15', 'gs_base', 'gdtr_base', 'cs_attrib'] as const)
      assert.ok(found!.part.known.has(name), name);
  });
  it('of a guest in compatibility mode are known only where QEMU prints them whole', () => {
    // A 32-bit program under a 64-bit kernel: long mode is active, the code segment is no 64-bit one.
    const compatible = page({}, { efer: 0xd00n, rbx: 0x1_0000_0001n, gs_base: 0xffff88803ec00000n });
    const text = qemuLines(compatible, 'legacy');
    const read = refused(bytesOf(text));
    // Where such a vCPU is cannot be told from the low halves, so that there is nothing to show.
    assert.deepEqual([read.format, read.partial], ['qemu-registers', undefined]);
    assert.match(read.reason, /compatibility mode/);
  });
  it('that are cut are refused by name', () => {
    const read = refused(bytesOf(qemuLines(BSP, 'legacy').slice(0, 6)));
    assert.match(read.reason, /^It is a register dump of QEMU, but .* it is cut/);
  });
  it('are read from what QMP answers, in JSON', () => {
    const answer = JSON.stringify({ return: qemuLines(BSP, '64-bit', true).join('\r\n'), id: 'libvirt-7' });
    const [found] = parts(bytesOf([answer]));
    assertKnown(found!, BSP);
    assert.equal(found!.part.known.size, parts(bytesOf(qemuLines(BSP, '64-bit', true)))[0]!.part.known.size);
  });
  it('are read when all are in one line, as an issue tracker shows them', () => {
    const [found] = parts(
      bytesOf(['error: kvm run failed Invalid argument ' + qemuLines(BSP, 'legacy').join(' ')]),
    );
    assertKnown(found!, BSP);
    assert.equal(found!.part.known.size, 58);
  });
  it('that QEMU cannot see, of a guest that has run, are not taken for zeros', () => {
    // All segments are zero, as is everything but the control registers.
    const hidden = page({}, { efer: 0x900n, cr0: 0x80010033n, cr4: 0x668n, rip: 0n, rdx: 0n }).fill(
      0,
      0,
      0xa0,
    );
    const read = refused(bytesOf(['error: kvm run failed Invalid argument', ...qemuLines(hidden, 'legacy')]));
    assert.deepEqual([read.format, read.partial], ['qemu-registers', undefined]);
    assert.match(read.reason, /encrypted.*CR0 \(0x80010033\), CR4 \(0x668\) and EFER \(0x900\) are known/);
    // As in a log of resets, where the first are of vCPUs that were never reset.
    const log = [...qemuLines(hidden, 'legacy'), 'CPU Reset (CPU 2)', ...qemuLines(BSP, 'legacy')];
    assert.deepEqual(
      parts(bytesOf(log)).map(({ label }) => label),
      ['vCPU 2'],
    );
  });
  it('of several vCPUs are read for each, by the numbers that QEMU gives', () => {
    const lines = [BSP, AP, AP].flatMap((state, i) => ['', `CPU#${i}`, ...qemuLines(state, 'legacy')]);
    const found = parts(bytesOf(lines));
    assert.deepEqual(
      found.map(({ label }) => label),
      ['vCPU 0', 'vCPU 1', 'vCPU 2'],
    );
    [BSP, AP, AP].forEach((state, i) => {
      assertKnown(found[i]!, state);
    });
  });
  it('agree with every launch by QEMU of that CPU, whatever KVM changes later', () => {
    const launches = [
      'sev-es',
      'sev-es-debugswap',
      'sev-es-init2',
      'sev-es-init2-debugswap',
      'snp',
      'snp-debugswap',
      'snp-legacy',
      'snp-legacy-debugswap',
    ];
    for (const fpu of [false, true]) {
      const [bsp] = parts(bytesOf(qemuLines(BSP, 'legacy', fpu)));
      const found = identify(decodePage(bsp!.bytes), bsp!.part);
      assert.deepEqual(
        named(found).filter((name) => name !== 'amd-init bsp'),
        launches.map((id) => `${id} bsp`),
      );
      for (const { comparison, cpu } of found.exact)
        assert.match(`${comparison.fields.length} ${cpu}`, /^0 EPYC \(QEMU\)/);
      const [ap] = parts(bytesOf(qemuLines(AP, 'legacy', fpu)));
      assert.deepEqual(
        named(identify(decodePage(ap!.bytes), ap!.part)),
        launches.map((id) => `${id} ap`),
      );
    }
  });
  it('are not compared with a page in what KVM changes, but with other registers', () => {
    const values = reset({ cpu: NAPLES }, { rbx: 7n });
    const [found] = parts(bytesOf(qemuLines(values, 'legacy')));
    const differing = (other: Uint8Array, part?: PartOfPage) =>
      comparePages(decodePage(found!.bytes), decodePage(other), {
        parts: [found!.part, part],
      }).fields.flatMap(({ actual, differs }) => (differs ? [actual.name] : []));
    for (const profile of ['snp', 'snp-legacy', 'sev-es'] as const)
      assert.deepEqual(differing(page({ profile, cpu: NAPLES })), ['rbx'], profile);
    const [other] = parts(bytesOf(qemuLines(reset({ cpu: NAPLES }, { rbx: 7n, cr4: 0x20n }), 'legacy')));
    assert.deepEqual(differing(other!.bytes, other!.part), ['cr4']);
  });
  it('that no launch has are nearest to one, and compared with what QEMU has', () => {
    const [found] = parts(bytesOf(qemuLines(reset({ cpu: NAPLES }, { rbx: 7n }), 'legacy')));
    const { exact, nearest } = identify(decodePage(found!.bytes), found!.part);
    assert.deepEqual(exact, []);
    assert.match(describeDistance(nearest[0]!), /^1 field differs: rbx/);
    const { fields } = compareWithGenerated(decodePage(found!.bytes), nearest[0]!.generated, found!.part);
    assert.deepEqual(
      fields.filter(({ differs }) => differs).map(({ actual }) => actual.name),
      ['rbx'],
    );
    const cr0 = fields.find(({ actual }) => actual.name === 'cr0')!;
    assert.deepEqual([cr0.expected.value, cr0.writes.at(-1)!.layer.id], [0x60000010n, 'qemu']);
  });
  it('as plain data are the known fields, and the number of the others', () => {
    const [found] = parts(bytesOf(qemuLines(BSP, 'legacy')));
    const json = partJson(decodePage(found!.bytes), found!, 'regs.txt', 'register dump of QEMU');
    assert.deepEqual([json.kind, json.fields.length + json.unknown], ['vmsa-part', FIELDS_OF_PAGE]);
    assert.equal(
      json.fields.some(({ name }) => name === 'sev_features'),
      false,
    );
    // It is not taken for a whole page.
    assert.match(refused(new TextEncoder().encode(JSON.stringify(json))).reason, /"\S+" is missing/);
  });
});

describe('A dump of registers', () => {
  const texts = [
    bytesOf(withPrefix(vmcb(LINUX_AP), PREFIXES['dmesg']!)),
    bytesOf(qemuLines(reset({}), 'legacy', true)),
    bytesOf(qemuLines(reset({}), '64-bit')),
  ];
  it('is no page, and says which form it is', () => {
    const [kvm, qemu] = texts.map(refused);
    assert.ok(
      kvm!.reason.startsWith(
        `It is a dump of a VMCB in the kernel's log, which has 84 of the ${FIELDS_OF_PAGE} fields`,
      ),
    );
    assert.ok(
      qemu!.reason.startsWith(`It is a register dump of QEMU, which has 62 of the ${FIELDS_OF_PAGE} fields`),
    );
  });
  it('has no pages for an editor either, but what is known of them', () => {
    for (const text of texts) {
      const read = findFilePages(text);
      assert.ok('reason' in read && !('pages' in read));
      assert.deepEqual([read.partial?.length, typeof read.source], [1, 'string']);
    }
  });
  it('is read to its end however it is cut or changed, with known fields only', () => {
    const read = (bytes: Uint8Array, name: string) => {
      bounded(name, () => {
        const found = findPages(bytes);
        if (!('reason' in found)) return;
        for (const { bytes: state, part } of found.partial ?? []) {
          for (const { name: field } of knownFields(decodePage(state), part))
            assert.ok(part.known.has(field));
          const known = new Set(knownFields(decodePage(state), part).map(({ offset }) => offset));
          for (const { offset } of knownFindings(decodePage(state), part)) assert.ok(known.has(offset));
          identify(decodePage(state), part);
        }
      });
    };
    for (const text of texts) {
      for (const end of few(Array.from({ length: text.length }, (_, i) => i)).filter((i) => i % 41 === 0))
        read(text.subarray(0, end), `cut at ${end}`);
      for (const seed of seeds(80)) {
        const random = seeded(seed);
        const changed = text.slice();
        for (let i = 0; i < 8; i++) changed[random(changed.length)] = 1 + random(127);
        read(changed, `seed ${seed}`);
      }
    }
  });
  it('takes linear time, whatever it repeats', () => {
    const pieces = [
      'EAX=',
      'VMCB ',
      'VMCB State Save Area:\n',
      'VMCB Control Area: es: s: ',
      'CS =f000 ',
      'a'.repeat(2000),
    ];
    for (const piece of pieces) {
      const bytes = new TextEncoder().encode(piece.repeat(Math.ceil(4e6 / piece.length)));
      bounded(piece.slice(0, 20), () => {
        findPages(bytes);
      });
    }
  });
});
