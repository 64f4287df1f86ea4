// What each party writes into a VMSA before launch, as data: AMD64's INIT state, KVM when it creates the
// vCPU, QEMU's CPU reset, the CPU signature, OVMF's SEV-ES reset block, and KVM again when it takes the
// values over and builds the page. Sources: APM volume 2 table 14-1; Linux arch/x86/kvm/svm/{svm,sev}.c; QEMU
// target/i386/{cpu,sev}.c. What other VMMs write is in initialVmms.ts. A field that no layer sets is zero.

import { commitsOf, linuxSince, linuxUntil } from './history';
import { KVM_FALLBACK_SIGNATURE } from './cpuModels';
import type { VmsaWord } from '../layout/layout';

/** Boot processor (vCPU 0) or additional processor (all others). */
export type Role = 'bsp' | 'ap';

/** What a value depends on if it is not a constant; resolved in generate.ts. */
export type LaunchSymbol =
  | 'cpu signature'
  | 'reset address: CS base'
  | 'reset address: IP'
  | 'SIPI address: CS selector'
  | 'SIPI address: CS base'
  | 'SIPI address: IP'
  | 'SVSM image: entry'
  | 'SVSM image: stack'
  | 'SVSM image: page table'
  | 'virtual top of memory: high half';

/** A constant, or a value that depends on the launch. */
export type InitialValue = number | bigint | { readonly symbol: LaunchSymbol };

/** The parties that set values. */
export type LayerId =
  | 'amd-init'
  | 'kvm'
  | 'qemu'
  | 'cpu-signature'
  | 'ovmf-reset-block'
  | 'vmm'
  | 'igvm'
  | 'svsm-image'
  | 'svsm-runtime'
  | 'linux-guest';

/** The source of a value, the versions that it applies to, and a pitfall for its readers. */
export interface Provenance {
  readonly source: string;
  readonly since?: string;
  readonly until?: string;
  readonly note?: string;
}

/** One party's writes at one moment of the launch; the provenance applies to each value without its own. */
export interface Layer extends Provenance {
  readonly id: LayerId;
  /** For people who ask where a value comes from. */
  readonly title: string;
  /** Only for pages of this role. */
  readonly role?: Role;
  readonly values: Readonly<Partial<Record<VmsaWord, InitialValue>>>;
  /** By field, provenance of single values that adds to or replaces the layer's. */
  readonly about?: Readonly<Partial<Record<VmsaWord, Partial<Provenance>>>>;
}

/** The provenance of one value of a layer. */
export function provenanceOf(layer: Layer, field: VmsaWord): Provenance {
  const { source, since, until, note } = { ...layer, ...layer.about?.[field] };
  return {
    source,
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(note !== undefined && { note }),
  };
}

/** ES, SS, DS, FS and GS. */
export const DATA_SEGMENTS = ['es', 'ss', 'ds', 'fs', 'gs'] as const;
/** All ten: the descriptor-table registers are stored as segments, too. */
export const ALL_SEGMENTS = [...DATA_SEGMENTS, 'cs', 'gdtr', 'ldtr', 'idtr', 'tr'] as const;

/** The same part of several segments, all with the same value. */
export function segments(
  names: readonly (typeof ALL_SEGMENTS)[number][],
  part: 'selector' | 'attrib' | 'limit',
  value: number,
): Layer['values'] {
  const values: Partial<Record<VmsaWord, number>> = {};
  for (const name of names) values[`${name}_${part}`] = value;
  return values;
}

/** The architectural state of a CPU after INIT. */
export const AMD_INIT: Layer = {
  id: 'amd-init',
  title: 'AMD64 INIT state',
  source: 'APM volume 2, section 14.1.3, table 14-1',
  values: {
    ...segments(ALL_SEGMENTS, 'limit', 0xffff),
    cs_selector: 0xf000,
    cs_base: 0xffff0000n,
    rip: 0xfff0n,
    cr0: 0x60000010n,
    rflags: 0x2n,
    dr6: 0xffff0ff0n,
    dr7: 0x400n,
    g_pat: 0x0007040600070406n,
    xcr0: 0x1n,
  },
  about: {
    cr0: { note: 'CD, NW and ET after RESET; INIT keeps CD and NW as they were' },
    xcr0: { source: 'APM volume 2, section 11.5.2; Linux x86.c, kvm_vcpu_reset' },
  },
};

