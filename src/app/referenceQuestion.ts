// A question about reference values, filled in from a launch file, or from a command line of QEMU or the XML of a domain.

import * as errors from './errors';
import type { DigestFinding } from '../core/check/digestRules';
import { MATRIX_PROFILES } from '../core/check/matrix';
import { technologyOf } from '../core/check/question';
import {
  NO_REFERENCES,
  REFERENCE_FILES,
  withMode,
  type ReferenceMode,
  type ReferenceQuestion,
} from '../core/check/referenceQuestion';
import { hex } from '../core/binary/hex';
import type { DomainConfig } from '../core/domain/facts';
import { foundInputs } from '../core/domain/launchFound';
import { VMM_PROFILES, type TechnologyId } from '../core/launch/inputs';
import { modelsWithSignature } from '../core/vmsa/launch/cpuModels';
import { encodeSignature, type CpuId } from '../core/vmsa/launch/signature';
import type { Io } from './io';
import { pathIn } from './launchFile';
import { findLaunch, foundInWords } from './launchFound';
import { questionIn } from './launchQuestion';
import { parseLaunchText } from './launchText';

/** A question, and what is said about where it is from. */
export interface FilledQuestion {
  readonly question: ReferenceQuestion;
  readonly noted: readonly DigestFinding[];
}

/** A CPU as it is typed. */
const cpuText = (cpu: CpuId): string =>
  modelsWithSignature(encodeSignature(cpu))[0]?.name ?? `${cpu.family}/${cpu.model}/${cpu.stepping}`;

/** The mode of launches of a technology. @throws CheckError (usage) for plain SEV, which measures no vCPUs */
function modeOf(technology: TechnologyId, hasSvsm: boolean): ReferenceMode {
  if (technology === 'sev') throw errors.noReferencesOfSev();
  return technology === 'sev-es' ? 'seves' : hasSvsm ? 'snp:svsm' : 'snp';
}

/** A profile if launches of the mode have it, and otherwise their usual one. */
const profileIn = (mode: ReferenceMode, id: string | undefined): string =>
  (MATRIX_PROFILES[mode].find((profile) => profile.id === id) ?? MATRIX_PROFILES[mode][0]).id;

/**
 * The question about the launch of a launch file, which may be unfinished.
 * @param path of the file, absolute: paths in it are relative to it
 * @throws CheckError (usage) for a launch of plain SEV
 */
export function questionOfLaunch(io: Io, text: string, path: string): FilledQuestion {
  const asked = questionIn(parseLaunchText(text).value);
  const { given } = asked;
  const { technology, cpu, vcpus, vmm, profile, guestFeatures, cmdline = '', varsSize } = given;
  const mode = modeOf(technologyOf(asked) ?? technology ?? 'snp', given.svsm !== undefined);
  const files = REFERENCE_FILES.map((part) => {
    const written = given[part as 'firmware'];
    return [part, written === undefined ? '' : pathIn(io, path, written)];
  });
  const question = {
    ...withMode(NO_REFERENCES, mode),
    ...(Object.fromEntries(files) as Record<'firmware', string>),
    cmdline,
    ...(vcpus !== undefined && { vcpus: `${vcpus}` }),
    ...(cpu && { cpus: cpuText(cpu) }),
    ...(varsSize !== undefined && { varsSize: `${varsSize}` }),
    ...(guestFeatures !== undefined && { features: hex(guestFeatures) }),
    profile: profileIn(mode, profile ?? (vmm && VMM_PROFILES[vmm])),
  };
  return { question, noted: [] };
}

/**
 * The question about the launch of a command line of QEMU or the XML of a domain.
 * @param text of either
 * @param name of the file with the text, if it is from one
 * @param parseDomain reads the XML of a domain
 * @throws CheckError (usage) for a text that is neither, or a launch of plain SEV
 */
export function questionOfCommand(
  text: string,
  name: string | undefined,
  parseDomain: (xml: string) => DomainConfig,
): FilledQuestion {
  const { where, ...found } = findLaunch(text, name, parseDomain);
  const { mode: kind = 'snp', cpu = '', vcpus, profile, ...texts } = foundInputs(found);
  if (kind === 'sev') throw errors.noReferencesOfSev();
  const question = {
    ...withMode(NO_REFERENCES, kind),
    ...texts,
    ...(vcpus !== undefined && { vcpus }),
    cpus: cpu,
    profile: profileIn(kind, profile),
  };
  return { question, noted: foundInWords(found, where) };
}
