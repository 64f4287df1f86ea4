// All commands, in the order of the help. Each one also has a script of its own, with nothing that it does not need (entries).

import { addCompletionCommand } from './completion';
import { digestCommand } from './digest';
import { digestMore } from './digestMore';
import { addExplainCommand } from './explain';
import { addIdBlockCommands } from './idBlock';
import { addLaunchCommands } from './launch';
import { addOvmfCommands } from './ovmf';
import type { AddCommand } from './program';
import { addReportCommands } from './report';
import { addSampleCommand } from './sample';
import { addShowCommand } from './show';
import { addValidateCommand } from './validate';
import { addVmsaCommands } from './vmsa';

export const COMMANDS: readonly AddCommand[] = [
  addShowCommand,
  addOvmfCommands,
  addVmsaCommands,
  addReportCommands,
  addValidateCommand,
  addExplainCommand,
  addLaunchCommands,
  digestCommand(digestMore),
  addIdBlockCommands,
  addSampleCommand,
  addCompletionCommand,
];
