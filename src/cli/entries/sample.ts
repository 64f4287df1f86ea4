// `sevscope sample …`, and no other command.

import { addSampleCommand } from '../sample';
import { main } from '../main';

main([addSampleCommand]);
