// Which launches the options of `sevscope digest` select: numbers of vCPUs, CPUs and profiles; and options that contradict each other.

import * as errors from './errors';
import { digestFinding, type DigestFinding } from '../core/check/digestRules';
import { cpuOf, profilesNamed, vcpuCounts, type TableMode } from '../app/digestSelection';
import { MATRIX_PROFILES, type MatrixCpu } from '../core/check/matrix';
import { VMM_PROFILES } from '../core/launch/inputs';
import { modeRow } from '../core/tech/traits';
import { findProfile, type KnownProfile } from '../core/vmsa/launch/profiles';
import { encodeSignature } from '../core/vmsa/launch/signature';
import { formRow } from '../core/check/digestForms';
import { readInput } from '../core/launch/readInput';
import type { DigestOptions } from './digestOptions';
import { cpuFrom } from './options';

/** Rejects options that contradict each other, before anything is read. */
export function checkTogether(options: DigestOptions): void {
  const { mode, matrix, cpus, cpu, output, json, dumpVmsa, format } = options;
  const row = format && formRow(format);
  if (matrix && !(mode in MATRIX_PROFILES))
    throw errors.oddOption('--matrix', `--mode ${mode} measures no vCPUs, so there is one digest only`);
  if (!matrix && cpus !== undefined) throw errors.oddOption('--cpu', 'it is for --matrix; use --vcpu-type');
  if (output !== undefined && !matrix && (!row || row.plain))
    throw errors.oddOption('--output', 'it is for --matrix, and for forms of reference values');
  if (matrix && json) throw errors.oddOption('--json', 'the form of a table is --format json');
  if (matrix && cpus !== undefined && cpu !== undefined)
    throw errors.oddOption('--cpu', 'the CPU of all rows is given, too');
  const isTrace = options.trace ?? options.compare;
  if (isTrace && (matrix || modeRow(mode).isOfFirmware))
    throw errors.oddOption(options.trace ? '--trace' : '--compare', 'it is for one launch');
  if (options.inputs !== undefined && mode !== 'snp')
    throw errors.oddOption('--inputs', 'it is for --mode snp');
  if (row?.snp && (!(mode === 'snp' || (mode === 'snp:svsm' && format !== 'dstack')) || isTrace || json))
    throw errors.oddOption(`--format ${format!}`, 'it is for digests of SEV-SNP, without other forms');
  const isSeveral = matrix ?? vcpuCounts(options.vcpus ?? '1').length > 1;
  if (row?.of === 'one' && isSeveral) throw errors.oddOption(`--format ${format!}`, 'it is for one launch');
  if (row?.of === 'table' && !matrix) throw errors.oddOption(`--format ${format!}`, 'it is for --matrix');
  if (options.svn !== undefined && !format?.startsWith('corim'))
    throw errors.oddOption('--svn', 'it is for --format corim and corim-amd');
  if (dumpVmsa && (matrix || !(mode in MATRIX_PROFILES)))
    throw errors.oddOption('--dump-vmsa', 'it is for one launch that measures vCPUs');
  if (options.firmwareDigest !== undefined && mode !== 'snp')
    throw errors.oddOption('--snp-ovmf-hash', 'it is for --mode snp');
}

/**
 * The CPU that the options name. Of several, family, model and stepping win over the signature, and that over the name, as in
 * sev-snp-measure.
 * @param find hears which one counts, if they differ
 * @throws CheckError (usage) for an incomplete one, or a model both by number and by name
 */
export function vcpuFrom(
  options: DigestOptions,
  find: (finding: DigestFinding) => void,
): MatrixCpu | undefined {
  const { cpu: type, 'cpu.signature': signature, 'cpu.model': model } = options;
  const { 'cpu.family': family, 'cpu.stepping': stepping } = options;
  const numbers = cpuFrom({ 'cpu.family': family, 'cpu.model': model, 'cpu.stepping': stepping });
  const all: readonly (MatrixCpu & { readonly by: string })[] = [
    ...(numbers
      ? [{ name: typeof model === 'string' ? model : '', id: numbers, by: 'family, model and stepping' }]
      : []),
    ...(signature === undefined
      ? []
      : [
          {
            name: signature,
            id: readInput('cpu.signature', signature, () => errors.badSignature(signature)),
            by: '--vcpu-sig',
          },
        ]),
    ...(type === undefined ? [] : [{ ...cpuOf(type), by: '--vcpu-type' }]),
  ];
  const [first, ...others] = all;
  if (!first) return undefined;
  const { id, by } = first;
  const other = others.find((one) => encodeSignature(one.id) !== encodeSignature(id));
  if (other)
    find(
      digestFinding(
        'cpu-twice',
        `${by} and ${other.by} say different CPUs: the first counts, as in sev-snp-measure.`,
      ),
    );
  const name = type ?? (first.name || `${id.family}/${id.model}/${id.stepping}`);
  return { name: other ? first.name || `${id.family}/${id.model}/${id.stepping}` : name, id };
}

/** Whether a VMM is given that is not QEMU. */
export const isOther = (vmm: DigestOptions['vmm']): vmm is 'ec2' | 'gce' => vmm === 'ec2' || vmm === 'gce';

/** The profiles that the options name; each must belong to the mode. @throws CheckError (usage) for any other */
export function profilesFrom({
  mode,
  profile,
  vmm,
  matrix,
  known: isOfOne,
  format = 'csv',
}: DigestOptions): readonly KnownProfile[] {
  const known: readonly KnownProfile[] = mode in MATRIX_PROFILES ? MATRIX_PROFILES[mode as 'snp'] : [];
  if (vmm !== undefined && profile !== undefined)
    throw errors.oddOption('--vmm-type', '--profile says who launches');
  if (modeRow(mode).hasSvsm && isOther(vmm))
    throw errors.oddOption('--vmm-type', 'only QEMU launches an SVSM image');
  // No profile is one of SEV-ES by another VMM than QEMU.
  if (mode === 'seves' && isOther(vmm)) return [findProfile(VMM_PROFILES[vmm])!];
  const ofVmm = mode === 'snp' && vmm ? VMM_PROFILES[vmm] : undefined;
  const text = profile ?? ofVmm ?? (matrix && formRow(format).labelled && !isOfOne ? 'all' : known[0]!.id);
  if (text === 'all' && matrix) return known;
  return profilesNamed(matrix ? text.split(',') : [text], mode as TableMode);
}
