// A worker process and the calls to it: one at a time, each with a deadline. Whatever ends the process (a
// crash, a deadline, a signal or an invalid answer) rejects all pending calls with the same reason.

import { fork, type ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import * as v from 'valibot';
import * as errors from './errors';
import { errorFrom, type CheckError } from '../core/errors';
import { plainText } from '../core/binary/plainText';
import { leftover } from '../leftovers';
import {
  CALLS,
  ReplySchema,
  type Answer,
  type CallName,
  type Message,
  type Reply,
  type Request,
} from './api';
import { ownAccount, safeEnvironment } from './environment';
import type { ConnectOptions, Prompt } from './contract';
import type { Credential } from './credentials';
import { ALIVE_FD, endGroup, endWorker } from './processes';
import { encodeAnswers, LONGEST_QUESTIONS, parseQuestions, PROMPT_FD } from './prompts';

/** What a channel needs to know. */
export interface ChannelOptions extends Pick<ConnectOptions, 'onPrompt' | 'signal' | 'workerPath'> {
  readonly timeoutMs: number;
  /** Whether the worker gets the environment and the terminal of this process. */
  readonly asTyped: boolean;
}

interface Waiting {
  readonly id: number;
  readonly name: CallName;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: CheckError) => void;
}

/** A worker process and its queue of calls. */
export class Channel {
  /** Resolves when the process has ended: with the reason, or undefined when it was closed. */
  readonly ended: Promise<CheckError | undefined>;

  private readonly child: ChildProcess;
  private readonly exited: Promise<void>;
  private readonly prompting = new AbortController();
  private unanswered = false;
  private markEnded: (reason: CheckError | undefined) => void = () => undefined;
  private over: CheckError | undefined;
  private closing = false;
  private waiting: Waiting | undefined;
  private timer: NodeJS.Timeout | undefined;
  private timeoutMs: number;
  private tail: Promise<unknown> = Promise.resolve();
  private lastId = 0;
  private questions = '';

