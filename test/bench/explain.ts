// What the bench measures of the search for an explanation, bundled for it: hypotheses a second on one core, as the threads of the
// search try them, and the hash alone on the same bytes.

import { createHash } from 'node:crypto';
import { searchSpace } from '../../src/core/explain/causes';
import { KEY_WORDS, prepareKey } from '../../src/core/explain/measurementMac';
import { planUnits, type Unit } from '../../src/core/explain/plan';
import { Search } from '../../src/core/explain/search';
import { VMSA_SIZE } from '../../src/core/vmsa/layout/layout';
import { nodeHashes } from '../../src/node/hashes';
import { factsOf, KEYS } from '../helpers/planted';

const VCPUS = 4;
const facts = factsOf({ vcpus: VCPUS });
const space = searchSpace(facts);
const states = new Int32Array(2 * KEY_WORDS);
KEYS.forEach((key, i) => prepareKey(key, states, i * KEY_WORDS));
const search = new Search(space, states, nodeHashes);
const pairs = planUnits(space, 2);
const ofPair = (first: string, second: string) =>
  pairs.filter((unit) => unit.first === first && unit.second === second);

/** How many a second of the processor's time, which other programs of the machine do not take away. */
function rate(run: () => number): number {
  const begin = process.cpuUsage();
  const count = run();
  const { user, system } = process.cpuUsage(begin);
  return (1e6 * count) / (user + system);
}

const tryAll = (units: readonly Unit[]) => () => units.reduce((all, unit) => all + search.run(unit).tried, 0);

const pages = new Uint8Array(VCPUS * VMSA_SIZE);
const LAUNCHES = 10_000;

/** SHA-256 of the pages of one launch after the other, without a state before them and without an end. */
function hashAlone(): number {
  const hash = createHash('sha256');
  for (let i = 0; i < LAUNCHES; i++) hash.update(pages);
  hash.digest();
  return LAUNCHES;
}

/** Hypotheses a second that change every VMSA of 4 vCPUs, those that change only the HMAC, and launches a second of the hash alone. */
export function explainRates(): { vmsa: number; mac: number; hash: number } {
  return {
    vmsa: rate(tryAll(ofPair('profile', 'cpu'))),
    hash: rate(hashAlone),
    mac: rate(tryAll(ofPair('apiMinor', 'buildId'))),
  };
}
