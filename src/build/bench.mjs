// `npm run bench`: builds, then measures side by side with the peers (test/bench).
// @ts-check

import { bundle } from './bundle.mjs';
import { main } from './run.mjs';
import { readArguments } from './usage.mjs';

/** @type {import('./usage.mjs').Command} */
const COMMAND = {
  name: 'npm run bench',
  doc: 'Builds, and prints how long our checks take beside the peers that are installed.',
};

await main(import.meta.url, async (args) => {
  readArguments(COMMAND, args);
  await bundle();
  // It measures when it is loaded, and imports what may have to be installed first.
  await import('../../test/bench/bench.mjs');
  return 0;
});
