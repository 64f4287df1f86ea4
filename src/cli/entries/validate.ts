// `sevscope validate …`, and no other command.

import { addValidateCommand } from '../validate';
import { main } from '../main';

main([addValidateCommand]);