/** State of a CPU after RESET that every launch replaces: attributes, CPU signature and FPU state. */
export const AMD_RESET: Layer = {
  id: 'amd-init',
  title: 'AMD64 RESET state',
  source: 'APM volume 2, section 14.1.3, table 14-1',
  values: {
    ...segments(DATA_SEGMENTS, 'attrib', 0x93),
    cs_attrib: 0x9b,
    ldtr_attrib: 0x82,
    tr_attrib: 0x8b,
    rdx: { symbol: 'cpu signature' },
    mxcsr: 0x1f80,
    x87_ftw: 0x5555,
    x87_fcw: 0x40,
  },
  about: {
    tr_attrib: {
      note: "the manual's words mean a 16-bit TSS, 0x83; QEMU and COCONUT-SVSM reset to the 32-bit one",
    },
    x87_ftw: { note: 'the full form, all registers zero; FNINIT makes it 0xffff, all empty' },
    x87_fcw: { note: 'INIT leaves it as it was; FNINIT makes it 0x37f' },
  },
};

/** KVM's initial values, most of which QEMU replaces. */
export const KVM_CREATE: Layer = {
  id: 'kvm',
  title: 'KVM, when it creates the vCPU',
  source: 'Linux svm.c, init_vmcb',
  values: {
    ...segments(DATA_SEGMENTS, 'attrib', 0x92),
    cs_attrib: 0x9a,
    ldtr_attrib: 0x82,
    // A 16-bit TSS, although the CPU would come up with a 32-bit one, for historical reasons.
    tr_attrib: 0x83,
    rdx: BigInt(KVM_FALLBACK_SIGNATURE),
  },
  about: {
    rdx: {
      source: 'Linux x86.c, kvm_vcpu_reset',
      since: 'Linux about 5.15',
      note: 'for a vCPU that has no CPUID yet; otherwise the signature of its CPUID',
    },
  },
};

/** Where QEMU's reset state differs from KVM's initial values, and what KVM does not take over unchanged. */
export const QEMU_RESET: Layer = {
  id: 'qemu',
  title: 'QEMU, at CPU reset',
  source: 'QEMU target/i386/cpu.c, x86_cpu_reset_hold',
  values: {
    ...segments(DATA_SEGMENTS, 'attrib', 0x93),
    cs_attrib: 0x9b,
    tr_attrib: 0x8b,
    efer: 0n,
    cr4: 0n,
    cr0: 0x60000010n,
  },
};

/** The signature of the guest's CPU model. */
export const CPU_SIGNATURE: Layer = {
  id: 'cpu-signature',
  title: 'the CPU model of the guest, CPUID Fn0000_0001_EAX',
  source: 'QEMU target/i386/cpu.c, x86_cpu_reset_hold: EDX is cpuid_version',
  note: "the guest's model; that of the host only with host-passthrough",
  values: { rdx: { symbol: 'cpu signature' } },
};

/** Where APs start. */
export const OVMF_RESET_BLOCK: Layer = {
  id: 'ovmf-reset-block',
  title: "OVMF's SEV-ES reset block, which the VMM applies to every vCPU but the first",
  source: 'QEMU target/i386/sev.c, sev_es_set_reset_vector',
  since: 'QEMU 6.0',
  role: 'ap',
  // The selector stays 0xf000: here the base of CS is not its selector times 16.
  values: { cs_base: { symbol: 'reset address: CS base' }, rip: { symbol: 'reset address: IP' } },
  about: { cs_base: { note: 'the selector stays 0xf000: the base is not its 16-fold' } },
};

