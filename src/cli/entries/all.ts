// The command line with all commands, for what names none of them: help, a word that is misspelled.

import { COMMANDS } from '../commands';
import { main } from '../main';

main(COMMANDS);
