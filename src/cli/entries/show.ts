// `sevscope show …`, and no other command.

import { addShowCommand } from '../show';
import { main } from '../main';

main([addShowCommand]);
