// Bits of the state that SEV-ES and SEV-SNP add: AMD64 Architecture Programmer's Manual volume 2, sections 15.34 to 15.36
// and table B-4, and Linux <asm/svm.h>. Bits without a row are reserved.

import { address, bits, flag, mustBeZero, type Words } from '../../binary/bits';
import type { Bit } from '../../binary/struct';

/** VM privilege level. */
export const VMPL: readonly Bit[] = [
  bits(1, 0, 'VMPL', 'VM privilege level, 0 the most and 3 the least privileged'),
];

/** Secure AVIC control. */
export const SECURE_AVIC: readonly Bit[] = [
  flag(0, 'SECURE_AVIC_EN', 'Secure AVIC on'),
  flag(1, 'ALLOWED_NMI', 'the host may send NMIs'),
  address(63, 12, 'BACKING_PAGE', 'guest physical page of the APIC backing page'),
];

/** An event to inject, or one that was being delivered. */
export const EVENT: readonly Bit[] = [
  bits(7, 0, 'VECTOR', 'vector'),
  bits(10, 8, 'TYPE', 'sort of event', { 0: 'interrupt', 2: 'NMI', 3: 'exception', 4: 'software interrupt' }),
  flag(11, 'EV', 'error code valid'),
  flag(31, 'V', 'event valid'),
  bits(63, 32, 'ERRORCODE', 'error code'),
];

/** What a feature has besides its bit. */
interface FeatureExtras<Field extends string> {
  /** An SEV-ES guest can have it as well; all others need SEV-SNP. */
  readonly es?: true;
  /** Of these a vCPU can have one: either events come as #HV only, or they come from the page. */
  readonly exclusive?: true;
  /** Fields that have an effect only with this feature, or another that has them, too. */
  readonly state?: readonly Field[];
  /** What Linux and QEMU call it, where that is another name. */
  readonly also?: string;
}

const feature = <const N extends string, const Field extends string = never>(
  lsb: number,
  name: N,
  doc: string,
  extras: FeatureExtras<Field> = {},
): Bit<N> & FeatureExtras<Field> => ({ ...flag(lsb, name, doc), ...extras });

/** MSR SEV_STATUS shows the guest these bits shifted left by two. */
export const SEV_FEATURES = [
  feature(0, 'SNPActive', 'SEV-SNP is active'),
  feature(1, 'vTOM', 'virtual top of memory in use', { state: ['virtual_tom'] }),
  feature(2, 'ReflectVC', 'events that cause #VC exit to a paravisor or SVSM instead'),
  feature(3, 'RestrictedInjection', 'the hypervisor may inject #HV only', { exclusive: true }),
  feature(4, 'AlternateInjection', 'events are injected from this page, not from the VMCB', {
    exclusive: true,
    state: ['vintr_ctrl', 'event_inj'],
  }),
  feature(5, 'DebugVirtualization', 'DebugSwap: DR0-DR3 and their masks are swapped with the guest', {
    es: true,
    also: 'DebugSwap',
  }),
  feature(6, 'PreventHostIBS', 'no instruction-based sampling by the host', { es: true }),
  feature(7, 'BTBIsolation', 'branch target entries of the guest are isolated'),
  feature(8, 'VmplSSS', 'supervisor shadow stacks by VMPL'),
  feature(9, 'SecureTSC', 'the TSC of the guest is protected', { state: ['tsc_scale', 'tsc_offset'] }),
  feature(10, 'VmgexitParameter', 'VMGEXIT takes a parameter'),
  feature(11, 'PmcVirtualization', 'performance counters of its own', { es: true }),
  feature(12, 'IbsVirtualization', 'instruction-based sampling of its own', { es: true }),
  feature(13, 'GuestInterceptControl', 'the guest controls intercepts'),
  feature(14, 'VmsaRegProt', 'register images are XORed with reg_prot_nonce', { state: ['reg_prot_nonce'] }),
  feature(15, 'SmtProtection', 'the sibling thread idles while the guest runs'),
  feature(16, 'SecureAVIC', 'Secure AVIC', { state: ['secure_avic_control', 'vintr_ctrl', 'event_inj'] }),
  mustBeZero(20, 17),
  feature(21, 'IbpbOnEntry', 'branch prediction barrier at every entry', { es: true }),
  mustBeZero(63, 22),
] as const;

type FeatureRow = Exclude<(typeof SEV_FEATURES)[number], Bit<'RSVD'>>;

/** The name of a feature. */
export type SevFeature = FeatureRow['name'];
/** A field that has an effect only with a feature. */
export type FeatureField = NonNullable<FeatureRow['state']>[number];

/** The rows without the reserved bits. */
export const FEATURE_ROWS = SEV_FEATURES.filter((row): row is FeatureRow => row.name !== 'RSVD');

const namesOf = (applies: (row: FeatureRow) => boolean): readonly SevFeature[] =>
  FEATURE_ROWS.filter(applies).map(({ name }) => name);

/** Features that an SEV-ES guest can have as well. */
export const ES_FEATURES = namesOf(({ es }) => es === true);
/** Features of which a vCPU can have one. */
export const EXCLUSIVE_FEATURES = namesOf(({ exclusive }) => exclusive === true);

/** Virtual interrupt control. */
export const VINTR_CTRL: readonly Bit[] = [
  bits(7, 0, 'V_TPR', 'virtual task priority'),
  flag(8, 'V_IRQ', 'virtual interrupt pending'),
  flag(9, 'V_GIF', 'virtual global interrupt flag'),
  flag(10, 'INT_SHADOW', 'interrupt shadow'),
  flag(11, 'V_NMI', 'virtual NMI pending'),
  flag(12, 'V_NMI_MASK', 'virtual NMI masked'),
  bits(19, 16, 'V_INTR_PRIO', 'priority of the virtual interrupt'),
  flag(20, 'V_IGN_TPR', 'task priority ignored'),
  flag(26, 'V_NMI_ENABLE', 'virtual NMIs on'),
  bits(39, 32, 'V_INTR_VECTOR', 'vector of the virtual interrupt'),
  flag(63, 'BUSY', 'page in use by hardware'),
];

// The exit codes that can be in a save area; the encoding is that of VMCB EXITCODE (APM volume 2, appendix
// C). The low half identifies them; the two negative codes fill the upper half with ones.
const EXIT_CODES: Words = {
  0x52: '#MC intercept',
  0x60: 'interrupt',
  0x61: 'NMI',
  0x62: 'SMI',
  0x63: 'INIT',
  0x64: 'virtual interrupt',
  0x77: 'PAUSE',
  0x78: 'HLT',
  0x7f: 'shutdown',
  0x8f: 'EFER write trap',
  0x90: 'CR0 write trap',
  0x94: 'CR4 write trap',
  0x400: 'nested page fault',
  0x401: 'incomplete IPI (AVIC)',
  0x402: 'AVIC, not accelerated',
  0x403: 'VMGEXIT',
  0xfffffffe: 'busy',
  0xffffffff: 'invalid',
};

/** Why the guest exited. */
export const EXIT_CODE: readonly Bit[] = [
  bits(31, 0, 'CODE', 'why the guest left', EXIT_CODES),
  bits(63, 32, 'CODE_HI', 'all ones for a negative code'),
];

/** Virtual top of memory. */
export const VIRTUAL_TOM: readonly Bit[] = [
  address(51, 21, 'VIRTUAL_TOM', 'guest physical address bits; memory above is shared, in units of 2 MiB'),
];
