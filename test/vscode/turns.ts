// How long this thread is held up at a time, which on the extension host holds up the extensions of everybody.

/** CPU time of this thread alone, in microseconds; a busy machine does not make it longer. Since Node 23.9. */
type ThreadCpuUsage = () => { user: number; system: number };
/** Undefined where Node has none. */
export const { threadCpuUsage } = process as { threadCpuUsage?: ThreadCpuUsage };

/** The longest turn of the event loop while `work` runs, in milliseconds of CPU time. */
export async function longestTurn(cpu: ThreadCpuUsage, work: () => Promise<void>): Promise<number> {
  const now = () => {
    const { user, system } = cpu();
    return (user + system) / 1000;
  };
  let longest = 0;
  let last = now();
  // A tick comes at the next turn when the last one took longer than a millisecond.
  const ticks = setInterval(() => {
    const next = now();
    longest = Math.max(longest, next - last);
    last = next;
  }, 1);
  try {
    await work();
  } finally {
    clearInterval(ticks);
  }
  return longest;
}
