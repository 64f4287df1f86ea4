// Mistakes on a command line. A place names an input, or an option that is not an input of a launch.

import { countOf } from '../core/binary/hex';
import type { UnfitText } from '../core/binary/textBytes';
import { CheckError, usage } from '../core/errors';
import { whyUnwritable } from '../app/ioErrors';

/** Only one or two of family, model and stepping were given. */
export function incompleteCpu(): CheckError {
  return usage(
    'incomplete-cpu',
    'A CPU needs all three of family, model and stepping; or give a QEMU model by name.',
    { at: { input: 'cpu' } },
  );
}

/** A CPU was given both by name and by numbers. */
export function twoCpus(): CheckError {
  return usage('two-cpus', 'The CPU is given by name and by numbers.', {
    advice: 'Give one of them.',
    at: { input: 'cpu' },
  });
}

/** A page is to be compared, but there is neither another file nor a CPU to generate a page for. */
export function comparisonNeeded(): CheckError {
  return usage('comparison-needed', 'Compare with what?', {
    advice: 'Give a second VMSA file, or the CPU and profile of a page to generate.',
  });
}

/** A page is to be compared with a file and with a generated page at the same time. */
export function twoComparisons(): CheckError {
  return usage(
    'two-comparisons',
    'Give either a second VMSA file or the CPU and profile of a page to generate, not both.',
  );
}

/** Neither the command line nor a launch file provides something that a check needs. */
export function optionNeeded(option: string): CheckError {
  return usage('option-needed', `${option} is missing.`, {
    advice: 'Give it, or a launch file with --launch.',
    at: { input: option },
  });
}

/** An input was given under two names of its option, with different values. */
export function twoNames(input: string, first: string, second: string): CheckError {
  return usage('two-names', `${first} and ${second} are one option, and have different values here.`, {
    advice: 'Give one of them.',
    at: { input },
  });
}

/** The keys were not given in either form, or only one key was. */
export function keysNeeded(): CheckError {
  return usage('no-keys', "The guest owner's keys are missing.", {
    advice: 'Give both --tik and --tek, or --tk with both in one file.',
    at: { input: 'keys' },
  });
}

/** The keys were given both in one file and in separate files. */
export function twoKeyForms(): CheckError {
  return usage('two-key-forms', '--tk holds both keys; --tik and --tek cannot be given with it.', {
    at: { input: 'keys' },
  });
}

/** Sealed secrets are written to two files, but only one was named. */
export function bothSecretFiles(): CheckError {
  return usage('secret-file-needed', 'Sealed secrets are two files.', {
    advice: 'Give both --secret-header and --secret-payload.',
  });
}

/** A secret was not given as NAME:PATH. The message does not repeat it: it may be the secret itself. */
export function badSecret(): CheckError {
  return usage(
    'bad-secret',
    'A secret is given as NAME:PATH, where NAME is a GUID or luks-key and PATH a file.',
    { at: { input: 'secrets' } },
  );
}

/** Secrets were to be both injected into a running guest and written to files. */
export function injectOrSeal(): CheckError {
  return usage('inject-or-seal', 'With --domain secrets go to the guest itself.', {
    advice: 'Leave out --secret-header and --secret-payload, or check a recorded launch.',
    at: { input: '--domain' },
  });
}

/** The program was installed without its libvirt part. */
export function noWorker(): CheckError {
  return new CheckError('bug', 'no-libvirt-part', 'The part that talks to libvirt is missing.', {
    advice: 'Install SevScope again.',
  });
}

/** An option for a running domain was given without a domain. */
export function domainNeeded(option: string): CheckError {
  return usage('domain-needed', `${option} is about a running domain.`, {
    advice: 'Give --domain, too, or leave it out.',
    at: { input: option },
  });
}

/** `--save-launch`, and there is no launch digest that a report must show. */
export function nothingToSave(): CheckError {
  return usage(
    'nothing-to-save',
    'No launch file was written: it has the launch digest that the report of an SNP guest must show, and there is none here.',
    {
      advice:
        'The rules say why. "sevscope launch record" writes a launch file for a domain of SEV or SEV-ES.',
      at: { input: '--save-launch' },
    },
  );
}

