// What can be wrong with a launch file or with the inputs of a launch from any source: one table for VS
// Code's problems, `sevscope launch lint`, the failures of checks and the reference. Lint shows everything; a
// check stops at the first failure.

import { lengthWithout } from '../binary/trim';
import { apPageMissing, unfitVcpuCount } from '../tech/sev/digest';
import { needsOf } from '../vmsa/launch/generate';
import * as errors from './errors';
import { looksLikeKey } from './keyText';
import { PLATFORM_RULES } from './platformRules';
import { ofOtherLaunches, unusedWithoutFirmware, unusedWithPages, unusedWithSvsm, unwanted } from './remarks';
import { failures, type RuleRow } from './ruleRow';
import { isMissing, isSnpLaunch, measuresVcpus, profileOf, whyMeasured } from './question';
import { TECHNOLOGY_RULES } from './technologyRules';

const TABLE = [
  {
    id: 'not-json',
    severity: 'error',
    doc: 'The text is not JSON: neither comments nor trailing commas are.',
  },
  {
    id: 'repeated-member',
    severity: 'error',
    doc: 'An object has a member twice: which of them counts depends on the reader.',
  },
  {
    id: 'not-unicode',
    severity: 'error',
    doc: 'A byte of the file is not UTF-8, or a text has half of a surrogate pair, which no UTF-8 can hold.',
  },
  {
    id: 'too-deep',
    severity: 'error',
    doc: 'Objects and lists are more than 500 levels deep inside each other.',
  },
  {
    id: 'too-large',
    severity: 'error',
    doc: 'There are more than 10,000 names, values and marks, or more than 131,072 characters.',
  },
  {
    id: 'not-a-launch-file',
    severity: 'error',
    doc: 'A member is missing or unknown, or has not the type or range that the schema says. VS Code shows these as problems of JSON.',
  },
  {
    id: 'nothing-to-check',
    severity: 'error',
    doc: 'There is neither a recorded "launch", nor a "domain" to ask, nor a "launchDigest" or a "report" to be matched.',
    stage: 'file',
    judge: (question) =>
      failures(
        [],
        isMissing(question, 'launch', 'domain', 'launchDigest', 'report')
          ? errors.nothingToCheck()
          : undefined,
      ),
  },
  {
    id: 'firmware-needed',
    severity: 'error',
    doc: 'There is no "firmware", and no "report" that could be verified without.',
    stage: 'file',
    judge: (question) =>
      failures(
        ['firmware'],
        isMissing(question, 'firmware') && (isMissing(question, 'report') || !isMissing(question, 'domain'))
          ? errors.firmwareNeeded()
          : undefined,
      ),
  },
  {
    id: 'several-to-check',
    severity: 'error',
    doc: 'A "launchDigest" is to be matched, and a "launch" or a "domain", too; or a "report", and a "launch", which has none.',
    stage: 'file',
    judge: ({ given: { launchDigest, launch, domain, report } }) => [
      ...(launchDigest !== undefined && (launch ?? domain) !== undefined
        ? [{ member: ['launchDigest'], at: 'name' as const, fail: errors.severalToCheck('launchDigest') }]
        : []),
      ...(report !== undefined && launch !== undefined
        ? [{ member: ['report'], at: 'name' as const, fail: errors.severalToCheck('report') }]
        : []),
    ],
  },
  {
    id: 'report-needed',
    severity: 'error',
    doc: 'There are "certificates" or a "require", and no "report" that they are of.',
    stage: 'file',
    judge: (question) =>
      (['certificates', 'require'] as const)
        .filter((name) => question.given[name] !== undefined && isMissing(question, 'report'))
        .map((name) => ({ member: [name], at: 'name' as const, fail: errors.reportNeeded(name) })),
  },
  {
    id: 'keys-needed',
    severity: 'error',
    doc: 'A recorded launch or a domain is to be checked, and there are no keys; only a "launchDigest", a "report" and a domain of "snp" need none.',
    stage: 'file',
    judge: (question) => {
      const asked = (['launch', 'domain'] as const).find((name) => !isMissing(question, name));
      return asked && isMissing(question, 'keys') && !isSnpLaunch(question)
        ? [{ member: [asked], at: 'name', fail: errors.keysNeeded(asked === 'domain') }]
        : [];
    },
  },
  {
    id: 'unreadable-file',
    severity: 'error',
    doc: 'A file that is named does not exist, is a folder or no regular file, or may not be read.',
  },
  {
    id: 'unknown-firmware',
    severity: 'warning',
    doc: 'The firmware is not known to be OVMF: it has neither a table nor the end of an image of edk2.',
  },
  {
    id: 'no-firmware',
    severity: 'error',
    doc: 'The firmware is no image that a guest starts with: a disk image, compressed, a text, a variable store (VARS), erased flash, for another processor, padded or cut, too small or too large.',
  },
  {
    id: 'no-reset-address',
    severity: 'error',
    doc: 'The VMSAs of additional vCPUs are to be generated, and the firmware does not say where they start.',
  },
  {
    id: 'no-snp-launch',
    severity: 'error',
    doc: 'The launch is one of SEV-SNP, and no VMM launches this firmware so: it has no SEV metadata, or sections of which no digest is computed.',
  },
  {
    id: 'no-hash-area',
    severity: 'warning',
    doc: 'A kernel is given, and the firmware has no room for kernel hashes: nothing of it can be measured.',
  },
  {
    id: 'no-report',
    severity: 'error',
    doc: 'The "report" has no attestation report in any form.',
  },
  {
    id: 'no-certificates',
    severity: 'error',
    doc: 'A folder of "certificates" has none with a name that one has.',
  },
  {
    id: 'certificates-needed',
    severity: 'warning',
    doc: 'The report comes without certificates, and no "certificates" are named: it cannot be verified.',
  },
  ...TECHNOLOGY_RULES,
  {
    id: 'kernel-needed',
    severity: 'error',
    doc: 'An initrd or a command line is given without the kernel that it belongs to.',
    stage: 'inputs',
    judge: (question) =>
      (['initrd', 'cmdline'] as const)
        .filter((name) => isMissing(question, 'kernel') && question.given[name] !== undefined)
        .map((name) => ({ member: [name], fail: errors.kernelNeeded() })),
  },
  {
    id: 'cmdline-line-end',
    severity: 'warning',
    doc: 'The command line ends with a line end, as /proc/cmdline does: QEMU was hardly given one, and it is measured.',
    stage: 'inputs',
    judge: ({ given: { cmdline = '' } }) => {
      const value = cmdline.slice(0, lengthWithout(cmdline, '\r\n'));
      if (value === cmdline) return [];
      const member = ['cmdline'];
      const remark =
        'The command line ends with a line end, which is measured. Leave it out unless QEMU was given one.';
      return [{ member, remark, change: { title: 'Remove the line end', member, value } }];
    },
  },
  {
    id: 'cpu-and-pages',
    severity: 'error',
    doc: 'VMSAs are to be read from files and to be generated for a CPU, too.',
    stage: 'inputs',
    judge: ({ given: { cpu, vmsa } }) =>
      cpu !== undefined && vmsa ? [{ ...unwanted('cpu'), fail: errors.cpuAndVmsa() }] : [],
  },
  {
    id: 'bsp-page-needed',
    severity: 'error',
    doc: 'There is a VMSA file for additional vCPUs, and none for the first one.',
    bySchema: true,
    stage: 'inputs',
    judge: ({ given: { vmsa } }) =>
      vmsa?.ap !== undefined && vmsa.bsp === undefined
        ? [{ member: ['vmsa', 'bsp'], fail: errors.bspPageNeeded() }]
        : [],
  },
  {
    id: 'bad-vcpu-count',
    severity: 'error',
    doc: 'The number of vCPUs is one that no guest has.',
    bySchema: true,
    stage: 'count',
    judge: (question) => {
      const { vcpus = 1 } = question.given;
      return measuresVcpus(question) === false ? [] : failures(['vcpus'], unfitVcpuCount(vcpus));
    },
  },
  {
    id: 'not-a-page',
    severity: 'error',
    doc: 'A VMSA file is not the page of one vCPU, in any form that can be read.',
  },
  {
    id: 'ap-page-needed',
    severity: 'error',
    doc: 'There are several vCPUs, and a VMSA file for the first one only.',
    stage: 'pages',
    judge: (question) => {
      const { vcpus = 1, vmsa } = question.given;
      const isGiven = vmsa?.ap !== undefined || question.unclear?.includes('vmsa.ap');
      if (!vmsa || isGiven || measuresVcpus(question) === false) return [];
      return failures(['vmsa'], apPageMissing(vcpus, vmsa.ap)).map((found) => ({ ...found, at: 'name' }));
    },
  },
  {
    id: 'vcpus-needed',
    severity: 'error',
    doc: 'The launch is one of SEV-ES or SEV-SNP, and the number of vCPUs is not given.',
    stage: 'launch',
    judge: (question) => {
      if (!measuresVcpus(question) || !isMissing(question, 'vcpus')) return [];
      const { member, why } = whyMeasured(question);
      const change = { title: 'Add "vcpus": 1', member: ['vcpus'], value: 1 };
      return [{ member, fail: errors.vcpuCountNeeded(why), change }];
    },
  },
  {
    id: 'pages-needed',
    severity: 'error',
    doc: 'The launch is one of SEV-ES or SEV-SNP, and neither a CPU nor VMSA files are given.',
    stage: 'launch',
    judge: (question) => {
      if (!measuresVcpus(question) || !isMissing(question, 'cpu', 'vmsa')) return [];
      const profile = profileOf(question);
      if (profile && !needsOf(profile, 'bsp').cpu) return [];
      const { member, why } = whyMeasured(question);
      return [{ member, fail: errors.vmsaNeeded(why) }];
    },
  },
  {
    id: 'unused-input',
    severity: 'info',
    doc: 'An input plays no part: it belongs to launches of another technology, such as vCPUs, CPU, profile or VMSAs under a policy of plain SEV; it is a profile beside VMSA files, a kernel beside an SVSM image, or what is loaded where no firmware is known.',
    stage: 'inputs',
    judge: (question) => [
      ...unusedWithPages(question),
      ...unusedWithSvsm(question),
      ...unusedWithoutFirmware(question),
      ...ofOtherLaunches(question),
    ],
  },
  ...PLATFORM_RULES,
  {
    id: 'connection-refused',
    severity: 'error',
    doc: 'The connection of the domain is none of the forms that are opened.',
  },
  { id: 'key-size', severity: 'error', doc: 'A key file has not 16 bytes, or with both keys 32.' },
  {
    id: 'inlined-key',
    severity: 'error',
    doc: 'A key stands where the path of its file belongs. It is to be taken out of the file, and not used any more.',
    stage: 'file',
    judge: ({ given: { keys = {} } }) =>
      Object.entries(keys)
        .filter(([, path]) => path !== undefined && looksLikeKey(path))
        .map(([name]) => ({ member: ['keys', name], fail: errors.inlinedKey() })),
  },
  {
    id: 'key-open-to-others',
    severity: 'warning',
    doc: 'A key file can be read or written by its group or by everybody.',
  },
  {
    id: 'key-in-work-tree',
    severity: 'warning',
    doc: 'A key file lies in a Git work tree and is not ignored there: it can be committed by mistake.',
  },
] as const satisfies readonly RuleRow<string>[];

type Row = (typeof TABLE)[number];

/** The name of a rule. */
export type LaunchRule = Row['id'];

/** The name of a rule that a launch file alone can break. */
export type LintRule = Exclude<LaunchRule, Extract<Row, { readonly bySchema: true }>['id']>;

/** Every rule in the order of the documentation. Within a stage, the first failure decides. */
export const LAUNCH_RULES: readonly RuleRow<LaunchRule>[] = TABLE;

/** Whether lint shows the findings of a rule; for the others the schema already reports the problem. */
export function isLintRule(rule: LaunchRule): rule is LintRule {
  return !LAUNCH_RULES.some((row) => row.id === rule && row.bySchema);
}
