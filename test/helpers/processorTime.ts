// Time that this process has a processor for: unlike the time on the wall, it is not that of whoever else is busy.

/** Starts to measure. @returns a function that tells the milliseconds since then */
export function processorTime(): () => number {
  const begin = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(begin);
    return (user + system) / 1000;
  };
}
