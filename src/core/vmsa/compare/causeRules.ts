// The table of causes: for each known reason why two VMSA pages differ, what its fields look like on both sides
// and what to do about it. A field gets the first cause that fits; causes are reported in the same order.

import { hex } from '../../binary/hex';
import { conjunction } from '../../binary/words';
import {
  START,
  accessedBit,
  are,
  atResetVector,
  differsBy,
  either,
  hasRun,
  isEc2,
  isIgvm,
  isKind,
  isKrunAp,
  isRealMode,
  isSegment,
  isSipiStart,
  isSnp,
  isSvsm,
  named,
  start,
  type Pair,
} from './causePair';
import { describeSignature, KVM_FALLBACK_SIGNATURE } from '../launch/cpuModels';
import { linuxSince, linuxVersions } from '../launch/history';
import type { SevFeature } from '../layout/bitsSev';
import { describeFeatures, namesOfFeatures, reservedFeatures, SNP_ACTIVE } from '../layout/features';
import { FEATURE_STATE, HARDWARE_WRITES } from '../layout/fieldSets';
import type { VmsaWord } from '../layout/layout';
import { SEVCTL_SIZE } from '../forms/sevctlJson';
import { decodeSignature } from '../launch/signature';

/** One row of the table. */
export interface CauseRule {
  readonly id: string;
  readonly title: string;
  /** The documentation, and the text for every field without `text`. */
  readonly doc: string;
  readonly applies: (pair: Pair) => boolean;
  readonly text?: (pair: Pair) => string;
}

const ALSO_DEBUG_SWAP = 0x21n;

const DEBUG_SWAP = `It is KVM's default in ${linuxVersions('debug-swap')}, on CPUs that have it; since ${linuxSince('init2')} the VMM asks for it through KVM_SEV_INIT2 (debug-swap=on)`;

const INIT2 = `KVM_SEV_INIT2 (${linuxSince('init2')}; QEMU 9.1 with legacy-vm-type=off)`;

/** Pages that are not a VMSA, then differences that affect a whole launch. */
const WHOLE_PAGE: readonly CauseRule[] = [
  {
    id: 'empty-page',
    title: 'One page was never filled in',
    doc: 'All bytes of one page are the same, zero or erased, so that every field that has a value differs. Write that page again; nothing else is wrong with these fields.',
    applies: (p) => isKind('zero')(p) || isKind('filled')(p),
  },
  {
    id: 'encrypted-page',
    title: 'One page is encrypted',
    doc: 'One page is memory of a running guest, which only the guest can read. Take the page from before the launch: KVM prints it as "Virtual Machine Save Area" with dynamic debug on (Linux 6.0 and later).',
    applies: isKind('encrypted'),
  },
  {
    id: 'ghcb-page',
    title: 'One page is a GHCB, not a VMSA',
    doc: 'One page is the GHCB that guest and hypervisor share: exit code at 0x390, bitmap of valid fields at 0x3f0, no EFER.SVME. libvirt and sevctl give these names to bytes of the VMSA, which has other fields there. Compare the page of the vCPU instead.',
    applies: isKind('ghcb'),
  },
  {
    id: 'no-state',
    title: 'One page is no processor state',
    doc: 'No register of one page has a value that a vCPU can have: it is text, code, noise, or a page whose bytes are shifted. Take the page again.',
    applies: isKind('noise'),
  },
];

/** How features come into a page, where it is known. */
const HOW_FEATURES_COME: Readonly<Partial<Record<SevFeature, string>>> = {
  vTOM: 'an SVSM image or a paravisor asks for it',
  RestrictedInjection: 'an SVSM image asks for it',
  DebugVirtualization: `DebugSwap. ${DEBUG_SWAP}`,
  SecureTSC: `secure-tsc=on (${linuxSince('secure-tsc')})`,
};

