// The arguments of the scripts that people run: --help and what cannot be read give the usage, before anything is
// started or installed.
// @ts-check

import { parseArgs } from 'node:util';
import { Failure } from './run.mjs';

/**
 * @typedef {object} Option
 * @property {'boolean' | 'string'} type
 * @property {string} [short]
 * @property {string} [value] what a string stands for, such as TEXT
 * @property {string} doc
 *
 * @typedef {object} Command
 * @property {string} name as it is typed, such as `npm test`
 * @property {string} doc what it does, in a sentence
 * @property {Record<string, Option>} [options]
 * @property {{name: string, doc: string, choices: readonly string[]}} [operands]
 */

/** The usage of a command instead of its run: because it was asked for (status 0), or because of an argument (2). */
export class Usage extends Failure {
  /** @param {string} text @param {0 | 2} status */
  constructor(text, status) {
    super(text);
    this.status = status;
  }
}

/** @type {Record<string, Option>} */
const HELP = { help: { type: 'boolean', short: 'h', doc: 'Show this and end.' } };

/** What --help prints. */
function usageOf(/** @type {Command} */ { name, doc, options = {}, operands }) {
  const all = Object.entries({ ...options, ...HELP });
  const rows = all.map(([option, { short, value, doc: text }]) => [
    `${short === undefined ? '' : `-${short}, `}--${option}${value === undefined ? '' : ` ${value}`}`,
    text,
  ]);
  if (operands) rows.unshift([operands.name, `${operands.doc}: ${operands.choices.join(', ')}.`]);
  const width = Math.max(...rows.map(([left = '']) => left.length));
  const lines = rows.map(([left = '', right = '']) => `  ${left.padEnd(width)}  ${right}`);
  const more = operands ? ` [${operands.name}…]` : '';
  return [`Usage: ${name} -- [options]${more}`, '', doc, '', ...lines].join('\n');
}

/**
 * Reads the arguments of a command.
 * @param {Command} command
 * @param {string[]} args
 * @returns {{values: Record<string, string | boolean | undefined>, positionals: string[]}}
 * @throws {Usage} for --help, and for arguments that the command does not have
 */
export function readArguments(command, args) {
  const wrong = (/** @type {string} */ why) => new Usage(`${why}\n\n${usageOf(command)}`, 2);
  const known = Object.fromEntries(
    Object.entries({ ...command.options, ...HELP }).map(([name, { type, short }]) => [
      name,
      { type, ...(short === undefined ? {} : { short }) },
    ]),
  );
  /** @type {{values: Record<string, string | boolean | undefined>, positionals: string[]}} */
  let read;
  try {
    read = parseArgs({ args, options: known, allowPositionals: true });
  } catch (error) {
    // Behind the first sentence, Node explains options that look like arguments.
    throw wrong((error instanceof Error ? error.message : String(error)).replace(/\. To specify .*$/s, ''));
  }
  if (read.values['help'] === true) throw new Usage(usageOf(command), 0);
  const choices = command.operands?.choices ?? [];
  const stranger = read.positionals.find((operand) => !choices.includes(operand));
  if (stranger !== undefined)
    throw wrong(`Unknown ${command.operands ? command.operands.name : 'argument'} '${stranger}'`);
  return read;
}
