// `sevscope validate`: the launch-measurement check from options, with the names and exit status of
// virt-qemu-sev-validate, or from a launch file.

import { resolve } from 'node:path';
import type { Command } from 'commander';
import * as errors from '../core/errors';
import { countOf, toBase64 } from '../core/hex';
import { MAX_VCPUS } from '../core/measure/launchDigest';
import type { Report } from '../core/measure/report';
import { MAX_SECRETS, secretGuid, type Secret } from '../core/measure/secret';
import type { ProfileId } from '../core/vmsa/profiles';
import { CPU_ID_LIMITS } from '../core/vmsa/signature';
import type { KeyPaths } from '../files/keys';
import { ownerInputsOf, runCheck, sealForLaunch, type LaunchInputs } from '../files/launch';
import { readLaunchFile, type LaunchFile } from '../files/launchFile';
import { readUpTo } from '../files/read';
import { cpuFrom, number, profileOption } from './options';
import { columns, printJson, type Output } from './output';
import { ruleLines, validateDomain } from './validateDomain';
import { writeWhole } from '../files/write';

/** An hour. */
const MOST_SECONDS = 3600;

interface ValidateOptions {
  readonly measurement?: string;
  readonly apiMajor?: number;
  readonly apiMinor?: number;
  readonly buildId?: number;
  readonly policy?: number;
  readonly firmware?: string;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly cmdline?: string;
  readonly numCpus?: number;
  readonly vmsaCpu0?: string;
  readonly vmsaCpu1?: string;
  readonly cpuFamily?: number;
  readonly cpuModel?: number | string;
  readonly cpuStepping?: number;
  readonly profile?: ProfileId;
  readonly tik?: string;
  readonly tek?: string;
  readonly tk?: string;
  readonly connect?: string;
  readonly domain?: string;
  readonly insecure?: true;
  readonly ignoreConfig?: true;
  readonly timeout?: number;
  readonly injectSecret: readonly string[];
  readonly secretHeader?: string;
  readonly secretPayload?: string;
  readonly launch?: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly debug?: true;
}

/** Adds the command; `exit` takes 1 for a measurement that does not match. */
export function addValidateCommand(
  program: Command,
  out: Output,
  exit: (status: number) => void,
  workerPath: string | undefined,
): void {
  const collect = (value: string, all: readonly string[]) => [...all, value];
  program
    .command('validate')
    .description('check a launch measurement; exit status 0 if it matches, 1 if not')
    .option('-d, --debug', 'print every step')
    .option('-q, --quiet', 'print nothing; only the exit status counts')
    .option('--json', 'print the report as JSON')
    .option('--launch <path>', 'launch file (*.sevlaunch.json); other options override what is in it')
    .optionsGroup('What the host reported:')
    .option('-m, --measurement <base64>', 'launch measurement and nonce')
    .option('--api-major <number>', 'SEV API major version', number(0xff))
    .option('--api-minor <number>', 'SEV API minor version', number(0xff))
    .option('--build-id <number>', 'SEV firmware build', number(0xff))
    .option('--policy <number>', 'guest policy', number(0xffffffff))
    .optionsGroup("The owner's inputs:")
    .option('-f, --firmware <path>', 'firmware image')
    .option('-k, --kernel <path>', 'kernel')
    .option('-r, --initrd <path>', 'initrd')
    .option('-e, --cmdline <text>', 'kernel command line, exactly as booted')
    .option('-n, --num-cpus <number>', 'number of vCPUs', number(MAX_VCPUS))
    .option('-0, --vmsa-cpu0 <path>', 'VMSA page of the boot processor')
    .option('-1, --vmsa-cpu1 <path>', 'VMSA page of every other vCPU')
    .option('--cpu-family <number>', "CPU family of the guest's CPU", number(CPU_ID_LIMITS.family))
    .option('--cpu-model <number>', "CPU model of the guest's CPU, or the name of a QEMU model", numberOrName)
    .option('--cpu-stepping <number>', "CPU stepping of the guest's CPU", number(CPU_ID_LIMITS.stepping))
    .addOption(profileOption())
    .option('--tik <path>', 'transport integrity key, 16 bytes')
    .option('--tek <path>', 'transport encryption key, 16 bytes')
    .option('--tk <path>', 'TEK and TIK in one file of 32 bytes')
    .optionsGroup('Secrets:')
    .option(
      '-s, --inject-secret <name:path>',
      'seal a secret for the guest: a GUID or luks-key, and its file',
      collect,
      [],
    )
    .option('--secret-header <path>', 'where to write the header of the sealed secrets')
    .option('--secret-payload <path>', 'where to write the sealed secrets')
    .optionsGroup('A running domain, whose host says what is not given here:')
    .option('-c, --connect <uri>', 'libvirt connection, taken as it is')
    .option('-o, --domain <name>', 'domain by UUID, ID or name')
    .option('-i, --insecure', 'go on where the answer cannot be trusted')
    .option('-g, --ignore-config', "do not check the domain's configuration")
    .option(
      '--timeout <seconds>',
      'wait so long for the connection and for each answer (10 unless given)',
      number(MOST_SECONDS, 1),
    )
    .action(async (options: ValidateOptions) => {
      exit(await validate(options, out, workerPath));
    });
}

