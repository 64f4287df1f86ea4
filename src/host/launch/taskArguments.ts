// The command line of a task, from its definition in tasks.json, which comes with a workspace: only values of known
// members, each of them a path in the task's folder and none an option, or a sentence that says why not.

import { TASK_MEMBERS, type TaskMember } from '../../contributions';
import { visibleText } from '../../core/binary/plainText';
import type { Io } from '../../app/io';
import * as errors from './errors';

/** The folder of a task, and how to look into it. */
export interface TaskFolder {
  /** An absolute path. */
  readonly path: string;
  readonly io: Pick<Io, 'path' | 'realPath' | 'stat'>;
  /** The absolute paths of the files that a pattern, relative to the folder, names. */
  readonly matches: (pattern: string) => Promise<readonly string[]>;
}

/** The one variable of VS Code that is known here; others would be filled in after the value was judged. */
const FOLDER_VARIABLE = '${workspaceFolder}';
const AT_FOLDER = /^\$\{workspaceFolder\}(?=[\\/]|$)/;
/** What makes a pattern of a path, as `sevscope validate --launch` understands it. */
const MAGIC = /[*?[\]{}()!]/;
/** The parts of a path, also inside the alternatives of a pattern. */
const PARTS = /[\\/{},()|[\]]/;
/** Quoted in a sentence. */
const MOST = 100;

/** Why one value is refused: what it is, and what to do instead. */
type Refusal = readonly [why: string, advice: string];

const IN_FOLDER = 'Name files in the folder of the task.';

/** What is wrong with the text of a value. */
function whyNotText(value: unknown): Refusal | undefined {
  if (typeof value !== 'string') return ['is no text', 'Give a path, in quotation marks.'];
  const quoted = `"${visibleText(value.slice(0, MOST))}"`;
  if (value.trim() === '') return ['is empty', 'Give a path.'];
  if (visibleText(value) !== value)
    return [`holds a character that does not show: ${quoted}`, 'Rename the file, or use a pattern.'];
  if (value.startsWith('-'))
    return [`begins with "-", as an option does: ${quoted}`, 'For a file of this name, write ./ before it.'];
  if (value.replace(AT_FOLDER, '').includes('${'))
    return [`has a variable: ${quoted}`, `Only ${FOLDER_VARIABLE} at the beginning is filled in.`];
  return undefined;
}

/** Whether a path is a folder or below it; both are absolute. */
function isWithin({ path }: TaskFolder['io'], folder: string, file: string): boolean {
  const way = path.relative(folder, file);
  return !path.isAbsolute(way) && path.toSlashes(way).split('/')[0] !== '..';
}

/** Where a path leads after all links; what does not exist yet, by the folders above it. */
async function endOf(io: TaskFolder['io'], path: string): Promise<string | undefined> {
  try {
    return await io.realPath(path);
  } catch {
    // A link to nothing may lead anywhere once there is something.
    if ((await io.stat(path, { ofLink: true })).kind !== 'none') return undefined;
    const above = io.path.dirname(path);
    // There is nothing above a drive that does not exist.
    const end = above === path ? undefined : await endOf(io, above);
    return end && io.path.join(end, io.path.basename(path));
  }
}

async function leavesBy({ io, path: folder }: TaskFolder, path: string): Promise<boolean> {
  const [home, end] = [await endOf(io, folder), await endOf(io, path)];
  return home === undefined || end === undefined || !isWithin(io, home, end);
}

/** A value relative to the folder; undefined when it is elsewhere. */
function inFolder({ io, path: folder }: TaskFolder, value: string): string | undefined {
  const text = value.replace(AT_FOLDER, '.');
  // What begins with two dots may match the folder above in a pattern, such as ..[/].
  const isUp = (part: string) => part === '..' || (MAGIC.test(text) && part.startsWith('..'));
  if (text.split(PARTS).some(isUp)) return undefined;
  if (!io.path.isAbsolute(text)) return text;
  return isWithin(io, folder, text) ? `./${io.path.toSlashes(io.path.relative(folder, text))}` : undefined;
}

/** The link by which what a value names leaves the folder, as a phrase; undefined when there is none. */
async function linkOut(folder: TaskFolder, value: string, isPattern: boolean): Promise<string | undefined> {
  const { path } = folder.io;
  // Of a pattern, the folders before its first special character are fixed.
  const before = value.slice(0, isPattern ? value.search(MAGIC) : value.length);
  const fixed = isPattern
    ? before.slice(0, 1 + Math.max(before.lastIndexOf('/'), before.lastIndexOf('\\')))
    : before;
  if (await leavesBy(folder, path.resolve(folder.path, fixed))) return `"${value.slice(0, MOST)}"`;
  for (const file of isPattern ? await folder.matches(value.replace(/^\.\//, '')) : []) {
    // Linked folders are not entered when the pattern is expanded.
    if (await leavesBy(folder, path.dirname(file))) continue;
    if (await leavesBy(folder, file))
      return `"${visibleText(path.relative(folder.path, file).slice(0, MOST))}"`;
  }
  return undefined;
}

/**
 * The arguments of `sevscope` for a task.
 * @throws CheckError (usage) for the first value that is refused
 */
export async function taskArguments(
  definition: Readonly<Record<string, unknown>>,
  folder: TaskFolder,
): Promise<string[]> {
  const args = ['validate'];
  for (const member of Object.keys(TASK_MEMBERS) as TaskMember[]) {
    const { option, required, many } = TASK_MEMBERS[member];
    const given = definition[member];
    const values: readonly unknown[] =
      given === undefined ? [] : Array.isArray(given) && many ? given : [given];
    const refuse = ([why, advice]: Refusal) => errors.refusedTask(member, why, advice);
    if (required && values.length === 0) throw refuse(['names nothing', 'Give a path or a pattern.']);
    for (const value of values) {
      const why = whyNotText(value);
      if (why) throw refuse(why);
      const path = inFolder(folder, value as string);
      if (path === undefined)
        throw refuse([`leads out of the folder: "${(value as string).slice(0, MOST)}"`, IN_FOLDER]);
      const link = await linkOut(folder, path, many && MAGIC.test(path));
      if (link !== undefined) throw refuse([`leads out of the folder by a link: ${link}`, IN_FOLDER]);
      // In one argument with its option, so that it can be no other.
      args.push(`${option}=${path}`);
    }
  }
  return args;
}
