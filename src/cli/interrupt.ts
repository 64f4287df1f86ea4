// Ctrl+C for commands that must clean up: the first asks them to end, the second ends them.

/** Runs a command that Ctrl+C stops through an AbortSignal. */
export async function interruptible<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const abort = () => {
    stop.abort();
  };
  process.once('SIGINT', abort);
  try {
    return await run(stop.signal);
  } finally {
    process.removeListener('SIGINT', abort);
  }
}
