// The technologies, one object each.

import { sev, sevEs } from './sev/loads';
import { snp } from './snp/loads';
import type { Technology } from './technology';

/** All of them. */
export const TECHNOLOGIES: readonly Technology[] = [sev, sevEs, snp];
