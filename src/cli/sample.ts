// `sevscope sample`: writes files to try the other commands on.

import type { Command } from 'commander';
import type { Io } from '../app/io';
import { writeSample } from '../app/sample';
import type { Output } from './output';

/** Adds the command. */
export function addSampleCommand(io: Io, program: Command, out: Output): void {
  program
    .command('sample <folder>')
    .description('write a sample: firmware, VMSA pages, keys, and launches that match and do not')
    .action(async (folder: string) => {
      for (const { name, text } of await writeSample(io, folder)) out.line(`${folder}/${name}: ${text}`);
    });
}
