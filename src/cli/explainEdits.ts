// What an explanation changes, in the words of whoever gave the inputs: options where they came from the command line, members
// where they came from a launch file.

import type { EditedValue, LaunchEdit } from '../core/explain/explanation';
import { editsText } from '../core/explain/exportExplanation';
import { INPUTS, type InputId, type InputRow } from '../core/launch/inputs';
import { shellWord } from '../core/binary/shell';
import type { LaunchOptions } from './launchOptions';

const ROWS: readonly InputRow[] = INPUTS;

type Member = readonly string[];

/** The option that a name of a CPU model is given with, besides its number. */
const CPU_NAME: InputId = 'cpu.model';

const begins = (member: Member, start: Member): boolean => start.every((name, i) => member[i] === name);

/** The rows of a member, and of the members in it. */
const rowsOf = (member: Member): InputRow[] => ROWS.filter((row) => row.member && begins(row.member, member));

/** Whether the command line has any option of a member. */
const isGiven = (options: LaunchOptions, member: Member): boolean => {
  const rows = rowsOf(member).map(({ id }) => id as InputId);
  // Another name of a CPU's number, which no launch file has.
  return [...rows, ...(member[0] === 'cpu' ? (['cpu.signature'] as const) : [])].some(
    (id) => options[id] !== undefined,
  );
};

/** The options that give a member a value, each with the value as a shell takes it. */
function optionsFor(member: Member, value: EditedValue): string[] {
  if (typeof value === 'object')
    return Object.entries(value).flatMap(([name, inner]) => optionsFor([...member, name], inner));
  const row = member.join('.') === 'cpu' ? ROWS.find(({ id }) => id === CPU_NAME) : rowsOf(member)[0];
  return row?.option === undefined ? [] : [`${row.option} ${shellWord(String(value))}`];
}

/** The options of the command line that a removed member was given by. */
const optionsOf = (options: LaunchOptions, member: Member): string[] =>
  rowsOf(member).flatMap(({ id, option }) =>
    option !== undefined && options[id as InputId] !== undefined ? [option] : [],
  );

/** What to change, as rows of name and text: the options, then the launch file. */
export function editRows(
  edits: readonly LaunchEdit[],
  options: LaunchOptions,
  hasFile: boolean,
): (readonly [name: string, text: string])[] {
  const ofOptions = edits.filter(({ member }) => !hasFile || isGiven(options, member));
  const ofFile = edits.filter((edit) => !ofOptions.includes(edit));
  const set = ofOptions.flatMap(({ member, value }) =>
    value === undefined ? [] : optionsFor(member, value),
  );
  const removed = ofOptions.flatMap(({ member, value }) =>
    value === undefined ? optionsOf(options, member) : [],
  );
  const parts = [
    ...(set.length > 0 ? [set.join(' ')] : []),
    ...(removed.length > 0 ? [`without ${removed.join(', ')}`] : []),
  ];
  const inFile = editsText({ edits: ofFile });
  return [
    ...(parts.length > 0 ? [['options', parts.join(', ')] as const] : []),
    ...(inFile === undefined ? [] : [['launch file', inFile] as const]),
  ];
}
