// `sevscope launch …`: the commands about launch files.

import type { Command } from 'commander';
import type { Io } from '../app/io';
import { addLaunchLintCommand } from './launchLint';
import { addLaunchRecordCommand } from './launchRecord';
import type { Output } from './output';

/** Adds `launch lint` and `launch record`. */
export function addLaunchCommands(
  io: Io,
  program: Command,
  out: Output,
  exit: (status: number) => void,
  workerPath: string | undefined,
): void {
  const launch = program.command('launch').description('check and record launch files (*.sevlaunch.json)');
  addLaunchLintCommand(io, launch, out, exit);
  addLaunchRecordCommand(io, launch, out, workerPath);
}
