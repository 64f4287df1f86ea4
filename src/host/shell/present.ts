// The one place in the extension where failures are caught and shown to the user.

import { CheckError } from '../../core/errors';
import { unforeseen } from '../../app/errors';
import { notify } from './notify';

/** Whether something thrown is one of our failures. */
export const isCheckError = (error: unknown): error is CheckError => error instanceof CheckError;

/** Anything thrown as a CheckError. An unforeseen one says that it is a bug in SevScope. */
export const asCheckError = (error: unknown): CheckError =>
  error instanceof CheckError ? error : unforeseen(error);

/** Anything thrown as the sentences that the user reads. */
export const sentence = (error: unknown): string => asCheckError(error).message;

/** Runs something that the user requested; a failure becomes one message. @returns its result, if any */
export async function present(run: () => unknown): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    void notify('error', sentence(error));
    return undefined;
  }
}
