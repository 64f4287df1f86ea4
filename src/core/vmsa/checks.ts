// Checks of a VMSA page: what it is, whether a CPU or a launch can have such register values, and state that does
// not belong in a page before launch (APM volume 2, section 15.5.1; Linux sev.c). They decode and never throw.

import { reservedBits } from '../binary/describe';
import { hex, isZero } from '../binary/hex';
import type { Finding } from '../binary/region';
import { leaves, readLeaf, type Leaf, type LeafValue } from '../binary/struct';
import { ES_FEATURES, EXCLUSIVE_FEATURES, FEATURE_ROWS, type SevFeature } from './layout/bitsSev';
import { FEATURE_STATE, HARDWARE_WRITES } from './layout/fieldSets';
import { isResetVector } from './launch/generate';
import { VMSA, VMSA_SIZE, vmsaLeaf, type VmsaName, type VmsaWord } from './layout/layout';
import { whyNoState, type PageKind } from './pageKind';
import { vmsaFinding, type VmsaRule } from './rules';
import type { VmsaPage } from './vmsaPage';
import { decodeSignature } from './launch/signature';

/** What is known about a page besides its bytes. */
export interface PageContext {
  /** Index of the vCPU whose page it is. */
  readonly vcpu?: number;
}

const NO_STATE: Readonly<Record<Exclude<PageKind, 'vmsa'>, VmsaRule>> = {
  zero: 'vmsa-all-zero',
  filled: 'vmsa-filled',
  encrypted: 'vmsa-encrypted',
  ghcb: 'vmsa-ghcb',
  noise: 'vmsa-no-state',
};

/** What a check reads and reports: values of scalar fields, and a way to attach a message to one of them. */
interface Notes {
  readonly vcpu: number | undefined;
  readonly value: (name: VmsaWord) => bigint;
  readonly bit: (name: VmsaWord, lsb: number) => boolean;
  readonly note: (rule: VmsaRule, field: VmsaWord, message: string) => void;
}

/** What people should know about a page before they trust its fields. */
export function vmsaFindings(page: VmsaPage, context: PageContext = {}): Finding[] {
  const not = whyNoState(page);
  if (not) return [vmsaFinding(NO_STATE[not.kind], 0, VMSA_SIZE, not.text)];
  const { bytes, values } = page;
  const findings = leaves(VMSA).flatMap((leaf) => reservedSet(leaf, readLeaf(bytes, leaf)) ?? []);
  const value = (name: VmsaWord) => BigInt(values[name]);
  const notes: Notes = {
    vcpu: context.vcpu,
    value,
    bit: (name, lsb) => ((value(name) >> BigInt(lsb)) & 1n) === 1n,
    note: (rule, field, message) => {
      const { offset, size } = vmsaLeaf(field);
      findings.push(vmsaFinding(rule, offset, size, message));
    },
  };
  for (const check of CHECKS) check(notes);
  return findings;
}

function reservedSet(leaf: Leaf<VmsaName>, value: LeafValue): Finding | undefined {
  if (value instanceof Uint8Array) {
    if (leaf.row.group !== 'Reserved' || isZero(value)) return undefined;
    const first = value.findIndex((b) => b !== 0);
    const message = `${leaf.path} is reserved but not zero: the byte at ${hex(leaf.offset + first, 3)} is ${hex(value[first]!, 2)}. No known launch sets it.`;
    return vmsaFinding('vmsa-reserved-set', leaf.offset, leaf.size, message);
  }
  // The signature has its own rule, which considers more than its bits.
  const reservedOnes = leaf.row.bits && leaf.path !== 'rdx' ? reservedBits(leaf.row.bits, value) : 0n;
  if (reservedOnes === 0n) return undefined;
  const message = `${leaf.path} is ${hex(value)}: its reserved bits ${hex(reservedOnes)} are set.`;
  return vmsaFinding('vmsa-reserved-set', leaf.offset, leaf.size, message);
}

