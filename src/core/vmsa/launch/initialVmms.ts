// What VMMs other than QEMU write into a VMSA before launch: Amazon EC2 and Google Compute Engine as
// reproduced by sev-snp-measure and virtee/sev, libkrun, and the launches of COCONUT-SVSM. Neither cloud
// publishes its hypervisor; these values reproduce published measurements.

import { ALL_SEGMENTS, DATA_SEGMENTS, segments, type Layer } from './initial';

const VMSA_PY = 'sev-snp-measure vmsa.py';

/** Amazon EC2: what its hypervisor keeps of KVM's initial values, and what it sets. */
export const EC2: Layer = {
  id: 'vmm',
  title: 'Amazon EC2',
  source: VMSA_PY,
  values: {
    ...segments(['es', 'ds', 'fs', 'gs'], 'attrib', 0x93),
    ss_attrib: 0x92,
    tr_attrib: 0x83,
    cs_attrib: 0x9a,
  },
  about: { cs_attrib: { note: '0x9b in the page of an AP' } },
};

/** Where EC2's AP pages differ besides their start. */
export const EC2_AP: Layer = {
  id: 'vmm',
  title: 'Amazon EC2, additional processors',
  source: VMSA_PY,
  role: 'ap',
  values: { cs_attrib: 0x9b },
};

/** RDX as tools had it for EC2 before its current generation. */
export const EC2_OLD: Layer = {
  id: 'vmm',
  title: 'Amazon EC2, earlier generation',
  source: 'sev-snp-measure before 0.0.13; virtee/sev measurement/vmsa.rs',
  until: 'sev-snp-measure 0.0.13 (May 2026), which has 0x600',
  values: { rdx: 0n },
};

/** Google Compute Engine. */
export const GCE: Layer = {
  id: 'vmm',
  title: 'Google Compute Engine',
  source: VMSA_PY,
  values: {
    ...segments(DATA_SEGMENTS, 'attrib', 0x93),
    cs_attrib: 0x9b,
    tr_attrib: 0x8b,
    g_pat: 0x70106n,
  },
  about: {
    g_pat: {
      source: `${VMSA_PY}; COCONUT-SVSM igvmbuilder, for the hypervisor Vanadium`,
      note: 'WB, WC, UC-, then UC five times',
    },
  },
};

const KRUN_SOURCE = 'virtee/sev vmsa/mod.rs, init_krun (sevctl vmsa build --userspace krun)';

/** libkrun, on every vCPU. */
export const KRUN: Layer = {
  id: 'vmm',
  title: 'libkrun',
  source: KRUN_SOURCE,
  values: {
    ...segments(['es', 'ds', 'fs', 'gs'], 'attrib', 0x93),
    ss_attrib: 0x92,
    cs_attrib: 0x9a,
  },
};

/** libkrun's boot protocol: a stack, and the boot parameters in RSI. */
export const KRUN_BSP: Layer = {
  id: 'vmm',
  title: 'libkrun, boot processor',
  source: KRUN_SOURCE,
  role: 'bsp',
  values: { rsp: 0x8ff0n, rbp: 0x8ff0n, rsi: 0x7000n },
  about: { rsi: { note: 'address of the boot parameters' } },
};

/** Where libkrun's APs start; its firmware has no reset block. */
export const KRUN_AP: Layer = {
  id: 'vmm',
  title: 'libkrun, additional processors',
  source: KRUN_SOURCE,
  role: 'ap',
  values: { cs_selector: 0x9100, cs_base: 0x91000n, rip: 0n },
};

const FLAT_DATA = ['es', 'ss', 'ds', 'fs'] as const;

/** QEMU's former `svsm=` launch: flat 32-bit protected mode on every vCPU. */
export const SVSM_LAUNCH: Layer = {
  id: 'vmm',
  title: 'QEMU, for an SVSM image (svsm=)',
  source: `${VMSA_PY}, class VMSA_SVSM`,
  values: {
    ...segments(FLAT_DATA, 'selector', 0x10),
    ...segments(FLAT_DATA, 'attrib', 0xc93),
    ...segments(FLAT_DATA, 'limit', 0xffffffff),
    cs_selector: 0x8,
    cs_attrib: 0xc9b,
    cs_limit: 0xffffffff,
    cs_base: 0n,
    cr0: 0x11n,
  },
  about: { cr0: { note: 'PE and ET' } },
};

/** Where an SVSM image starts. */
export const SVSM_IMAGE: Layer = {
  id: 'svsm-image',
  title: 'the SVSM image: its address and the launch offset of its SVSM_INFO block',
  source: `${VMSA_PY}, class VMSA_SVSM`,
  values: { rip: { symbol: 'SVSM image: entry' } },
};

/** The x87 control word, which sev-snp-measure's SVSM page lacks. */
export const SVSM_MEASURE: Layer = {
  id: 'vmm',
  title: 'sev-snp-measure, which loses the x87 control word of an SVSM page',
  source: `${VMSA_PY}, class VMSA_SVSM: the keyword fcw names no field`,
  values: { x87_fcw: 0 },
};

