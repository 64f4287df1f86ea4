// What can be wrong with a VMSA page: one table of rules with their severity and documentation text. Checks
// make findings only through `finding`, so that every rule is in this table. Severity `error` means that
// VMRUN or KVM refuses the page, that its first instruction faults, or that it is not a VMSA at all (APM
// volume 2, section 15.5.1, illegal states).

import { ruleTable } from '../binary/ruleTable';

const table = ruleTable({
  'vmsa-all-zero': ['error', 'Every byte is zero: the page was never filled in.'],
  'vmsa-filled': ['error', 'Every byte has one value, as in erased flash: there is no page here.'],
  'vmsa-encrypted': [
    'error',
    'The page looks random and no register has a possible value: memory of a running guest, which is encrypted, or noise. Only a page from before the launch can be read.',
  ],
  'vmsa-ghcb': [
    'error',
    "The page is the GHCB that guest and hypervisor share: no SVME, no code segment, but a GHCB's exit code or bitmap of valid fields.",
  ],
  'vmsa-no-state': [
    'error',
    'No register has a value that a vCPU can have: text, code, noise, or a page whose bytes are shifted.',
  ],
  'vmsa-no-svme': ['error', 'EFER.SVME is clear, with which VMRUN refuses the page. Every launch sets it.'],
  'vmsa-reserved-set': ['warning', 'Bits or bytes are set that every known launch leaves zero.'],
  'vmsa-lma-without-lme': ['error', 'EFER.LMA is set without LME, which no CPU can reach.'],
  'vmsa-lma-without-paging': [
    'error',
    'EFER.LMA is set without CR0.PG or CR4.PAE: long mode is active only with paging.',
  ],
  'vmsa-paging-without-pe': [
    'warning',
    'CR0.PG is set without PE: paged real mode, which only SVM has and no launch starts in.',
  ],
  'vmsa-lme-without-pae': [
    'error',
    'EFER.LME and CR0.PG are set without CR4.PAE, an illegal state for VMRUN.',
  ],
  'vmsa-lme-without-pe': ['error', 'EFER.LME and CR0.PG are set without CR0.PE, an illegal state for VMRUN.'],
  'vmsa-high-half': ['error', 'Bits above 31 of CR0 or DR6 are set, an illegal state for VMRUN.'],
  'vmsa-nw-without-cd': ['error', 'CR0.NW is set without CD, an illegal state for VMRUN.'],
  'vmsa-cs-l-and-d': [
    'error',
    'L and D of the code segment are both set in long mode, an illegal state for VMRUN.',
  ],
  'vmsa-cs-l-without-lma': [
    'warning',
    'The code segment is a 64-bit one, but EFER.LMA is clear: the CPU ignores the bit and runs other code.',
  ],
  'vmsa-cs-not-code': ['warning', 'CS is not present, or not a code segment.'],
  'vmsa-tr-not-busy': [
    'error',
    'TR is present but no busy TSS, which VMRUN refuses. An available TSS is what a descriptor holds, not what a running CPU has.',
  ],
  'vmsa-cpl': ['warning', 'CPL and the privilege level of SS differ, which a CPU keeps equal.'],
  'vmsa-rip-beyond-limit': [
    'error',
    'RIP is beyond the limit of CS in real mode: the first instruction faults.',
  ],
  'vmsa-ap-at-reset-vector': [
    'warning',
    'The page of an additional vCPU starts at the reset vector, where only vCPU 0 starts.',
  ],
  'vmsa-bsp-elsewhere': [
    'info',
    'The page of vCPU 0 starts in real mode, but not at the reset vector: it may be that of another vCPU.',
  ],
  'vmsa-dr7': ['error', 'DR7 has more than its fixed bit 0x400: KVM refuses to launch with it.'],
  'vmsa-fixed-ones': ['warning', 'Bits of RFLAGS, DR6 or DR7 are clear that a CPU always has set.'],
  'vmsa-debug-zero': [
    'info',
    'DR6 or DR7 is 0, as builders of IGVM files leave them; a CPU has fixed ones there.',
  ],
  'vmsa-xcr0': ['warning', 'XCR0 has no x87 state, or AVX without SSE: XSETBV accepts neither.'],
  'vmsa-pat': ['error', 'A memory type of the PAT is 2 or 3, which are reserved; VMRUN refuses them.'],
  'vmsa-cpu-signature': [
    'warning',
    'RDX is no CPU signature: it has bits that CPUID leaves zero, or extended parts that do not count.',
  ],
  'vmsa-snp-feature': ['warning', 'A feature of SEV-SNP is on without SNPActive, so it cannot work.'],
  'vmsa-feature-conflict': [
    'error',
    'RestrictedInjection and AlternateInjection are both on; they exclude each other.',
  ],
  'vmsa-feature-not-allowed': [
    'error',
    'A bit of sev_features is set that the ALLOWED_SEV_FEATURES of the VMCB lacks: VMRUN refuses it. Only a dump of the VMCB tells.',
  ],
  'vmsa-vtom': ['warning', 'vTOM is on without virtual_tom: all memory would be shared.'],
  'vmsa-feature-state': [
    'warning',
    'State of SecureTSC, vTOM, VmsaRegProt, AlternateInjection or SecureAVIC is set without the bit of sev_features that makes it count.',
  ],
  'vmsa-vmpl': ['warning', 'The page is not at VMPL 0, where every page is that a launch measures.'],
  'vmsa-never-set': ['warning', 'SPEC_CTRL or CPL is set, which every known launch leaves 0.'],
  'vmsa-has-run': [
    'warning',
    'Fields are set that hardware writes when the guest runs: the page was taken after the launch.',
  ],
});

/** The name of a rule about VMSA pages. */
export type VmsaRule = keyof typeof table.rules;

/** All rules by name, in the order of the documentation. */
export const VMSA_RULES = table.rules;

/** A finding under a rule of the table. */
export const vmsaFinding = table.finding;
