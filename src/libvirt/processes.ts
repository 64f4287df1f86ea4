// The processes that a worker starts: libvirt runs ssh, and that may run others. They end with the worker, whether or
// not they notice that nobody listens to them.

import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/**
 * The worker's end of a pipe on which nothing is ever sent: it closes when the process at the other end ends, however
 * that happens.
 */
export const ALIVE_FD = 5;

/** Parents by process, from what Linux says of each in `stat`; a name in it may hold anything but ends with `)`. */
function parentsOnLinux(): Map<number, number> {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^[0-9]+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It has ended meanwhile.
    }
  }
  return parents;
}

/** Parents by process, from POSIX's `ps`. */
function parentsElsewhere(): Map<number, number> {
  const { stdout, error } = spawnSync('/bin/ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'latin1' });
  if (error) return new Map();
  const rows = stdout.split('\n').map((line) => line.trim().split(/ +/).map(Number));
  return new Map(rows.map(([pid, parent]) => [pid ?? 0, parent ?? 0]));
}

/** All processes that descend from one, parents before their children. */
export function descendantsOf(pid: number): number[] {
  const parents = [...(process.platform === 'linux' ? parentsOnLinux() : parentsElsewhere())];
  const found = [pid];
  for (const one of found) for (const [child, parent] of parents) if (parent === one) found.push(child);
  return found.slice(1);
}

/** Sends a signal, unless there is nobody to send it to. @param pid negative for a process group */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

/** Ends a worker that runs, and all that it started. */
export function endWorker(pid: number): void {
  // Stopped, it starts nothing more while its processes are looked up.
  send(pid, 'SIGSTOP');
  for (const one of [...descendantsOf(pid), pid]) send(one, 'SIGKILL');
}

/** Ends a worker that leads a process group, and all of it, also when the worker itself is gone already. */
export function endGroup(pid: number): void {
  send(-pid, 'SIGKILL');
}

/** In a worker: ends all that it started, then itself, from any of its threads. */
export function endThisWorker(): void {
  for (const one of [...descendantsOf(process.pid), process.pid]) send(one, 'SIGKILL');
}
