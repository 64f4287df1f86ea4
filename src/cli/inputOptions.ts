// The options of inputs, from their table: the same on every command that takes a launch, also by the names that other
// programs have for them. All names of an input set one value, under the input's name.

import { isDeepStrictEqual } from 'node:util';
import { InvalidArgumentError, Option, type Command } from 'commander';
import * as errors from './errors';
import { parseUnsigned } from '../core/binary/hex';
import { didYouMean } from '../core/binary/similar';
import type { UnfitText } from '../core/binary/textBytes';
import { snpPolicy } from '../core/tech/snp/errors';
import { inputRow, INPUTS, type InputId, type InputRow } from '../core/launch/inputs';
import { asRead } from '../core/launch/readInput';

/** The files that each option of an input names are read. */
export const INPUT_FILES: readonly string[] = (INPUTS as readonly InputRow[])
  .filter(({ kind }) => ['file', 'page', 'key', 'evidence', 'evidence list', 'wishes'].includes(kind))
  .flatMap(namesOf);

/** All names of the option of an input, its own first. */
export function namesOf({ option, aliases = [] }: InputRow): string[] {
  return option === undefined ? [] : [option, ...aliases];
}

/** How one command has the option of an input, where that is not as in the table. */
export interface InputUse {
  readonly id: InputId;
  /** The name that help lists; null when it lists none. */
  readonly as?: string | null;
  readonly short?: string;
  readonly help?: string;
  readonly mandatory?: true;
  /** The sentence for bytes that are not what it takes. */
  readonly whyNot?: (found: UnfitText) => string;
  /** The value stays a text, which the command reads: a list, or bytes whose failure has a sentence of its own. */
  readonly asText?: true;
}

/** What an option takes, by the kind of its input. */
const VALUES: Readonly<Record<string, string>> = {
  file: '<path>',
  page: '<path>',
  key: '<path>',
  evidence: '<path>',
  'evidence list': '<path>',
  wishes: '<path>',
  number: '<number>',
  count: '<number>',
  word: '<number>',
  text: '<text>',
  bytes: '<bytes>',
};

/** One name of the option of an input. */
class InputOption extends Option {
  /** Whether the command line has this name. */
  isGiven = false;

  constructor(
    readonly row: InputRow,
    flags: string,
    help: string,
  ) {
    super(flags, help);
  }

  /** Where commander keeps the value: the same for all names. */
  override attributeName(): string {
    return this.row.id;
  }
}

/** Whether a value is under this name: of the names of one input, the one that the command line has. */
export const isNamed = (option: Option): boolean => !(option instanceof InputOption) || option.isGiven;

/** What the row of an input says of a text that it does not take. */
type Refused = Extract<ReturnType<InputRow['parse']>, { readonly ok: false }>;

/** Why a text is not what an input takes, sentences. */
function whyNot({ id }: InputRow, text: string, { wanted, meant }: Refused): string {
  const value = id === 'policy' ? parseUnsigned(text) : undefined;
  const isSnp = value !== undefined && value > 0xffffffffn && value < 2n ** 64n;
  return isSnp ? snpPolicy(value).message : `It must be ${wanted}.${didYouMean(meant)}`;
}

/** What Node puts in place of bytes of an argument that are not UTF-8. */
const REPLACED = '\ufffd';

function valueOf(row: InputRow, text: string, why: InputUse['whyNot']): unknown {
  // Every byte of it is measured, and these are lost.
  if (row.id === 'cmdline' && text.includes(REPLACED))
    throw new InvalidArgumentError(
      'It has bytes that are not UTF-8, which are lost on the way to this program. Use `digest --from-qemu-command-line` with a file that has them, or `--cmdline-hash`.',
    );
  const read = row.parse(asRead(row, text));
  if (read.ok) return read.value;
  const { found } = read;
  throw new InvalidArgumentError(found && why ? why(found) : whyNot(row, text, read));
}

/** Every name of the option of an input; help lists one of them. Two that differ in value are refused. */
function optionsOf({ id, as, short, help, mandatory, whyNot: why, asText }: InputUse): InputOption[] {
  const row = inputRow(id);
  const [own, ...others] = namesOf(row);
  const shown = as === null ? undefined : (as ?? own);
  const letter = short ?? row.short;
  let first: { readonly name: string; readonly value: unknown } | undefined;
  const list: string[] = [];
  return [own!, ...others].map((name) => {
    const isOwn = name === own && letter !== undefined;
    const takes = row.value ?? VALUES[row.kind] ?? '<name>';
    const flags = `${isOwn ? `${letter}, ` : ''}${name} ${takes}`;
    const option = new InputOption(row, flags, help ?? row.help ?? '');
    if ('choices' in row && !asText) option.choices(row.choices as readonly string[]);
    option.argParser((text: string) => {
      const value = asText ? text : valueOf(row, text, why);
      // What can be given more than once is given under any of its names.
      if (row.kind === 'evidence list') {
        option.isGiven = true;
        list.push(...(value as readonly string[]));
        return list;
      }
      const given = { name, value };
      if (first && first.name !== name && !isDeepStrictEqual(first.value, given.value))
        throw errors.twoNames(id, first.name, name);
      option.isGiven = true;
      return (first = given).value;
    });
    if (name !== shown) option.hideHelp();
    return option.makeOptionMandatory(mandatory === true && name === own);
  });
}

/** Adds the options of inputs. */
export function addInputs(command: Command, uses: readonly InputUse[]): Command {
  for (const option of uses.flatMap(optionsOf)) command.addOption(option);
  return command;
}

/** Adds a line to the end of help with the names of inputs' options that it does not list. */
export function addOtherNames(command: Command): Command {
  const other = command.options.filter(({ hidden }) => hidden);
  const text = `Options of other programs are taken, too: ${other.map(({ long }) => long!).join(', ')}.`;
  return command.addHelpText('after', ({ command: of }) => `\n${of.createHelp().boxWrap(text, 80)}`);
}
