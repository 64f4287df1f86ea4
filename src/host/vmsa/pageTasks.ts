// What is asked about one page in a thread: tables of texts and causes, which are most of the code about pages, stay out of
// the extension host that way. Each question has a thread of its own, which ends with its answer.

import type { Io } from '../../app/io';
import type { ExportId } from '../../core/vmsa/forms/exportForms';
import type { VmsaRequest } from '../../core/vmsa/launch/generate';

/** A launch that has a page, or nearly. */
export interface FoundLaunch {
  readonly title: string;
  /** Role and CPU. */
  readonly where: string;
  /** How its page differs, in a sentence. */
  readonly distance: string;
  readonly equal: boolean;
  readonly request: VmsaRequest;
}

/** Where a page comes from: the launches that have it, or else the nearest. */
export interface FoundLaunches {
  readonly exact: boolean;
  readonly launches: readonly FoundLaunch[];
  /** How many combinations were tried. */
  readonly tried: number;
}

/** The questions, each with what it takes and its answer. */
interface Tasks {
  export: {
    takes: { readonly page: Uint8Array; readonly form: ExportId; readonly name: string };
    gives: string | Uint8Array;
  };
  identify: { takes: { readonly page: Uint8Array }; gives: FoundLaunches };
}

/** What the thread starts with. */
export type PageTask = { [T in keyof Tasks]: { readonly task: T } & Tasks[T]['takes'] }[keyof Tasks];
/** What it posts. */
export type PageAnswer = Tasks[keyof Tasks]['gives'];

/**
 * Asks in a thread.
 * @throws Error when the thread failed, which content cannot bring about
 */
export function askAboutPage<T extends keyof Tasks>(
  io: Io,
  task: T,
  takes: Tasks[T]['takes'],
): Promise<Tasks[T]['gives']> {
  const thread = io.thread('pageWorker', { task, ...takes });
  return new Promise((resolve, reject) => {
    thread.hear<Tasks[T]['gives']>({
      message: resolve,
      error: (why) => reject(new Error(why)),
      // After a message or an error this comes too late to count.
      end: (status) => reject(new Error(`the thread ended with ${status}`)),
    });
  });
}