  constructor(private readonly options: ChannelOptions) {
    this.timeoutMs = Math.ceil(options.timeoutMs);
    this.ended = new Promise((resolve) => (this.markEnded = resolve));
    this.child = startWorker(options);
    const forget = leftover(() => this.kill());
    this.exited = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => {
        forget();
        this.end(errors.libvirtGone(signal ?? `its process ended with ${code ?? 0}`));
        resolve();
      });
      this.child.once('error', (error) => {
        this.end(errors.libvirtGone(plainText(error.message)));
        if (this.child.pid !== undefined) return;
        forget();
        resolve();
      });
    });
    this.child.on('message', (raw) => this.receive(raw));
    const pipe = this.promptPipe;
    pipe.setEncoding('utf8');
    pipe.on('data', (text: string) => this.collect(text));
    // The worker may die while an answer is being sent; its exit is handled elsewhere.
    for (const one of [pipe, this.alivePipe]) one.on('error', () => undefined);
    this.setReferenced(false);
    if (options.signal?.aborted) this.abort();
    else options.signal?.addEventListener('abort', this.abort);
  }

  /** Makes a call when all earlier ones are answered. @throws CheckError */
  call<N extends CallName>(name: N, request: Request<N>): Promise<Answer<N>> {
    const answer = this.tail.then(() => this.send(name, request)) as Promise<Answer<N>>;
    this.tail = answer.catch(() => undefined);
    return answer;
  }

  /** Ends the process, with a farewell call first if it is idle, and waits until it is gone. */
  async close(withinMs: number, farewell?: CallName): Promise<void> {
    if (!this.over && farewell && !this.waiting) {
      this.closing = true;
      this.timeoutMs = withinMs;
      await this.call(farewell, {}).catch(() => undefined);
    }
    this.setReferenced(true);
    this.closing = true;
    this.end(errors.libvirtClosed());
    await this.exited;
  }

  /** Whether the user cancelled a question, whatever error libvirt reports for that. */
  get loginCancelled(): boolean {
    return this.unanswered;
  }

  private get promptPipe(): Duplex {
    return this.child.stdio[PROMPT_FD] as Duplex;
  }

  private get alivePipe(): Duplex {
    return this.child.stdio[ALIVE_FD as 4] as Duplex;
  }

  /** Whether the worker keeps this process alive: only while a call is pending. */
  private setReferenced(referenced: boolean): void {
    const pipes = [this.promptPipe, this.alivePipe] as unknown as ChildProcess[];
    const handles = [this.child, this.child.channel, ...pipes];
    for (const handle of handles) handle?.[referenced ? 'ref' : 'unref']();
  }

  private send<N extends CallName>(name: N, request: Request<N>): Promise<unknown> {
    if (this.over) return Promise.reject(this.over);
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting = { id, name, resolve, reject };
      this.setReferenced(true);
      this.startClock();
      const message: Message = { id, call: name, request };
      // The callback suppresses the error of a channel that has just closed; the worker's exit is handled elsewhere.
      this.child.send(message, () => undefined);
    });
  }

  private startClock(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.waiting) this.end(errors.libvirtSilent(CALLS[this.waiting.name].does, this.timeoutMs));
    }, this.timeoutMs);
  }

  private readonly abort = (): void => this.end(errors.libvirtCancelled());

  private receive(raw: unknown): void {
    const { waiting } = this;
    if (this.over) return;
    const reply = v.safeParse(ReplySchema, raw);
    if (waiting && reply.success && reply.output.id === waiting.id) this.take(waiting, reply.output);
    else this.end(errors.libvirtGarbage(waiting?.name ?? 'nothing'));
  }

  private take(waiting: Waiting, reply: Reply): void {
    if ('busy' in reply) {
      this.startClock();
    } else if ('error' in reply) {
      const { fault, ...data } = reply.error;
      const error = errorFrom(data);
      if (fault) error.cause = fault;
      this.settle();
      waiting.reject(error);
    } else {
      const answer = v.safeParse(CALLS[waiting.name].answer, reply.ok);
      if (!answer.success) {
        this.end(errors.libvirtGarbage(waiting.name));
        return;
      }
      this.settle();
      waiting.resolve(answer.output);
    }
  }

  private settle(): void {
    clearTimeout(this.timer);
    this.waiting = undefined;
    if (!this.over) this.setReferenced(false);
  }

  /** Handles the end: only the first reason counts, and a failed farewell is not one. */
  private end(failure: CheckError): void {
    if (this.over) return;
    const reason = this.closing ? errors.libvirtClosed() : failure;
    this.over = reason;
    this.options.signal?.removeEventListener('abort', this.abort);
    this.prompting.abort();
    const { waiting } = this;
    this.settle();
    this.kill();
    waiting?.reject(reason);
    this.markEnded(this.closing ? undefined : reason);
  }

  /** Ends the process, and the ssh that libvirt started in it. */
  private kill(): void {
    const { pid, exitCode, signalCode } = this.child;
    if (pid === undefined) return;
    if (!this.options.asTyped) endGroup(pid);
    else if (exitCode === null && signalCode === null) endWorker(pid);
  }

  /** Collects a line of questions as it arrives. */
  private collect(text: string): void {
    this.questions += text;
    const end = this.questions.indexOf('\n');
    if (end < 0 && this.questions.length <= LONGEST_QUESTIONS) return;
    const questions = parseQuestions(this.questions.slice(0, end));
    this.questions = this.questions.slice(end + 1);
    // The worker asks nothing more until it has the answer.
    if (questions && this.questions === '') void this.answer(questions);
    else this.end(errors.libvirtGarbage('log in'));
  }

  private async answer(questions: readonly Credential[]): Promise<void> {
    clearTimeout(this.timer);
    const prompts = questions.map(plainPrompt);
    const { onPrompt } = this.options;
    const given = await onPrompt?.(prompts, this.prompting.signal).catch(() => undefined);
    this.unanswered ||= onPrompt !== undefined && !given && !this.prompting.signal.aborted;
    if (this.over) return;
    const answers = given?.map((one) => (typeof one === 'string' ? Buffer.from(one, 'utf8') : one));
    const bytes = encodeAnswers(answers?.length === questions.length ? answers : undefined);
    for (const one of answers ?? []) one.fill(0);
    this.startClock();
    this.promptPipe.write(bytes, () => bytes.fill(0));
  }
}

function plainPrompt({ kind, prompt, challenge, fallback }: Credential): Prompt {
  return {
    kind,
    prompt: plainText(prompt),
    ...(challenge !== undefined && { challenge: plainText(challenge) }),
    ...(fallback !== undefined && { fallback: plainText(fallback) }),
  };
}

function startWorker({ workerPath, asTyped }: ChannelOptions): ChildProcess {
  return fork(workerPath, [], {
    env: asTyped ? process.env : safeEnvironment(process.env, ownAccount()),
    // Structured clone, so that policies arrive as bigint.
    serialization: 'advanced',
    // Not this process's arguments: it may run under a debugger.
    execArgv: [],
    // The current folder may be an untrusted workspace, which is no place to start programs.
    // What was typed keeps the terminal, at which ssh may ask for a password.
    ...(asTyped ? {} : { cwd: '/', detached: true }),
    stdio: ['ignore', 'ignore', asTyped ? 'inherit' : 'ignore', 'ipc', 'pipe', 'pipe'],
  });
}