/** The features of a difference that each page has alone, bit by bit, a phrase. */
function oneSided({ a, e }: Pair, difference: bigint): string {
  const phrases = [a, e].flatMap((own) =>
    own & difference ? [`only ${hex(own)} has ${describeFeatures(own & difference)}`] : [],
  );
  const reserved = reservedFeatures(difference);
  return `${conjunction(phrases)}${reserved === 0n ? '' : `; ${hex(reserved)} is reserved`}`;
}

const FEATURES: readonly CauseRule[] = [
  {
    id: 'snp-active',
    title: 'SEV-SNP page compared with SEV-ES page',
    doc: `SNPActive, bit 0 of sev_features, is set on one side only: one launch is SEV-SNP, the other SEV-ES. Compare with a profile of the same mode; FPU state differs with it, because SNP always has it since ${linuxSince('snp')}.`,
    applies: (p) => p.name === 'sev_features' && (differsBy(p) & 1n) === 1n,
    text: (p) => {
      const also = differsBy(p) & ~SNP_ACTIVE;
      const rest = also === 0n ? '' : ` Other features differ, too: ${oneSided(p, also)}.`;
      return `SNPActive is set in one page only: ${hex(p.a)} and ${hex(p.e)}. One launch is SEV-SNP, the other SEV-ES; compare with a profile of the same mode.${rest}`;
    },
  },
  {
    id: 'debug-swap',
    title: 'DebugSwap, by the host kernel or the VMM',
    doc: `Bit 5 of sev_features. ${DEBUG_SWAP}. Load kvm_amd with debug_swap=0, update the host kernel, or choose the profile with DebugSwap.`,
    applies: (p) => p.name === 'sev_features' && differsBy(p) === 0x20n,
    text: (p) => {
      const snp = ((p.a | p.e) & ALSO_DEBUG_SWAP) === ALSO_DEBUG_SWAP;
      const tool = snp
        ? ' sev-snp-measure expects it in 0.0.9 by default, in other versions with --guest-features 0x21.'
        : ' virt-qemu-sev-validate, sevctl and sev-snp-measure cannot express it for SEV-ES.';
      return `DebugSwap (bit 5) is set in one page only. ${DEBUG_SWAP}. Load kvm_amd with debug_swap=0, update the host kernel, or compare with the profile that has it.${tool}`;
    },
  },
  {
    id: 'sev-features',
    title: 'Other SEV features',
    doc: `The VMM or the builder of the IGVM file asked for other features of the vCPU, such as SecureTSC (bit 9, ${linuxSince('secure-tsc')}) or RestrictedInjection (bit 3, SVSM images). Give both sides the same set.`,
    applies: (p) => p.name === 'sev_features',
    text: (p) => {
      const why = namesOfFeatures(differsBy(p)).flatMap((name) => {
        const how = HOW_FEATURES_COME[name];
        return how === undefined ? [] : [` ${name}: ${how}.`];
      });
      return `The SEV features differ: ${oneSided(p, differsBy(p))}. They are what the VMM asks for in KVM_SEV_INIT2 or what an IGVM file contains.${why.join('')} Give both sides the same set.`;
    },
  },
];

