// `sevscope vmsa diff` and `vmsa identify`: compares a page with another, with the one that a launch should have,
// and with those of every known launch.

import * as appErrors from '../app/errors';
import * as errors from './errors';
import { hex } from '../core/binary/hex';
import { decode } from '../core/binary/struct';
import { groupByCause } from '../core/vmsa/compare/causes';
import { comparePages, compareWithGenerated, setBy, type ComparedField } from '../core/vmsa/compare/compare';
import { modelsWithSignature } from '../core/vmsa/launch/cpuModels';
import { comparisonJson, comparisonMarkdown } from '../core/vmsa/compare/exportComparison';
import { resetAddressIn, startAddress } from '../core/vmsa/launch/generate';
import { describeDistance, identify, type PossibleLaunch } from '../core/vmsa/compare/identify';
import { VMSA } from '../core/vmsa/layout/layout';
import type { VmsaField } from '../core/vmsa/page';
import { decodeSignature } from '../core/vmsa/launch/signature';
import type { Io } from '../app/io';
import { readFirmware } from '../app/firmware';
import { fileName, readVmsaFile } from '../app/vmsaFile';
import { asksForPage, requestFrom, type PageOptions } from './options';
import { columns, printJson, type Output } from './output';
import { notePage, readPage } from './pages';

/** The options of `vmsa diff`. */
export interface DiffOptions extends PageOptions {
  readonly json?: true;
  readonly markdown?: true;
  readonly vcpu?: number;
}

/** Reads two files; `vcpu` selects a page in those that have several, unless neither does. */
async function readBoth(io: Io, file: string, other: string, vcpu: number | undefined, out: Output) {
  const paths = [file, other];
  const first = [await readVmsaFile(io, file), await readVmsaFile(io, other)];
  const single = first.every(({ read }) => read.pages.length === 1);
  return first.map((found, i) => {
    const index = single || found.read.pages.length > 1 ? (vcpu ?? 0) : 0;
    const page = found.read.pages[index];
    if (!page) throw appErrors.noSuchVcpu(fileName(paths[i]!), index, found.read.pages.length);
    notePage(paths[i]!, found.read, index, page, out);
    return page.bytes;
  });
}

async function compared(io: Io, file: string, other: string | undefined, options: DiffOptions, out: Output) {
  const actual = fileName(file);
  if (other !== undefined) {
    const [a, b] = await readBoth(io, file, other, options.vcpu, out);
    return { fields: comparePages(a!, b!), names: { actual, expected: fileName(other) } };
  }
  const { page } = await readPage(io, file, options.vcpu, out);
  const request = await requestFrom(io, page.bytes, options);
  const expected = `the generated page (${request.profile}, ${request.role})`;
  return { fields: compareWithGenerated(page.bytes, request), names: { actual, expected, request } };
}

/** Whether the pages differ. */
export async function diffVmsa(
  io: Io,
  file: string,
  other: string | undefined,
  options: DiffOptions,
  out: Output,
): Promise<boolean> {
  if (other === undefined && !asksForPage(options)) throw errors.comparisonNeeded();
  if (other !== undefined && asksForPage(options)) throw errors.twoComparisons();
  const { fields, names } = await compared(io, file, other, options, out);
  const differing = fields.filter((f) => f.differs);
  if (options.json) {
    printJson(out, comparisonJson(fields, names));
  } else if (options.markdown) {
    out.data(comparisonMarkdown(fields, names));
  } else if (differing.length === 0) {
    out.line(`${names.actual} equals ${names.expected}.`);
  } else {
    const count = `${differing.length} of ${fields.length} fields`;
    out.line(`${names.actual} differs from ${names.expected} in ${count}:`);
    printByCause(fields, 'request' in names, out);
  }
  return differing.length > 0;
}

function printByCause(fields: readonly ComparedField[], generated: boolean, out: Output): void {
  for (const { cause, fields: members } of groupByCause(fields)) {
    out.line('');
    out.line(cause.title);
    out.line(`  ${cause.text}`);
    for (const field of members) printDifference(field, generated, out);
  }
}

