// Ways to launch, as lists of layers. A profile says which VMM, kernel and API make the page, which versions
// it applies to, and which tools make the same page, including where a tool is wrong.

import { linuxSince, linuxUntil } from './history';
import {
  AMD_INIT,
  AMD_RESET,
  CPU_SIGNATURE,
  KVM_ALONE,
  KVM_CREATE,
  KVM_DEBUG_SWAP,
  KVM_ENTER,
  KVM_SNP,
  KVM_SNP_DEBUG_SWAP,
  OVMF_RESET_BLOCK,
  QEMU_DEBUG_SWAP,
  QEMU_FPU,
  QEMU_RESET,
  type Layer,
  type Role,
} from './initial';
import {
  COCONUT_GUEST,
  COCONUT_IGVM,
  EC2,
  EC2_AP,
  EC2_OLD,
  GCE,
  KRUN,
  KRUN_AP,
  KRUN_BSP,
  LINUX_AP,
  SVSM_IMAGE,
  SVSM_LAUNCH,
  SVSM_MEASURE,
} from './initialVmms';

/** A way to launch a guest, which decides the initial page. */
export interface Profile<Id extends string = string> {
  readonly id: Id;
  /** A short title for lists of choices. */
  readonly title: string;
  /** When it applies, and which tools build the same page. */
  readonly doc: string;
  readonly mode: 'sev-es' | 'sev-snp';
  /** Who launches: the VMM, the builder of the page, or `none` for states that no launch has. */
  readonly vmm: 'qemu' | 'ec2' | 'gce' | 'krun' | 'igvm' | 'svsm' | 'none';
  /** `launch` when some guest's launch measures this page, `reference` when it only helps to explain one. */
  readonly kind: 'launch' | 'reference';
  readonly since?: string;
  readonly until?: string;
  /** The launch without the host's change: the one whose page is worth comparing with. */
  readonly basis?: Id;
  /** The roles that have such a page. */
  readonly roles: readonly Role[];
  readonly layers: readonly Layer[];
}

const BOTH: readonly Role[] = ['bsp', 'ap'];
const BSP_ONLY: readonly Role[] = ['bsp'];
const AP_ONLY: readonly Role[] = ['ap'];

const QEMU_KVM = [AMD_INIT, KVM_CREATE, QEMU_RESET, CPU_SIGNATURE, OVMF_RESET_BLOCK, KVM_ENTER];
const EC2_KVM = [AMD_INIT, KVM_CREATE, EC2, EC2_AP, OVMF_RESET_BLOCK, KVM_ENTER, KVM_SNP];
const SVSM = [
  AMD_INIT,
  KVM_CREATE,
  QEMU_RESET,
  CPU_SIGNATURE,
  KVM_ENTER,
  QEMU_FPU,
  KVM_SNP,
  SVSM_LAUNCH,
  SVSM_IMAGE,
];

const QEMU_ES = { mode: 'sev-es', vmm: 'qemu', kind: 'launch', roles: BOTH } as const;
const QEMU_SNP = { ...QEMU_ES, mode: 'sev-snp' } as const;