function numberOrName(text: string): number | string {
  return /^[0-9]/.test(text) ? number(CPU_ID_LIMITS.model)(text) : text;
}

/** Runs the check and prints its answer. @returns the exit status */
async function validate(
  options: ValidateOptions,
  out: Output,
  workerPath: string | undefined,
): Promise<number> {
  const file = options.launch === undefined ? undefined : await readLaunchFile(resolve(options.launch));
  // A file that holds a recorded launch is checked as such, unless a domain is asked for.
  const isRecorded = file?.launch !== undefined || options.measurement !== undefined;
  const named = isRecorded && options.connect === undefined ? undefined : file?.domain;
  if (options.domain !== undefined || named) return validateRunning(options, file, out, workerPath);
  if (options.timeout !== undefined) throw errors.domainNeeded('--timeout');
  const inputs = recordedInputs(options, file);
  const report = await runCheck(inputs, { onProgress: out.onProgress });
  printReport(report, options, out);
  if (report.verdict !== 'matches') return 1;
  // Only now: nothing is read or made for a guest that is not the right one.
  if (options.injectSecret.length > 0) {
    const { header, payload, noRoom } = await sealForLaunch(inputs, await readSecrets(options.injectSecret));
    // No error, because files can be for a guest whose secrets go to an address that the person gives.
    if (noRoom !== undefined)
      out.note(
        `WARNING: The firmware has no area for secrets (${noRoom}): whoever injects these must say at which address the guest looks for them.`,
      );
    await writeWhole(options.secretHeader!, toBase64(header));
    await writeWhole(options.secretPayload!, toBase64(payload));
    if (!options.json) out.line(`OK: sealed ${countOf(options.injectSecret.length, 'secret')}`);
  }
  return 0;
}

async function validateRunning(
  options: ValidateOptions,
  file: LaunchFile | undefined,
  out: Output,
  workerPath: string | undefined,
): Promise<number> {
  const { measurement, apiMajor, apiMinor, buildId, policy, insecure, ignoreConfig, injectSecret } = options;
  const platform = { apiMajor, apiMinor, buildId, policy };
  const given = Object.fromEntries(Object.entries(platform).filter(([, value]) => value !== undefined));
  if (options.secretHeader !== undefined || options.secretPayload !== undefined) throw errors.injectOrSeal();
  const inputs = {
    ...ownerInputs(options, file),
    domain: options.domain ?? file?.domain?.name ?? '',
    measurement,
    platform: given,
    insecure: insecure === true,
    ignoreConfig: ignoreConfig === true,
  };
  const run = {
    uri: options.connect ?? file?.domain?.connection ?? '',
    fromFile: options.connect === undefined && file?.domain !== undefined,
    workerPath,
    timeoutMs: options.timeout === undefined ? undefined : 1000 * options.timeout,
  };
  const { report, status, injected } = await validateDomain(
    inputs,
    injectSecret.length > 0 ? { ...run, secrets: () => readSecrets(injectSecret) } : run,
    out,
  );
  if (!options.json) for (const line of ruleLines(report.rules ?? [], options.debug === true)) out.line(line);
  if (options.json) printJson(out, injected === undefined ? report : { ...report, injected });
  else printReport(report, options, out);
  if (injected !== undefined && !options.json)
    out.line(`OK: injected ${countOf(injected, 'secret')}, and the guest runs`);
  return status;
}

