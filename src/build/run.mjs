// Child processes for the build scripts: limited in time, output kept in a log whose tail is shown on failure,
// and none left behind when the script is interrupted.
// @ts-check

import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** Git-ignored: downloaded tools, logs, caches of the checkers. Safe to delete. */
export const CACHE = join(ROOT, '.cache');

/** Parses a JSON file; the caller knows its type. @returns {unknown} */
export const readJson = (/** @type {string} */ path) => JSON.parse(readFileSync(path, 'utf8'));

/** Parses the JSON options that a script is started with; the caller knows their type. @returns {unknown} */
export const optionsIn = (/** @type {string[]} */ [json = '{}']) => JSON.parse(json);

/** A failure whose message is all that the user needs; scripts print it without a stack trace. */
export class Failure extends Error {
  /** The exit status of the script. */
  status = 1;
}

/** @type {Map<import('node:child_process').ChildProcess, boolean>} running children, and whether each leads a process group */
const children = new Map();
/** @type {(() => void)[]} what else to undo when the script ends, in any way */
const leftovers = [];

/** Runs `undo` when this process ends, even by Ctrl+C. It must be synchronous. */
export function atExit(/** @type {() => void} */ undo) {
  guard();
  leftovers.push(undo);
}

/** Signals a child and, when it leads a process group, everything that it started. */
export function stop(
  /** @type {import('node:child_process').ChildProcess} */ child,
  /** @type {NodeJS.Signals} */ signal = 'SIGTERM',
) {
  if (child.pid === undefined) return;
  try {
    process.kill(children.get(child) === false ? child.pid : -child.pid, signal);
  } catch {
    // Already ended.
  }
}

const endings = /** @type {const} */ ({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 });
/** How long children may take to end after this process was asked to, in milliseconds. */
const ENDING_PATIENCE = 3000;
let guarded = false;
let interrupted = false;
/** Whether this process was told to end. */
export const isInterrupted = () => interrupted;

/** Runs once, when there is something to clean up: makes sure that it happens, however this process ends. */
function guard() {
  if (guarded) return;
  guarded = true;
  process.on('exit', () => {
    for (const child of children.keys()) stop(child, 'SIGKILL');
    for (const undo of leftovers) undo();
  });
  for (const [signal, status] of Object.entries(endings)) {
    process.once(signal, () => {
      interrupted = true;
      // Servers and browsers clean up when asked first; the exit handler only kills.
      for (const child of children.keys()) stop(child);
      const begin = performance.now();
      setInterval(() => {
        if (children.size === 0 || performance.now() - begin > ENDING_PATIENCE) process.exit(status);
      }, 50);
    });
  }
}

/**
 * Starts a program as the leader of its own process group, so that it can be ended with all it started.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 */
export function start(command, args, options = {}) {
  guard();
  const child = spawn(command, args, { cwd: ROOT, detached: true, ...options });
  children.set(child, options.detached !== false);
  child.once('close', () => {
    // Whatever a group's leader left running ends with it.
    stop(child);
    children.delete(child);
  });
  child.once('error', () => children.delete(child));
  return child;
}

/**
 * Runs a program to its end. Never rejects: a program that cannot start has code 127, one that ran out of time 124.
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, seconds?: number, show?: boolean, detached?: boolean}} [options]
 *   seconds: time limit, 120 by default; show: let it write to this terminal instead of keeping its output;
 *   detached: false for a program that prompts at the terminal
 * @returns {Promise<{code: number, output: string}>} exit code, and what it wrote to both streams
 */
export function run(command, args, { cwd = ROOT, env, seconds = 120, show = false, detached = true } = {}) {
  return new Promise((resolve) => {
    const child = start(command, args, {
      cwd,
      env: { ...process.env, ...env },
      detached,
      stdio: show ? [detached ? 'ignore' : 'inherit', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let late = false;
    child.stdout?.on('data', (/** @type {Buffer} */ data) => (output += data.toString()));
    child.stderr?.on('data', (/** @type {Buffer} */ data) => (output += data.toString()));
    const timer = setTimeout(() => {
      late = true;
      output += `\n${command}: stopped after ${seconds} s\n`;
      stop(child);
      setTimeout(() => stop(child, 'SIGKILL'), 3000).unref();
    }, seconds * 1000);
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve({ code: 127, output: `${output}${error.message}\n` });
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code: late ? 124 : (code ?? 1), output });
    });
  });
}

/**
 * Like `run`, for a step that must succeed: its output goes to a log in `.cache/`, and a failure carries the last
 * lines of the log.
 * @param {string} log file name of the log
 * @param {string} command
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 * @throws {Failure} with the tail of the output
 */
export async function must(log, command, args, options) {
  const { code, output } = await run(command, args, options);
  const path = join(CACHE, 'log', log);
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, `$ ${command} ${args.join(' ')}\n${output}\n`);
  if (code !== 0) {
    const tail = output.trimEnd().split('\n').slice(-20).join('\n');
    throw new Failure(
      `${tail}\n\n"${command} ${args.join(' ')}" failed with status ${code}; all of its output is in ${path}`,
    );
  }
  return output;
}

/** Runs a script's main function when the script is the entry point; a Failure becomes text and its exit status. */
export async function main(
  /** @type {string} */ moduleUrl,
  /** @type {(args: string[]) => Promise<number>} */ body,
) {
  if (process.argv[1] === undefined || fileURLToPath(moduleUrl) !== process.argv[1]) return;
  try {
    process.exitCode = await body(process.argv.slice(2));
  } catch (error) {
    const failure = error instanceof Failure ? error : undefined;
    process.exitCode = failure?.status ?? 1;
    // Text that was asked for has status 0.
    if (failure?.status === 0) console.log(failure.message);
    else console.error(failure ? `\n${failure.message}` : error);
  }
}

/** Seconds since a `performance.now()`, as text for a status line. */
export function since(/** @type {number} */ begin) {
  return `${((performance.now() - begin) / 1000).toFixed(1)} s`;
}
