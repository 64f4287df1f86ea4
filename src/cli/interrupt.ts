// Ctrl+C for commands that have something to tidy up: the first one asks them to end, the second ends them.

/** Runs a command that Ctrl+C stops through a signal. */
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
