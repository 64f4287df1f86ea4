// What must not outlive this process: partial files, processes and threads that it started, a terminal that it
// silenced. Whoever makes such a thing says how it is removed at once; a signal, an end for any reason, or an extension
// that is switched off then leaves none.

/** Each, and whether it needs removing when the process ends: threads end with it. */
const present = new Map<() => void, boolean>();

/** Signals that ask a process to end. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

let minding = false;

/**
 * Remembers something to be removed.
 * @param remove removes it, synchronously: nothing runs afterwards
 * @param outlives whether it would outlive this process; a thread would not, and while one works, signals end the process at once
 * @returns forgets it, once it is gone
 */
export function leftover(remove: () => void, outlives = true): () => void {
  // A function of its own, so that two things may be removed in the same way.
  const entry = () => {
    remove();
  };
  present.set(entry, outlives);
  listen();
  return () => {
    present.delete(entry);
    listen();
  };
}

/** Removes everything, the newest first. */
export function removeLeftovers(): void {
  for (const remove of [...present.keys()].reverse()) {
    present.delete(remove);
    try {
      remove();
    } catch {
      // It is gone already; the others remain to be removed.
    }
  }
  listen();
}

/**
 * From now on nothing is left however this process ends, except by SIGKILL. A signal still ends it as if it had not
 * been caught, so that a shell sees which one it was.
 */
export function leaveNothing(): void {
  minding = true;
  process.on('exit', removeLeftovers);
}

/**
 * Signals are caught only while there is something to remove. Otherwise the system ends the process, which works also
 * while it computes and its event loop stands still.
 */
function listen(): void {
  const isNeeded = [...present.values()].includes(true);
  for (const signal of SIGNALS) {
    const listens = process.listeners(signal).includes(end);
    if (minding && isNeeded && !listens) process.on(signal, end);
    if (!isNeeded && listens) process.removeListener(signal, end);
  }
}

function end(signal: NodeJS.Signals): void {
  removeLeftovers();
  process.kill(process.pid, signal);
}
