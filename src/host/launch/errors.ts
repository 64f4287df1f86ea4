// What can go wrong with launch files in VS Code and with their checks.

import { CheckError, usage } from '../../core/errors';

/** A launch file that was edited while an edit of it was made. */
export function changedMeanwhile(path: string): CheckError {
  return new CheckError(
    'state',
    'changed-meanwhile',
    `${path} was changed at the same time and is left as it is. Try again.`,
  );
}

/** A search whose inputs were in the memory of a window that is gone. */
export function checkNotKept(): CheckError {
  return new CheckError(
    'state',
    'check-not-kept',
    'What was checked is not kept when a window is reloaded. Check again, then ask why.',
  );
}

/** The thread that finds what to change in a launch file failed; `why` is a phrase. */
export function launchEditsFailed(why: string): CheckError {
  return new CheckError(
    'bug',
    'launch-edits-failed',
    `What to change in the launch file was not found: ${why}. Change it by hand.`,
  );
}

/** A window without a folder to put a file into. */
export function noFolder(): CheckError {
  return usage('no-folder', 'A launch file stands beside your firmware and keys. Open their folder first.');
}

/** A connection that nobody has agreed to, in a run that asks nobody. */
export function notAgreed(uri: string): CheckError {
  return new CheckError(
    'insecure',
    'not-agreed',
    `Nothing was asked of ${uri}, because it is in none of your settings. Run this launch by itself to be asked, or add the connection to the SEV Domains view.`,
  );
}
