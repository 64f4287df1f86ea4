// A short run of the targets that read bytes.

import { fuzzShortly } from './shortRun';
import { TARGETS } from './targets';

fuzzShortly(TARGETS.filter(({ form }) => form === 'bytes'));
