// `sevscope vmsa identify`: the launches that a page can come from, among all that are known.

import * as appErrors from '../app/errors';
import { hex } from '../core/binary/hex';
import {
  describeDistance,
  identify,
  type Identified,
  type PossibleLaunch,
} from '../core/vmsa/compare/identify';
import { namesOfFeatures } from '../core/vmsa/layout/features';
import { modelsWithSignature } from '../core/vmsa/launch/cpuModels';
import { resetAddressIn, startAddress } from '../core/vmsa/launch/generate';
import { decodeSignature } from '../core/vmsa/launch/signature';
import { FIELDS_OF_PAGE, isKnownIn, type PartOfPage } from '../core/vmsa/part';
import type { VmsaPage } from '../core/vmsa/vmsaPage';
import type { Io } from '../app/io';
import { readFirmware } from '../app/firmware';
import { nameOfInput } from '../app/vmsaFile';
import { columns, printJson, type Output } from './output';
import { readState } from './pages';

/** The options of `vmsa identify`. */
export interface IdentifyOptions {
  readonly json?: true;
  readonly firmware?: string;
  readonly vcpu?: number;
}

/** The CPU and the start address in a page, whatever launch it belongs to. */
function ownFacts({ values }: VmsaPage) {
  const signature = values.rdx;
  const { family, model, stepping, malformed } = decodeSignature(signature);
  return {
    family,
    model,
    stepping,
    signature,
    malformed,
    models: modelsWithSignature(signature).map((m) => m.name),
    resetAddress: resetAddressIn(values) ?? null,
    start: hex(startAddress(values), 8),
  };
}

const candidateJson = (c: PossibleLaunch) => ({
  profile: c.profile.id,
  title: c.profile.title,
  measured: c.profile.kind === 'launch',
  role: c.role,
  roles: c.roles,
  cpu: c.cpu,
  differing: c.comparison.fields.map((f) => f.actual.name),
  ...(c.features && {
    features: { added: namesOfFeatures(c.features.added), removed: namesOfFeatures(c.features.removed) },
  }),
  distance: describeDistance(c),
});

/**
 * Prints the launches that a page may come from. @returns whether one of them produces this page, but for SEV features
 * @throws CheckError (usage) for what is no processor state
 */
export async function identifyVmsa(
  io: Io,
  file: string,
  options: IdentifyOptions,
  out: Output,
): Promise<boolean> {
  const { page, part } = await readState(io, file, options.vcpu, out);
  const found = identify(page, part);
  if (found.notState !== undefined) throw appErrors.notAPage(nameOfInput(file), found.notState);
  const own = ownFacts(page);
  const { firmware } = options;
  const address = firmware === undefined ? undefined : (await readFirmware(io, firmware)).resetAddress;
  if (options.json) {
    printJson(out, {
      file: nameOfInput(file),
      ...own,
      ...(firmware !== undefined && { firmware, firmwareResetAddress: address ?? null }),
      ...(part && { known: part.known.size, unknown: FIELDS_OF_PAGE - part.known.size }),
      exact: found.exact.map(candidateJson),
      withFeatures: found.withFeatures.map(candidateJson),
      nearest: found.nearest.map(candidateJson),
      tried: found.tried,
    });
  } else {
    out.line(`${nameOfInput(file)} ${verdict(found, part)} (${found.tried} launches tried).`);
    printOwn(own, part, { path: firmware, address }, out);
    printCandidates(found, part, out);
  }
  return found.exact.length + found.withFeatures.length > 0;
}

/** What a page is, as the end of a sentence. */
function verdict({ exact, withFeatures }: Identified, part: PartOfPage | undefined): string {
  const found = [...exact, ...withFeatures];
  const features = withFeatures.length > 0 ? ', with other SEV features' : '';
  const measured = found.some(({ profile }) => profile.kind === 'launch');
  if (part) {
    const unknown = `; ${FIELDS_OF_PAGE - part.known.size} fields of the page are not known`;
    if (found.length === 0)
      return `agrees with no known launch in the ${part.known.size} fields that it has${unknown}`;
    const what = measured ? 'a known launch' : 'a known page that no launch measures';
    return `agrees with ${what} in the ${part.known.size} fields that it has${features}${unknown}`;
  }
  if (found.length === 0) return 'is the page of no known launch';
  return measured
    ? `is the page of a known launch${features}`
    : `is a known page that no launch measures${features}`;
}

function printOwn(
  own: ReturnType<typeof ownFacts>,
  part: PartOfPage | undefined,
  firmware: { path: string | undefined; address: number | undefined },
  out: Output,
): void {
  const start = own.resetAddress === null ? `none: starts at ${own.start}` : hex(own.resetAddress, 8);
  // The boot processor starts in the firmware itself, whatever address is in its reset block.
  const same =
    own.resetAddress === null ? '' : firmware.address === own.resetAddress ? ', the same' : ', another';
  const inFirmware = firmware.address === undefined ? 'none' : `${hex(firmware.address, 8)}${same}`;
  const firmwareNote = firmware.path === undefined ? '' : `; ${firmware.path} has ${inFirmware}`;
  const cpu = [
    ['family', `${own.family}`],
    ['model', `${own.model}`],
    ['stepping', `${own.stepping}`],
    ['signature', `${hex(own.signature)}${own.malformed ? ', which no CPU has' : ''}`],
    ['QEMU models', own.models.length > 0 ? own.models.join(', ') : 'none'],
  ];
  const rows = [...(isKnownIn(part, 'rdx') ? cpu : []), ['reset address', `${start}${firmwareNote}`]];
  columns(rows, '  ').forEach((line) => {
    out.line(line);
  });
}

function printCandidates(
  { exact, withFeatures, nearest }: Identified,
  part: PartOfPage | undefined,
  out: Output,
): void {
  for (const [title, candidates] of [
    [part ? 'Pages that agree' : 'Launches with exactly this page', exact],
    [part ? 'Pages that agree but for SEV features' : 'This page but for SEV features', withFeatures],
    ['The nearest', nearest],
  ] as const) {
    if (candidates.length > 0) out.line('');
    if (candidates.length > 0) out.line(title);
    for (const c of candidates) {
      out.line(`  ${c.profile.id}, ${c.roles.join(' and ')}: ${c.profile.title}; ${c.cpu}`);
      if (c.comparison.fields.length > 0) out.line(`    ${describeDistance(c)}`);
      if (c.profile.kind === 'reference' && nearest.length === 0)
        out.line('    No launch measures this page.');
    }
  }
}