const FPU: readonly CauseRule[] = [
  {
    id: 'sevctl-update',
    title: 'FPU state dropped, as sevctl vmsa update does',
    doc: 'One page has registers or other bytes from 0x408 on, beyond what a launch sets, the other has none at all. sevctl vmsa update writes only the first 0x408 bytes back and zeros for the rest. Take the page from before the update, or change it here.',
    applies: (p) =>
      p.offset >= SEVCTL_SIZE &&
      either(
        p,
        ({ page, otherPage }) => !page.fpu && otherPage.beyondReset && otherPage.value('x87_ftw') !== 0x5555n,
      ),
  },
  {
    id: 'x87-reset-value',
    title: 'x87 state after RESET instead of after FNINIT',
    doc: "The control word 0x40 and the tag word 0x5555 are the architecture's RESET values. COCONUT-SVSM puts them into the page of its guest at run time; QEMU's reset is that of FNINIT, 0x37f and an abridged tag word of 0. Such a page was not made by QEMU and KVM.",
    applies: (p) =>
      (p.name === 'x87_fcw' && (p.a === 0x40n || p.e === 0x40n)) ||
      (p.name === 'x87_ftw' && (p.a === 0x5555n || p.e === 0x5555n)),
  },
  {
    id: 'svsm-x87',
    title: "x87 control word missing in sev-snp-measure's SVSM page",
    doc: 'Both pages have MXCSR 0x1f80, but one has no x87 control word. sev-snp-measure --mode snp:svsm passes it under a name that its structure does not have, so it stays 0; a host has 0x37f. The page of the host is right.',
    applies: (p) =>
      p.name === 'x87_fcw' &&
      are(p, 0n, 0x37fn) &&
      p.actual.value('mxcsr') === 0x1f80n &&
      p.expected.value('mxcsr') === 0x1f80n,
  },
  {
    id: 'fpu-state',
    title: 'FPU state in the page, or not (KVM_SEV_INIT2)',
    doc: `MXCSR 0x1f80 and the x87 control word 0x37f are in the page of VMs made with ${INIT2} and of SNP guests, and 0 with KVM_SEV_ES_INIT, QEMU's default for SEV-ES. sev-snp-measure since 0.0.10 has them always, virt-qemu-sev-validate and sevctl never; sevctl vmsa update erases them. Choose the profile of the launch.`,
    applies: (p) =>
      (p.name === 'mxcsr' && are(p, 0n, 0x1f80n)) || (p.name === 'x87_fcw' && are(p, 0n, 0x37fn)),
    text: (p) =>
      isSnp(p.actual) && isSnp(p.expected)
        ? `Both pages are SEV-SNP, but only one has the FPU state. Out-of-tree host kernels before ${linuxSince('init2')} left it out, EC2 and GCE still do; sev-snp-measure has it for QEMU since 0.0.10. Choose the profile of the host kernel.`
        : `Only one page has the FPU state. KVM puts it there for VMs made with ${INIT2}, and QEMU's default for SEV-ES is not that. sev-snp-measure since 0.0.10 and virtee/sev always have it, virt-qemu-sev-validate and sevctl never; sevctl vmsa update erases it. Choose the profile of the launch.`,
  },
];

const CPU: readonly CauseRule[] = [
  {
    id: 'rdx-kvm-default',
    title: "KVM's own default in RDX, as on EC2 and GCE",
    doc: 'One page has 0x600 in RDX, which KVM leaves when it knows no CPUID of the guest yet: EC2 and GCE launch with it. Choose the profile of that cloud, or the CPU model of the guest elsewhere.',
    applies: (p) => p.name === 'rdx' && either(p, ({ own }) => own === BigInt(KVM_FALLBACK_SIGNATURE)),
  },
  {
    id: 'rdx-zero',
    title: 'No CPU signature in RDX',
    doc: 'One page has 0 in RDX: EC2 as sev-snp-measure before 0.0.13 and virtee/sev have it, an IGVM file, or sevctl without a CPU (family, model and stepping all 0). Give the CPU model of the guest, or the profile of that launch.',
    applies: (p) => p.name === 'rdx' && either(p, ({ own }) => own === 0n),
  },
  {
    id: 'cpu-signature',
    title: 'Different guest CPU model',
    doc: "RDX is the signature of the guest's CPU model, not that of the host, unless the guest has host-passthrough: -cpu EPYC-v4 gives 0x800f12 on every host. Give the model that the guest is configured with.",
    applies: (p) => p.name === 'rdx',
    text: ({ a, e }) => {
      const [x, y] = [decodeSignature(a), decodeSignature(e)];
      const near = x.family === y.family && x.model === y.model && x.stepping !== y.stepping;
      const hint = near
        ? "Only the stepping differs: QEMU's named models often have another one than the processor they are named after (EPYC-Genoa is 0, shipped parts are 1), so one guest has the named model and the other host-passthrough."
        : "It is the guest's model, not the host's: they are the same with host-passthrough only.";
      return `One page is for ${describeSignature(a)}, the other for ${describeSignature(e)}. ${hint} Give the model that the guest is configured with.`;
    },
  },
];