function printReport(report: Report, { json, debug }: ValidateOptions, out: Output): void {
  if (json) {
    printJson(out, report);
    return;
  }
  for (const warning of report.warnings) out.note(`WARNING: ${warning}`);
  if (debug || report.verdict !== 'matches') {
    const rows = report.steps.map((s) => [s.title, `${s.bytes} bytes`, s.source, s.digest, s.detail]);
    columns(rows).forEach((line) => {
      out.line(line);
    });
  }
  if (report.verdict === 'matches') out.line(`OK: ${report.summary}`);
  else out.note(`${report.agrees ? 'NOT TRUSTED' : 'ERROR'}: ${report.summary}`);
}

/** What the owner gives, an option before what the launch file says. */
function ownerInputs(options: ValidateOptions, file: LaunchFile | undefined) {
  const base = file && ownerInputsOf(file, options.launch!);
  const keys = keysFrom(options) ?? base?.keys;
  if (!keys) throw errors.keysNeeded();
  return {
    firmware: options.firmware ?? base?.firmware,
    kernel: options.kernel ?? base?.kernel,
    initrd: options.initrd ?? base?.initrd,
    cmdline: options.cmdline ?? base?.cmdline,
    keys,
    vcpus: options.numCpus ?? base?.vcpus,
    profile: options.profile ?? base?.profile,
    ...vcpuState(options, base),
  };
}

/** All inputs of a recorded launch. */
function recordedInputs(options: ValidateOptions, file: LaunchFile | undefined): LaunchInputs {
  const owner = ownerInputs(options, file);
  const recorded = file?.launch;
  const needed = <T>(value: T | undefined, option: string): T => {
    if (value === undefined) throw errors.optionNeeded(option);
    return value;
  };
  const measurement = needed(options.measurement ?? recorded?.measurement, '--measurement');
  const platform = {
    apiMajor: needed(options.apiMajor ?? recorded?.apiMajor, '--api-major'),
    apiMinor: needed(options.apiMinor ?? recorded?.apiMinor, '--api-minor'),
    buildId: needed(options.buildId ?? recorded?.buildId, '--build-id'),
    policy: needed(options.policy ?? recorded?.policy, '--policy'),
  };
  const firmware = needed(owner.firmware, '--firmware');
  if (options.injectSecret.length > 0) needed(options.secretHeader, '--secret-header');
  if (options.injectSecret.length > 0) needed(options.secretPayload, '--secret-payload');
  if ((options.secretHeader === undefined) !== (options.secretPayload === undefined))
    throw errors.bothSecretFiles();
  return { ...owner, title: file?.name ?? options.launch ?? 'command line', measurement, platform, firmware };
}

function keysFrom({ tk, tik, tek }: ValidateOptions): KeyPaths | undefined {
  if (tk !== undefined) {
    if (tik !== undefined || tek !== undefined) throw errors.twoKeyForms();
    return { tk };
  }
  if (tik === undefined && tek === undefined) return undefined;
  if (tik === undefined || tek === undefined) throw errors.keysNeeded();
  return { tik, tek };
}

/** The CPU or the VMSA files, from the options if they name either, otherwise from the launch file. */
function vcpuState(
  options: ValidateOptions,
  base: Pick<LaunchInputs, 'cpu' | 'vmsa'> | undefined,
): Pick<LaunchInputs, 'cpu' | 'vmsa'> {
  const { cpuFamily, cpuModel, cpuStepping, vmsaCpu0, vmsaCpu1 } = options;
  const cpu = cpuFrom({
    ...(cpuFamily !== undefined && { family: cpuFamily }),
    ...(cpuStepping !== undefined && { stepping: cpuStepping }),
    ...(typeof cpuModel === 'number' && { model: cpuModel }),
    ...(typeof cpuModel === 'string' && { cpuModel }),
  });
  const files = vmsaCpu0 !== undefined || vmsaCpu1 !== undefined;
  // Contradictions are judged with all other inputs, when the check starts.
  if (cpu ?? files) return { cpu, vmsa: files ? { bsp: vmsaCpu0, ap: vmsaCpu1 } : undefined };
  return { cpu: base?.cpu, vmsa: base?.vmsa };
}

async function readSecrets(specs: readonly string[]): Promise<Secret[]> {
  const secrets: Secret[] = [];
  try {
    for (const spec of specs) {
      const [name, path, ...rest] = spec.split(':');
      if (!name || path === undefined || rest.length > 0) throw errors.badSecret();
      secrets.push({ guid: secretGuid(name), data: await readUpTo(path, MAX_SECRETS) });
    }
    return secrets;
  } catch (error) {
    for (const { data } of secrets) data.fill(0);
    throw error;
  }
}
