// `sevscope id-block …`, and no other command.

import { addIdBlockCommands } from '../idBlock';
import { main } from '../main';

main([addIdBlockCommands]);
