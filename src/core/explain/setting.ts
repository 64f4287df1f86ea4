// One hypothesis in full: everything that decides a launch digest and its measurement. An
// alternative replaces part of it.

import { nobleHashes } from '../launch/nobleHashes';
import { cmdlineBytes } from '../launch/kernelHashes';
import type { LoadingVmm } from '../launch/loads';
import type { Platform } from '../tech/sev/evidence';
import { guessRequest, type VmsaRequest } from '../vmsa/launch/generate';
import type { ProfileId } from '../vmsa/launch/profiles';
import type { CpuId } from '../vmsa/launch/signature';
import { decodePage } from '../vmsa/vmsaPage';
import type { LaunchFacts } from './launchFacts';
import type { HashSection } from './snpStages';
import { givenSvsm, profilesFor } from './searchTechnologies';

/** Fields of a VMSA that are tried with other values. */
export type PageFields = Readonly<Partial<Record<'mxcsr' | 'x87_fcw' | 'vmpl', number>>>;

/** What was launched, as far as it is measured. */
export interface Setting extends Platform {
  /** Index of the image. */
  readonly firmware: number;
  /** Index of the SVSM image below it; undefined for a launch without one. */
  readonly svsm: number | undefined;
  /** Bytes that are left for variables between the two. */
  readonly varsSize: number;
  readonly hashes: boolean;
  /** SHA-256 of each; the command line's includes the terminating NUL. */
  readonly kernel: Uint8Array | undefined;
  readonly initrd: Uint8Array | undefined;
  readonly cmdline: Uint8Array;
  readonly vcpus: number;
  /** `swapped`: the two VMSA files in the wrong order. */
  readonly pages: 'files' | 'swapped' | 'generated';
  readonly profile: ProfileId;
  /** SEV features in place of the profile's. */
  readonly features: bigint | undefined;
  /** Fields of each page in place of the profile's. */
  readonly fields: PageFields | undefined;
  readonly cpu: CpuId | undefined;
  /** The VMM whose order of loads an SNP launch has, when not that of the profile. */
  readonly order: LoadingVmm | undefined;
  /** Where an SNP launch has the section for kernel hashes, when not where the firmware has it. */
  readonly hashSection: HashSection | undefined;
  /** 0 for the TIK as given, 1 for the TEK in its place. */
  readonly key: 0 | 1;
  /** 0 for the nonce of the given measurement, then those of the others. */
  readonly nonce: number;
}

/** The launch that the page of a file appears to come from, if that is one of the technology. */
function requestOfFile(facts: LaunchFacts): VmsaRequest | undefined {
  const { vmsa } = facts;
  if (!vmsa) return undefined;
  const request = guessRequest(decodePage(vmsa.bsp));
  return profilesFor(facts).some(({ id }) => id === request.profile) ? request : undefined;
}

/** The hypothesis that everything is as given. */
export function givenSetting(facts: LaunchFacts): Setting {
  const { platform, kernel, initrd, cmdline = '', vcpus = 1, vmsa } = facts;
  const file = requestOfFile(facts);
  return {
    ...platform,
    firmware: 0,
    svsm: givenSvsm(facts) && 0,
    varsSize: facts.varsSize ?? 0,
    hashes: kernel !== undefined,
    kernel: kernel?.sha256,
    initrd: initrd?.sha256,
    cmdline: nobleHashes.sha256(cmdlineBytes(cmdline)),
    vcpus,
    pages: vmsa ? 'files' : 'generated',
    profile: file?.profile ?? facts.profile ?? profilesFor(facts)[0]!.id,
    features: facts.features,
    fields: undefined,
    order: undefined,
    hashSection: undefined,
    cpu: file?.cpu ?? facts.cpu,
    key: 0,
    nonce: 0,
  };
}