/** KVM's adjustments to the control registers that the VMM sets. */
export const KVM_ENTER: Layer = {
  id: 'kvm',
  title: 'KVM, when it takes over the registers that the VMM set',
  source: 'Linux svm.c',
  values: { efer: 0x1000n, cr4: 0x40n, cr0: 0x10n },
  about: {
    efer: { source: 'Linux svm.c, svm_set_efer: SVME always, without which VMRUN refuses the state' },
    cr4: {
      source: 'Linux svm.c, svm_set_cr4: MCE of the host',
      note: '0 on a host that was started with mce=off',
    },
    cr0: {
      source: 'Linux svm.c, svm_set_cr0: CD and NW cleared (KVM_X86_QUIRK_CD_NW_CLEARED)',
      note: '0x60000010 from a VMM that turns this quirk off; none is known',
    },
  },
};

/** FPU state, only for VMs created with KVM_SEV_INIT2. */
export const QEMU_FPU: Layer = {
  id: 'qemu',
  title: "QEMU's FPU reset state, which KVM copies for VMs made with KVM_SEV_INIT2 only",
  source: 'Linux sev.c, sev_es_sync_vmsa; QEMU target/i386/cpu.c',
  since: `${linuxSince('init2')}; SNP ${linuxSince('snp')}`,
  note: 'KVM_SEV_ES_INIT leaves 0, so that old measurements hold',
  // The tag word stays 0: KVM copies the abridged form, in which 0 means empty.
  values: { mxcsr: 0x1f80, x87_fcw: 0x37f },
};

/** DebugSwap on every SEV-ES guest, a default of the kvm_amd module. */
export const KVM_DEBUG_SWAP: Layer = {
  id: 'kvm',
  title: 'KVM, with DebugSwap on by default',
  source: `Linux sev.c; on by commit ${commitsOf('debug-swap').join(', off by ')}`,
  since: linuxSince('debug-swap'),
  until: linuxUntil('debug-swap'),
  note: 'only on CPUs that report DebugSwap (CPUID Fn8000_001F_EAX bit 14)',
  values: { sev_features: 0x20n },
};

/** DebugSwap at the VMM's request. */
export const QEMU_DEBUG_SWAP: Layer = {
  id: 'qemu',
  title: 'QEMU, which asks for DebugSwap in KVM_SEV_INIT2 (debug-swap=on)',
  source: `Linux sev.c, commit ${commitsOf('init2').join()}: vmsa_features of KVM_SEV_INIT2`,
  since: linuxSince('init2'),
  note: "QEMU's property was proposed for 10.2; whether it was merged is not established",
  values: { sev_features: 0x20n },
};

/** SEV features that are asked for by name, in place of those that a profile has. */
export const ASKED_FEATURES: Omit<Layer, 'values'> = {
  id: 'vmm',
  title: 'the VMM, which was asked for these SEV features',
  source: 'Linux sev.c: vmsa_features of KVM_SEV_INIT2; a VMSA of an IGVM file',
  since: linuxSince('init2'),
};

/** The bit that makes it an SNP guest. */
export const KVM_SNP: Layer = {
  id: 'kvm',
  title: 'KVM, for an SEV-SNP guest',
  source: 'Linux sev.c: SNP_ACTIVE for KVM_X86_SNP_VM',
  since: `${linuxSince('snp')}; out-of-tree host kernels before it`,
  note: '+0x200 when the VMM asks for SecureTSC',
  values: { sev_features: 0x1n },
};

/** SNP and DebugSwap, requested by the VMM or a default of the module. */
export const KVM_SNP_DEBUG_SWAP: Layer = {
  ...KVM_SNP,
  title: 'KVM, for an SEV-SNP guest with DebugSwap',
  note: 'the default of sev-snp-measure 0.0.9 only; 0x1 before and after it',
  values: { sev_features: 0x21n },
};

/** All that KVM itself writes when no VMM sets a register. */
export const KVM_ALONE: Layer = {
  ...KVM_CREATE,
  title: 'KVM, before any VMM sets a register',
  source: 'Linux svm.c, init_vmcb; x86.c, kvm_vcpu_reset',
  values: { ...AMD_INIT.values, ...KVM_CREATE.values, ...KVM_ENTER.values },
  about: {
    ...KVM_CREATE.about,
    ...KVM_ENTER.about,
    cr0: { note: 'kvm_vcpu_reset asks for 0x60000010; CD and NW are cleared on the way' },
  },
};