const STARTS: readonly CauseRule[] = [
  {
    id: 'igvm-start',
    title: 'The 64-bit start of an IGVM file',
    doc: "One page starts in long mode with selectors 8 and 0x10, as COCONUT-SVSM's igvmbuilder writes it (QEMU 10.1): the builder sets all of its registers and leaves those that QEMU would set at 0. Compare with the profile of the IGVM launch.",
    applies: (p) =>
      either(p, ({ page, otherPage }) => isIgvm(page) && !isIgvm(otherPage)) &&
      (isSegment(p) ||
        named('efer', 'cr0', 'cr4', 'cr3', 'rip', 'rsp', 'rsi', 'rax', 'dr6', 'dr7', 'g_pat')(p)),
  },
  {
    id: 'svsm-start',
    title: 'The 32-bit start of an SVSM image',
    doc: "One page starts in flat 32-bit protected mode (cs 8/0xc9b, data 0x10/0xc93, cr0 0x11) at the SVSM image, as QEMU's former svsm= launch and sev-snp-measure --mode snp:svsm have it; all vCPUs have the same page. Compare with the profile of that launch.",
    applies: (p) =>
      either(p, ({ page, otherPage }) => isSvsm(page) && !isSvsm(otherPage)) &&
      (isSegment(p) || named('cr0', 'rip')(p)),
  },
  {
    id: 'svsm-entry',
    title: 'Another SVSM image, or another address of it',
    doc: 'Both pages start an SVSM image, at different addresses or with another stack, page table or top of memory. They follow from the image, its load address and the size of the firmware: read them from the image that the guest starts with.',
    applies: (p) =>
      ((isSvsm(p.actual) && isSvsm(p.expected)) || (isIgvm(p.actual) && isIgvm(p.expected))) &&
      named('rip', 'rsp', 'cr3', 'rsi')(p),
  },
  {
    id: 'krun-start',
    title: "libkrun's boot registers",
    doc: "libkrun starts its boot processor with a stack (RSP and RBP 0x8ff0) and boot parameters (RSI 0x7000), and its additional processors at 0x91000 (CS 0x9100, RIP 0) instead of at an address from the firmware. Choose the profile of libkrun, or the other VMM's page.",
    applies: (p) =>
      (named('rsp', 'rbp')(p) && are(p, 0n, 0x8ff0n)) ||
      (p.name === 'rsi' && are(p, 0n, 0x7000n)) ||
      (named('cs_selector', 'cs_base', 'rip')(p) &&
        either(p, ({ page, otherPage }) => isKrunAp(page) && !isKrunAp(otherPage))),
  },
  {
    id: 'linux-ap-start',
    title: 'An additional processor that a Linux guest started',
    doc: 'One page starts below 1 MiB, with the selector that a SIPI gives: Linux makes such a page in the guest for each of its additional processors, and points it to its own trampoline. No launch measures it; compare with the profile of such a page, or take the page that the launch had.',
    applies: (p) =>
      named('cs_selector', 'cs_base', 'rip')(p) &&
      either(p, ({ page, otherPage }) => isSipiStart(page) && !isSipiStart(otherPage)),
  },
  {
    id: 'reset-address-cut',
    title: 'Reset address cut to 24 bits, as by sevctl',
    doc: 'The bases of CS are equal in their low 24 bits only, and those above are 0 on one side: sevctl reads three bytes of the reset address. The page with the whole address is right.',
    applies: (p) =>
      p.name === 'cs_base' &&
      p.actual.value('rip') === p.expected.value('rip') &&
      either(p, ({ own, other }) => own === (other & 0xffffffn) && other > 0xffffffn),
  },
  {
    id: 'role',
    title: 'BSP compared with AP',
    doc: "One page starts at the reset vector, as vCPU 0 does, the other at the address of the firmware's SEV-ES reset block, as every other vCPU. Compare pages of the same role; the launch measures vCPU 0 first.",
    applies: (p) =>
      START(p) &&
      either(
        p,
        ({ page, otherPage }) => atResetVector(page) && !atResetVector(otherPage) && isRealMode(otherPage),
      ),
    text: (p) => {
      const ap = atResetVector(p.actual) ? p.expected : p.actual;
      return `One page starts at the reset vector 0xfffffff0, as vCPU 0 does, the other at ${start(ap)}, as every other vCPU. Compare pages of the same role; the launch measures vCPU 0 first.`;
    },
  },
  {
    id: 'reset-address',
    title: 'Reset address of another OVMF build',
    doc: "Both pages are of additional processors, which start at the address in the firmware's SEV-ES reset block. It differs between builds (0x80b004 in current AmdSev builds, 0x808004 in older ones). Read it from the image that the guest starts with.",
    applies: (p) => START(p) && isRealMode(p.actual) && isRealMode(p.expected),
    text: (p) =>
      `Additional processors start at ${start(p.actual)} in one page and at ${start(p.expected)} in the other. The address is in the firmware's SEV-ES reset block and differs between builds (0x80b004 in current AmdSev builds, 0x808004 in older ones). Read it from the image that the guest starts with.`,
  },
];