/** The given VMM and the given profile do not belong together. */
export function otherUserspace(userspace: string, profile: string): CheckError {
  return usage('profile-of-other-vmm', `The profile ${profile} is not a launch by ${userspace}.`, {
    advice: 'Give the VMM or the profile, not both.',
    at: { input: 'profile' },
  });
}

/** A reset address was given both as a number and by an image that has one. */
export function twoResetAddresses(): CheckError {
  return usage(
    'two-reset-addresses',
    'The reset address is given twice, by --reset-address and by --firmware.',
    { advice: 'Give one of them.', at: { input: 'resetAddress' } },
  );
}

/** A file to be changed in place has its page in a read-only form. */
export function onlyRawUpdates(path: string, form: string): CheckError {
  return usage('not-a-raw-page', `${path} is a ${form}; only raw pages are changed in place.`, {
    advice: `Write the page first: sevscope vmsa export ${path} --as bin --output page.vmsa`,
  });
}

/** A field setting was not given as FIELD=VALUE. */
export function badSetting(found: string): CheckError {
  return usage('bad-setting', `"${found.slice(0, 60)}" is no setting.`, {
    advice: 'Give FIELD=VALUE, for example rdx=0xa00f11.',
  });
}

/** An old name refers to an array that is now known to be several fields; one of them must be named. */
export function severalFields(name: string, fields: readonly string[]): CheckError {
  return usage('several-fields', `"${name}" is several fields: ${fields.join(', ')}.`, {
    advice: 'Set one of them.',
    at: { input: name },
  });
}

/** Raw bytes would have been printed to a terminal. */
export function binaryToTerminal(what = 'A raw page'): CheckError {
  return usage('binary-to-terminal', `${what} is no text for a terminal.`, {
    advice: 'Give --output PATH, or send it to another program.',
  });
}

/** A value of an SVSM image was given for a profile whose pages do not contain it. */
export function svsmValueUnused(part: string, profile: string): CheckError {
  return usage('unused-svsm-value', `Pages of the profile ${profile} hold no ${part} of an SVSM image.`, {
    advice: 'Leave it out, or give --profile.',
    at: { input: part },
  });
}

/** No file matches a pattern of launch files. */
export function noLaunchMatches(pattern: string): CheckError {
  return usage('no-file-matches', `No file matches "${pattern}".`, {
    advice: 'Quote the pattern so that the shell leaves it alone, and check the folder it starts in.',
    at: { input: '--launch' },
  });
}

/** An option that applies to one launch was given with several. */
export function oneLaunchOnly(option: string): CheckError {
  return usage('one-launch-only', `${option} is about one launch, but --launch names several.`, {
    advice: 'Leave it out, or check that launch by itself.',
    at: { input: option },
  });
}

/** A CPU signature has bits that no CPU sets. */
export function badSignature(text: string): CheckError {
  return usage('bad-cpu-signature', `${text} is no CPU signature: it has bits that no CPU sets.`, {
    advice: 'An example is 0xa00f11.',
    at: { input: 'cpu' },
  });
}

/** An option was given that another one makes meaningless, or without one that it needs; `why` is a phrase. */
export function oddOption(option: string, why: string): CheckError {
  return usage('option-not-allowed', `${option} cannot be given here: ${why}.`, {
    advice: 'Leave it out.',
    at: { input: option },
  });
}

/** Nothing says which launch a command is about. @param done what is to be done with it @param ways what to give, the shortest first, sentences */
export function launchNeeded(done: string, ways: readonly string[]): CheckError {
  return usage('launch-needed', `Nothing says which launch is to be ${done}.`, { advice: ways.join(' ') });
}

/** Something that a launch digest needs was not given; `what` is a phrase that says what to give. */
export function digestNeeds(option: string, what: string): CheckError {
  return usage('digest-option-needed', `${option} is missing: ${what}.`, { at: { input: option } });
}

/** A launch with no more vCPUs than the one whose digest is known. */
export function notMoreVcpus(wanted: number, known: number): CheckError {
  return usage(
    'not-more-vcpus',
    `A digest of ${countOf(wanted, 'vCPU')} does not follow from one of ${known}: a launch goes on with more vCPUs only.`,
    { advice: `Ask for ${known + 1} or more.`, at: { input: '--vcpus' } },
  );
}

