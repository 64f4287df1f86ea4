// The options of `sevscope validate` in addition to those of the launch itself.

import type { Command } from 'commander';
import { badLaunchDigest } from '../app/errors';
import { addInputs, addOtherNames } from './inputOptions';
import { addLaunchOptions, OF_SNP, type LaunchOptions } from './launchOptions';
import type { InputId } from '../core/launch/inputs';
import { redactOption, timeoutOption } from './options';
import { addVerification, addWishes, type VerificationOptions } from './wishOptions';

/** What is of an attestation report. */
const OF_REPORT: readonly InputId[] = ['report', 'certificates', 'require'];
/** What else only an SNP launch has. */
const SNP_INPUTS = OF_SNP.filter((id) => !OF_REPORT.includes(id)).map((id) => ({ id }));
/** Wishes whose options are those of inputs here: a launch digest, a policy and host data are said by their own. */
const TAKEN = ['measurement', 'policy', 'hostData'] as const;

/** The parsed options, by commander's names. */
export interface ValidateOptions extends Omit<LaunchOptions, 'launch' | 'require'>, VerificationOptions {
  readonly launch?: readonly string[];
  readonly junit?: string;
  readonly insecure?: true;
  readonly ignoreConfig?: true;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly injectSecret: readonly string[];
  readonly secretHeader?: string;
  readonly secretPayload?: string;
  readonly saveLaunch?: string;
  readonly json?: true;
  readonly redact?: true;
  readonly quiet?: true;
  readonly debug?: true;
}

/** Adds the options. */
export function addValidateOptions(command: Command): Command {
  const collect = (value: string, all: readonly string[]) => [...all, value];
  command
    .option('-d, --debug', 'print every step')
    .option('-q, --quiet', 'print nothing; only the exit status counts')
    .option('--json', 'print the report as JSON')
    .addOption(redactOption())
    .option('--junit <path>', 'write the results as JUnit XML, too')
    .option(
      '--launch <path...>',
      'launch files (*.sevlaunch.json), or quoted patterns; options override what is in them',
    );
  addInputs(command, [
    {
      id: 'launchDigest',
      help: 'launch digest that the guest must have, in place of what is loaded; without a measurement, that the inputs must give; with a report, that it must show',
      whyNot: (found) => badLaunchDigest(found).message,
    },
  ]);
  addLaunchOptions(command).optionsGroup(
    'Of an SEV-SNP launch, whose launch digest is known or whose guest has a report:',
  );
  addInputs(command, SNP_INPUTS).optionsGroup(
    'The attestation report of an SEV-SNP guest, and what it must show:',
  );
  addInputs(
    command,
    OF_REPORT.map((id) => ({ id })),
  );
  addWishes(addVerification(command), TAKEN)
    .optionsGroup('Secrets:')
    .option(
      '-s, --inject-secret <name:path>',
      'seal a secret for the guest: a GUID or luks-key, and its file',
      collect,
      [],
    )
    .option('--secret-header <path>', 'where to write the header of the sealed secrets')
    .option('--secret-payload <path>', 'where to write the sealed secrets')
    .optionsGroup('A running domain, whose host says what is not given here:');
  addInputs(command, [{ id: 'connection' }, { id: 'domain' }])
    .option('-i, --insecure', 'go on where the answer cannot be trusted')
    .option('-g, --ignore-config', "do not check the domain's configuration")
    .option(
      '--save-launch <path>',
      'of SEV-SNP: write your inputs with the launch digest that the report must show as a launch file',
    )
    .addOption(timeoutOption());
  return addOtherNames(command);
}
