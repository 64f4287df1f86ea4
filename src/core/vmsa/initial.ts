// What each party writes into a VMSA before the launch, as data: AMD64's INIT state, KVM when it creates the
// vCPU, QEMU's CPU reset, the CPU signature, OVMF's SEV-ES reset block, and KVM again when it takes QEMU's
// values over and builds the page. Sources: APM volume 2 table 14-1; Linux arch/x86/kvm/svm/{svm,sev}.c; QEMU
// target/i386/{cpu,sev}.c. A field that no layer names is zero.

/** What a value depends on when it is not a constant; each is resolved in generate.ts. */
export type LaunchSymbol = 'cpu signature' | 'reset address: CS base' | 'reset address: IP';

/** A constant or something that depends on the launch. */
export type InitialValue = number | bigint | { readonly symbol: LaunchSymbol };

/** Who sets a value. */
export type LayerId = 'amd-init' | 'kvm' | 'qemu' | 'cpu-signature' | 'ovmf-reset-block';

/** One party's writes at one moment of the launch. */
export interface Layer {
  readonly id: LayerId;
  /** The words for the person who asks where a value comes from. */
  readonly title: string;
  readonly source: string;
  /** Only for application processors: the boot processor starts at the architectural vector. */
  readonly apOnly?: true;
  readonly values: Readonly<Record<string, InitialValue>>;
}

const segments = (names: readonly string[], part: string, value: number): Record<string, number> =>
  Object.fromEntries(names.map((name) => [`${name}_${part}`, value]));

const DATA_SEGMENTS = ['es', 'ss', 'ds', 'fs', 'gs'];
const ALL_SEGMENTS = [...DATA_SEGMENTS, 'cs', 'gdtr', 'ldtr', 'idtr', 'tr'];

/** What the architecture says that a CPU has after INIT. */
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
};

/** KVM's first values, most of which QEMU replaces. */
export const KVM_CREATE: Layer = {
  id: 'kvm',
  title: 'KVM, when it creates the vCPU',
  source: 'Linux svm.c, init_vmcb; x86.c, kvm_vcpu_reset',
  values: {
    ...segments(DATA_SEGMENTS, 'attrib', 0x92),
    cs_attrib: 0x9a,
    ldtr_attrib: 0x82,
    // A 16-bit TSS, although the CPU would come up with a 32-bit one: history that nobody could change.
    tr_attrib: 0x83,
    rdx: 0x600n,
  },
};

/** Where QEMU's reset differs from KVM's first values. */
export const QEMU_RESET: Layer = {
  id: 'qemu',
  title: 'QEMU, at CPU reset',
  source: 'QEMU target/i386/cpu.c, x86_cpu_reset_hold',
  values: {
    ...segments(DATA_SEGMENTS, 'attrib', 0x93),
    cs_attrib: 0x9b,
    tr_attrib: 0x8b,
  },
};

/** The signature of the guest's CPU model. */
export const CPU_SIGNATURE: Layer = {
  id: 'cpu-signature',
  title: 'the CPU model of the guest, CPUID Fn0000_0001_EAX',
  source: 'QEMU target/i386/cpu.c, x86_cpu_reset_hold: EDX is cpuid_version',
  values: { rdx: { symbol: 'cpu signature' } },
};

/** Where application processors start. */
export const OVMF_RESET_BLOCK: Layer = {
  id: 'ovmf-reset-block',
  title: "OVMF's SEV-ES reset block, which QEMU applies to every vCPU but the first",
  source: 'QEMU target/i386/sev.c, sev_es_set_reset_vector',
  apOnly: true,
  // The selector stays 0xf000: the base of CS is not its selector times 16 here.
  values: { cs_base: { symbol: 'reset address: CS base' }, rip: { symbol: 'reset address: IP' } },
};

/** What KVM makes of the control registers that QEMU sets. */
export const KVM_ENTER: Layer = {
  id: 'kvm',
  title: 'KVM, when it takes over the registers that QEMU set',
  source: 'Linux svm.c, svm_set_efer (SVME), svm_set_cr4 (MCE of the host), svm_set_cr0 (clears CD and NW)',
  values: { efer: 0x1000n, cr4: 0x40n, cr0: 0x10n },
};

/** FPU state, only for VMs made with KVM_SEV_INIT2. */
export const QEMU_FPU: Layer = {
  id: 'qemu',
  title: "QEMU's FPU reset state, which KVM copies for VMs made with KVM_SEV_INIT2 only",
  source: 'Linux sev.c, sev_es_sync_vmsa, since 6.10; QEMU target/i386/cpu.c',
  // The tag word stays 0: KVM copies the abridged form, in which 0 means empty.
  values: { mxcsr: 0x1f80, x87_fcw: 0x37f },
};
