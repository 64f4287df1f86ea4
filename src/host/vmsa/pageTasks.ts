// Questions about one page that a thread answers: this keeps tables of texts and causes, most of the code about
// pages, out of the extension host. Each question gets a thread of its own, which ends with its answer.

import type { Io } from '../../app/io';
import type { ExportId } from '../../core/vmsa/forms/exportForms';
import type { VmsaRequest } from '../../core/vmsa/launch/generate';

/** A launch that produces a page, exactly or nearly. */
export interface FoundLaunch {
  readonly title: string;
  /** Role and CPU. */
  readonly where: string;
  /** How its page differs, as a sentence. */
  readonly distance: string;
  readonly equal: boolean;
  readonly request: VmsaRequest;
}

/** Where a page may come from: the launches that produce it, exactly or but for SEV features, or else the nearest. */
export interface FoundLaunches {
  readonly match: 'exact' | 'features' | 'nearest';
  /** Why there are none, as a sentence: the page is no processor state. */
  readonly notState?: string;
  readonly launches: readonly FoundLaunch[];
  /** How many combinations were tried. */
  readonly tried: number;
}

/** The tasks, each with its input and its answer. */
interface Tasks {
  export: {
    takes: { readonly page: Uint8Array; readonly form: ExportId; readonly name: string };
    gives: string | Uint8Array;
  };
  identify: { takes: { readonly page: Uint8Array }; gives: FoundLaunches };
}

/** The data the thread starts with. */
export type PageTask = { [T in keyof Tasks]: { readonly task: T } & Tasks[T]['takes'] }[keyof Tasks];
/** What the thread posts. */
export type PageAnswer = Tasks[keyof Tasks]['gives'];

/** Runs a task in a thread. @throws Error when the thread failed, which no page content can cause */
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
      // After a message or an error, this arrives too late to matter.
      end: (status) => reject(new Error(`the thread ended with ${status}`)),
    });
  });
}