/** CR0, CR4 and EFER, which VMRUN checks in combination. */
function checkModes({ value, bit, note }: Notes): void {
  const [pe, nw, cd, pg] = [0, 29, 30, 31].map((i) => bit('cr0', i));
  const pae = bit('cr4', 5);
  const [lme, lma, svme] = [8, 10, 12].map((i) => bit('efer', i));
  const [cr0, efer] = [hex(value('cr0')), hex(value('efer'))];
  if (!svme) {
    note(
      'vmsa-no-svme',
      'efer',
      `efer is ${efer} without SVME (bit 12): VMRUN refuses this page, and every launch sets it.`,
    );
  }
  if (lma && !lme) note('vmsa-lma-without-lme', 'efer', `efer is ${efer}: LMA is set without LME.`);
  if (lma && !(pg && pae)) {
    const lacks = [...(pg ? [] : ['CR0.PG']), ...(pae ? [] : ['CR4.PAE'])].join(' and ');
    note(
      'vmsa-lma-without-paging',
      'efer',
      `efer is ${efer}: LMA is set, but ${lacks} ${pg || pae ? 'is' : 'are'} clear.`,
    );
  } else if (lme && pg && !pae) {
    note('vmsa-lme-without-pae', 'cr4', `EFER.LME and CR0.PG are set, but CR4.PAE is clear.`);
  }
  if (pg && !pe && lme)
    note('vmsa-lme-without-pe', 'cr0', 'EFER.LME and CR0.PG are set, but CR0.PE is clear.');
  else if (pg && !pe) note('vmsa-paging-without-pe', 'cr0', `cr0 is ${cr0}: PG is set without PE.`);
  if (nw && !cd) note('vmsa-nw-without-cd', 'cr0', `cr0 is ${cr0}: NW is set without CD.`);
}

function checkSegments({ value, bit, note }: Notes): void {
  const [cs, tr, ss] = [hex(value('cs_attrib')), hex(value('tr_attrib')), hex(value('ss_attrib'))];
  if (bit('cs_attrib', 9)) {
    if (bit('cs_attrib', 10) && bit('efer', 8) && bit('cr0', 31) && bit('cr4', 5))
      note('vmsa-cs-l-and-d', 'cs_attrib', `cs_attrib is ${cs}: L and D are both set.`);
    if (!bit('efer', 10))
      note('vmsa-cs-l-without-lma', 'cs_attrib', `cs_attrib is ${cs}: L is set, but EFER.LMA is clear.`);
  }
  if (!(bit('cs_attrib', 7) && bit('cs_attrib', 4) && bit('cs_attrib', 3))) {
    note('vmsa-cs-not-code', 'cs_attrib', `cs_attrib is ${cs}: no code segment that is present.`);
  }
  // Builders of IGVM files leave TR empty, which counts as unusable.
  const type = value('tr_attrib') & 0xfn;
  if (bit('tr_attrib', 7) && (bit('tr_attrib', 4) || (type !== 3n && type !== 11n))) {
    note('vmsa-tr-not-busy', 'tr_attrib', `tr_attrib is ${tr}: present, but not a busy TSS (0x83 or 0x8b).`);
  }
  const dpl = (value('ss_attrib') >> 5n) & 3n;
  if (value('cpl') !== dpl)
    note('vmsa-cpl', 'cpl', `cpl is ${value('cpl')}, but ss_attrib ${ss} has privilege level ${dpl}.`);
}

function checkStart({ vcpu, value, bit, note }: Notes): void {
  const realMode = !bit('cr0', 0);
  const [base, rip, limit] = [value('cs_base'), value('rip'), value('cs_limit')];
  if (realMode && rip > limit) {
    note('vmsa-rip-beyond-limit', 'rip', `rip is ${hex(rip)}, beyond the limit of CS, ${hex(limit)}.`);
  }
  const reset = isResetVector(base, rip);
  if (vcpu !== undefined && vcpu > 0 && reset) {
    note(
      'vmsa-ap-at-reset-vector',
      'rip',
      `This page of vCPU ${vcpu} starts at the reset vector 0xfffffff0. Only vCPU 0 does; the others start at the address of the firmware's SEV-ES reset block.`,
    );
  }
  if (vcpu === 0 && realMode && !reset) {
    note(
      'vmsa-bsp-elsewhere',
      'rip',
      `This page of vCPU 0 starts at ${hex(base + rip, 8)}, not at the reset vector 0xfffffff0: it may be the page of another vCPU.`,
    );
  }
}

/** Registers whose upper half VMRUN requires to be zero; DR7's is covered by its own rule. */
const LOW_HALF: readonly VmsaWord[] = ['cr0', 'dr6'];

/** Fields that software may set, but no launch does. */
const NEVER_SET: readonly VmsaWord[] = ['spec_ctrl', 'cpl'];

/** Bits that always read as one. */
const FIXED_ONES: readonly (readonly [VmsaWord, bigint])[] = [
  ['rflags', 0x2n],
  ['dr6', 0xffff07f0n],
  ['dr7', 0x400n],
];

