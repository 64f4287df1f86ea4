// In what the policy or the platform of a report is weaker than its owner wants it: each bit allows something or protects (SEV-SNP Firmware
// ABI, guest policy and PLATFORM_INFO), and of one that is not known nobody can say which.

import { hex } from '../binary/hex';
import { SNP_POLICY, snpPolicyValue, type SnpPolicyName } from '../tech/snp/policy';
import { PLATFORM_INFO } from './bits';

/** Policy bits that allow something, and those that protect: a report is weaker where it has one of the first or lacks one of the second. */
const ALLOWS: readonly SnpPolicyName[] = ['SMT', 'MIGRATE_MA', 'DEBUG', 'CXL_ALLOW'];
const PROTECTS: readonly SnpPolicyName[] = [
  'SINGLE_SOCKET',
  'MEM_AES_256_XTS',
  'RAPL_DIS',
  'CIPHERTEXT_HIDING',
  'PAGE_SWAP_DISABLE',
];

interface BitField {
  readonly lsb: number;
  readonly width: number;
}

/** The bits that are known. */
const maskOf = (fields: readonly BitField[]): bigint =>
  fields.reduce((all, { lsb, width }) => all | (((1n << BigInt(width)) - 1n) << BigInt(lsb)), 0n);

/** In what a policy is weaker than another, phrases; empty when it is at least as strict. */
export function weakerPolicy(found: bigint, wanted: bigint): string[] {
  const value = (policy: bigint, name: SnpPolicyName) => snpPolicyValue(policy, name);
  const abi = (policy: bigint) => value(policy, 'ABI_MAJOR') * 256 + value(policy, 'ABI_MINOR');
  const abiText = (policy: bigint) => `${value(policy, 'ABI_MAJOR')}.${value(policy, 'ABI_MINOR')}`;
  // Whether such a bit allows or protects nobody knows.
  const strangers = (found ^ wanted) & ~maskOf(SNP_POLICY);
  return [
    ...(abi(found) < abi(wanted) ? [`its lowest ABI is ${abiText(found)}, below ${abiText(wanted)}`] : []),
    ...ALLOWS.filter((name) => value(found, name) > value(wanted, name)).map((name) => `it allows ${name}`),
    ...PROTECTS.filter((name) => value(found, name) < value(wanted, name)).map((name) => `it lacks ${name}`),
    ...((found & strangers) === 0n ? [] : [`it has bits that mean nothing (${hex(found & strangers)})`]),
    ...((wanted & strangers) === 0n
      ? []
      : [`it lacks bits that mean nothing here (${hex(wanted & strangers)})`]),
  ];
}

/** Bits of a platform that expose something: threads that share a core, and devices that reach the memory of guests. */
const EXPOSES: readonly string[] = ['SMT_EN', 'SEV_TIO_EN'];

/** In what a platform is weaker than what is wanted, phrases. */
export function weakerPlatform(found: bigint, wanted: bigint): string[] {
  const known = PLATFORM_INFO.filter(({ width }) => width === 1);
  const strangers = wanted & ~found & ~maskOf(known);
  return [
    ...known.flatMap(({ lsb, name }) => {
      const [has, wants] = [(found >> BigInt(lsb)) & 1n, (wanted >> BigInt(lsb)) & 1n];
      if (EXPOSES.includes(name)) return has > wants ? [`${name} is on`] : [];
      return has < wants ? [`${name} is off`] : [];
    }),
    ...(strangers === 0n ? [] : [`bits that mean nothing here are clear (${hex(strangers)})`]),
  ];
}
