// Every task that runs in a thread, in one table: what it starts with, what it answers, what it may be asked and what it may use.
// One way to start one, to stop it and to hear its end. Their code is in src/tasks, which the thread loads (src/tasks/serve.ts).

import type { ChangesAnswer, ChangesTask } from './app/launchEdits';
import type { CoordinatorAnswer, CoordinatorTask, SearcherTask } from './app/explainThreads';
import type { DigestAnswer } from './app/digestTrace';
import type { Io, ThreadOptions } from './app/io';
import type { DigestInputs, ReportInputs } from './app/launch';
import type { EvidenceQuestion } from './app/reportEvidence';
import type { VerifiedReport } from './core/check/checkReport';
import type { FilledQuestion } from './app/referenceQuestion';
import type { LaunchLint, LintTask } from './app/launchProblems';
import { errorFrom, type ErrorData } from './core/errors';
import type { ExplainedLog } from './core/explain/hostMarkdown';
import type { Unit } from './core/explain/plan';
import type { ReferenceQuestion } from './core/check/referenceQuestion';
import type { UnitResult } from './core/explain/search';
import type { SectionJob } from './core/ovmf/volumes/sectionJob';
import type { FoundLaunches } from './core/vmsa/compare/foundLaunches';
import type { ExportId } from './core/vmsa/forms/exportForms';
import type { ImageFound, ImagesFound } from './protocol/ovmf';
import type { ReferenceAnswer } from './protocol/references';
import type { ReadReport, ReportTask } from './protocol/snpReport';
import { Receiver, type PackedMessage, type PartsMessage } from './protocol/transfer';

/** Where a question about reference values is from: a launch file by its absolute path, or another text by what it is called. */
export type ReferenceSource = { readonly text: string } & (
  { readonly path: string } | { readonly name?: string | undefined }
);

/** A question about reference values, and the folder that relative paths start in. */
export interface ReferenceTask {
  readonly question: ReferenceQuestion;
  readonly folder?: string | undefined;
}

/** A row of the table. */
interface Task<Input, Answer, Request> extends ThreadOptions {
  /** Members of an answer whose lists may be long: they cross in parts. */
  readonly lists?: readonly string[];
  /** Never there: what starts the task, what it answers, and what it may be asked. */
  readonly types?: { readonly input: Input; readonly answer: Answer; readonly request: Request };
}

const task = <Input, Answer = never, Request = never>(
  row: Omit<Task<Input, Answer, Request>, 'types'> = {},
): Task<Input, Answer, Request> => row;

/** How long a search or a check may run, in milliseconds: who waits for it ends it sooner, and it ends by itself in nearly all cases. */
const SEARCH_DEADLINE = 12 * 60 * 60 * 1000;

/** The tasks. Limits are MiB of heap and milliseconds. */
export const TASKS = {
  /** Reads an image. Each answer is all that is known: tables if its ends do not tell them, volumes, whole ones, and digests. */
  readImage: task<{ readonly image: Uint8Array }, ImageFound>({ memory: 512, lists: ['tables', 'contents'] }),
  /** Compares two images, the older one first. Each answer is all that is known. */
  compareImages: task<{ readonly a: Uint8Array; readonly b: Uint8Array }, ImagesFound>({
    memory: 512,
    lists: ['comparison'],
  }),
  /** Writes a page in another form. */
  exportPage: task<
    { readonly page: Uint8Array; readonly form: ExportId; readonly name: string },
    string | Uint8Array
  >(),
  /** Finds the launches that a page may be of. */
  identifyPage: task<{ readonly page: Uint8Array }, FoundLaunches>(),
  /** Explains the error messages in a log. */
  explainLog: task<{ readonly text: string }, ExplainedLog>(),
  /** Reads an attestation report and verifies it: answers with what is known, twice. */
  readReport: task<ReportTask, ReadReport>(),
  /** Reads the attestation report of a launch and verifies it. */
  verifyReport: task<EvidenceQuestion, VerifiedReport>(),
  /** Finds the problems of a launch file. */
  lintLaunch: task<LintTask, LaunchLint>(),
  /** Checks a launch against a launch digest or a report: answers with its progress, and in the end with its report and its trace. */
  checkDigest: task<DigestInputs | ReportInputs, DigestAnswer>({ deadline: SEARCH_DEADLINE }),
  /** Finds what to change in a launch file: an answer for each explanation. */
  changeLaunch: task<ChangesTask, readonly ChangesAnswer[]>(),
  /** Fills in a question about reference values from a launch file, or a command line of QEMU or the XML of a domain. */
  fillReferences: task<ReferenceSource, FilledQuestion>(),
  /** Computes reference values, keeps them, and then writes them to a path or answers with their text. */
  referenceValues: task<ReferenceTask, ReferenceAnswer, { readonly path?: string }>({
    memory: 2048,
    deadline: SEARCH_DEADLINE,
  }),
  /** Searches for an explanation: reads files, plans, starts `search`, and answers with progress, and in the end with the result. */
  explain: task<CoordinatorTask, CoordinatorAnswer>({ deadline: SEARCH_DEADLINE }),
  /** Tries the hypotheses of each unit that it is asked. */
  search: task<SearcherTask, UnitResult, Unit>({ deadline: SEARCH_DEADLINE }),
  /** Decompresses sections for who waits without hearing messages: it answers in the memory that it starts with. */
  decompress: task<SharedArrayBuffer, never, SectionJob>({ memory: 64 }),
} as const;

