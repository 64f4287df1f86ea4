// What can be wrong with a command line.

import { CheckError, usage } from '../core/errors';

/** Only some of family, model and stepping. */
export function halfCpu(): CheckError {
  return usage(
    'half-cpu',
    'A CPU needs all three of family, model and stepping; or give a QEMU model by name.',
  );
}

/** A CPU by name and by numbers. */
export function twoCpus(): CheckError {
  return usage('two-cpus', 'The CPU is given by name and by numbers. Give one of them.');
}

/** A generated page for no CPU in particular. */
export function cpuNeeded(): CheckError {
  return usage(
    'cpu-needed',
    'A VMSA holds the signature of its CPU. Give family, model and stepping, or a QEMU model by name.',
  );
}

/** Nothing to compare with. */
export function comparisonNeeded(): CheckError {
  return usage(
    'comparison-needed',
    'Compare with what? Give a second VMSA file, or the CPU and profile of a page to generate.',
  );
}

/** A file and a generated page to compare with. */
export function twoComparisons(): CheckError {
  return usage(
    'two-comparisons',
    'Give either a second VMSA file or the CPU and profile of a page to generate, not both.',
  );
}

/** An option that a check cannot do without. */
export function optionNeeded(option: string): CheckError {
  return usage('option-needed', `${option} is missing. Give it, or a launch file with --launch.`);
}

/** Neither form of the keys. */
export function keysNeeded(): CheckError {
  return usage(
    'keys-needed',
    "The guest owner's keys are missing. Give both --tik and --tek, or --tk with both in one file.",
  );
}

/** Both forms of the keys. */
export function twoKeyForms(): CheckError {
  return usage('two-key-forms', '--tk holds both keys; --tik and --tek cannot be given with it.');
}

/** One half of a sealed packet. */
export function bothSecretFiles(): CheckError {
  return usage(
    'both-secret-files',
    'Sealed secrets are two files. Give both --secret-header and --secret-payload.',
  );
}

/** A secret that is not NAME:PATH. What was given is not repeated: it may hold the secret itself. */
export function badSecret(): CheckError {
  return usage(
    'bad-secret',
    'A secret is given as NAME:PATH, where NAME is a GUID or luks-key and PATH a file.',
  );
}

/** Secrets for a running guest and for files. */
export function injectOrSeal(): CheckError {
  return usage(
    'inject-or-seal',
    'With --domain secrets go to the guest itself. Leave out --secret-header and --secret-payload, or check a recorded launch.',
  );
}

/** A program that was put together without the part that talks to libvirt. */
export function noWorker(): CheckError {
  return new CheckError(
    'bug',
    'no-worker',
    'The part that talks to libvirt is missing. Install SevScope again.',
  );
}

/** An option that only counts with a domain. */
export function domainNeeded(option: string): CheckError {
  return usage('domain-needed', `${option} is about a running domain. Give --domain, too, or leave it out.`);
}

/** A VMM and a profile of another one. */
export function otherUserspace(userspace: string, profile: string): CheckError {
  return usage(
    'other-userspace',
    `The profile ${profile} is not a launch by ${userspace}. Give the VMM or the profile, not both.`,
  );
}

/** A reset address typed and an image that has one. */
export function twoResetAddresses(): CheckError {
  return usage(
    'two-reset-addresses',
    'The reset address is given twice, by --reset-address and by --firmware. Give one of them.',
  );
}

/** A file that holds a page in a form that is not changed in place. */
export function onlyRawUpdates(path: string, form: string): CheckError {
  return usage(
    'only-raw-updates',
    `${path} is a ${form}; only raw pages are changed in place. Write the page first: sevscope vmsa export ${path} --as bin --output page.vmsa`,
  );
}

/** A setting that is not FIELD=VALUE. */
export function badSetting(found: string): CheckError {
  return usage(
    'bad-setting',
    `"${found.slice(0, 60)}" is no setting. Give FIELD=VALUE, for example rdx=0xa00f11.`,
  );
}

