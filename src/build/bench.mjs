// `npm run bench`: builds, then measures side by side with the peers (test/bench).
// @ts-check

import { bundle } from './bundle.mjs';
import { main } from './run.mjs';
import { readArguments } from './usage.mjs';

/** @type {import('./usage.mjs').Command} */
const COMMAND = {
  name: 'npm run bench',
  doc: 'Builds what is shipped, and prints how long our checks take beside the peers that are installed. sev-snp-measure is the\nprogram that SEV_SNP_MEASURE names, or sev-snp-measure.py in a checkout of it.',
};

await main(import.meta.url, async (args) => {
  readArguments(COMMAND, args);
  await bundle({ production: true });
  // It measures when it is loaded, and imports what may have to be installed first.
  await import('../../test/bench/bench.mjs');
  return 0;
});
