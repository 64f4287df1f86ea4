// `sevscope vmsa show | build | update | diff`, after sevctl's commands of these names.

import type { Command } from 'commander';
import * as errors from '../core/errors';
import { decode, leaves, writeLeaf } from '../core/struct';
import { comparePages, compareWithGenerated, setBy, type ComparedField } from '../core/vmsa/compare';
import { generateVmsa, guessRequest, splitResetAddress } from '../core/vmsa/generate';
import { VMSA } from '../core/vmsa/layout';
import { groupFields, vmsaFields, vmsaFindings, vmsaSummary, type VmsaField } from '../core/vmsa/page';
import { PROFILES } from '../core/vmsa/profiles';
import { encodeSignature } from '../core/vmsa/signature';
import { hex } from '../core/hex';
import { readVmsa } from '../files/launch';
import {
  addVcpuOptions,
  asksForPage,
  cpuFrom,
  profileOption,
  requestLike,
  resetAddressFrom,
  roleFrom,
  type PageOptions,
} from './options';
import { columns, findingLines, jsonValue, printJson, type Output } from './output';
import { writeWhole } from '../files/write';

/** Adds the commands; `exit` takes the exit status of a command that has an answer of no. */
export function addVmsaCommands(program: Command, out: Output, exit: (status: number) => void): void {
  const vmsa = program.command('vmsa').description('show, make, change and compare VMSA pages');
  vmsa
    .command('show <file>')
    .description('decode a VMSA page field by field')
    .option('--all', 'print fields that are zero, too')
    .option('--json', 'print JSON, with every field')
    .action(async (file: string, options: { all?: true; json?: true }) => {
      showVmsa(await readVmsa(file), file, options, out);
    });
  addVcpuOptions(vmsa.command('build <file>'))
    .description('write the page that a vCPU starts with')
    .addOption(profileOption())
    .option('--userspace <name>', 'the VMM; pages of other VMMs than qemu are not known', 'qemu')
    .action((file: string, options: PageOptions) => buildVmsa(file, options, out));
  addVcpuOptions(vmsa.command('update <file>'))
    .description("change the CPU, and an additional vCPU's start, in a page; all other bytes stay")
    .option('--userspace <name>', 'the VMM', 'qemu')
    .action((file: string, options: PageOptions) => updateVmsa(file, options, out));
  addVcpuOptions(vmsa.command('diff <file> [other]'))
    .description(
      'compare a page with another, or with the one that a CPU should have; exit status 1 if they differ',
    )
    .addOption(profileOption())
    .option('--json', 'print JSON')
    .action(async (file: string, other: string | undefined, options: PageOptions & { json?: true }) => {
      exit((await diffVmsa(file, other, options, out)) ? 1 : 0);
    });
}

const fieldJson = ({ name, group, offset, size, value, meaning, doc }: VmsaField) => ({
  name,
  group,
  offset,
  size,
  value: jsonValue(value, size),
  meaning,
  doc,
});

const isZero = ({ value }: VmsaField): boolean =>
  value instanceof Uint8Array ? value.every((b) => b === 0) : BigInt(value) === 0n;

/** Prints a page, as text without the fields that are zero, or as JSON with all. */
export function showVmsa(
  page: Uint8Array,
  file: string,
  options: { all?: true; json?: true },
  out: Output,
): void {
  const fields = vmsaFields(page);
  const findings = vmsaFindings(page);
  if (options.json) {
    printJson(out, {
      file,
      kind: 'vmsa',
      size: page.length,
      summary: vmsaSummary(page),
      findings,
      fields: fields.map(fieldJson),
    });
    return;
  }
  out.line(`${file}: VMSA, ${vmsaSummary(page)}`);
  const shown = options.all ? fields : fields.filter((f) => !isZero(f));
  const rows = columns(
    shown.map((f) => [hex(f.offset, 3), f.name, f.raw, f.meaning]),
    '  ',
  );
  for (const { group, fields: members } of groupFields(shown)) {
    out.line('');
    out.line(group);
    for (const field of members) out.line(rows[shown.indexOf(field)]!);
  }
  findingLines(findings).forEach((line) => {
    out.line(line);
  });
  if (!options.all) {
    out.line('');
    out.line(`${fields.length - shown.length} fields are zero (--all prints them).`);
  }
}

