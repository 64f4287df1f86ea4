// What a failure is: one class, its kinds, and the exit status of each. Each folder has its own factories in an errors.ts, one a failure, with
// its whole sentence: what was found, what was wanted, where, and what to do next. Caught in two places only, the command line's main and the
// host's presenter.

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

/** Where in a question a failure lies. */
export interface ErrorPlace {
  /** One of its inputs: `firmware`, `vmsa.bsp`, `family`, a field of a page, or an option of the command line that nothing else has. */
  readonly input?: string;
  /** A member of a launch file, outermost name first. */
  readonly member?: readonly string[];
  /** A byte of the file that the input names; in a launch file, a UTF-16 unit of its text. */
  readonly offset?: number;
}

/** What is known of a failure beside its sentence. */
export interface ErrorFacts {
  /** What to do next, a sentence. */
  readonly advice?: string;
  readonly at?: ErrorPlace;
}

/**
 * A failure, which survives being sent to another process as plain data. `message` is all that a person reads: what was found and wanted, then
 * the advice. Programs and tests ask for `code`, which stays when words change.
 */
export class CheckError extends Error {
  override readonly name = 'CheckError';
  readonly advice: string | undefined;
  readonly at: ErrorPlace | undefined;

  /** @param found what was found and what was wanted, as a sentence */
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

  /** The same failure at a place, as far as it does not say a more exact one itself. */
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
 * Does something about one input, whose place a failure of it gets; for what reads a file and does not know what it is for. A wrong
 * state, such as a check that was stopped meanwhile, is not the input's.
 */
export async function withPlace<T>(place: ErrorPlace, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof CheckError && error.kind !== 'state' ? error.placedAt(place) : error;
  }
}

/** A failure of the kind `usage`. */
export const usage = (code: string, found: string, facts?: ErrorFacts): CheckError =>
  new CheckError('usage', code, found, facts);

/** A failure as plain data, for a message to another thread or process. */
export interface ErrorData extends ErrorFacts {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly found: string;
}

/** What of a failure crosses to another thread or process. */
export const errorData = ({ kind, code, found, advice, at }: CheckError): ErrorData => ({
  kind,
  code,
  found,
  ...(advice !== undefined && { advice }),
  ...(at !== undefined && { at }),
});

/** The failure that crossed as this data. */
export const errorFrom = ({ kind, code, found, ...facts }: ErrorData): CheckError =>
  new CheckError(kind, code, found, facts);