function printDifference(field: ComparedField, generated: boolean, out: Output): void {
  const side = ({ raw, meaning }: VmsaField) => (meaning ? `${raw}  ${meaning}` : raw);
  out.line(`  ${hex(field.actual.offset, 3)}  ${field.actual.name}`);
  out.line(`    found     ${side(field.actual)}`);
  out.line(`    expected  ${side(field.expected)}${generated ? `  (set by ${setBy(field)})` : ''}`);
}

/** The options of `vmsa identify`. */
export interface IdentifyOptions {
  readonly json?: true;
  readonly firmware?: string;
  readonly vcpu?: number;
}

/** The CPU and the start address in a page, whatever launch it belongs to. */
function ownFacts(page: Uint8Array) {
  const values = decode(VMSA, page);
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
  role: c.role,
  roles: c.roles,
  cpu: c.cpu,
  differing: c.differing.map((f) => f.actual.name),
  distance: describeDistance(c),
});

/** Prints the launches that a page may come from. @returns whether one of them produces exactly this page */
export async function identifyVmsa(
  io: Io,
  file: string,
  options: IdentifyOptions,
  out: Output,
): Promise<boolean> {
  const { page } = await readPage(io, file, options.vcpu, out);
  const found = identify(page.bytes);
  const own = ownFacts(page.bytes);
  const { firmware } = options;
  const address = firmware === undefined ? undefined : (await readFirmware(io, firmware)).resetAddress;
  if (options.json) {
    printJson(out, {
      file: fileName(file),
      ...own,
      ...(firmware !== undefined && { firmware, firmwareResetAddress: address ?? null }),
      exact: found.exact.map(candidateJson),
      nearest: found.nearest.map(candidateJson),
      tried: found.tried,
    });
  } else {
    printIdentified(fileName(file), found, own, { path: firmware, address }, out);
  }
  return found.exact.length > 0;
}

function printIdentified(
  file: string,
  { exact, nearest, tried }: ReturnType<typeof identify>,
  own: ReturnType<typeof ownFacts>,
  firmware: { path: string | undefined; address: number | undefined },
  out: Output,
): void {
  const count = `${tried} launches tried`;
  out.line(
    exact.length > 0
      ? `${file} is the page of a known launch (${count}).`
      : `${file} is the page of no known launch (${count}).`,
  );
  const start = own.resetAddress === null ? `none: starts at ${own.start}` : hex(own.resetAddress, 8);
  // The boot processor starts in the firmware itself, whatever address is in its reset block.
  const same =
    own.resetAddress === null ? '' : firmware.address === own.resetAddress ? ', the same' : ', another';
  const inFirmware = firmware.address === undefined ? 'none' : `${hex(firmware.address, 8)}${same}`;
  const firmwareNote = firmware.path === undefined ? '' : `; ${firmware.path} has ${inFirmware}`;
  const rows = [
    ['family', `${own.family}`],
    ['model', `${own.model}`],
    ['stepping', `${own.stepping}`],
    ['signature', `${hex(own.signature)}${own.malformed ? ', which no CPU has' : ''}`],
    ['QEMU models', own.models.length > 0 ? own.models.join(', ') : 'none'],
    ['reset address', `${start}${firmwareNote}`],
  ];
  columns(rows, '  ').forEach((line) => {
    out.line(line);
  });
  for (const [title, candidates] of [
    ['Launches with exactly this page', exact],
    ['The nearest', nearest],
  ] as const) {
    if (candidates.length > 0) out.line('');
    if (candidates.length > 0) out.line(title);
    for (const c of candidates) {
      out.line(`  ${c.profile.id}, ${c.roles.join(' and ')}: ${c.profile.title}; ${c.cpu}`);
      if (c.differing.length > 0) out.line(`    ${describeDistance(c)}`);
    }
  }
}
