// What a failure is: one class, its kinds, and the exit status of each. The errors.ts of each folder has one
// function per failure, with its whole sentence: what was found, what was expected, where, and what to do
// next. Failures are caught in two places only: the command line's main and the host's presenter.

/**
 * What a failure means. `usage`: the input does not fit the question. `insecure`: an answer could not
 * be trusted. `config`: the domain is not set up for it. `state`: the domain or connection is in the
 * wrong state. `bug`: anything else.
 */
export type ErrorKind = 'usage' | 'insecure' | 'config' | 'state' | 'bug';

/** The exit status of each kind, as in virt-qemu-sev-validate; 0 is a match and 1 a mismatch. */
export const EXIT_STATUS: Readonly<Record<ErrorKind, number>> = {
  usage: 2,
  insecure: 3,
  config: 4,
  state: 5,
  bug: 6,
};

/** Where in the inputs a failure is. */
export interface ErrorPlace {
  /**
   * The input: `firmware`, `vmsa.bsp`, `family`, a field of a page, or a command-line option
   * that stands for none of these.
   */
  readonly input?: string;
  /** A member of a launch file, outermost name first. */
  readonly member?: readonly string[];
  /** A byte of the file given as the input; in a launch file, a UTF-16 code unit of its text. */
  readonly offset?: number;
}

/** What a failure has besides its sentence. */
export interface ErrorFacts {
  /** What to do next, a sentence. */
  readonly advice?: string;
  readonly at?: ErrorPlace;
}

/**
 * A failure that can be sent to another process as plain data. `message` is the full text for people: what was
 * found and expected, then the advice. Programs and tests use `code`, which does not change with the wording.
 */
export class CheckError extends Error {
  override readonly name = 'CheckError';
  readonly advice: string | undefined;
  readonly at: ErrorPlace | undefined;

  /** @param found what was found and what was expected, as a sentence */
  constructor(
    readonly kind: ErrorKind,
    readonly code: string,
    readonly found: string,
    { advice, at }: ErrorFacts = {},
  ) {
    super(advice === undefined ? found : `${found} ${advice}`);
    this.advice = advice;
    this.at = at;
  }

  /** The same failure with a place added; places that it already has are kept. */
  placedAt(place: ErrorPlace): CheckError {
    const { kind, code, found, advice, at, cause, stack } = this;
    const placed = new CheckError(kind, code, found, {
      ...(advice !== undefined && { advice }),
      at: { ...place, ...at },
    });
    return Object.assign(placed, cause === undefined ? { stack } : { cause, stack });
  }
}

/**
 * Does work on one input and adds its place to failures; for code that reads a file without knowing its
 * purpose. Failures of kind `state`, such as a cancelled check, are not the input's and stay unchanged.
 */
export async function withPlace<T>(place: ErrorPlace, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof CheckError && error.kind !== 'state' ? error.placedAt(place) : error;
  }
}

/** A failure of kind `usage`. */
export const usage = (code: string, found: string, facts?: ErrorFacts): CheckError =>
  new CheckError('usage', code, found, facts);

/** The same failure in other words; the names in its place are words, too. */
export function reworded(error: CheckError, reword: (text: string) => string): CheckError {
  const { kind, code, found, advice, at } = error;
  const place = at && {
    ...at,
    ...(at.input !== undefined && { input: reword(at.input) }),
    ...(at.member && { member: at.member.map(reword) }),
  };
  return new CheckError(kind, code, reword(found), {
    ...(advice !== undefined && { advice: reword(advice) }),
    ...(place && { at: place }),
  });
}

/** A failure as plain data, for a message to another thread or process. */
export interface ErrorData extends ErrorFacts {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly found: string;
}

/** The plain data of a failure, for another thread or process. */
export const errorData = ({ kind, code, found, advice, at }: CheckError): ErrorData => ({
  kind,
  code,
  found,
  ...(advice !== undefined && { advice }),
  ...(at !== undefined && { at }),
});

/** The failure that this data was made from. */
export const errorFrom = ({ kind, code, found, ...facts }: ErrorData): CheckError =>
  new CheckError(kind, code, found, facts);
