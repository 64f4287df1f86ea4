// Every failure a person can see, one factory each with its whole sentence: what was found, what was wanted,
// where, and what to do next. Caught in two places only, the command line's main and the host's presenter.

import { waysToGive } from './launch/inputWords';

/**
 * What a failure means: `usage` the input does not fit the question, `insecure` an answer could not be
 * trusted, `config` the domain is not set up for it, `state` the domain or connection is in the wrong state,
 * `bug` anything else.
 */
export type ErrorKind = 'usage' | 'insecure' | 'config' | 'state' | 'bug';

/** The exit status of each kind, as virt-qemu-sev-validate has them; 0 is a match and 1 a mismatch. */
export const EXIT_STATUS: Readonly<Record<ErrorKind, number>> = {
  usage: 2,
  insecure: 3,
  config: 4,
  state: 5,
  bug: 6,
};

/** A failure with its kind, which survives being sent to another process as plain data. */
export class CheckError extends Error {
  override readonly name = 'CheckError';

  constructor(
    readonly kind: ErrorKind,
    message: string,
  ) {
    super(message);
  }
}

const usage = (message: string) => new CheckError('usage', message);

/** A part of a CPU number that CPUID has no room for. */
export function cpuIdRange(part: string, value: number, most: number): CheckError {
  return usage(
    `CPU ${part} is ${value}; CPUID can express 0 to ${most}. Give the number of the guest's CPU model.`,
  );
}

/** A profile name that does not exist. */
export function unknownProfile(id: string, known: readonly string[]): CheckError {
  return usage(`There is no launch profile "${id}". Use one of ${known.join(', ')}.`);
}

/** A CPU model that QEMU does not have. */
export function unknownCpuModel(name: string): CheckError {
  return usage(
    `"${name}" is not a QEMU CPU model known here. Names are case sensitive, for example EPYC-Milan; or give family, model and stepping.`,
  );
}

/** An AP page without the address that its AP starts at, or with one that is no 32-bit address. */
export function resetAddressNeeded(found: number | undefined): CheckError {
  return usage(
    found === undefined
      ? 'The page of an additional vCPU needs the SEV-ES reset address. Give the OVMF image that the guest starts with, or the address itself.'
      : `The SEV-ES reset address is ${found}; it must be a 32-bit address.`,
  );
}

/** A measurement that is not 48 bytes of base64. `found` is its length, or nothing when it is no base64. */
export function badMeasurement(found: number | undefined): CheckError {
  const what = found === undefined ? 'not strict base64' : `${found} bytes`;
  return usage(
    `The measurement is ${what}; it must be base64 of 48 bytes, 64 characters without spaces. Copy it again from "virsh domlaunchsecinfo" (sev-measurement).`,
  );
}

/** A vCPU count that no guest has. */
export function badVcpuCount(count: number, most: number): CheckError {
  return usage(`The number of vCPUs is ${count}; it must be 1 to ${most}.`);
}

/** SEV-ES without a vCPU count. */
export function vcpuCountNeeded(): CheckError {
  return usage('The policy asks for SEV-ES (bit 2), which measures each vCPU. Give the number of vCPUs.');
}

/** SEV-ES without pages or a CPU to make them for. */
export function vmsaNeeded(): CheckError {
  return usage(
    'The policy asks for SEV-ES (bit 2), which measures the VMSA of each vCPU. Give the CPU (family, model and stepping, or a QEMU model), or VMSA files.',
  );
}

/** More vCPUs than pages. */
export function apPageNeeded(count: number): CheckError {
  return usage(
    `The guest has ${count} vCPUs, but there is a VMSA for the first one only. Give the page of the others, too.`,
  );
}

/** Neither an alias nor a GUID. */
export function unknownSecret(name: string, aliases: readonly string[]): CheckError {
  return usage(`"${name}" is neither a GUID nor a known name of a secret (${aliases.join(', ')}).`);
}

/** One GUID for two secrets. */
export function repeatedSecret(guid: string): CheckError {
  return usage(`The secret ${guid} is given twice. The guest would find only one of them.`);
}

/** More secrets than a packet holds. */
export function secretsTooLarge(most: number): CheckError {
  return usage(
    `The secrets and their table take more than ${most} bytes; the firmware takes no more at once.`,
  );
}