/** The nonce for a measurement is not 16 bytes in a form that is read. */
export function badNonce({ found, size }: UnfitText): CheckError {
  const whole = size === 48 ? ' That has the size of a whole measurement.' : '';
  return usage(
    'bad-nonce',
    `The nonce is ${found}; it must be 16 bytes, in hexadecimal or base64: the last 16 of a reported measurement.${whole}`,
  );
}

/** The digest of the firmware pages, given instead of the firmware, is not 48 bytes in a form that is read. */
export function badOvmfHash({ found, form }: UnfitText): CheckError {
  const hash =
    form === 'named hash'
      ? ' The hash of the file is another: the digest is one of its pages and addresses.'
      : '';
  return usage(
    'bad-ovmf-hash',
    `The SNP OVMF hash is ${found}; it must be 48 bytes, in hexadecimal or base64, as --mode snp:ovmf-hash prints it.${hash}`,
  );
}

/** What is printed does not arrive; `reason` is the system's code. */
export function unwritableAnswer(reason: string): CheckError {
  return new CheckError(
    'bug',
    'unwritable-answer',
    `The answer cannot be written: ${whyUnwritable(reason)}.`,
  );
}

/** The event loop had nothing left to do, and there is no answer. */
export function noAnswer(): CheckError {
  return new CheckError('bug', 'no-answer', 'The run ended without an answer.');
}

/** A file to compare a launch with is no trace, and has no pages of vCPUs either; `why` is a sentence. */
export function noTrace(path: string, why: string): CheckError {
  return usage('no-trace', `${path} is no trace of a launch, and has no VMSA pages: ${why}`, {
    advice:
      "Give what --trace --json printed, QEMU's output with -trace 'kvm_sev_*', or a kernel log with the dumps of VMSAs.",
    at: { input: '--compare' },
  });
}

/** The JSON with the inputs of an SNP launch lacks a member, or has another value than it takes; or it is none. @param why a phrase */
export function badInputs(
  path: string,
  { member, why }: { readonly member?: string; readonly why: string },
): CheckError {
  return usage(
    'bad-launch-inputs',
    `${path} does not have the inputs of an SNP launch: ${member === undefined ? '' : `${member} `}${why}.`,
    {
      advice: 'Give JSON as dstack has it, which --format dstack prints.',
      at: { input: '--inputs' },
    },
  );
}

/** A secret is to be sealed after the check of a launch digest, which no guest can be sealed to. */
export function noSecretsByDigest(): CheckError {
  return usage('no-secrets-by-digest', 'Secrets are sealed for a measurement, and a launch digest is none.', {
    advice: 'Leave --inject-secret out, or check a recorded launch.',
    at: { input: '--inject-secret' },
  });
}

/** An ID block is to be checked, and none was given. */
export function idBlockNeeded(): CheckError {
  return usage('id-block-needed', 'There is nothing to check: an ID block and an ID authentication.', {
    advice: 'Give their files, or the texts with --id-block and --id-auth.',
    at: { input: '--id-block' },
  });
}

/** An ID block is to be made, and nothing says of which launch. */
export function launchDigestNeeded(): CheckError {
  return usage('launch-digest-needed', 'An ID block is made for a launch digest.', {
    advice: 'Give it with --launch-digest, or a launch file with --launch.',
    at: { input: '--launch-digest' },
  });
}

/** A launch digest and a launch file that gives one were given. */
export function twoLaunchDigests(): CheckError {
  return usage('two-launch-digests', 'The launch digest is given, and --launch gives one, too.', {
    advice: 'Give one of them.',
    at: { input: '--launch-digest' },
  });
}

/** An ID block is to be made without a key to sign it. */
export function idKeyNeeded(): CheckError {
  return usage('id-key-needed', 'An ID block is signed with a private key, the ID key.', {
    advice:
      'Give the path of one with --id-key: openssl ecparam -name secp384r1 -genkey -noout -out key.pem makes it.',
    at: { input: '--id-key' },
  });
}

/** AMD's key server has no certificate for a report: a VLEK signed it, or it does not say of which chip it is. */
export function noKdsUrl(name: string): CheckError {
  return usage(
    'no-kds-url',
    `AMD's key server has no certificate for ${name}: a VLEK signed it, or it names no chip or no known processor.`,
    {
      advice: 'A VLEK comes with the report from the cloud provider.',
    },
  );
}