function checkUserspace(options: PageOptions): void {
  if (options.userspace !== 'qemu') throw errors.unknownUserspace(String(options.userspace));
}

async function buildVmsa(file: string, options: PageOptions, out: Output): Promise<void> {
  checkUserspace(options);
  const cpu = cpuFrom(options);
  if (!cpu) throw errors.cpuNeeded();
  const role = roleFrom(options.cpu ?? 0)!;
  const resetAddress = await resetAddressFrom(options, role);
  const { bytes } = generateVmsa({ profile: options.profile ?? PROFILES[0].id, role, cpu, resetAddress });
  await writeWhole(file, bytes);
  out.line(`${file}: ${vmsaSummary(bytes)}`);
}

async function updateVmsa(file: string, options: PageOptions, out: Output): Promise<void> {
  checkUserspace(options);
  const page = Uint8Array.from(await readVmsa(file));
  const before = vmsaFields(page);
  const set = (name: string, value: bigint) => {
    writeLeaf(
      page,
      leaves(VMSA).find((l) => l.path === name)!,
      value,
    );
  };
  const cpu = cpuFrom(options);
  if (cpu) set('rdx', BigInt(encodeSignature(cpu)));
  const role = roleFrom(options.cpu) ?? guessRequest(decode(VMSA, page)).role;
  const address = await resetAddressFrom(options, role);
  if (address !== undefined) {
    set('cs_base', splitResetAddress(address).csBase);
    set('rip', splitResetAddress(address).ip);
  }
  const changed = vmsaFields(page).filter((f, i) => f.raw !== before[i]!.raw);
  if (changed.length === 0) {
    out.line(`${file}: nothing to change`);
    return;
  }
  await writeWhole(file, page);
  for (const f of changed)
    out.line(`${file}: ${f.name} ${before.find((b) => b.name === f.name)!.raw} -> ${f.raw}`);
}

const comparedJson = (c: ComparedField) => ({
  name: c.actual.name,
  offset: c.actual.offset,
  size: c.actual.size,
  actual: jsonValue(c.actual.value, c.actual.size),
  expected: jsonValue(c.expected.value, c.expected.size),
  actualMeaning: c.actual.meaning,
  expectedMeaning: c.expected.meaning,
  setBy: c.writes.at(-1)?.layer.id ?? null,
});

/** Whether the pages differ. */
async function diffVmsa(
  file: string,
  other: string | undefined,
  options: PageOptions & { json?: true },
  out: Output,
): Promise<boolean> {
  const { json, ...page } = options;
  if (other === undefined && !asksForPage(page)) throw errors.comparisonNeeded();
  if (other !== undefined && asksForPage(page)) throw errors.twoComparisons();
  const actual = await readVmsa(file);
  const request = other === undefined ? await requestLike(actual, page) : undefined;
  const fields = request
    ? compareWithGenerated(actual, request)
    : comparePages(actual, await readVmsa(other!));
  const differing = fields.filter((f) => f.differs);
  const expected = request ? `the generated page (${request.profile}, ${request.role})` : other!;
  if (json) {
    printJson(out, {
      file,
      expected: request ?? other,
      equal: differing.length === 0,
      differences: differing.map(comparedJson),
    });
  } else if (differing.length === 0) {
    out.line(`${file} equals ${expected}.`);
  } else {
    out.line(`${file} differs from ${expected} in ${differing.length} of ${fields.length} fields:`);
    for (const field of differing) printDifference(field, request !== undefined, out);
  }
  return differing.length > 0;
}

function printDifference(field: ComparedField, generated: boolean, out: Output): void {
  const side = ({ raw, meaning }: VmsaField) => (meaning ? `${raw}  ${meaning}` : raw);
  out.line(`  ${hex(field.actual.offset, 3)}  ${field.actual.name}`);
  out.line(`    found     ${side(field.actual)}`);
  out.line(`    expected  ${side(field.expected)}${generated ? `  (set by ${setBy(field)})` : ''}`);
}