/** The page inside COCONUT-SVSM's IGVM file, for an image that starts in 64-bit mode. */
export const COCONUT_IGVM: Layer = {
  id: 'igvm',
  title: "the IGVM file, as COCONUT-SVSM's igvmbuilder makes it",
  source: 'COCONUT-SVSM tools/igvmbuilder/src/context.rs (f4bc4bcdc)',
  since: 'QEMU 10.1',
  values: {
    ...segments(DATA_SEGMENTS, 'selector', 0x10),
    ...segments(DATA_SEGMENTS, 'attrib', 0xa93),
    ...segments([...DATA_SEGMENTS, 'cs'], 'limit', 0xffffffff),
    cs_selector: 0x8,
    cs_attrib: 0xa9b,
    efer: 0x1d00n,
    cr4: 0x60n,
    cr3: { symbol: 'SVSM image: page table' },
    cr0: 0x80000031n,
    rflags: 0x2n,
    rip: { symbol: 'SVSM image: entry' },
    rsp: { symbol: 'SVSM image: stack' },
    rax: 0x1n,
    rsi: { symbol: 'virtual top of memory: high half' },
    g_pat: 0x0007040600070406n,
    sev_features: 0x29n,
    xcr0: 0x1n,
  },
  about: {
    cs_attrib: { note: '0xc9b for an image that starts in 32-bit mode' },
    efer: { note: '0x1800 for an image that starts in 32-bit mode' },
    cr3: { note: '0 for an image that starts in 32-bit mode' },
    cr0: { note: '0x31 for an image that starts in 32-bit mode' },
    rax: { note: 'the code for SEV-SNP as the platform' },
    g_pat: { note: '0x70106 with --hypervisor vanadium' },
    sev_features: {
      note: 'SNPActive, RestrictedInjection and DebugVirtualization; +0x2 with a virtual top of memory',
    },
  },
};

/**
 * The page of the guest's first vCPU, which COCONUT-SVSM writes at run time; it is not
 * part of the launch measurement.
 */
export const COCONUT_GUEST: Layer = {
  id: 'svsm-runtime',
  title: 'COCONUT-SVSM, at run time, for the guest at VMPL2',
  source: 'COCONUT-SVSM kernel/src/cpu/vmsa.rs, init_guest_vmsa (f4bc4bcdc)',
  values: {
    ...segments(ALL_SEGMENTS, 'limit', 0xffff),
    ...segments(DATA_SEGMENTS, 'attrib', 0x93),
    cs_selector: 0xf000,
    cs_attrib: 0x9b,
    cs_base: 0xffff0000n,
    ldtr_attrib: 0x82,
    tr_attrib: 0x8b,
    vmpl: 2,
    efer: 0x1000n,
    cr0: 0x60000010n,
    dr7: 0x400n,
    dr6: 0xffff0ff0n,
    rflags: 0x2n,
    rip: 0xfff0n,
    g_pat: 0x0007040600070406n,
    xcr0: 0x1n,
    mxcsr: 0x1f80,
    x87_ftw: 0x5555,
    x87_fcw: 0x40,
    sev_features: 0x1n,
  },
  about: {
    cs_base: { note: "the high half of the reset vector of the guest's firmware" },
    efer: { source: 'COCONUT-SVSM, VMSAControl::enable, when the page may run' },
    sev_features: {
      note: "the SVSM's own without RestrictedInjection and DebugVirtualization; +0x10 and V_GIF in vintr_ctrl with AlternateInjection",
    },
  },
};

/**
 * The page that a Linux guest makes for each of its additional processors (SNP AP creation): INIT state, the start
 * where a SIPI would have sent it, and the x87 state of RESET. The launch measures none of it.
 */
export const LINUX_AP: Layer = {
  id: 'linux-guest',
  title: 'Linux in the guest, for each of its additional processors',
  source: 'Linux arch/x86/coco/sev/core.c, wakeup_cpu_via_vmgexit',
  since: 'Linux 5.19',
  role: 'ap',
  values: {
    ...segments(ALL_SEGMENTS, 'limit', 0xffff),
    ...segments(DATA_SEGMENTS, 'attrib', 0x92),
    cs_selector: { symbol: 'SIPI address: CS selector' },
    cs_attrib: 0x9a,
    cs_base: { symbol: 'SIPI address: CS base' },
    ldtr_attrib: 0x82,
    tr_attrib: 0x83,
    efer: 0x1000n,
    cr4: 0x40n,
    cr0: 0x60000010n,
    dr7: 0x400n,
    dr6: 0xffff0ff0n,
    rflags: 0x2n,
    rip: { symbol: 'SIPI address: IP' },
    g_pat: 0x0007040600070406n,
    sev_features: 0x1n,
    xcr0: 0x1n,
    mxcsr: 0x1f80,
    x87_ftw: 0x5555,
    x87_fcw: 0x40,
  },
  about: {
    cs_base: { note: "the page of Linux's real-mode trampoline, below 1 MiB" },
    cr4: { note: 'MCE, as the boot processor has it' },
    sev_features: { note: 'those of the guest: its MSR SEV_STATUS, shifted right by two' },
  },
};
