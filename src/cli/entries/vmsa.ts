// `sevscope vmsa …`, and no other command.

import { addVmsaCommands } from '../vmsa';
import { main } from '../main';

main([addVmsaCommands]);