/** Every profile, the usual one first. */
export const PROFILES = [
  {
    id: 'sev-es',
    title: 'SEV-ES, QEMU and KVM',
    doc: "What a default QEMU launch has, of any version (KVM_SEV_ES_INIT; legacy-vm-type=auto means it, too). The same page as virt-qemu-sev-validate's and sevctl's.",
    ...QEMU_ES,
    since: `${linuxSince('sev-es')}, QEMU 6.0`,
    layers: QEMU_KVM,
  },
  {
    id: 'sev-es-debugswap',
    title: 'SEV-ES, QEMU and KVM of Linux 6.6 or 6.7 (DebugSwap)',
    doc: 'The same launch on a kernel that turns DebugSwap on by default, on a CPU that has it. No tool makes this page: virt-qemu-sev-validate, sevctl and sev-snp-measure all have sev_features 0 for SEV-ES. kvm_amd.debug_swap=0 on the host brings back the usual page.',
    basis: 'sev-es',
    ...QEMU_ES,
    since: linuxSince('debug-swap'),
    until: linuxUntil('debug-swap'),
    layers: [...QEMU_KVM, KVM_DEBUG_SWAP],
  },
  {
    id: 'sev-es-init2',
    title: 'SEV-ES, QEMU and KVM with KVM_SEV_INIT2',
    doc: 'legacy-vm-type=off, or a feature that needs it: the FPU state is in the page. The same page as sev-snp-measure --mode seves and virtee/sev, which make it for every SEV-ES guest and so are wrong for a default launch.',
    ...QEMU_ES,
    since: `${linuxSince('init2')}, QEMU 9.1`,
    layers: [...QEMU_KVM, QEMU_FPU],
  },
  {
    id: 'sev-es-init2-debugswap',
    title: 'SEV-ES, KVM_SEV_INIT2 with debug-swap=on',
    doc: 'KVM_SEV_INIT2 with DebugSwap asked for by the VMM. No tool makes this page for SEV-ES.',
    basis: 'sev-es-init2',
    ...QEMU_ES,
    since: `${linuxSince('init2')}; QEMU property proposed for 10.2`,
    layers: [...QEMU_KVM, QEMU_FPU, QEMU_DEBUG_SWAP],
  },
  {
    id: 'snp',
    title: 'SEV-SNP, QEMU and KVM',
    doc: 'What QEMU launches with upstream KVM. The same page as sev-snp-measure --mode snp --vmm-type QEMU since 0.0.10, and as virtee/sev.',
    ...QEMU_SNP,
    since: `${linuxSince('snp')}, QEMU 9.1`,
    layers: [...QEMU_KVM, QEMU_FPU, KVM_SNP],
  },
  {
    id: 'snp-debugswap',
    title: 'SEV-SNP, QEMU and KVM with DebugSwap',
    doc: 'sev_features 0x21: the VMM asked for DebugSwap. The same page as sev-snp-measure with --guest-features 0x21.',
    basis: 'snp',
    ...QEMU_SNP,
    since: `${linuxSince('snp')}; QEMU property proposed for 10.2`,
    layers: [...QEMU_KVM, QEMU_FPU, QEMU_DEBUG_SWAP, KVM_SNP_DEBUG_SWAP],
  },
  {
    id: 'snp-legacy',
    title: 'SEV-SNP, host kernel before 6.10',
    doc: 'Out-of-tree SNP host kernels, which left the FPU state out of the page. The same page as sev-snp-measure up to 0.0.8, or 0.0.9 with --guest-features 0x1.',
    ...QEMU_SNP,
    until: `the host kernels on ${linuxSince('init2')}`,
    layers: [...QEMU_KVM, KVM_SNP],
  },
  {
    id: 'snp-legacy-debugswap',
    title: 'SEV-SNP, host kernel before 6.10 with DebugSwap',
    doc: 'Out-of-tree SNP host kernels that turn DebugSwap on by default, before the FPU state was in the page. The same page as sev-snp-measure 0.0.9 by default.',
    basis: 'snp-legacy',
    ...QEMU_SNP,
    since: `the host kernels on ${linuxSince('debug-swap')}`,
    until: `the host kernels on ${linuxSince('init2')}`,
    layers: [...QEMU_KVM, KVM_DEBUG_SWAP, KVM_SNP_DEBUG_SWAP],
  },
  {
    id: 'snp-ec2',
    title: 'SEV-SNP, Amazon EC2',
    doc: 'The same page as sev-snp-measure --vmm-type ec2 since 0.0.13 (May 2026). The CPU does not matter: RDX is 0x600 on all.',
    mode: 'sev-snp',
    vmm: 'ec2',
    kind: 'launch',
    roles: BOTH,
    layers: EC2_KVM,
  },
  {
    id: 'snp-ec2-old',
    title: 'SEV-SNP, Amazon EC2, earlier generation',
    doc: 'RDX is 0. The same page as sev-snp-measure --vmm-type ec2 before 0.0.13 and as virtee/sev still has it.',
    mode: 'sev-snp',
    vmm: 'ec2',
    kind: 'launch',
    until: 'before May 2026, as far as tools tell',
    basis: 'snp-ec2',
    roles: BOTH,
    layers: [...EC2_KVM, EC2_OLD],
  },
  {
    id: 'snp-gce',
    title: 'SEV-SNP, Google Compute Engine',
    doc: 'The same page as sev-snp-measure --vmm-type gce. The CPU does not matter: RDX is 0x600 on all. Images that start their APs by themselves are measured with the page of vCPU 0 alone.',
    mode: 'sev-snp',
    vmm: 'gce',
    kind: 'launch',
    roles: BOTH,
    layers: [AMD_INIT, KVM_CREATE, GCE, OVMF_RESET_BLOCK, KVM_ENTER, KVM_SNP],
  },
  {
    id: 'sev-es-krun',
    title: 'SEV-ES, libkrun',
    doc: "The same page as sevctl --userspace krun. APs start at an address of libkrun's own, not at one of the firmware. virtee/sev's measurement module has another page for KRUN, in which QEMU's start overwrites libkrun's: it is wrong.",
    mode: 'sev-es',
    vmm: 'krun',
    kind: 'launch',
    roles: BOTH,
    layers: [AMD_INIT, KVM_CREATE, KRUN, CPU_SIGNATURE, KRUN_BSP, KRUN_AP, KVM_ENTER],
  },
  {
    id: 'snp-svsm',
    title: 'SEV-SNP with an SVSM image (svsm=)',
    doc: 'The former QEMU launch of a COCONUT-SVSM image, since replaced by IGVM files: every vCPU has the same page. sev-snp-measure --mode snp:svsm means this page, but loses the x87 control word.',
    ...QEMU_SNP,
    layers: SVSM,
  },
  {
    id: 'snp-svsm-measure',
    title: 'SEV-SNP with an SVSM image, by sev-snp-measure',
    doc: 'What sev-snp-measure --mode snp:svsm computes: x87_fcw is 0 while mxcsr is 0x1f80. No host launches with it; a digest from it does not come back in a report.',
    basis: 'snp-svsm',
    ...QEMU_SNP,
    kind: 'reference',
    layers: [...SVSM, SVSM_MEASURE],
  },
  {
    id: 'snp-coconut-igvm',
    title: 'SEV-SNP, COCONUT-SVSM from an IGVM file',
    doc: 'The page inside the file, for an image that starts in 64-bit mode, as igvmmeasure hashes it. Only the first vCPU has one; it is the last page that is measured.',
    mode: 'sev-snp',
    vmm: 'igvm',
    kind: 'launch',
    since: 'QEMU 10.1',
    roles: BSP_ONLY,
    layers: [COCONUT_IGVM],
  },
  {
    id: 'snp-coconut-guest',
    title: 'SEV-SNP, guest at VMPL2 under COCONUT-SVSM',
    doc: 'The page that COCONUT-SVSM writes at run time for the first vCPU of its guest. It is never measured; it explains a page that was dumped inside the SVSM.',
    mode: 'sev-snp',
    vmm: 'svsm',
    kind: 'reference',
    roles: BSP_ONLY,
    layers: [COCONUT_GUEST],
  },
  {
    id: 'snp-linux-ap',
    title: 'SEV-SNP, AP that a Linux guest starts',
    doc: 'The page that Linux makes in the guest for each additional processor, to start it through the hypervisor (SNP AP creation). It is never measured; it explains a page that was dumped after the guest had booted.',
    mode: 'sev-snp',
    vmm: 'none',
    kind: 'reference',
    since: 'Linux 5.19',
    roles: AP_ONLY,
    layers: [LINUX_AP],
  },
  {
    id: 'kvm',
    title: 'KVM alone, without a VMM',
    doc: 'What KVM leaves in a vCPU before any VMM sets a register. No launch has it; it tells what a VMM has not set.',
    mode: 'sev-es',
    vmm: 'none',
    kind: 'reference',
    roles: BOTH,
    layers: [KVM_ALONE],
  },
  {
    id: 'amd-init',
    title: 'AMD64 architectural reset state',
    doc: 'What the manual says that a CPU has after RESET. No launch has it: EFER.SVME is clear, so VMRUN would refuse it.',
    mode: 'sev-es',
    vmm: 'none',
    kind: 'reference',
    roles: BOTH,
    layers: [AMD_INIT, AMD_RESET],
  },
] as const satisfies readonly Profile[];

/** The name of a profile. */
export type ProfileId = (typeof PROFILES)[number]['id'];

/** A profile of the table. */
export type KnownProfile = Profile<ProfileId>;

/** The profiles whose page some launch measures. */
export const LAUNCH_PROFILES: readonly KnownProfile[] = PROFILES.filter((p) => p.kind === 'launch');

/** The profiles of SEV-ES launches, which a LAUNCH_MEASURE measurement can be checked with. */
export const SEV_ES_PROFILES: readonly KnownProfile[] = LAUNCH_PROFILES.filter((p) => p.mode === 'sev-es');

/** The SEV-ES profile with this name, or the usual one; undefined for a profile of another technology. */
export function sevEsProfile(id: ProfileId | undefined): KnownProfile | undefined {
  return id === undefined ? SEV_ES_PROFILES[0] : SEV_ES_PROFILES.find((p) => p.id === id);
}

/** Finds a profile by name. */
export function findProfile(id: string): KnownProfile | undefined {
  return PROFILES.find((p) => p.id === id);
}
