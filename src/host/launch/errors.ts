// Failures of launch files in VS Code and of their checks.

import { CheckError, usage } from '../../core/errors';

/** Someone else edited a launch file while a change to it was being computed. */
export function changedMeanwhile(path: string): CheckError {
  return new CheckError(
    'state',
    'changed-meanwhile',
    `${path} was changed at the same time and is left as it is.`,
    { advice: 'Try again.' },
  );
}

/** An explanation was requested, but the inputs of the check were lost when the window was reloaded. */
export function checkNotKept(): CheckError {
  return new CheckError(
    'state',
    'check-not-kept',
    'What was checked is not kept when a window is reloaded.',
    { advice: 'Check again, then ask why.' },
  );
}

/** What a page wants to look into is not there any more: another check has begun, or the window was reloaded. */
export function partNotKept(): CheckError {
  return new CheckError('state', 'part-not-kept', 'This part of the launch is not kept.', {
    advice: 'Check again to look into it.',
  });
}

/** The thread of a check failed; `why` is a phrase. */
export function checkFailed(why: string): CheckError {
  return new CheckError('bug', 'check-failed', `The launch was not checked: ${why}.`, {
    advice: 'Check again.',
  });
}

/** The thread that computes the changes of a launch file failed; `why` is a phrase. */
export function launchEditsFailed(why: string): CheckError {
  return new CheckError(
    'bug',
    'launch-edits-failed',
    `What to change in the launch file was not found: ${why}.`,
    { advice: 'Change it by hand.' },
  );
}

/** A new launch file is to be written, but the window has no folder open. */
export function noFolder(): CheckError {
  return usage('no-folder', 'A launch file belongs in the folder of your firmware and keys.', {
    advice: 'Open their folder first.',
  });
}

/** A run without prompts needs a connection that the user has not agreed to. */
export function notAgreed(uri: string): CheckError {
  return new CheckError(
    'insecure',
    'not-agreed',
    `Nothing was asked of ${uri}, because it is in none of your settings.`,
    {
      advice: 'Run this launch by itself to be asked, or add the connection to the SEV Domains view.',
      at: { input: 'connection' },
    },
  );
}

/** A task of ours asks for what tasks do not do; `why` says of a member what it holds, without its name. */
export function refusedTask(member: string, why: string, advice: string): CheckError {
  return usage('refused-task', `Nothing was run: "${member}" of this task ${why}.`, { advice });
}

/** A task of ours belongs to no folder on disk, in which its paths could be. */
export function taskWithoutFolder(): CheckError {
  return usage('task-without-folder', 'Nothing was run: this task belongs to no folder on disk.', {
    advice: 'Put it into the tasks.json of the folder with the launch files.',
  });
}

/** The process that signs an ID block failed. @param said its sentence, if it said one */
export function notSigned(said: string | undefined): CheckError {
  return usage('id-block-not-signed', said ?? 'The process that signs the ID block ended without a word.');
}
