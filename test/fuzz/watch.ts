// Ends a process in which a run does not end: a thread of its own sees that the run is the same for too long, and
// writes the input that it runs on.

import { Worker } from 'node:worker_threads';

/** The longest input that is written, in bytes. */
const MOST = 2 ** 21;
/** Far longer than any run takes, however busy the machine is. */
const SECONDS = 60;
const HEADER = 4;

const THREAD = `
const { workerData } = require('node:worker_threads');
const fs = require('node:fs');
const { numbers, bytes, folder, seconds } = workerData;
const words = new Int32Array(numbers);
let [seen, since] = [0, Date.now()];
setInterval(() => {
  const now = Atomics.load(words, 0);
  if (now !== seen || now % 2 === 0) [seen, since] = [now, Date.now()];
  if (Date.now() - since < 1000 * seconds) return;
  const name = Buffer.from(new Uint8Array(bytes, 0, words[1])).toString();
  fs.mkdirSync(folder, { recursive: true });
  const path = folder + '/' + name + '-hang';
  fs.writeFileSync(path, new Uint8Array(bytes, words[1], words[2]));
  fs.writeSync(2, name + ': a run does not end, see ' + path + '\\n');
  process.kill(process.pid, 'SIGKILL');
}, 1000);
`;

/** Watches the runs of this process. */
export class Watch {
  private readonly numbers = new Int32Array(new SharedArrayBuffer(4 * HEADER));
  private readonly bytes = new Uint8Array(new SharedArrayBuffer(MOST));
  private readonly thread: Worker;

  /** @param folder where the input of a run is written that does not end */
  constructor(folder: string) {
    const workerData = { numbers: this.numbers.buffer, bytes: this.bytes.buffer, folder, seconds: SECONDS };
    this.thread = new Worker(THREAD, { eval: true, workerData });
    this.thread.unref();
  }

  begin(name: string, input: Uint8Array): void {
    const { written } = new TextEncoder().encodeInto(name, this.bytes);
    this.numbers[1] = written;
    this.numbers[2] = Math.min(input.length, MOST - written);
    this.bytes.set(input.subarray(0, MOST - written), written);
    Atomics.add(this.numbers, 0, 1);
  }

  end(): void {
    Atomics.add(this.numbers, 0, 1);
  }

  async stop(): Promise<void> {
    await this.thread.terminate();
  }
}
