// Launch flavours as lists of layers. A profile says which VMM, kernel and API make the page, and for which
// versions it holds.

import {
  AMD_INIT,
  CPU_SIGNATURE,
  KVM_CREATE,
  KVM_ENTER,
  OVMF_RESET_BLOCK,
  QEMU_FPU,
  QEMU_RESET,
  type Layer,
} from './initial';

/** A way to launch a guest, which decides the initial page. */
export interface Profile {
  readonly id: string;
  readonly title: string;
  /** When it applies, and which tools build the same page. */
  readonly doc: string;
  readonly layers: readonly Layer[];
}

const QEMU_KVM: readonly Layer[] = [
  AMD_INIT,
  KVM_CREATE,
  QEMU_RESET,
  CPU_SIGNATURE,
  OVMF_RESET_BLOCK,
  KVM_ENTER,
];

/** Every profile, the usual one first. */
export const PROFILES = [
  {
    id: 'sev-es',
    title: 'SEV-ES, QEMU and KVM',
    doc: "What a default QEMU launch has (KVM_SEV_ES_INIT; Linux 5.11, QEMU 6.0 and later). The same page as virt-qemu-sev-validate's and sevctl's.",
    layers: QEMU_KVM,
  },
  {
    id: 'sev-es-init2',
    title: 'SEV-ES, QEMU and KVM with KVM_SEV_INIT2',
    doc: 'legacy-vm-type=off, or a feature that needs it (Linux 6.10, QEMU 9.1 and later): the FPU state is in the page. The same page as sev-snp-measure --mode seves.',
    layers: [...QEMU_KVM, QEMU_FPU],
  },
] as const satisfies readonly Profile[];

/** The name of a profile. */
export type ProfileId = (typeof PROFILES)[number]['id'];

/** The profile with this name. */
export function findProfile(id: string): Profile | undefined {
  return PROFILES.find((p) => p.id === id);
}
