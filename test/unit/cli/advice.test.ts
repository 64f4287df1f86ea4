// Advice names options that the command has: every way to give an input that a rule of a launch asks for, on every command
// that judges launches.

import assert from 'node:assert/strict';
import type { Command } from 'commander';
import { inputRow, type InputId } from '../../../src/core/launch/inputs';
import { MEMBER_TABLE, optionsToGive, waysToGive } from '../../../src/app/inputs';
import { COMMANDS } from '../../../src/cli/commands';
import { buildProgram } from '../../../src/cli/program';
import { printer } from '../../../src/cli/terminal';
import { io } from '../../helpers/io';

const SILENT = printer({ stdout: () => undefined, stderr: () => undefined } as never, (text) => text);

const optionsOf = (name: string): readonly string[] => {
  const program = buildProgram(COMMANDS, { io } as never, SILENT, () => undefined);
  const command: Command = program.commands.find((one) => one.name() === name)!;
  return command.options.map(({ long }) => long!);
};

const has = (command: string, id: InputId) => {
  const options = optionsOf(command);
  return optionsToGive(inputRow(id)).every((option) => options.includes(option));
};

describe('The advice for an input', () => {
  // No rule asks for a launch digest: without one it is a check of a measurement.
  for (const { id } of MEMBER_TABLE.filter((row) => row.id !== 'launchDigest'))
    it(`names options that validate has, and says only what there is: ${id}`, () => {
      const advice = waysToGive(id as InputId);
      assert.match(advice, /^as ("\w+"( of "\w+")?) in a launch file( or with --[-a-z0-9, ]+)?$/);
      assert.ok(has('validate', id as InputId), advice);
    });
  // What these commands do not take is no part of what they are asked, so that no rule asks for it.
  const FREE: Readonly<Record<string, readonly string[]>> = {
    explain: ['connection', 'domain', 'require', 'hostData'],
    digest: [
      ...['connection', 'domain', 'hostData', 'vmsa.bsp', 'vmsa.ap', 'measurement', 'launchDigest'],
      ...['report', 'certificates', 'require'],
    ],
  };
  for (const [command, free] of Object.entries(FREE))
    it(`names options that ${command} has, for all that it can be asked`, () => {
      const missing = MEMBER_TABLE.filter(({ id }) => !free.includes(id) && !has(command, id as InputId)).map(
        ({ id }) => id,
      );
      assert.deepEqual(missing, []);
    });
});