const VMM: readonly CauseRule[] = [
  {
    id: 'ec2-attributes',
    title: "EC2's segment attributes",
    doc: 'EC2 launches with ss_attrib 0x92 and tr_attrib 0x83, and with cs_attrib 0x9a for the boot processor but 0x9b for the others. Choose the profile for EC2; sev-snp-measure needs --vmm-type ec2.',
    applies: (p) =>
      named('cs_attrib', 'ss_attrib', 'tr_attrib')(p) &&
      accessedBit(p) &&
      either(p, ({ page }) => isEc2(page)),
  },
  {
    id: 'kvm-attributes',
    title: 'Segment attributes as KVM sets them',
    doc: "KVM creates a vCPU with segments not accessed (0x92, 0x9a) and a 16-bit TSS (0x83); QEMU's reset replaces them with 0x93, 0x9b and 0x8b, other VMMs such as libkrun only some of them. Choose the profile of the VMM.",
    applies: accessedBit,
  },
  {
    id: 'gce-pat',
    title: "Google Compute Engine's PAT",
    doc: 'GCE (and a COCONUT-SVSM image built for Vanadium) launches with PAT 0x70106, all others with the reset value 0x7040600070406. Choose the profile for GCE; sev-snp-measure needs --vmm-type gce.',
    applies: (p) => p.name === 'g_pat' && either(p, ({ own }) => own === 0x70106n),
  },
  {
    id: 'host-mce',
    title: 'A host started with mce=off',
    doc: 'KVM passes CR4.MCE of the host on into the page, 0x40; a host started with mce=off has none. Start the host with machine checks on, or expect 0 there.',
    applies: (p) => p.name === 'cr4' && differsBy(p) === 0x40n,
  },
  {
    id: 'cache-bits',
    title: 'CD and NW, which KVM clears',
    doc: 'QEMU and the architecture reset CR0 to 0x60000010; KVM clears CD and NW (KVM_X86_QUIRK_CD_NW_CLEARED, on by default) and the page has 0x10. A page with both comes from a VMM that turns this quirk off, from an SVSM, or from a table of reset values. Use 0x10 for QEMU and KVM.',
    applies: (p) => p.name === 'cr0' && (differsBy(p) & ~0x60000000n) === 0n,
  },
  {
    id: 'efer-svme',
    title: 'EFER without SVME',
    doc: 'VMRUN accepts no state without EFER.SVME, 0x1000, so KVM sets it in every page, although QEMU and the architecture have 0. The page without it was not taken from a launch: set the bit.',
    applies: (p) => p.name === 'efer' && differsBy(p) === 0x1000n,
  },
  {
    id: 'debug-registers',
    title: 'Debug registers not at their reset values',
    doc: 'After reset DR7 is 0x400 and DR6 0xffff0ff0. IGVM files leave both 0 unless they are built for Vanadium; any other value means that the guest is being debugged, and KVM refuses to launch with more than 0x400 in DR7. Detach the debugger and take the page again.',
    applies: (p) => named('dr6', 'dr7', 'dr0', 'dr1', 'dr2', 'dr3')(p) || p.name.endsWith('_addr_mask'),
  },
  {
    id: 'vmpl',
    title: 'Another VM privilege level',
    doc: 'Every page that a launch measures is at VMPL 0. An SVSM makes pages of its guest at a higher number, usually 2, at run time. Compare with the page that the SVSM made, or with the one that was launched.',
    applies: (p) => p.name === 'vmpl',
  },
  {
    id: 'spec-ctrl',
    title: 'SPEC_CTRL of the host',
    doc: 'KVM starts an SEV-ES page as a copy of its plain save area, in which these four bytes are SPEC_CTRL. No launch is known to set it; a value here comes from the host kernel. Expect 0, and look at the host when it is not.',
    applies: (p) => p.name === 'spec_ctrl',
  },
  {
    id: 'feature-state',
    title: 'State of an SEV feature',
    doc: 'These fields count only with a bit of sev_features: SecureTSC has the ratio and offset of the TSC, vTOM the top of memory, VmsaRegProt a nonce, AlternateInjection and SecureAVIC their controls. Give both sides the same features; a launch by QEMU leaves the fields 0.',
    applies: named(...FEATURE_STATE.keys()),
  },
];

