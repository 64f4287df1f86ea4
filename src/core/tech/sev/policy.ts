// The SEV guest policy, 32 bits: AMD SEV API specification, section 2.1 (guest policy structure).

import { bits, flag, mustBeZero } from '../../binary/bits';
import { hex } from '../../binary/hex';
import { describeBits } from '../../binary/describe';
import type { Bit } from '../../binary/struct';
import { describeSnpPolicy, isSnpPolicy } from '../snp/policy';

/** The bits of an SEV and SEV-ES policy. SNP has a different one, in which the debug bit has the opposite sense. */
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

/** Whether the host may read and write guest memory with the firmware's debug commands. */
export function allowsDebugging(policy: number): boolean {
  return (policy & bit('NODBG')) === 0;
}

/** A policy in words: the names of its bits; those of SEV-SNP when it is one of that. */
export function describePolicy(policy: number): string {
  if (isSnpPolicy(policy)) return `SEV-SNP, ${describeSnpPolicy(policy)}`;
  return describeBits(SEV_POLICY, policy >>> 0) || 'nothing required';
}

/** Something that guest owners should know about their policy. */
export interface PolicyRemark {
  readonly about: 'debugging' | 'reserved' | 'version' | 'registers' | 'keys';
  /** `warning`: it gives others access to the guest, or can hardly be intended. */
  readonly severity: 'warning' | 'info';
  /** A sentence. */
  readonly text: string;
}

/** The version of the SEV firmware that launched a guest, as far as policies can require one. */
export interface FirmwareVersion {
  readonly apiMajor: number;
  readonly apiMinor: number;
}

/**
 * What a policy allows; nothing for one of SNP, whose bits mean something else.
 * @param firmware the version that launched the guest, if known
 */
export function policyRemarks(policy: number, firmware?: FirmwareVersion): PolicyRemark[] {
  const remarks: PolicyRemark[] = [];
  if (isSnpPolicy(policy)) return remarks;
  const warn = (about: PolicyRemark['about'], text: string) =>
    remarks.push({ about, severity: 'warning', text });
  const note = (about: PolicyRemark['about'], text: string) =>
    remarks.push({ about, severity: 'info', text });
  if (allowsDebugging(policy))
    warn(
      'debugging',
      `The policy ${hex(policy)} lets the host debug the guest (NODBG, bit 0, is clear): whoever runs the host can read and change its memory, whatever was measured.`,
    );
  const reserved = policy & 0xffc0;
  if (reserved !== 0)
    warn(
      'reserved',
      `The policy ${hex(policy)} has bits that mean nothing (${hex(reserved)}); they must be 0.`,
    );
  const [major, minor] = [(policy >>> 16) & 0xff, policy >>> 24];
  const isOlder =
    firmware && (firmware.apiMajor < major || (firmware.apiMajor === major && firmware.apiMinor < minor));
  if (isOlder)
    warn(
      'version',
      `The policy asks for SEV firmware ${major}.${minor} or later, and ${firmware.apiMajor}.${firmware.apiMinor} is said to have launched the guest, which it would have refused.`,
    );
  if (!isSevEs(policy))
    note(
      'registers',
      'Registers are neither encrypted nor measured: the policy does not require SEV-ES (bit 2).',
    );
  if ((policy & bit('NOKS')) === 0)
    note('keys', 'Another guest may be started with the same key (NOKS, bit 1, is clear).');
  if (major === 0 && minor === 0)
    note('version', 'Any version of the SEV firmware may launch the guest (API floor 0.0).');
  return remarks;
}