function checkRegisters({ value, bit, note }: Notes): void {
  for (const name of LOW_HALF) {
    if (value(name) >> 32n === 0n) continue;
    note('vmsa-high-half', name, `${name} is ${hex(value(name))}: VMRUN refuses bits above 31.`);
  }
  for (const name of NEVER_SET) {
    if (value(name) === 0n) continue;
    note('vmsa-never-set', name, `${name} is ${hex(value(name))}; every known launch leaves it 0.`);
  }
  for (const [name, ones] of FIXED_ONES) {
    const lost = ones & ~value(name);
    if (lost === 0n) continue;
    if (name !== 'rflags' && value(name) === 0n) {
      note(
        'vmsa-debug-zero',
        name,
        `${name} is 0; a CPU has ${hex(ones)} fixed in it. IGVM files leave it so.`,
      );
    } else {
      note('vmsa-fixed-ones', name, `${name} is ${hex(value(name))}: ${hex(lost)} is always set in a CPU.`);
    }
  }
  const breakpoints = value('dr7') & ~0x400n;
  if (breakpoints !== 0n) {
    const message = `dr7 is ${hex(value('dr7'))}: KVM refuses to launch with ${hex(breakpoints)} in addition to the fixed 0x400. Is a debugger attached?`;
    note('vmsa-dr7', 'dr7', message);
  }
  const xcr0 = hex(value('xcr0'));
  if (!bit('xcr0', 0)) note('vmsa-xcr0', 'xcr0', `xcr0 is ${xcr0} without x87 (bit 0), which is always on.`);
  else if (bit('xcr0', 2) && !bit('xcr0', 1))
    note('vmsa-xcr0', 'xcr0', `xcr0 is ${xcr0}: AVX is on without SSE.`);
  const types = Array.from({ length: 8 }, (_, i) => (value('g_pat') >> BigInt(8 * i)) & 7n);
  const bad = types.flatMap((type, i) => (type === 2n || type === 3n ? [`PA${i}`] : []));
  if (bad.length > 0) {
    note(
      'vmsa-pat',
      'g_pat',
      `g_pat is ${hex(value('g_pat'), 16)}: ${bad.join(', ')} is a reserved memory type.`,
    );
  }
  if (decodeSignature(value('rdx')).malformed) {
    const message = `rdx is ${hex(value('rdx'))}, which is no CPU signature: at launch it is CPUID Fn0000_0001_EAX of the guest's CPU.`;
    note('vmsa-cpu-signature', 'rdx', message);
  }
}

const feature = (name: SevFeature): number => FEATURE_ROWS.find((row) => row.name === name)!.lsb;

const SNP_ONLY = FEATURE_ROWS.map(({ name }) => name).filter(
  (name) => name !== 'SNPActive' && !ES_FEATURES.includes(name),
);

function checkFeatures({ value, bit, note }: Notes): void {
  const on = (name: SevFeature) => bit('sev_features', feature(name));
  const features = hex(value('sev_features'));
  const withoutSnp = on('SNPActive') ? [] : SNP_ONLY.filter(on);
  if (withoutSnp.length > 0) {
    const message = `sev_features is ${features}: ${withoutSnp.join(', ')} without SNPActive.`;
    note('vmsa-snp-feature', 'sev_features', message);
  }
  const exclusive = EXCLUSIVE_FEATURES.filter(on);
  if (exclusive.length > 1) {
    const message = `sev_features is ${features}: ${exclusive.join(' and ')} exclude each other.`;
    note('vmsa-feature-conflict', 'sev_features', message);
  }
  if (on('vTOM') && value('virtual_tom') === 0n) {
    const message = 'vTOM is on in sev_features, but virtual_tom is 0: all memory would be shared.';
    note('vmsa-vtom', 'virtual_tom', message);
  }
  for (const [field, needs] of FEATURE_STATE) {
    if (value(field) === 0n || needs.some(on)) continue;
    const message = `${field} is ${hex(value(field))}, but ${needs.join(' and ')} ${needs.length > 1 ? 'are' : 'is'} off in sev_features.`;
    note('vmsa-feature-state', field, message);
  }
  if (value('vmpl') !== 0n) {
    const message = `vmpl is ${value('vmpl')}: the page is not of a launch but of a guest that an SVSM started.`;
    note('vmsa-vmpl', 'vmpl', message);
  }
}

function checkRun({ value, bit, note }: Notes): void {
  const set = HARDWARE_WRITES.filter((name) => value(name) !== 0n);
  if (bit('vintr_ctrl', 63)) set.push('vintr_ctrl');
  const [first] = set;
  if (first === undefined) return;
  const message = `${set.join(', ')}: hardware sets this when the guest runs, so the page was taken after the launch.`;
  note('vmsa-has-run', first, message);
}

const CHECKS: readonly ((notes: Notes) => void)[] = [
  checkModes,
  checkSegments,
  checkStart,
  checkRegisters,
  checkFeatures,
  checkRun,
];