/** An old name of an array that is now known to be several fields. */
export function severalFields(name: string, fields: readonly string[]): CheckError {
  return usage('several-fields', `"${name}" is several fields: ${fields.join(', ')}. Set one of them.`);
}

/** Bytes for a terminal. */
export function binaryToTerminal(): CheckError {
  return usage(
    'binary-to-terminal',
    'A raw page is no text for a terminal. Give --output PATH, or send it to another program.',
  );
}

/** A value of an SVSM image for pages that hold none of it. */
export function svsmValueUnused(part: string, profile: string): CheckError {
  return usage(
    'svsm-value-unused',
    `Pages of the profile ${profile} hold no ${part} of an SVSM image. Leave it out, or give --profile.`,
  );
}

/** A pattern of launch files that no file matches. */
export function noLaunchMatches(pattern: string): CheckError {
  return usage(
    'no-launch-matches',
    `No file matches "${pattern}". Quote the pattern so that the shell leaves it alone, and check the folder it starts in.`,
  );
}

/** An option that is about one launch, beside several. */
export function oneLaunchOnly(option: string): CheckError {
  return usage(
    'one-launch-only',
    `${option} is about one launch, but --launch names several. Leave it out, or check that launch by itself.`,
  );
}

/** An image whose pages cannot be launched with SNP; `why` is a sentence. */
export function noSnpDigest(why: string): CheckError {
  return new CheckError('config', 'no-snp-digest', `${why} There is no digest.`);
}

/** A list of numbers of vCPUs that is none. */
export function badVcpuList(text: string, most: number): CheckError {
  return usage(
    'bad-vcpu-list',
    `"${text.slice(0, 40)}" is no number of vCPUs. Give 1 to ${most}; with --matrix also ranges and lists, for example 1-8 or 1,2,4.`,
  );
}

/** A CPU for a table that is none. */
export function badMatrixCpu(text: string): CheckError {
  return usage(
    'bad-matrix-cpu',
    `"${text.slice(0, 40)}" is no CPU. Give a QEMU model such as EPYC-Milan, family/model/stepping such as 25/17/1, or all.`,
  );
}

/** A signature that no CPU has. */
export function badSignature(text: string): CheckError {
  return usage(
    'bad-signature',
    `${text} is no CPU signature: it has bits that no CPU sets. An example is 0xa00f11.`,
  );
}

/** A profile of another mode. */
export function otherMode(id: string, mode: string, known: readonly string[]): CheckError {
  return usage(
    'other-mode',
    `"${id.slice(0, 40)}" is no profile of mode ${mode}. Use one of ${known.join(', ')}, or all.`,
  );
}

/** An option that another option makes meaningless, or that needs another; `why` is a phrase. */
export function oddOption(option: string, why: string): CheckError {
  return usage('odd-option', `${option} cannot be given here: ${why}. Leave it out.`);
}

/** Something that a launch digest cannot do without. */
export function digestNeeds(option: string, what: string): CheckError {
  return usage('digest-needs', `${option} is missing: ${what}.`);
}

/** A nonce that is none. */
export function badNonce(): CheckError {
  return usage(
    'bad-nonce',
    'The nonce must be 16 bytes, in hexadecimal or base64: the last 16 of a reported measurement.',
  );
}

/** An SNP OVMF hash that is none. */
export function badOvmfHash(): CheckError {
  return usage(
    'bad-ovmf-hash',
    'The SNP OVMF hash must be 48 bytes in hexadecimal, as --mode snp:ovmf-hash prints it.',
  );
}

/** A table that the person stopped. */
export function tableCancelled(): CheckError {
  return new CheckError('state', 'table-cancelled', 'The table was cancelled before its last row.');
}

/** SEV features that are no 64-bit number. */
export function badFeatures(text: string): CheckError {
  return usage(
    'bad-features',
    `"${text.slice(0, 40)}" is no number of 64 bits. SEV features are such as 0x1 or 0x21.`,
  );
}
