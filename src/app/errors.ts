// Failures of the use cases, whoever runs them. A failure that `launch lint` also reports uses the name of its
// rule as its code.

import { byteCount, hex } from '../core/binary/hex';
import { didYouMean, similarName } from '../core/binary/similar';
import type { UnfitText } from '../core/binary/textBytes';
import { CheckError, usage } from '../core/errors';
import { describeKind, type FileKind } from '../core/ovmf/kinds/fileKind';
import { similarFeature } from '../core/vmsa/layout/features';
import type { UnclearText } from './launchFaults';

/** A report of SEV-SNP was given for a domain that is none of it. */
export function reportOfSevDomain(): CheckError {
  return usage(
    'report-of-sev-domain',
    'A report of SEV-SNP is given, and the domain is none of SEV-SNP: its guest has no such report.',
    { advice: 'Leave the report out, or ask another domain.', at: { input: 'report' } },
  );
}

/** Something was thrown that is not a CheckError; the message says that it is a bug in SevScope. */
export function unforeseen(thrown: unknown): CheckError {
  return new CheckError(
    'bug',
    'unforeseen',
    `SevScope failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
  );
}

/** A launch digest is in no form that is read, or has another size than one. */
export function badLaunchDigest({ found }: Pick<UnfitText, 'found'>): CheckError {
  return usage(
    'bad-launch-digest',
    `The launch digest is ${found}; it must be 32 bytes, of SEV-SNP 48: 64 or 96 hexadecimal digits, base64, or a line of sha256sum or sha384sum.`,
    { at: { input: 'launchDigest' } },
  );
}

/** The profile is not one of the launches that the digest is of. @param profiles that are */
export function profileOfOther(
  profile: string,
  size: number,
  profiles: readonly { readonly id: string }[],
): CheckError {
  return usage(
    'profile-not-of-digest',
    `The profile ${profile} is none of the launches that have a digest of ${size} bytes.`,
    { advice: `Those are ${profiles.map(({ id }) => id).join(', ')}.`, at: { input: 'profile' } },
  );
}

/** A file of pages has fewer pages than the requested vCPU number needs. */
export function noSuchVcpu(path: string, vcpu: number, count: number): CheckError {
  const at = { input: '--vcpu' };
  return count === 1
    ? usage('no-such-vcpu', `${path} holds one page, so there is no vCPU ${vcpu} in it.`, {
        advice: 'Leave --vcpu out.',
        at,
      })
    : usage(
        'no-such-vcpu',
        `${path} holds ${count} pages; give --vcpu from 0 to ${count - 1} instead of ${vcpu}.`,
        { at },
      );
}

/** A file has dumps of other vCPUs than the requested one. @param labels of those that it has */
export function noDumpOfVcpu(path: string, vcpu: number, labels: readonly string[]): CheckError {
  const has = labels.slice(0, 8).join(', ') + (labels.length > 8 ? ' and more' : '');
  return usage('no-dump-of-vcpu', `${path} has no dump of vCPU ${vcpu}; it has ${has}.`, {
    at: { input: '--vcpu' },
  });
}

/** The thread that searches for an explanation failed; `why` is a phrase. */
export function explainFailed(why: string): CheckError {
  return new CheckError('bug', 'explain-failed', `The search for an explanation broke off: ${why}.`, {
    advice: 'Run it again.',
  });
}

/** The user stopped a search for an explanation. */
export function explainCancelled(): CheckError {
  return new CheckError(
    'state',
    'explain-cancelled',
    'The search was cancelled before it finished; nothing was explained.',
  );
}

/** The user stopped a check before the secret that was to follow a match was sent. */
export function injectionStopped(): CheckError {
  return new CheckError(
    'state',
    'injection-stopped',
    'The check was stopped before it finished, so the secret was not injected.',
    { advice: 'Inject it again after a check that matches.' },
  );
}

/**
 * Pages of additional vCPUs are to be generated, but the firmware does not define where APs start; `why` is a phrase.
 */
export function noResetAddress(path: string, why: string): CheckError {
  return new CheckError(
    'bug',
    'no-reset-address',
    `${path} has no SEV-ES reset address (${why}), so the VMSA of additional vCPUs cannot be generated.`,
    { advice: 'Use the OVMF code image that the guest starts with.', at: { input: 'firmware' } },
  );
}

/** Firmware is given in a form whose own bytes no VMM measures, such as a disk image or base64. */
export function containerAsFirmware(name: string, kind: FileKind): CheckError {
  return usage('no-firmware', describeKind({ ...kind, next: '' }, name), {
    advice: kind.next,
    at: { input: 'firmware' },
  });
}

/**
 * A file that should be shown is neither a firmware image nor a page.
 * @param noPages why a text that may hold pages holds none, sentences
 */
export function nothingToShow(name: string, kind: FileKind, noPages?: string): CheckError {
  const found = describeKind({ ...kind, next: '' }, name);
  const advice = noPages === undefined ? kind.next : `${kind.next} It holds no VMSA pages either. ${noPages}`;
  return usage('nothing-to-show', found, { advice });
}

/** The launch matches, but its firmware has no area where the guest would look for secrets; `why` is a phrase. */
export function noSecretArea(why: string): CheckError {
  return new CheckError(
    'config',
    'no-secret-area',
    `The measurement matches, but the firmware has no area for secrets (${why}): nothing was injected, because the guest would not find it.`,
    { advice: "Use firmware that has one, such as OVMF's AmdSev build.", at: { input: 'firmware' } },
  );
}

/** A launch file is not JSON. @param offset of the first syntax error, in UTF-16 units */
export function notJson(path: string, offset: number, place: string): CheckError {
  return usage('not-json', `${path} is not a launch file: from ${place} on it is not JSON.`, {
    at: { offset },
  });
}

/** A file that was given as a launch file is another. @param what it is, a phrase */
export function notLaunchJson(path: string, what: string): CheckError {
  const advice = what.includes('UTF-16')
    ? 'Save it as UTF-8.'
    : 'Give a launch file, such as *.sevlaunch.json.';
  return usage('not-launch-json', `${path} is not a launch file: it is ${what}.`, {
    advice,
    at: { offset: 0 },
  });
}

/** The text of a launch file cannot be read in one way only. @param why a phrase with the place */
export function unfitLaunchText(
  path: string,
  { rule, member, offset }: UnclearText,
  why: string,
  advice: string,
): CheckError {
  const about = member.length > 0 ? `${member.join('.')}: ` : 'it is ';
  return usage(rule, `${path} is not a launch file: ${about}${why}.`, { advice, at: { member, offset } });
}

/** A launch file has a byte that is not UTF-8. @param why a phrase with the place @param offset in its text, in UTF-16 units */
export function notUtf8(path: string, why: string, advice: string, offset: number): CheckError {
  return usage('not-unicode', `${path} is not a launch file: ${why}.`, { advice, at: { offset } });
}

/**
 * A member of a launch file is missing, unknown, or does not have the type or range that the schema requires;
 * `why` is a phrase.
 */
export function badLaunchFile(path: string, why: string, member: readonly string[]): CheckError {
  return usage('not-a-launch-file', `${path} is not a launch file: ${why}.`, { at: { member } });
}

/** A launch file is larger than any a person would write. @param most in bytes */
export function launchFileTooLarge(path: string, most: number): CheckError {
  return usage('launch-file-too-large', `${path} is not a launch file: it has more than ${most >> 10} KiB.`);
}

/**
 * A well-formed launch file breaks a rule that every launch file must keep.
 * @param why the end of a sentence that names the file
 */
export function unfitLaunchFile(path: string, { code, at }: CheckError, why: string): CheckError {
  return usage(code, `${path} is not a launch file: ${why}.`, at ? { at } : {});
}

/** There are secrets to seal, but no key to encrypt them with. */
export function tekNeeded(): CheckError {
  return usage('tek-needed', 'Secrets are encrypted under the TEK.', {
    advice: 'Give the TEK, too.',
    at: { input: 'keys.tek' },
  });
}

/** A recorded launch is needed, but the launch file only names a domain. */
export function noRecordedLaunch(name: string): CheckError {
  return usage('no-recorded-launch', `${name} has no recorded launch, only a domain to ask.`, {
    advice:
      'Check the domain itself (--domain, or Validate Domain Launch Measurement in VS Code), or record the launch in the file.',
  });
}

/**
 * A launch is to be recorded, but the domain's host cannot report one.
 * @param why what was found about the domain, and what to do
 */
export function noLaunch(why: { readonly found: string; readonly advice: string }): CheckError {
  return new CheckError('config', 'no-launch', `There is no launch to record. ${why.found}`, {
    advice: why.advice,
    at: { input: 'domain' },
  });
}

/** A launch is to be recorded, but the domain is not running, so there is none. */
export function notStarted(state: string): CheckError {
  return new CheckError(
    'state',
    'domain-not-started',
    `The domain is ${state}, so it has no launch to record.`,
    { advice: 'Start it paused: virsh start --paused.', at: { input: 'domain' } },
  );
}

/** The guest got its secrets, but the host did not resume it. */
export function notResumed(cause: CheckError | undefined): CheckError {
  const why = cause ? ` ${cause.message}` : '';
  return new CheckError(
    cause?.kind ?? 'bug',
    'guest-not-resumed',
    `The guest has its secrets, but was not resumed.${why}`,
    { advice: 'Resume it by hand: virsh resume.' },
  );
}

/** The user stopped an injection while the host had the sealed secret, so it is unknown whether the guest got it. */
export function injectionUnsure(): CheckError {
  return new CheckError(
    'state',
    'injection-unsure',
    'The injection was stopped while the secret was on its way: the guest may have it, and may run.',
    { advice: 'See its state with "virsh domstate" before you send it again.' },
  );
}

/** The host omits a value that the check needs; `what` is libvirt's name for it. */
export function notReported(what: string): CheckError {
  return new CheckError('bug', 'not-reported', `The host does not report ${what}.`, {
    advice: 'Give it by hand, or look into the log of libvirtd.',
  });
}

/**
 * A file contains no VMSA page in any known form, or several where a launch names that of one vCPU.
 * @param found the sentences that say what it contains, or how many pages and the title of their form
 */
export function notAPage(
  name: string,
  found: string | { readonly title: string; readonly count: number },
): CheckError {
  return typeof found === 'string'
    ? usage('not-a-page', `${name} is not a VMSA page. ${found}`)
    : usage(
        'not-a-page',
        `${name} has ${found.count} pages (${found.title}), and that of one vCPU is wanted.`,
        { advice: 'Write it into a file of its own: sevscope vmsa export --as bin --vcpu.' },
      );
}

/** No VMSA field has this name. @param similar names that may have been meant */
export function unknownField(name: string, similar: readonly string[]): CheckError {
  return usage('unknown-field', `A VMSA has no field "${name.slice(0, 40)}".`, {
    advice:
      similar.length > 0
        ? `Did you mean ${similar.join(', ')}?`
        : 'sevscope vmsa show --all lists the fields of a page.',
    at: { input: name },
  });
}

/** A file without a byte is no firmware. */
export function emptyFirmware(name: string): CheckError {
  return usage('empty-firmware', `${name} is empty: there is no firmware to measure.`, {
    at: { input: 'firmware' },
  });
}

/** A launch file with what the report of an SNP guest must show would have inputs of its host. @param inputs their names */
export function hostsInputs(inputs: readonly string[]): CheckError {
  return usage(
    'inputs-of-host',
    `No launch file was written: ${inputs.join(', ')} would be what the host says, and such a file has only what its owner gives.`,
    { advice: 'Give what is missing, and check the domain again.' },
  );
}

/** The domain is one of SEV, and the owner's keys are not given. */
export function domainKeysNeeded(ways: string): CheckError {
  return usage(
    'domain-keys-needed',
    "The domain has SEV launch security, whose measurement is made under the owner's TIK.",
    { advice: `Give it ${ways}.`, at: { input: 'keys.tik' } },
  );
}

/** The firmware pages cannot be launched with SNP; `why` is a sentence. */
export function noSnpDigest(why: string): CheckError {
  return new CheckError('config', 'no-snp-digest', `${why} There is no digest.`, {
    at: { input: 'firmware' },
  });
}

/** A file and its digest were given, or two sizes. */
export function givenTwice(input: string): CheckError {
  return usage(
    'given-twice',
    `The ${input === 'varsSize' ? 'size of the variables' : input} is given twice.`,
    {
      advice: 'Give one of them.',
      at: { input },
    },
  );
}

/** It is not known how far below the firmware an SVSM image lies. */
export function varsNeeded(): CheckError {
  return usage(
    'vars-needed',
    'An SVSM image lies below the variables of the firmware, whose size is missing.',
    {
      advice: 'Give --vars-size or --vars-file.',
      at: { input: 'varsSize' },
    },
  );
}

/** An SVSM image is not whole pages. */
export function unfitSvsmSize(size: number): CheckError {
  return usage(
    'unfit-svsm-size',
    `The SVSM image has ${byteCount(size)}, not one or more whole pages of 4096 bytes: nothing launches it.`,
    { advice: 'Give the image that QEMU is started with.', at: { input: 'svsm' } },
  );
}

/** An SVSM image would lie below address 0, or not at the start of a page. */
export function unfitSvsmBase(base: number): CheckError {
  const why =
    base < 0 ? 'there is no room for it below the firmware' : `${hex(base)} is not the start of a page`;
  return usage('unfit-svsm-base', `The SVSM image cannot be loaded: ${why}.`, {
    advice: 'All sizes are multiples of 4096: check those of the image and of the variables.',
    at: { input: 'svsm' },
  });
}

/** A file has no table that says where an SVSM starts. */
export function noSvsmEntry(path: string): CheckError {
  return usage(
    'no-svsm-entry',
    `${path} does not say where an SVSM starts: it has no SVSM info in its table.`,
    {
      advice: 'An image for an IGVM file has none; its digest is that of the IGVM file.',
      at: { input: 'svsm' },
    },
  );
}

/** The sample is to be written into a folder that is no sample, but has a file with a name of one. */
export function folderHasOwn(folder: string, name: string): CheckError {
  return usage('folder-has-own', `${folder} has a ${name} that is not of a sample; nothing was written.`, {
    advice: 'Choose an empty folder, or one that does not exist yet.',
  });
}

/** A page is to be generated, but no CPU was given to take its signature from. */
export function cpuNeeded(): CheckError {
  return usage('cpu-needed', 'A VMSA holds the signature of its CPU.', {
    advice: 'Give family, model and stepping, or a QEMU model by name.',
    at: { input: 'cpu' },
  });
}

/** A number of vCPUs, or a list of them for a table, is malformed or exceeds what a machine has. */
export function badVcpuList(text: string, most: number): CheckError {
  return usage('bad-vcpu-list', `"${text.slice(0, 40)}" is no number of vCPUs.`, {
    advice: `Give 1 to ${most}; for several launches also ranges and lists, for example 1-8 or 1,2,4.`,
    at: { input: 'vcpus' },
  });
}

/** A CPU of a table is neither a model name nor three numbers. */
export function badMatrixCpu(text: string): CheckError {
  return usage('bad-matrix-cpu', `"${text.slice(0, 40)}" is no CPU.`, {
    advice: 'Give a QEMU model such as EPYC-Milan, family/model/stepping such as 25/17/1, or all.',
    at: { input: 'cpu' },
  });
}

/** A profile was given that belongs to another mode than the requested one. */
export function otherMode(id: string, mode: string, known: readonly string[]): CheckError {
  return usage('profile-of-other-mode', `"${id.slice(0, 40)}" is no profile of mode ${mode}.`, {
    advice: `Use one of ${known.join(', ')}, or all.${didYouMean(similarName(id, known))}`,
    at: { input: 'profile' },
  });
}

/** The SEV features to launch with are not a number of at most 64 bits. */
export function badFeatures(text: string): CheckError {
  return usage(
    'bad-sev-features',
    `"${text.slice(0, 40)}" is no number of 64 bits, and names no SEV features.`,
    {
      advice: `Give a number of at most 64 bits, such as 0x21, or names, such as SNPActive,DebugSwap.${didYouMean(similarFeature(text))}`,
      at: { input: 'features' },
    },
  );
}

/** dstack's object of hashes cannot say a launch; `why` is a phrase. */
export function noDstackInputs(why: string): CheckError {
  return usage('no-dstack-inputs', `The inputs of this launch are none of dstack: ${why}.`, {
    advice: 'Use another form.',
    at: { input: 'format' },
  });
}

/** A form has one launch, and there are several; `found` is a phrase. */
export function formOfOneLaunch(form: string, input: string, found: string): CheckError {
  return usage('form-of-one-launch', `This form (${form}) has one launch, and there are ${found}.`, {
    advice: 'Give one, or choose another form.',
    at: { input },
  });
}

/** A form is chosen that launches of this kind do not have. */
export function formOfOtherMode(form: string): CheckError {
  return usage('form-of-other-mode', `Launches of this kind do not have the form (${form}).`, {
    advice: 'Choose another form.',
    at: { input: 'format' },
  });
}

/** A file that every launch has is not given; `what` is a phrase. */
export function fileNeeded(input: string, what: string): CheckError {
  return usage('file-needed', `A file is missing: ${what}.`, { advice: 'Give its path.', at: { input } });
}

/** The guest's SVN is no number of 32 bits. */
export function badSvn(text: string): CheckError {
  return usage('bad-svn', `"${text.slice(0, 40)}" is no SVN: it must be a number of 32 bits.`, {
    at: { input: 'svn' },
  });
}

/** The size of the variables is no number; `wanted` is a phrase. */
export function badVarsSize(wanted: string): CheckError {
  return usage('bad-vars-size', `The size of the variables must be ${wanted}.`, {
    at: { input: 'varsSize' },
  });
}

/** What was given as a command line of QEMU has no option. */
export function noQemuCommandLine(where: string): CheckError {
  return usage('no-qemu-command-line', `There is no option of QEMU in ${where}.`, {
    advice: 'Give a command line of QEMU, a log with one, or the XML of a domain.',
  });
}

/** The XML of a domain was pasted or is in a file, and cannot be used. @param where it is @param why the failure to read it */
export function unfitDomainXml(where: string, { found }: Pick<CheckError, 'found'>): CheckError {
  return usage('unfit-domain-xml', `There is no domain in ${where} that can be used. ${found}`, {
    advice: 'Give all that "virsh dumpxml" prints.',
  });
}

/** Reference values of plain SEV are asked for, of which there is one for all vCPUs and CPUs. */
export function noReferencesOfSev(): CheckError {
  return usage(
    'no-references-of-sev',
    'Plain SEV measures no vCPUs: its launch digest is one for all numbers of vCPUs and all CPUs.',
    { advice: 'Check the launch, whose report has the digest.', at: { input: 'technology' } },
  );
}
