// `sevscope explain …`, and no other command.

import { addExplainCommand } from '../explain';
import { main } from '../main';

main([addExplainCommand]);