/** The name of a task. */
export type TaskName = keyof typeof TASKS;
type Types<N extends TaskName> = NonNullable<(typeof TASKS)[N]['types']>;
/** What a task starts with. */
export type TaskInput<N extends TaskName> = Types<N>['input'];
/** What a task answers, any number of times. */
export type TaskAnswer<N extends TaskName> = Types<N>['answer'];
/** What a running task may be asked. */
export type TaskRequest<N extends TaskName> = Types<N>['request'];

/** How a task ended: as it should, by a failure that it reports, or with its thread. */
export type TaskEnd =
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly error: ErrorData }
  | { readonly type: 'died'; readonly why: string };

/** Thread to starter: an answer whose lists are on their way before it, or the end. One at a time, each when the one before was taken. */
export type ThreadMessage =
  | PartsMessage
  | PackedMessage
  | { readonly type: 'answer'; readonly answer: unknown }
  | Exclude<TaskEnd, { type: 'died' }>;

/** Starter to thread: that it took a message, or a request. */
export type StarterMessage =
  { readonly type: 'taken' } | { readonly type: 'request'; readonly request: unknown };

/** Who hears a task. */
export interface TaskEvents<N extends TaskName> {
  readonly answer: (answer: TaskAnswer<N>) => void;
  /** Called once, last; not for a task that was stopped. */
  readonly end: (end: TaskEnd) => void;
}

/** A task that runs. */
export interface RunningTask<N extends TaskName> {
  request(request: TaskRequest<N>): void;
  /** Stops it at any point; it is not heard from then on. Settles when its thread has ended. */
  stop(): Promise<void>;
}

/** Starts a task in a thread of its own, which lives until it is stopped, even when the task is done. */
export function startTask<N extends TaskName>(
  io: Io,
  name: N,
  input: TaskInput<N>,
  on: TaskEvents<N>,
  transfer: readonly ArrayBuffer[] = [],
): RunningTask<N> {
  const { memory, deadline } = TASKS[name] as ThreadOptions;
  const limits = { ...(memory !== undefined && { memory }), ...(deadline !== undefined && { deadline }) };
  const thread = io.thread(name, input, { ...limits, transfer });
  const receiver = new Receiver();
  const send = (message: StarterMessage) => thread.post(message);
  let over = false;
  const end = (how: TaskEnd) => {
    if (over) return;
    over = true;
    on.end(how);
  };
  thread.hear<ThreadMessage>({
    message: (message) => {
      if (over) return;
      switch (message.type) {
        // It goes on while this thread uses what it has found.
        case 'parts':
          send({ type: 'taken' });
          for (const part of message.parts) receiver.add(part);
          return;
        case 'packed':
          send({ type: 'taken' });
          for (const part of message.parts ?? []) receiver.add(part);
          on.answer(receiver.whole(message.packed) as TaskAnswer<N>);
          return;
        case 'answer':
          send({ type: 'taken' });
          on.answer(message.answer as TaskAnswer<N>);
          return;
        case 'done':
        case 'failed':
          end(message);
          return;
        default:
          message satisfies never;
      }
    },
    error: (why) => end({ type: 'died', why }),
    end: (status) => end({ type: 'died', why: `its thread ended with ${status}` }),
  });
  return {
    request: (request) => send({ type: 'request', request }),
    stop: () => {
      over = true;
      return thread.terminate();
    },
  };
}

/** How a task is run to its end. */
export interface RunOptions<N extends TaskName> {
  /** Called with each answer. */
  readonly answer?: (answer: TaskAnswer<N>) => void;
  /** Makes the failure of a task whose thread died. */
  readonly died: (why: string) => Error;
  /** Memory in the input that moves to the thread instead of being copied. */
  readonly transfer?: readonly ArrayBuffer[];
}

/**
 * Runs a task to its end, and ends its thread.
 * @returns its last answer; undefined when the signal stopped it
 * @throws CheckError that the task reports, or what `died` makes
 */
export async function runTask<N extends TaskName>(
  io: Io,
  name: N,
  input: TaskInput<N>,
  options: RunOptions<N>,
): Promise<TaskAnswer<N>>;
export async function runTask<N extends TaskName>(
  io: Io,
  name: N,
  input: TaskInput<N>,
  options: RunOptions<N> & { readonly signal: AbortSignal | undefined },
): Promise<TaskAnswer<N> | undefined>;
export async function runTask<N extends TaskName>(
  io: Io,
  name: N,
  input: TaskInput<N>,
  { signal, answer, died, transfer }: RunOptions<N> & { readonly signal?: AbortSignal | undefined },
): Promise<TaskAnswer<N> | undefined> {
  if (signal?.aborted) return undefined;
  let last: TaskAnswer<N> | undefined;
  let running: RunningTask<N> | undefined;
  let stop = (): void => undefined;
  const end = await new Promise<TaskEnd | undefined>((done) => {
    const on = {
      answer: (given: TaskAnswer<N>) => {
        last = given;
        answer?.(given);
      },
      end: done,
    };
    running = startTask(io, name, input, on, transfer);
    stop = () => {
      void running?.stop();
      done(undefined);
    };
    signal?.addEventListener('abort', stop);
  }).finally(() => signal?.removeEventListener('abort', stop));
  await running?.stop();
  switch (end?.type) {
    case 'failed':
      throw errorFrom(end.error);
    case 'died':
      throw died(end.why);
    case 'done':
      if (last === undefined) throw died('it gave no answer');
      return last;
    case undefined:
      return undefined;
  }
}