/** More secrets than the firmware has room for; both in bytes. */
export function secretAreaTooSmall(found: number, room: number): CheckError {
  return usage(
    `The secrets and their table take ${found} bytes, but the firmware's area for secrets has ${room}. Give fewer or shorter secrets, or use firmware with a larger area.`,
  );
}

/** Secrets for a guest that has no place for them; `why` is a phrase. */
export function noSecretArea(why: string): CheckError {
  return new CheckError(
    'config',
    `The measurement matches, but the firmware has no area for secrets (${why}): nothing was injected, because the guest would not find it. Use firmware that has one, such as OVMF's AmdSev build.`,
  );
}

// A file that cannot be opened and firmware that cannot be used have status 6 in virt-qemu-sev-validate, which
// scripts rely on; so they are of the kind that is neither usage nor state.

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such folder',
  EACCES: 'you may not read it',
  EISDIR: 'it is a folder',
  EMFILE: 'too many files are open',
};

/** A file that cannot be opened or read; `reason` is the system's code, or a phrase. */
export function unreadableFile(path: string, reason: string): CheckError {
  return new CheckError('bug', `${path} cannot be read: ${UNREADABLE[reason] ?? reason}. Check the path.`);
}

/** A file that cannot be written; `reason` is the system's code. */
export function unwritableFile(path: string, reason: string): CheckError {
  return new CheckError('bug', `${path} cannot be written: ${reason}. Nothing was changed.`);
}

/** A pipe in the place of a file that is read again and again. */
export function pipeForFile(path: string): CheckError {
  return usage(
    `${path} is a pipe, whose content can be read once only; a launch file is read whenever it is checked. Give a file.`,
  );
}

/** A long read that the person stopped. */
export function cancelled(): CheckError {
  return new CheckError('state', 'The check was cancelled before it finished; there is no verdict.');
}

/** A search for an explanation that the person stopped. */
export function explainCancelled(): CheckError {
  return new CheckError('state', 'The search was cancelled before it finished; nothing was explained.');
}

/** The thread that searches for an explanation failed. */
export function explainFailed(why: string): CheckError {
  return new CheckError('bug', `The search for an explanation broke off: ${why}. Run it again.`);
}

/** A launch digest of the wrong form. `found` is its length when it is bytes at all. */
export function badLaunchDigest(found: number | undefined): CheckError {
  const snp = found === 48 ? ' One of 48 bytes is of SEV-SNP, whose launches this does not explain.' : '';
  return usage(
    `${found === undefined ? 'The launch digest is not hexadecimal' : `The launch digest has ${found} bytes`}; it must be 32 bytes, 64 hexadecimal digits.${snp}`,
  );
}

/** A key file of the wrong length. `found` is missing when it is longer than wanted. */
export function badKeyFile(
  what: string,
  path: string,
  found: number | undefined,
  wanted: number,
): CheckError {
  return usage(
    `${path} has ${found ?? `more than ${wanted}`} bytes; a file with the ${what} has exactly ${wanted}. Binary, not text: sevctl writes such files.`,
  );
}

/** A VMSA file of the wrong length; `found` is missing when it is longer than a page. */
export function wrongVmsaSize(path: string, found: number | undefined): CheckError {
  return usage(
    `${path} has ${found ?? 'more than 4096'} bytes; a VMSA is one page of 4096 bytes. Give the page of a single vCPU.`,
  );
}

/** Generated AP pages need an address that this image does not hold. */
export function noResetAddress(path: string, why: string): CheckError {
  return new CheckError(
    'bug',
    `${path} has no SEV-ES reset address (${why}), so the VMSA of additional vCPUs cannot be generated. Use the OVMF code image that the guest starts with.`,
  );
}

