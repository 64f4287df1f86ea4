// Reference values: the launch digests of an image for each vCPU count, CPU and profile. Each row continues
// from the one before, so that a table of thousands costs little more than its pages.

import { cpuByName, generateVmsa, needsOf, type Role } from '../vmsa/launch/generate';
import { featuresText } from '../vmsa/layout/features';
import {
  findProfile,
  LAUNCH_PROFILES,
  SEV_ES_PROFILES,
  type KnownProfile,
  type ProfileId,
} from '../vmsa/launch/profiles';
import type { SvsmImage } from '../vmsa/launch/svsm';
import { CPU_MODELS } from '../vmsa/launch/cpuModels';
import { encodeSignature, type CpuId } from '../vmsa/launch/signature';
import { LOADING_VMMS, type LoadingVmm, type VmsaPages } from '../launch/loads';
import type { Technology } from '../tech/technology';

/** A CPU and its name in the table. */
export interface MatrixCpu {
  readonly name: string;
  readonly id: CpuId;
}

/** What a table covers. */
export interface MatrixRequest<State = unknown> {
  readonly technology: Technology<State>;
  readonly profiles: readonly KnownProfile[];
  readonly cpus: readonly MatrixCpu[];
  /** vCPU counts, ascending. */
  readonly counts: readonly number[];
  /**
   * The reset address of the image; called only when the page of an additional vCPU needs one.
   * @throws CheckError when there is none
   */
  readonly resetAddress: () => number;
  /** The state of the launch before its first vCPU. */
  readonly startOf: (profile: KnownProfile, vcpus: number) => State;
  /** That state depends on the number of vCPUs, which the command line of the kernel has in it: no row continues from another one. */
  readonly startVaries?: boolean | undefined;
  /** Where the SVSM image starts, for profiles that launch one. */
  readonly svsm?: SvsmImage | undefined;
  /** How many vCPUs are in that state already; none unless given. All counts are greater. */
  readonly loaded?: number | undefined;
  /** The SEV features of each page, in place of the profile's. */
  readonly features?: bigint | undefined;
}

/** One launch and its digest. */
export interface MatrixRow {
  readonly profile: ProfileId;
  /** Empty where the CPU does not matter. */
  readonly cpu: string;
  readonly signature: number | undefined;
  readonly vcpus: number;
  readonly digest: Uint8Array;
}

/** QEMU's CPU models, by name. */
export const ALL_CPUS: readonly MatrixCpu[] = CPU_MODELS.map(({ name }) => ({ name, id: cpuByName(name) }));

/** The SEV-SNP profiles whose pages are all known: those of these VMMs, without an SVSM. */
const SNP_PROFILES: readonly KnownProfile[] = LAUNCH_PROFILES.filter(
  (p) => p.mode === 'sev-snp' && snpVmmOf(p) !== undefined && needsOf(p, 'bsp').svsm.length === 0,
);

/** The profiles that a table can have. */
export const MATRIX_PROFILES = {
  seves: SEV_ES_PROFILES,
  snp: SNP_PROFILES,
  // The page of sev-snp-measure first: it is asked for by the name of its mode.
  'snp:svsm': [findProfile('snp-svsm-measure')!, findProfile('snp-svsm')!],
} as const satisfies Readonly<Record<string, readonly KnownProfile[]>>;

/** The VMM of a profile, if its page order is known. */
export function snpVmmOf({ vmm }: KnownProfile): LoadingVmm | undefined {
  return LOADING_VMMS.find((known) => known === vmm);
}

const NO_CPU: MatrixCpu = { name: '', id: { family: 0, model: 0, stepping: 0 } };

/** The pages of the vCPUs of the largest launch of a table. @throws CheckError for a launch that is impossible */
export function pagesFor(
  request: Pick<MatrixRequest, 'counts' | 'resetAddress' | 'svsm' | 'features'>,
  profile: KnownProfile,
  cpu: CpuId = NO_CPU.id,
): VmsaPages {
  const { counts, svsm, features } = request;
  const count = counts.at(-1) ?? 0;
  const page = (role: Role): Uint8Array => {
    const resetAddress = needsOf(profile, role).resetAddress ? request.resetAddress() : undefined;
    const asked = features === undefined ? undefined : featuresText(features);
    return generateVmsa({ profile: profile.id, role, cpu, resetAddress, svsm, features: asked }).bytes;
  };
  return { bsp: page('bsp'), ap: count > 1 ? page('ap') : undefined, count };
}

/** Rows by profile, then CPU, then vCPU count. @throws CheckError for a launch that is impossible */
export function* matrixRows<State>(request: MatrixRequest<State>): Generator<MatrixRow> {
  const { technology, profiles, cpus, counts, startOf, startVaries, loaded = 0 } = request;
  const most = counts.at(-1) ?? 0;
  const wanted = new Set(counts);
  for (const profile of profiles) {
    // Those of all CPUs, each made when its first row is.
    const starts: State[] = [];
    const start = startOf(profile, most);
    const hasCpu = needsOf(profile, 'bsp').cpu;
    for (const cpu of hasCpu ? cpus : [NO_CPU]) {
      const signature = hasCpu ? encodeSignature(cpu.id) : undefined;
      const { bsp, ap = bsp } = pagesFor(request, profile, cpu.id);
      const withVcpu = (state: State, vcpu: number) =>
        technology.fold(state, technology.vmsaLoad(vcpu, vcpu === 0 ? bsp : ap));
      const rowOf = (state: State, vcpus: number): MatrixRow => ({
        ...{ profile: profile.id, cpu: cpu.name, signature, vcpus },
        digest: technology.digest(state),
      });
      if (startVaries) {
        for (const [i, vcpus] of counts.entries()) {
          let state = (starts[i] ??= startOf(profile, vcpus));
          for (let vcpu = 0; vcpu < vcpus; vcpu++) state = withVcpu(state, vcpu);
          yield rowOf(state, vcpus);
        }
        continue;
      }
      let state = start;
      for (let vcpus = loaded + 1; vcpus <= most; vcpus++) {
        state = withVcpu(state, vcpus - 1);
        if (wanted.has(vcpus)) yield rowOf(state, vcpus);
      }
    }
  }
}
