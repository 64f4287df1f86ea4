// `sevscope launch …`, and no other command.

import { addLaunchCommands } from '../launch';
import { main } from '../main';

main([addLaunchCommands]);
