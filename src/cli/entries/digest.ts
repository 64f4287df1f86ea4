// `sevscope digest …`, and no other command.

import { digestCommand } from '../digest';
import { digestMore } from '../digestMore';
import { main } from '../main';

main([digestCommand(digestMore)]);
