// `sevscope digest …` with options of sev-snp-measure only: the digest of a launch and nothing else, in a script of half the size.

import { digestCommand } from '../digest';
import { main } from '../main';

main([digestCommand(undefined)]);
