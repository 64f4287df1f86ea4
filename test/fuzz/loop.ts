// The loop: changes inputs, runs a target on them, keeps those that show something new, and remembers what failed. With
// the same seed it makes the same inputs on every machine.

import { isDeepStrictEqual } from 'node:util';
import { seeded, type Random } from '../helpers/random';
import { BYTE_MUTATIONS, type Mutation } from './mutateBytes';
import { jsonMutation } from './mutateJson';
import { textMutations } from './mutateText';
import type { Outcome, Target } from './target';
import type { Watch } from './watch';

const MOST = 16 * 1024;
const LIMIT_MS = 1000;
/** How many inputs with something new are kept; the oldest go. */
const KEPT = 400;
/** Between one of all inputs and the next. */
const STEP = 7919;
/** Kinds of outcomes that are told apart. */
const MOST_FEATURES = 20_000;
/** The first runs of a target are compiled, which takes longer than any input. */
const WARM = 50;
/** One run in so many is repeated, to see that it gives the same. */
const REPEATED = 16;
/** Failures are kept apart by where they were thrown, so many of them. */
const MOST_FAILURES = 20;

function keyOf(error: unknown): string {
  const { name, stack = '', message } = error instanceof Error ? error : new Error(String(error));
  const [where] = /^ +at .*:\d+:\d+\)?$/m.exec(stack) ?? [message.replaceAll(/\d+/g, '#')];
  return `${name} ${where.trim()}`;
}

/** What failed, and the first input that did. */
export interface Failure {
  readonly key: string;
  readonly message: string;
  readonly input: Uint8Array;
}

/** What came of a target. */
export interface Fuzzed {
  readonly executions: number;
  /** Of a processor. */
  readonly seconds: number;
  readonly failures: readonly Failure[];
  /** Runs that failed, like those listed or otherwise. */
  readonly failed: number;
  readonly features: number;
  readonly slowest: { readonly milliseconds: number; readonly input: Uint8Array };
}

/** When to end: after so many executions or seconds of a processor, whichever comes first; perhaps after a failure. */
export interface Bounds {
  readonly executions: number;
  readonly seconds: number;
  readonly stopAtFailure?: boolean;
}

/** The state of one target between slices of its time. */
export class Fuzzing {
  executions = 0;
  private cpuSeconds = 0;
  private failed = 0;
  private readonly failures = new Map<string, Failure>();
  private slowest: Fuzzed['slowest'] = { milliseconds: 0, input: new Uint8Array() };
  private readonly features = new Set<string>();
  private readonly kept: Uint8Array[] = [];
  private readonly random: Random;
  private readonly seeds: readonly Uint8Array[];
  private readonly first: number;
  private readonly mutations: readonly Mutation[];

  constructor(
    readonly target: Target,
    seed: number,
    private readonly watch?: Watch,
  ) {
    // Each target has numbers of its own, so that it does not matter which others run.
    this.random = seeded(Buffer.from(target.name).reduce((sum, byte) => Math.imul(sum, 31) + byte, seed));
    this.first = this.random(target.every?.count ?? 1);
    this.seeds = target.every ? [] : target.seeds();
    const { form, words = [] } = target;
    const forms = {
      bytes: () => BYTE_MUTATIONS,
      text: () => textMutations(words),
      json: () => [jsonMutation(words)],
    };
    this.mutations = forms[form]();
  }

  /** Whether nothing is left to try, because every input was. */
  get isDone(): boolean {
    return this.target.every !== undefined && this.executions >= this.target.every.count;
  }

  /** Goes on up to these bounds, which count from the start. */
  async run({ executions, seconds, stopAtFailure = false }: Bounds): Promise<void> {
    const before = this.cpuSeconds;
    const start = process.cpuUsage();
    while (this.executions < executions && !this.isDone) {
      await this.once(this.next());
      if (this.executions % 8 === 0 || this.target.slow) this.cpuSeconds = before + secondsSince(start);
      if (this.cpuSeconds > seconds || (stopAtFailure && this.failed > 0)) break;
    }
    this.cpuSeconds = before + secondsSince(start);
  }

  get result(): Fuzzed {
    return {
      executions: this.executions,
      seconds: this.cpuSeconds,
      failures: [...this.failures.values()],
      failed: this.failed,
      features: this.features.size,
      slowest: this.slowest,
    };
  }

  /** The next input: all seeds first, then changes of them and of what was new. */
  private next(): Uint8Array {
    const { every, mend, most = MOST } = this.target;
    // In an order of its own, so that a short run sees some of each part; as 7919 is prime, each comes once.
    if (every) return every.make((this.executions * STEP + this.first) % every.count);
    const known = this.seeds[this.executions];
    if (known) return known;
    const { random, seeds, kept } = this;
    const any = () =>
      kept.length > 0 && random(2) > 0 ? kept[random(kept.length)]! : seeds[random(seeds.length)]!;
    let input = any();
    for (let times = 1 + random(2) * random(6); times > 0 && input.length > 0; times--) {
      const changed = this.mutations[random(this.mutations.length)]!(input, random, any());
      if (changed.length <= most) input = changed;
    }
    if (mend && random(4) > 0) mend((input = input.slice()), random);
    return input;
  }

  private async once(input: Uint8Array): Promise<void> {
    const { target } = this;
    this.watch?.begin(target.name, input);
    const start = performance.now();
    try {
      const running = target.run(input);
      const outcome = running instanceof Promise ? await running : running;
      this.note(input, outcome);
      await this.time(input, performance.now() - start);
      if (this.executions % REPEATED === 0) await repeat(target, input, outcome);
    } catch (error) {
      this.fail(input, error);
    }
    this.watch?.end();
    this.executions++;
  }

  private note(input: Uint8Array, { feature }: Outcome): void {
    if (this.features.has(feature) || this.features.size >= MOST_FEATURES) return;
    this.features.add(feature);
    this.kept.push(input);
    if (this.kept.length > KEPT) this.kept.shift();
  }

  /** Remembers the slowest input. Others may have had the processor: only its own time counts, of a second run. */
  private async time(input: Uint8Array, wall: number): Promise<void> {
    if (wall <= this.slowest.milliseconds || this.executions < WARM) return;
    const start = process.cpuUsage();
    await this.target.run(input);
    const milliseconds = Math.min(wall, 1000 * secondsSince(start));
    if (milliseconds > this.slowest.milliseconds) this.slowest = { milliseconds, input };
    const limit = this.target.limit ?? LIMIT_MS;
    if (milliseconds > limit) throw new Error(`takes more than ${limit} ms`);
  }

  private fail(input: Uint8Array, error: unknown): void {
    this.failed++;
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const key = keyOf(error);
    if (!this.failures.has(key) && this.failures.size < MOST_FAILURES)
      this.failures.set(key, { key, message, input });
  }
}

/** Seconds of a processor that this process has had since. */
function secondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** Runs once more, on a copy: the same comes out, and the input is as it was. */
async function repeat(target: Target, input: Uint8Array, first: Outcome): Promise<void> {
  const copy = input.slice();
  const again = await target.run(copy);
  if (!isDeepStrictEqual(again, first)) throw new Error('the same input gives another result');
  if (Buffer.compare(copy, input) !== 0) throw new Error('the input was changed');
}

/** Whether an input still fails in the same way. */
export async function failsLike(target: Target, input: Uint8Array, key: string): Promise<boolean> {
  const fuzzing = new Fuzzing({ ...target, seeds: () => [input], form: 'bytes' }, 0);
  await fuzzing.run({ executions: 1, seconds: 60 });
  return fuzzing.result.failures.some((failure) => failure.key === key);
}
