// Sets of fields that both the checks of a page and the causes of differences use.

import type { SevFeature } from './bitsSev';
import type { VmsaWord } from './layout';

/** Fields that hardware writes at exits and entries. */
export const HARDWARE_WRITES: readonly VmsaWord[] = [
  'guest_exit_info_1',
  'guest_exit_info_2',
  'guest_exit_int_info',
  'guest_nrip',
  'guest_exit_code',
  'tlb_id',
  'pcpu_id',
];

/** Fields that have an effect only with one of these features on. */
export const FEATURE_STATE: ReadonlyMap<VmsaWord, readonly SevFeature[]> = new Map([
  ['tsc_scale', ['SecureTSC']],
  ['tsc_offset', ['SecureTSC']],
  ['virtual_tom', ['vTOM']],
  ['reg_prot_nonce', ['VmsaRegProt']],
  ['secure_avic_control', ['SecureAVIC']],
  ['vintr_ctrl', ['AlternateInjection', 'SecureAVIC']],
  ['event_inj', ['AlternateInjection', 'SecureAVIC']],
]);
