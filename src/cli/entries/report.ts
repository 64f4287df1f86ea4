// `sevscope report …`, and no other command.

import { addReportCommands } from '../report';
import { main } from '../main';

main([addReportCommands]);
