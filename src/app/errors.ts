// What can go wrong in the use cases, whoever asks for them.

import { CheckError, usage } from '../core/errors';

/** What nobody foresaw; a sentence that says whose fault it is. */
export function unforeseen(thrown: unknown): CheckError {
  return new CheckError(
    'bug',
    'unforeseen',
    `SevScope failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
  );
}

/** A launch digest of the wrong form. `found` is its length when it is bytes at all. */
export function badLaunchDigest(found: number | undefined): CheckError {
  const snp = found === 48 ? ' One of 48 bytes is of SEV-SNP, whose launches this does not explain.' : '';
  return usage(
    'bad-launch-digest',
    `${found === undefined ? 'The launch digest is not hexadecimal' : `The launch digest has ${found} bytes`}; it must be 32 bytes, 64 hexadecimal digits.${snp}`,
  );
}

/** A vCPU that a file has no page of. */
export function noSuchVcpu(path: string, vcpu: number, count: number): CheckError {
  return usage(
    'no-such-vcpu',
    count === 1
      ? `${path} holds one page, so there is no vCPU ${vcpu} in it. Leave --vcpu out.`
      : `${path} holds ${count} pages; give --vcpu from 0 to ${count - 1} instead of ${vcpu}.`,
  );
}

/** The thread that searches for an explanation failed. */
export function explainFailed(why: string): CheckError {
  return new CheckError(
    'bug',
    'explain-failed',
    `The search for an explanation broke off: ${why}. Run it again.`,
  );
}

/** A search for an explanation that the person stopped. */
export function explainCancelled(): CheckError {
  return new CheckError(
    'state',
    'explain-cancelled',
    'The search was cancelled before it finished; nothing was explained.',
  );
}

/** A check that was stopped before the secret that was to follow it was sent. */
export function injectionStopped(): CheckError {
  return new CheckError(
    'state',
    'injection-stopped',
    'The check was stopped before it finished, so the secret was not injected. Inject it again after a check that matches.',
  );
}

/** Generated AP pages need an address that this image does not hold. */
export function noResetAddress(path: string, why: string): CheckError {
  return new CheckError(
    'bug',
    'no-reset-address',
    `${path} has no SEV-ES reset address (${why}), so the VMSA of additional vCPUs cannot be generated. Use the OVMF code image that the guest starts with.`,
  );
}

/** Secrets for a guest that has no place for them; `why` is a phrase. */
export function noSecretArea(why: string): CheckError {
  return new CheckError(
    'config',
    'no-secret-area',
    `The measurement matches, but the firmware has no area for secrets (${why}): nothing was injected, because the guest would not find it. Use firmware that has one, such as OVMF's AmdSev build.`,
  );
}

/** A VMSA file of the wrong length; `found` is missing when it is longer than a page. */
export function wrongVmsaSize(path: string, found: number | undefined): CheckError {
  return usage(
    'wrong-vmsa-size',
    `${path} has ${found ?? 'more than 4096'} bytes; a VMSA is one page of 4096 bytes. Give the page of a single vCPU.`,
  );
}

/** A launch file that does not have the shape of one. */
export function badLaunchFile(path: string, why: string): CheckError {
  return usage('bad-launch-file', `${path} is not a launch file: ${why}.`);
}

/** A launch file that an edit of its text does not change as it should. */
export function launchFileUnclear(path: string): CheckError {
  return usage(
    'launch-file-unclear',
    `${path} cannot be changed by a button: it has a member more than once. Change it by hand.`,
  );
}

/** Secrets without the key that encrypts them. */
export function tekNeeded(): CheckError {
  return usage('tek-needed', 'Secrets are encrypted under the TEK. Give the TEK, too.');
}

/** A launch file that only names a domain, where a recorded launch is wanted. */
export function noRecordedLaunch(name: string): CheckError {
  return usage(
    'no-recorded-launch',
    `${name} has no recorded launch, only a domain to ask. Check the domain itself (--domain, or Validate Domain Launch Measurement in VS Code), or record the launch in the file.`,
  );
}

/** A domain without a launch that a host can tell; `why` is its whole sentence and what to do. */
export function noLaunch(why: string): CheckError {
  return new CheckError('config', 'no-launch', `There is no launch to record. ${why}`);
}

/** A domain that does not run, so that it has no launch. */
export function notStarted(state: string): CheckError {
  return new CheckError(
    'state',
    'not-started',
    `The domain is ${state}, so it has no launch to record. Start it paused: virsh start --paused.`,
  );
}

/** A guest that has its secrets and does not run. */
export function notResumed(cause: CheckError | undefined): CheckError {
  const why = cause ? ` ${cause.message}` : '';
  return new CheckError(
    cause?.kind ?? 'bug',
    'not-resumed',
    `The guest has its secrets, but was not resumed.${why} Resume it by hand: virsh resume.`,
  );
}

/** An injection that was stopped while the host had the sealed secret. */
export function injectionUnsure(): CheckError {
  return new CheckError(
    'state',
    'injection-unsure',
    'The injection was stopped while the secret was on its way: the guest may have it, and may run. See its state with "virsh domstate" before you send it again.',
  );
}

/** Something that a check needs and the host did not report. */
export function notReported(what: string): CheckError {
  return new CheckError(
    'bug',
    'not-reported',
    `The host does not report ${what}. Give it by hand, or look into the log of libvirtd.`,
  );
}

/** A file that was to be compared and is no page. */
export function notAPage(name: string, why: string): CheckError {
  return usage('not-a-page', `${name} is not a VMSA page. ${why}`);
}

/** A name that no field has, and names that are like it. */
export function unknownField(name: string, similar: readonly string[]): CheckError {
  const hint =
    similar.length > 0
      ? `Did you mean ${similar.join(', ')}?`
      : 'sevscope vmsa show --all lists the fields of a page.';
  return usage('unknown-field', `A VMSA has no field "${name.slice(0, 40)}". ${hint}`);
}
