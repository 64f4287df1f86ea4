// `sevscope vmsa …`: show, build and update, modelled on sevctl's commands of these names, and export, diff and
// identify.

import { Option, type Command } from 'commander';
import { EXPORT_FORMS } from '../core/vmsa/forms/exportForms';
import { amongOption } from './amongOption';
import { addInputs, addOtherNames } from './inputOptions';
import { addPageOptions, addVcpuOptions, vcpuOption, type PageOptions } from './options';
import type { Output } from './output';
import { readState } from './pages';
import type { Io } from '../app/io';
import { nameOfInput } from '../app/vmsaFile';
import { diffVmsa, type DiffOptions } from './vmsaDiff';
import { identifyVmsa, type IdentifyOptions } from './vmsaIdentify';
import { buildVmsa, updateVmsa, USERSPACES, type UpdateOptions } from './vmsaMake';
import { exportVmsa, showState, type ExportOptions } from './vmsaShow';

type Exit = (status: number) => void;

/** Adds the commands; `exit` receives the exit status when the answer is no. */
export function addVmsaCommands(io: Io, program: Command, out: Output, exit: Exit): void {
  const vmsa = program
    .command('vmsa')
    .description('show, make, change and compare VMSA pages')
    .addHelpText(
      'after',
      '\nFiles are read in any form: raw pages, a kernel log with dumps, hex dumps, base64,\nJSON of sevctl or of this tool; - is standard input. show, diff and identify also read what is\nknown of a page from dumps of a VMCB (dump_invalid_vmcb) and from the registers that QEMU prints.',
    );
  addReaders(io, vmsa, out);
  addMakers(io, vmsa, out);
  addComparisons(io, vmsa, out, exit);
}

function addReaders(io: Io, vmsa: Command, out: Output): void {
  vmsa
    .command('show <file>')
    .description('decode a VMSA page field by field')
    .option('--all', 'print fields that are zero, too')
    .option('--json', 'print JSON, with every field')
    .addOption(vcpuOption())
    .action(async (file: string, options: { all?: true; json?: true; vcpu?: number }) => {
      showState(await readState(io, file, options.vcpu, out), nameOfInput(file), options, out);
    });
  vmsa
    .command('export <file>')
    .description('write a page in another form')
    .addOption(
      amongOption(
        new Option('--as <form>', `the form:\n${EXPORT_FORMS.map((e) => `${e.id}: ${e.doc}`).join('\n')}`),
        EXPORT_FORMS.map((e) => e.id),
      ).makeOptionMandatory(),
    )
    .option('--output <path>', 'where to write; standard output otherwise')
    .addOption(vcpuOption())
    .action((file: string, options: ExportOptions) => exportVmsa(io, file, options, out));
}

function addMakers(io: Io, vmsa: Command, out: Output): void {
  addPageOptions(vmsa.command('build <file>'))
    .description('write the page that a vCPU starts with')
    .addOption(
      amongOption(
        new Option('--userspace <name>', 'the VMM, whose usual profile it is'),
        Object.keys(USERSPACES),
      ),
    )
    .action((file: string, options: PageOptions) => buildVmsa(io, file, options, out));
  const collect = (value: string, all: readonly string[]) => [...all, value];
  addOtherNames(addVcpuOptions(vmsa.command('update <file>')))
    .description('change fields of a raw page in place; all other bytes stay')
    .option(
      '--set <field=value>',
      'set a field, by any name it has; can be given more than once',
      collect,
      [],
    )
    .addOption(
      amongOption(
        new Option('--userspace <name>', 'the VMM; makes no difference here'),
        Object.keys(USERSPACES),
      ),
    )
    .addOption(vcpuOption())
    .action((file: string, options: UpdateOptions) => updateVmsa(io, file, options, out));
}

function addComparisons(io: Io, vmsa: Command, out: Output, exit: Exit): void {
  addPageOptions(vmsa.command('diff <file> [other]'))
    .description(
      'compare a page with another, or with the one that a CPU should have; exit status 1 if they differ',
    )
    .option('--json', 'print JSON')
    .addOption(new Option('--markdown', 'print Markdown').conflicts('json'))
    .addOption(vcpuOption())
    .action(async (file: string, other: string | undefined, options: DiffOptions) => {
      exit((await diffVmsa(io, file, other, options, out)) ? 1 : 0);
    });
  const help = 'OVMF image, to compare its reset address with that of the page';
  addInputs(vmsa.command('identify <file>'), [{ id: 'firmware', help }])
    .description(
      'find the launches that have this page, but for SEV features; exit status 1 if there are only similar ones',
    )
    .option('--json', 'print JSON')
    .addOption(vcpuOption())
    .action(async (file: string, options: IdentifyOptions) => {
      exit((await identifyVmsa(io, file, options, out)) ? 0 : 1);
    });
}