const RUNNING: readonly VmsaWord[] = [
  ...HARDWARE_WRITES,
  ...(['rax', 'rbx', 'rcx', 'rsp', 'rbp', 'rsi', 'rdi'] as const),
  ...(['r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'] as const),
  ...(['cr2', 'cr3', 'cpl', 'star', 'lstar', 'cstar', 'sfmask', 'kernel_gs_base'] as const),
  ...(['sysenter_cs', 'sysenter_esp', 'sysenter_eip', 'pkru', 'tsc_aux'] as const),
  ...(['xss', 'u_cet', 's_cet', 'ssp', 'isst_addr'] as const),
  ...(['vmpl0_ssp', 'vmpl1_ssp', 'vmpl2_ssp', 'vmpl3_ssp'] as const),
];

const REST: readonly CauseRule[] = [
  {
    id: 'long-mode',
    title: 'Long mode, or paging, on one side only',
    doc: 'EFER and the control registers of one page are those of 64-bit mode or of paging, which no vCPU starts in but that of an IGVM file. Either it is the page of an IGVM launch, or it was taken from a guest that had already run.',
    applies: (p) =>
      named('efer', 'cr0', 'cr4', 'cr3', 'cs_attrib')(p) &&
      either(
        p,
        ({ page, otherPage }) =>
          (page.value('efer') & 0x500n) !== 0n && (otherPage.value('efer') & 0x500n) === 0n,
      ),
  },
  {
    id: 'guest-has-run',
    title: 'State that only a running guest has',
    doc: 'No launch sets these registers: hardware writes the exit and TLB fields when the guest runs, and the guest its own registers. The page was taken too late; take it before the first entry, which is when the launch measures it.',
    applies: (p) =>
      (named(...RUNNING)(p) && either(p, ({ own }) => own === 0n)) ||
      (p.group !== 'Reserved' && hasRun(p.actual) !== hasRun(p.expected)),
  },
  {
    id: 'reserved-bytes',
    title: 'Reserved bytes set',
    doc: 'No known launch sets reserved bytes. A bad write, a wrong offset, or a newer layout than the one known here: look at the bytes, and set them to zero if nothing explains them.',
    applies: ({ group }) => group === 'Reserved',
  },
  {
    id: 'unknown',
    title: 'No known cause',
    doc: 'No known cause. Look at who sets the expected value, and at what wrote the other page.',
    applies: () => true,
  },
];

/** Every cause, the most informative first; the last one fits everything. */
export const CAUSES: readonly CauseRule[] = [
  ...WHOLE_PAGE,
  ...FEATURES,
  ...FPU,
  ...CPU,
  ...STARTS,
  ...VMM,
  ...REST,
];
