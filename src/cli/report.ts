// `sevscope report …`: show, verify, diff and export attestation reports of SEV-SNP, and print where AMD has their certificates.

import { Option, type Command } from 'commander';
import type { Io } from '../app/io';
import { readReportFile } from '../app/reportFile';
import { nameOfInput } from '../app/vmsaFile';
import { kdsUrls } from '../core/report/kdsUrl';
import { amongOption } from './amongOption';
import * as errors from './errors';
import { redactOption } from './options';
import { printJson, type Output } from './output';
import { diffReports, exportReport, REPORT_EXPORTS, showReport, type ReportExport } from './reportShow';
import { verifyReportFile, type VerifyOptions } from './reportVerify';
import { addVerification, addWishes } from './wishOptions';

type Exit = (status: number) => void;

const collect = (value: string, all: readonly string[] = []) => [...all, value];

/** Adds the commands; `exit` receives the exit status when the answer is no. */
export function addReportCommands(io: Io, program: Command, out: Output, exit: Exit): void {
  const report = program
    .command('report')
    .description('show, verify and compare attestation reports of SEV-SNP')
    .addHelpText(
      'after',
      "\nReports are read in any form: 1184 bytes, the firmware's response, a report with a table of certificates,\na folder of configfs-tsm, a blob of Azure's HCL, hexadecimal, base64, JSON of Trustee or of a TSM;\n- is standard input. Nothing is fetched.",
    );
  report
    .command('show <file>')
    .description('decode a report field by field, and its certificates')
    .option('--all', 'print fields that are zero, too')
    .option('--json', 'print JSON, with every field')
    .addOption(redactOption())
    .action(async (file: string, options: { all?: true; json?: true; redact?: true }) => {
      showReport(await readReportFile(io, file), nameOfInput(file), options, out);
    });
  addWishes(
    addVerification(
      report
        .command('verify <file>')
        .description('verify a report up to a root of AMD; exit status 1 if it is not verified')
        .option(
          '--certs <path>',
          "a file of certificates, or a folder with snpguest's names; can be given more than once",
          collect,
          [],
        )
        .addOption(new Option('--certificates <path>', 'the same').argParser(collect).default([]).hideHelp()),
    )
      .option('--require <path>', "JSON with wishes, or go-sev-guest's policy")
      .option('--json', 'print JSON')
      .addOption(redactOption()),
  ).action(async (file: string, options: VerifyOptions) => {
    exit((await verifyReportFile(io, file, options, out)) ? 0 : 1);
  });
  report
    .command('diff <file> <other>')
    .description('compare two reports; exit status 1 if they differ')
    .option('--json', 'print JSON')
    .addOption(redactOption())
    .action(async (file: string, other: string, options: { json?: true; redact?: true }) => {
      const [a, b] = [await readReportFile(io, file), await readReportFile(io, other)];
      exit(diffReports(a.report, b.report, [file, other].map(nameOfInput), options, out) ? 1 : 0);
    });
  report
    .command('export <file>')
    .description('write a report in another form')
    .addOption(
      amongOption(
        new Option(
          '--as <form>',
          `the form:\n${REPORT_EXPORTS.map(({ id, doc }) => `${id}: ${doc}`).join('\n')}`,
        ),
        REPORT_EXPORTS.map(({ id }) => id),
      ).makeOptionMandatory(),
    )
    .option('--output <path>', 'where to write; standard output otherwise')
    .addOption(redactOption())
    .action(async (file: string, options: { as: ReportExport; output?: string; redact?: true }) => {
      await exportReport(io, await readReportFile(io, file), nameOfInput(file), options, out);
    });
  report
    .command('kds-url <file>')
    .description('print where AMD has the certificate of the chip; nothing is fetched')
    .option('--json', 'print JSON')
    .action(async (file: string, options: { json?: true }) => {
      const urls = kdsUrls((await readReportFile(io, file)).report);
      if (options.json) printJson(out, { urls });
      else if (urls.every(({ vcek }) => vcek === undefined)) throw errors.noKdsUrl(nameOfInput(file));
      else for (const { vcek } of urls) if (vcek !== undefined) out.line(vcek);
    });
}