/** What nobody foresaw; a sentence that says whose fault it is. */
export function unforeseen(thrown: unknown): CheckError {
  return new CheckError(
    'bug',
    `SevScope failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
  );
}

/** A launch file that does not have the shape of one. */
export function badLaunchFile(path: string, why: string): CheckError {
  return usage(`${path} is not a launch file: ${why}.`);
}

/** A launch file that an edit of its text does not change as it should. */
export function launchFileUnclear(path: string): CheckError {
  return usage(`${path} cannot be changed by a button: it has a member more than once. Change it by hand.`);
}

/** A launch file that was edited while an edit of it was made. */
export function changedMeanwhile(path: string): CheckError {
  return new CheckError('state', `${path} was changed at the same time and is left as it is. Try again.`);
}

/** A search whose inputs were in the memory of a window that is gone. */
export function checkNotKept(): CheckError {
  return new CheckError(
    'state',
    'What was checked is not kept when a window is reloaded. Check again, then ask why.',
  );
}

/** The thread that finds what to change in a launch file failed; `why` is a phrase. */
export function launchEditsFailed(why: string): CheckError {
  return new CheckError('bug', `What to change in the launch file was not found: ${why}. Change it by hand.`);
}

/** Secrets without the key that encrypts them. */
export function tekNeeded(): CheckError {
  return usage('Secrets are encrypted under the TEK. Give the TEK, too.');
}

/** Only some of family, model and stepping. */
export function halfCpu(): CheckError {
  return usage('A CPU needs all three of family, model and stepping; or give a QEMU model by name.');
}

/** A CPU by name and by numbers. */
export function twoCpus(): CheckError {
  return usage('The CPU is given by name and by numbers. Give one of them.');
}

/** A generated page for no CPU in particular. */
export function cpuNeeded(): CheckError {
  return usage(
    'A VMSA holds the signature of its CPU. Give family, model and stepping, or a QEMU model by name.',
  );
}

/** Nothing to compare with. */
export function comparisonNeeded(): CheckError {
  return usage('Compare with what? Give a second VMSA file, or the CPU and profile of a page to generate.');
}

/** A file and a generated page to compare with. */
export function twoComparisons(): CheckError {
  return usage('Give either a second VMSA file or the CPU and profile of a page to generate, not both.');
}

/** A file larger than anything that this tool shows. */
export function tooLarge(path: string, most: number): CheckError {
  return usage(
    `${path} has more than ${most >> 20} MiB; firmware images and VMSA pages are smaller. Check the path.`,
  );
}

/** An option that a check cannot do without. */
export function optionNeeded(option: string): CheckError {
  return usage(`${option} is missing. Give it, or a launch file with --launch.`);
}

/** Neither form of the keys. */
export function keysNeeded(): CheckError {
  return usage(
    "The guest owner's keys are missing. Give both --tik and --tek, or --tk with both in one file.",
  );
}

/** Both forms of the keys. */
export function twoKeyForms(): CheckError {
  return usage('--tk holds both keys; --tik and --tek cannot be given with it.');
}

/** What only counts with a kernel. */
export function kernelNeeded(): CheckError {
  return usage(
    'An initrd or a command line is measured with a kernel only. Give the kernel, or leave them out.',
  );
}

/** Generated pages and pages from files. */
export function cpuAndVmsa(): CheckError {
  return usage('VMSA pages come from files or are generated for a CPU. Give one of the two.');
}

/** Pages of the other vCPUs without that of the first. */
export function bspPageNeeded(): CheckError {
  return usage(
    `There is a VMSA for additional vCPUs but none for the boot processor. Give that, too, ${waysToGive('bspPage')}.`,
  );
}

/** One half of a sealed packet. */
export function bothSecretFiles(): CheckError {
  return usage('Sealed secrets are two files. Give both --secret-header and --secret-payload.');
}

/** A secret that is not NAME:PATH. What was given is not repeated: it may hold the secret itself. */
export function badSecret(): CheckError {
  return usage('A secret is given as NAME:PATH, where NAME is a GUID or luks-key and PATH a file.');
}

/** A launch file that only names a domain, where a recorded launch is wanted. */
export function noRecordedLaunch(name: string): CheckError {
  return usage(
    `${name} has no recorded launch, only a domain to ask. Check the domain itself (--domain, or Validate Domain Launch Measurement in VS Code), or record the launch in the file.`,
  );
}

/** A domain without a launch that a host can tell; `why` is its whole sentence and what to do. */
export function noLaunch(why: string): CheckError {
  return new CheckError('config', `There is no launch to record. ${why}`);
}

/** A domain that does not run, so that it has no launch. */
export function notStarted(state: string): CheckError {
  return new CheckError(
    'state',
    `The domain is ${state}, so it has no launch to record. Start it paused: virsh start --paused.`,
  );
}

/** A file that would be replaced. */
export function fileExists(path: string): CheckError {
  return usage(`${path} is there already, and was not replaced. Choose another name, or remove it first.`);
}

/** A guest that has its secrets and does not run. */
export function notResumed(cause: CheckError | undefined): CheckError {
  const why = cause ? ` ${cause.message}` : '';
  return new CheckError(
    cause?.kind ?? 'bug',
    `The guest has its secrets, but was not resumed.${why} Resume it by hand: virsh resume.`,
  );
}

/** A check that was stopped before the secret that was to follow it was sent. */
export function injectionStopped(): CheckError {
  return new CheckError(
    'state',
    'The check was stopped before it finished, so the secret was not injected. Inject it again after a check that matches.',
  );
}

/** An injection that was stopped while the host had the sealed secret. */
export function injectionUnsure(): CheckError {
  return new CheckError(
    'state',
    'The injection was stopped while the secret was on its way: the guest may have it, and may run. See its state with "virsh domstate" before you send it again.',
  );
}

/** Something that a check needs and the host did not report. */
export function notReported(what: string): CheckError {
  return new CheckError(
    'bug',
    `The host does not report ${what}. Give it by hand, or look into the log of libvirtd.`,
  );
}

/** Secrets for a running guest and for files. */
export function injectOrSeal(): CheckError {
  return usage(
    'With --domain secrets go to the guest itself. Leave out --secret-header and --secret-payload, or check a recorded launch.',
  );
}

/** A program that was put together without the part that talks to libvirt. */
export function noWorker(): CheckError {
  return new CheckError('bug', 'The part that talks to libvirt is missing. Install SevScope again.');
}

/** An option that only counts with a domain. */
export function domainNeeded(option: string): CheckError {
  return usage(`${option} is about a running domain. Give --domain, too, or leave it out.`);
}

/** A VMM and a profile of another one. */
export function otherUserspace(userspace: string, profile: string): CheckError {
  return usage(
    `The profile ${profile} is not a launch by ${userspace}. Give the VMM or the profile, not both.`,
  );
}

/** A reset address typed and an image that has one. */
export function twoResetAddresses(): CheckError {
  return usage('The reset address is given twice, by --reset-address and by --firmware. Give one of them.');
}

/** A vCPU that a file has no page of. */
export function noSuchVcpu(path: string, vcpu: number, count: number): CheckError {
  return usage(
    count === 1
      ? `${path} holds one page, so there is no vCPU ${vcpu} in it. Leave --vcpu out.`
      : `${path} holds ${count} pages; give --vcpu from 0 to ${count - 1} instead of ${vcpu}.`,
  );
}

/** A file that holds a page in a form that is not changed in place. */
export function onlyRawUpdates(path: string, form: string): CheckError {
  return usage(
    `${path} is a ${form}; only raw pages are changed in place. Write the page first: sevscope vmsa export ${path} --as bin --output page.vmsa`,
  );
}

/** A setting that is not FIELD=VALUE. */
export function badSetting(found: string): CheckError {
  return usage(`"${found.slice(0, 60)}" is no setting. Give FIELD=VALUE, for example rdx=0xa00f11.`);
}

/** A name that no field has, and names that are like it. */
export function unknownField(name: string, similar: readonly string[]): CheckError {
  const hint =
    similar.length > 0
      ? `Did you mean ${similar.join(', ')}?`
      : 'sevscope vmsa show --all lists the fields of a page.';
  return usage(`A VMSA has no field "${name.slice(0, 40)}". ${hint}`);
}

/** An old name of an array that is now known to be several fields. */
export function severalFields(name: string, fields: readonly string[]): CheckError {
  return usage(`"${name}" is several fields: ${fields.join(', ')}. Set one of them.`);
}

/** Bytes for a terminal. */
export function binaryToTerminal(): CheckError {
  return usage('A raw page is no text for a terminal. Give --output PATH, or send it to another program.');
}

/** A URI of our own scheme that we did not make. */
export function badEditorUri(what: string): CheckError {
  return usage(`This address does not name a ${what}. Open it again from the command palette.`);
}

/** A workspace in Restricted Mode, where files are shown and nothing is run. */
export function untrustedWorkspace(): CheckError {
  return new CheckError(
    'insecure',
    'This workspace is in Restricted Mode: files are shown, but nothing is checked or written. Trust the workspace to go on.',
  );
}

/** A page whose fields cannot be changed; `why` is a phrase. */
export function readOnlyPage(name: string, why: string): CheckError {
  return usage(`Fields of ${name} cannot be changed: ${why}. Export it to a file to change it there.`);
}

/** A file that is shown as the left half of a diff only. */
export function leftOfDiff(name: string): CheckError {
  return usage(`The left side of a comparison cannot be saved. Open ${name} by itself to change it.`);
}

/** Fields that are not to be changed before the workspace is trusted. */
export function untrustedEdit(): CheckError {
  return new CheckError(
    'insecure',
    'This workspace is in Restricted Mode: pages are shown and compared, but nothing is changed or written. Trust the workspace to go on.',
  );
}

/** Saving what was never there. */
export function neverRead(name: string, why: string): CheckError {
  return usage(`${name} was not saved, because it could not be read and there is nothing to write. ${why}`);
}

/** A page beyond the last. */
export function noSuchPage(name: string, page: number, pages: number): CheckError {
  return usage(`${name} has ${pages === 1 ? 'one page' : `${pages} pages`}; there is no page ${page + 1}.`);
}

/** A file that somebody else wrote while it was edited. */
export function changedOnDisk(name: string): CheckError {
  return new CheckError(
    'state',
    `${name} was changed on disk while it was edited here, and was not written. Choose "Keep My Changes" or "Reload and Lose My Changes" in the editor, then save.`,
  );
}

/** A file that is gone while it is open. */
export function deletedOnDisk(name: string): CheckError {
  return new CheckError(
    'state',
    `${name} was deleted. Nothing is lost: its pages are still here, and are shown again when the file comes back. Keep them to save them again.`,
  );
}

/** More pages than an address holds. */
export function tooManyPasted(found: number, most: number): CheckError {
  return usage(
    `The text holds ${found} pages; at most ${most} can be pasted. Save it as a file and open that.`,
  );
}

/** A form that pages cannot be exported in. */
export function unknownFormat(id: string, known: readonly string[]): CheckError {
  return usage(`A VMSA cannot be exported as "${id.slice(0, 40)}". Use one of ${known.join(', ')}.`);
}

/** Nothing to paste. */
export function nothingToPaste(reason: string): CheckError {
  return usage(`The clipboard holds no VMSA. ${reason}`);
}

/** A window without a folder to put a file into. */
export function noFolder(): CheckError {
  return usage('A launch file stands beside your firmware and keys. Open their folder first.');
}

/** A file system without paths. */
export function notOnDisk(scheme: string): CheckError {
  return usage(`The file is on "${scheme}"; a check reads files from disk. Save it to a folder first.`);
}

/** A file that was to be compared and is no page. */
export function notAPage(name: string, why: string): CheckError {
  return usage(`${name} is not a VMSA page. ${why}`);
}

/** A value that is no number, for a field that is one. */
export function badFieldNumber(field: string, found: string): CheckError {
  const what = found === '' ? 'nothing' : `"${found.slice(0, 40)}"`;
  return usage(`${field} takes a number in decimal or 0x form, found ${what}. Nothing was changed.`);
}

/** A number beyond a field. */
export function fieldTooLarge(field: string, found: string, size: number): CheckError {
  return usage(
    `${field} has ${size * 8} bits, ${found.slice(0, 40)} needs more. Give at most 0x${'f'.repeat(2 * size)}.`,
  );
}

/** A value that is not the bytes of a field. */
export function badFieldBytes(field: string, size: number): CheckError {
  return usage(`${field} takes ${size} bytes, ${2 * size} hexadecimal digits. Nothing was changed.`);
}

/** A page for a role that a launch flavour does not have. */
export function roleNotLaunched(profile: string, role: string): CheckError {
  return usage(
    `"${profile}" has no page for ${role === 'ap' ? 'an additional vCPU: only the first vCPU has one' : `"${role}"`}. Choose the boot processor, or another profile.`,
  );
}

/** An SVSM page without the address that the image starts at, or with a value that no field holds. */
export function badSvsmValue(part: string, found: number | undefined): CheckError {
  return usage(
    found === undefined
      ? 'The page of an SVSM image needs the address of its first instruction (entry). Give it, for example from the load address and the launch offset of the image.'
      : `The SVSM value ${part} is ${found}; it must be a whole number from 0 to 2^53 - 1.`,
  );
}

/** A value of an SVSM image for pages that hold none of it. */
export function svsmValueUnused(part: string, profile: string): CheckError {
  return usage(
    `Pages of the profile ${profile} hold no ${part} of an SVSM image. Leave it out, or give --profile.`,
  );
}

/** Compressed sections that could not be read, although the rest of the image could. */
export function contentsUnread(why: string): CheckError {
  return new CheckError(
    'bug',
    `What is compressed in this image could not be read: ${why}. All else of it is shown; its kernel hashes may or may not be verified.`,
  );
}

/** The thread that compares what is compressed in two images ended without a comparison. */
export function comparisonUnread(why: string): CheckError {
  return new CheckError(
    'bug',
    `What is compressed in these images could not be compared: ${why}. All else of them is; compressed sections are compared as bytes.`,
  );
}

/** A profile whose pages no SEV-ES launch measures, for the check of such a launch. */
export function notSevEsProfile(id: string, known: readonly string[]): CheckError {
  return usage(
    `"${id}" is not a profile of an SEV-ES launch, which is what such a measurement is of. Use one of ${known.join(', ')}.`,
  );
}

/** XML of a host that cannot be read at all; `what` is what it should describe, `why` a phrase. */
export function unreadableXml(what: string, why: string): CheckError {
  return new CheckError(
    'bug',
    `What the host says about ${what} cannot be read: ${why}. Compare with "virsh dumpxml" or "virsh capabilities" there.`,
  );
}

/** A domain's definition that says something that libvirt does not mean; `why` is a phrase. */
export function badDomain(why: string): CheckError {
  return new CheckError(
    'config',
    `The definition of the domain cannot be used: ${why}. Correct it with "virsh edit", then start the domain again.`,
  );
}

/** A connection URI outside of what is allowed; `reason` is its whole sentence. */
export function refusedUri(reason: string): CheckError {
  return usage(`${reason} Give, for example, qemu:///system or qemu+ssh://user@host/system.`);
}

/** No libvirt on this machine; `how` says where to get it. */
export function libvirtMissing(how: string): CheckError {
  return new CheckError('bug', `There is no libvirt client library on this machine. ${how}`);
}

/** A system that the FFI has no part for. */
export function libvirtUnsupported(system: string): CheckError {
  return new CheckError(
    'bug',
    `SevScope cannot talk to libvirt on ${system}. Open the folder over Remote-SSH on a Linux machine, or check a recorded launch.`,
  );
}

/** A library that lacks a function of this name. */
export function libvirtTooOld(name: string, version: string): CheckError {
  return new CheckError(
    'bug',
    `libvirt ${version} on this machine is too old (it has no ${name}). Install 8.0 or later.`,
  );
}

/** A failure that libvirt reported. `what` is a sentence without its full stop, `said` the host's words, made plain. */
export function libvirtFailed(kind: ErrorKind, what: string, said: string, next: string): CheckError {
  return new CheckError(kind, `${what}${said === '' ? '' : `: ${said.replace(/\.$/, '')}`}. ${next}`);
}

/** A call that took too long. */
export function libvirtSilent(what: string, ms: number): CheckError {
  return new CheckError(
    'state',
    `libvirt did not ${what} within ${ms / 1000} s, and the connection was ended. Check that the host is up and libvirtd runs there, then try again.`,
  );
}

/** The process that talks to libvirt ended by itself; `how` is a phrase. */
export function libvirtGone(how: string): CheckError {
  return new CheckError('state', `The connection to libvirt was lost (${how}). Connect again.`);
}

/** A call on a connection that was closed. */
export function libvirtClosed(): CheckError {
  return new CheckError('state', 'The connection to libvirt is closed. Connect again.');
}

/** A connection that the person stopped. */
export function libvirtCancelled(): CheckError {
  return new CheckError('state', 'The connection to libvirt was cancelled; there is no answer.');
}

/** A login whose questions the person did not answer. */
export function loginCancelled(): CheckError {
  return new CheckError('state', 'The login was cancelled: the host got no answer. Connect again.');
}

/** An answer that has not the shape of one. */
export function libvirtGarbage(what: string): CheckError {
  return new CheckError(
    'bug',
    `The answer of libvirt to "${what}" has not the shape of one, and the connection was ended. Connect again.`,
  );
}

/** A text that names two domains. */
export function ambiguousDomain(given: string, form: string, byForm: string, byName: string): CheckError {
  return usage(
    `"${given}" is the ${form} of one domain (${byForm}) and the name of another (${byName}). Give the UUID of the one you mean.`,
  );
}

/** A text that names no domain. */
export function noSuchDomain(given: string): CheckError {
  return new CheckError(
    'bug',
    `The host has no domain "${given}". Give a UUID, the id of a running domain, or a name as "virsh list --all" has it.`,
  );
}

/** A pattern of launch files that no file matches. */
export function noLaunchMatches(pattern: string): CheckError {
  return usage(
    `No file matches "${pattern}". Quote the pattern so that the shell leaves it alone, and check the folder it starts in.`,
  );
}

/** An option that is about one launch, beside several. */
export function oneLaunchOnly(option: string): CheckError {
  return usage(
    `${option} is about one launch, but --launch names several. Leave it out, or check that launch by itself.`,
  );
}

/** A kernel for firmware that has no place for its hashes. */
export function noHashArea(): CheckError {
  return new CheckError(
    'config',
    "The firmware has no area for kernel hashes, so no VMM starts it with a kernel that is measured. Leave the kernel out, or use firmware that has one, such as OVMF's AmdSev build.",
  );
}

/** Firmware that no VMM launches as SNP. */
export function noSnpMetadata(): CheckError {
  return new CheckError(
    'config',
    'The firmware has no SEV metadata, so no VMM launches it with SEV-SNP. Use an X64 build of edk2-stable202202 or later.',
  );
}

/** A section of the SEV metadata that nobody knows how to launch. */
export function unknownSnpSection(type: number): CheckError {
  return usage(
    `The SEV metadata of the firmware have a section of type ${type}, of which is not known how it is measured. There is no digest.`,
  );
}

/** An image whose pages cannot be launched with SNP; `why` is a sentence. */
export function noSnpDigest(why: string): CheckError {
  return new CheckError('config', `${why} There is no digest.`);
}

/** A list of numbers of vCPUs that is none. */
export function badVcpuList(text: string, most: number): CheckError {
  return usage(
    `"${text.slice(0, 40)}" is no number of vCPUs. Give 1 to ${most}; with --matrix also ranges and lists, for example 1-8 or 1,2,4.`,
  );
}

/** A CPU for a table that is none. */
export function badMatrixCpu(text: string): CheckError {
  return usage(
    `"${text.slice(0, 40)}" is no CPU. Give a QEMU model such as EPYC-Milan, family/model/stepping such as 25/17/1, or all.`,
  );
}

/** A signature that no CPU has. */
export function badSignature(text: string): CheckError {
  return usage(`${text} is no CPU signature: it has bits that no CPU sets. An example is 0xa00f11.`);
}

/** A profile of another mode. */
export function otherMode(id: string, mode: string, known: readonly string[]): CheckError {
  return usage(`"${id.slice(0, 40)}" is no profile of mode ${mode}. Use one of ${known.join(', ')}, or all.`);
}

/** An option that another option makes meaningless, or that needs another; `why` is a phrase. */
export function oddOption(option: string, why: string): CheckError {
  return usage(`${option} cannot be given here: ${why}. Leave it out.`);
}

/** Something that a launch digest cannot do without. */
export function digestNeeds(option: string, what: string): CheckError {
  return usage(`${option} is missing: ${what}.`);
}

/** A nonce that is none. */
export function badNonce(): CheckError {
  return usage(
    'The nonce must be 16 bytes, in hexadecimal or base64: the last 16 of a reported measurement.',
  );
}

/** An SNP OVMF hash that is none. */
export function badOvmfHash(): CheckError {
  return usage('The SNP OVMF hash must be 48 bytes in hexadecimal, as --mode snp:ovmf-hash prints it.');
}

/** A table that the person stopped. */
export function tableCancelled(): CheckError {
  return new CheckError('state', 'The table was cancelled before its last row.');
}

/** SEV features that are no 64-bit number. */
export function badFeatures(text: string): CheckError {
  return usage(`"${text.slice(0, 40)}" is no number of 64 bits. SEV features are such as 0x1 or 0x21.`);
}

/** A connection that nobody has agreed to, in a run that asks nobody. */
export function notAgreed(uri: string): CheckError {
  return new CheckError(
    'insecure',
    `Nothing was asked of ${uri}, because it is in none of your settings. Run this launch by itself to be asked, or add the connection to the SEV Domains view.`,
  );
}
