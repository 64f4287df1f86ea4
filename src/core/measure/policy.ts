// The SEV guest policy, 32 bits: AMD SEV API specification, section 2.1 (guest policy structure).

import { bits, flag, mustBeZero } from '../bits';
import { describeBits } from '../describe';
import type { Bit } from '../struct';

/** The bits of an SEV and SEV-ES policy. SNP has another one with the opposite sense of debugging. */
const SEV_POLICY: readonly Bit[] = [
  flag(0, 'NODBG', 'the host may not debug the guest'),
  flag(1, 'NOKS', 'no key sharing with other guests'),
  flag(2, 'ES', 'SEV-ES is required'),
  flag(3, 'NOSEND', 'the guest may not be sent to another platform'),
  flag(4, 'DOMAIN', 'only to platforms of the same owner domain'),
  flag(5, 'SEV', 'only to platforms with SEV'),
  mustBeZero(15, 6),
  bits(23, 16, 'API_MAJOR', 'lowest API major version of the firmware'),
  bits(31, 24, 'API_MINOR', 'lowest API minor version of the firmware'),
];

const bit = (name: string): number => 1 << SEV_POLICY.find((b) => b.name === name)!.lsb;

/** Whether the vCPUs' VMSA pages are part of the launch. */
export function isSevEs(policy: number): boolean {
  return (policy & bit('ES')) !== 0;
}

/** Whether the host may read and write the memory of the guest through the firmware's debug commands. */
export function allowsDebugging(policy: number): boolean {
  return (policy & bit('NODBG')) === 0;
}

/** A policy in words: the names of its bits. */
export function describePolicy(policy: number): string {
  return describeBits(SEV_POLICY, policy >>> 0) || 'nothing required';
}
