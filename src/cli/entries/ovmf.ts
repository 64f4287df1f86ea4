// `sevscope ovmf …`, and no other command.

import { addOvmfCommands } from '../ovmf';
import { main } from '../main';

main([addOvmfCommands]);
