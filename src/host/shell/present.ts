// The one place in the extension where failures are caught and shown to the person.

import { CheckError } from '../../core/errors';
import { unforeseen } from '../../app/errors';
import { notify } from './notify';

/** Whether a failure is one that we foresaw. */
export const isCheckError = (error: unknown): error is CheckError => error instanceof CheckError;

/** Anything thrown as a failure. What we did not foresee says so, because then the fault is ours. */
export const asCheckError = (error: unknown): CheckError =>
  error instanceof CheckError ? error : unforeseen(error);

/** Anything thrown as the sentences that a person reads. */
export const sentence = (error: unknown): string => asCheckError(error).message;

/** Runs something that a person asked for; a failure becomes one message. @returns what it gave, if anything */
export async function present(run: () => unknown): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    void notify('error', sentence(error));
    return undefined;
  }
}
