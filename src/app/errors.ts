// What can go wrong in the use cases, whoever asks for them. What `launch lint` reports, too, has the name of its rule as its code.

import { CheckError, usage } from '../core/errors';

/** Something was thrown that is not one of our failures; the sentence says that the fault is ours. */
export function unforeseen(thrown: unknown): CheckError {
  return new CheckError(
    'bug',
    'unforeseen',
    `SevScope failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
  );
}

/** A launch digest is not 32 bytes of hexadecimal. `found` is its length, or undefined when it is not hexadecimal at all. */
export function badLaunchDigest(found: number | undefined): CheckError {
  const snp = found === 48 ? ' One of 48 bytes is of SEV-SNP, whose launches this does not explain.' : '';
  return usage(
    'bad-launch-digest',
    `${found === undefined ? 'The launch digest is not hexadecimal' : `The launch digest has ${found} bytes`}; it must be 32 bytes, 64 hexadecimal digits.${snp}`,
    { at: { input: 'launchDigest' } },
  );
}

/** A file of pages has fewer of them than the number of the vCPU that was asked for. */
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

/** The thread that searches for an explanation failed; `why` is a phrase. */
export function explainFailed(why: string): CheckError {
  return new CheckError('bug', 'explain-failed', `The search for an explanation broke off: ${why}.`, {
    advice: 'Run it again.',
  });
}

/** The person stopped a search for an explanation. */
export function explainCancelled(): CheckError {
  return new CheckError(
    'state',
    'explain-cancelled',
    'The search was cancelled before it finished; nothing was explained.',
  );
}

/** The person stopped a check before the secret that was to follow a match was sent. */
export function injectionStopped(): CheckError {
  return new CheckError(
    'state',
    'injection-stopped',
    'The check was stopped before it finished, so the secret was not injected.',
    { advice: 'Inject it again after a check that matches.' },
  );
}

/** Pages of additional vCPUs are to be generated, and the firmware does not say where those start; `why` is a phrase. */
export function noResetAddress(path: string, why: string): CheckError {
  return new CheckError(
    'bug',
    'no-reset-address',
    `${path} has no SEV-ES reset address (${why}), so the VMSA of additional vCPUs cannot be generated.`,
    { advice: 'Use the OVMF code image that the guest starts with.', at: { input: 'firmware' } },
  );
}

/** The launch matches, but its firmware has no place where the guest would look for secrets; `why` is a phrase. */
export function noSecretArea(why: string): CheckError {
  return new CheckError(
    'config',
    'no-secret-area',
    `The measurement matches, but the firmware has no area for secrets (${why}): nothing was injected, because the guest would not find it.`,
    { advice: "Use firmware that has one, such as OVMF's AmdSev build.", at: { input: 'firmware' } },
  );
}

/** A VMSA file is not one page long; `found` is undefined when it is longer. */
export function wrongVmsaSize(path: string, found: number | undefined): CheckError {
  return usage(
    'page-size',
    `${path} has ${found ?? 'more than 4096'} bytes; a VMSA is one page of 4096 bytes.`,
    { advice: 'Give the page of a single vCPU.' },
  );
}

/** A launch file is not JSON. @param offset where it is first none, in UTF-16 units */
export function notJson(path: string, offset: number): CheckError {
  const found = `${path} is not a launch file: it is not JSON (character ${offset}).`;
  return usage('not-json', found, { at: { offset } });
}

/** A member of a launch file is missing, unknown, or of another type or range than the schema says; `why` is a phrase. */
export function badLaunchFile(path: string, why: string, member: readonly string[]): CheckError {
  return usage('not-a-launch-file', `${path} is not a launch file: ${why}.`, { at: { member } });
}

/** A launch file is longer than any text that a person would write. */
export function launchFileTooLarge(path: string): CheckError {
  return usage('launch-file-too-large', `${path} is not a launch file: it has more than 1 MiB.`);
}

/** A launch file of the right shape breaks a rule that no such file may break. @param why the end of a sentence that names the file */
export function unfitLaunchFile(path: string, { code, at }: CheckError, why: string): CheckError {
  return usage(code, `${path} is not a launch file: ${why}.`, at ? { at } : {});
}

/** A button was to change a launch file that has a member twice, so that nobody knows which of them to change. */
export function launchFileUnclear(path: string): CheckError {
  return usage('repeated-member', `${path} cannot be changed by a button: it has a member more than once.`, {
    advice: 'Change it by hand.',
  });
}

/** There are secrets to seal, and no key to encrypt them with. */
export function tekNeeded(): CheckError {
  return usage('tek-needed', 'Secrets are encrypted under the TEK.', {
    advice: 'Give the TEK, too.',
    at: { input: 'keys.tek' },
  });
}

/** A recorded launch is wanted from a launch file that only names a domain. */
export function noRecordedLaunch(name: string): CheckError {
  return usage('no-recorded-launch', `${name} has no recorded launch, only a domain to ask.`, {
    advice:
      'Check the domain itself (--domain, or Validate Domain Launch Measurement in VS Code), or record the launch in the file.',
  });
}

/** A launch is to be recorded of a domain whose host cannot report one. @param why what was found of the domain, and what to do */
export function noLaunch(why: { readonly found: string; readonly advice: string }): CheckError {
  return new CheckError('config', 'no-launch', `There is no launch to record. ${why.found}`, {
    advice: why.advice,
    at: { input: 'domain' },
  });
}

/** A launch is to be recorded of a domain that is not running, so that there is none. */
export function notStarted(state: string): CheckError {
  return new CheckError(
    'state',
    'domain-not-started',
    `The domain is ${state}, so it has no launch to record.`,
    { advice: 'Start it paused: virsh start --paused.', at: { input: 'domain' } },
  );
}

/** The guest got its secrets, but the host did not let it run. */
export function notResumed(cause: CheckError | undefined): CheckError {
  const why = cause ? ` ${cause.message}` : '';
  return new CheckError(
    cause?.kind ?? 'bug',
    'guest-not-resumed',
    `The guest has its secrets, but was not resumed.${why}`,
    { advice: 'Resume it by hand: virsh resume.' },
  );
}

/** The person stopped an injection while the host had the sealed secret, so nobody knows whether the guest got it. */
export function injectionUnsure(): CheckError {
  return new CheckError(
    'state',
    'injection-unsure',
    'The injection was stopped while the secret was on its way: the guest may have it, and may run.',
    { advice: 'See its state with "virsh domstate" before you send it again.' },
  );
}

/** The host leaves out a value without which there is no check; `what` is libvirt's name of it. */
export function notReported(what: string): CheckError {
  return new CheckError('bug', 'not-reported', `The host does not report ${what}.`, {
    advice: 'Give it by hand, or look into the log of libvirtd.',
  });
}

/** A file holds no VMSA page in any form that is known; `why` is the sentences that say what it holds. */
export function notAPage(name: string, why: string): CheckError {
  return usage('not-a-page', `${name} is not a VMSA page. ${why}`);
}

/** No field of a VMSA has this name. @param similar names that it may be a slip of */
export function unknownField(name: string, similar: readonly string[]): CheckError {
  return usage('unknown-field', `A VMSA has no field "${name.slice(0, 40)}".`, {
    advice:
      similar.length > 0
        ? `Did you mean ${similar.join(', ')}?`
        : 'sevscope vmsa show --all lists the fields of a page.',
    at: { input: name },
  });
}
