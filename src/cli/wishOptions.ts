// The options of what is wanted of an attestation report, and of how it is verified: the same on every command that takes a report.

import { Option, type Command } from 'commander';
import { insteadOfJson } from '../app/otherFile';
import * as appErrors from '../app/reportErrors';
import { readWishes } from '../app/reportWishes';
import type { Io } from '../app/io';
import { readWish } from '../core/report/readWish';
import { WISH_ROWS, type WishName, type WishRow, type Wishes } from '../core/report/wishes';

/** The letters that snpguest has for wishes. */
const LETTERS: Readonly<Partial<Record<WishName, string>>> = {
  measurement: '-m, ',
  hostData: '-d, ',
  reportData: '-r, ',
};

/** What stands for a value in help. */
const PLACEHOLDERS: Readonly<Record<WishRow['kind'], string>> = {
  bytes: ' <bytes>',
  number: ' <number>',
  bits: ' <bits>',
  tcb: ' <parts>',
  version: ' <version>',
  flag: '',
  product: ' <name>',
};

/** The option of a wish: `--report-data`. */
const optionOf = ({ name }: Pick<WishRow, 'name'>): string =>
  `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Where the values of wishes are: inputs of launches have some of their names. */
const KEY = 'wish.';

/** An option of a wish. */
class WishOption extends Option {
  constructor(
    private readonly row: WishRow,
    flags: string,
  ) {
    super(flags, row.doc.replace(/^whether /, ''));
  }
  override attributeName(): string {
    return `${KEY}${this.row.name}`;
  }
}

const collect = (value: string, all: readonly string[] = []) => [...all, value];

/** How a report is verified, by commander's names. */
export interface VerificationOptions {
  readonly root: readonly string[];
  readonly at?: string;
  /** The path of a file of wishes. */
  readonly require?: string;
}

/**
 * Adds the options of wishes.
 * @param taken wishes whose options mean something else on this command, which also has letters of its own
 */
export function addWishes(command: Command, taken?: readonly WishName[]): Command {
  for (const row of WISH_ROWS.filter(({ name }) => !taken?.includes(name))) {
    const letter = taken ? '' : (LETTERS[row.name] ?? '');
    const option = new WishOption(row, `${letter}${optionOf(row)}${PLACEHOLDERS[row.kind]}`);
    command.addOption(row.kind === 'bytes' ? option.argParser(collect) : option);
  }
  return command;
}

/** Adds what else decides whether a report is verified. */
export const addVerification = (command: Command): Command =>
  command
    .option('--root <path>', 'a root that is trusted besides those of AMD', collect, [])
    .option('--at <time>', 'when certificates must be valid, such as 2026-06-01; now unless given');

/** Wishes that were given as options. @throws CheckError (usage) */
function wishesOf(options: object): Wishes {
  const given = options as Readonly<Record<string, unknown>>;
  let wishes: Wishes = {};
  for (const row of WISH_ROWS) {
    const value = given[`${KEY}${row.name}`];
    if (value === undefined) continue;
    const read = readWish(row, value);
    if (!read.ok)
      throw (row.kind === 'bytes' ? appErrors.badSnpguestValue : appErrors.badWish)(
        optionOf(row),
        read.wanted,
      );
    wishes = { ...wishes, [row.name]: read.value };
  }
  return wishes;
}

/** The option of the first wish that is given as one; undefined when none is. */
export const wishOptionIn = (options: object): string | undefined => {
  const row = WISH_ROWS.find(({ name }) => `${KEY}${name}` in options);
  return row && optionOf(row);
};

/** RFC 3339, of which the time, its seconds and its zone can be left out. */
const TIME = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2})?(Z|[+-]\d{2}:\d{2})?)?$/;

/** A time as people write it, in milliseconds since 1970; UTC unless it says so. @throws CheckError (usage) */
function timeOf(text: string): number {
  const [, day = '', zone] = TIME.exec(text) ?? [];
  const [midnight, time] = [Date.parse(day), Date.parse(text === day || zone ? text : `${text}Z`)];
  // Date.parse takes the 31st of February for the 3rd of March.
  const isDay = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
  if (!isDay || Number.isNaN(time)) throw appErrors.badTime(text);
  return time;
}

/** The wishes in a file. @throws CheckError when it cannot be read, or has others */
async function wishesIn(io: Io, path: string): Promise<Wishes> {
  const bytes = await io.read(path, 'wishes');
  const instead = insteadOfJson(bytes);
  if (instead !== undefined) throw appErrors.wishesNotJson(path, instead);
  return readWishes(path, new TextDecoder().decode(bytes));
}

/** What was asked of a report: the time, and the wishes of a file and of options, which override those of the file. */
export async function readVerification(
  io: Io,
  options: VerificationOptions,
): Promise<{ readonly at: number; readonly require: Wishes; readonly roots: readonly string[] }> {
  const wishes = wishesOf(options);
  const at = options.at === undefined ? Date.now() : timeOf(options.at);
  const required = options.require === undefined ? {} : await wishesIn(io, options.require);
  return { at, require: { ...required, ...wishes }, roots: options.root };
}
