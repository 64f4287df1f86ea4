// `sevscope completion`: a script with which a shell completes commands, options and their values. It is made of the commands themselves, so that
// it says what this version takes.

import { Argument, type Command } from 'commander';
import type { Io } from '../app/io';
import { bashScript } from './completion/bash';
import { fishScript } from './completion/fish';
import { wordsOf, type CommandWords } from './completion/words';
import { zshScript } from './completion/zsh';
import type { Output } from './output';

const SCRIPTS: Readonly<Record<string, (commands: readonly CommandWords[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** Adds the command. */
export function addCompletionCommand(_io: Io, program: Command, out: Output): void {
  program
    .command('completion')
    .description('print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(Object.keys(SCRIPTS)))
    .action((shell: string) => {
      out.lines(SCRIPTS[shell]!(wordsOf(program)).split('\n'));
    });
}
