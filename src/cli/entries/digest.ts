// `sevscope digest …`, and no other command.

import { addDigestCommand } from '../digest';
import { main } from '../main';

main([addDigestCommand]);
