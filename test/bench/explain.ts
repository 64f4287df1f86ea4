// What the bench measures of the search for an explanation, bundled for it: hypotheses a second on one core, as the threads of the
// search try them, and the hash alone on the same bytes.

import { createHash, hash } from 'node:crypto';
import { searchSpace } from '../../src/core/explain/causes';
import { KEY_WORDS, prepareKey } from '../../src/core/explain/measurementMac';
import { planUnits, type Unit } from '../../src/core/explain/plan';
import { buildOvmf } from '../../src/core/ovmf/build';
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

const snpFacts = factsOf({
  technology: 'snp',
  wanted: { kind: 'digest', digest: new Uint8Array(48) },
  others: [],
  keys: undefined,
  vcpus: VCPUS,
  profile: 'snp',
});
const snpSpace = searchSpace(snpFacts);
const ofSnpPair = planUnits(snpSpace, 2).filter((unit) => unit.first === 'features' && unit.second === 'cpu');
const page = pages.subarray(0, VMSA_SIZE);
const PAGE_INFO = pages.subarray(0, 112);

/** SHA-384 of what one SNP launch after the other hashes: two pages, and 112 bytes for each vCPU. */
function snpHashAlone(): number {
  for (let i = 0; i < LAUNCHES; i++) {
    for (let role = 0; role < 2; role++) hash('sha384', page, 'binary');
    for (let vcpu = 0; vcpu < VCPUS; vcpu++) hash('sha384', PAGE_INFO, 'binary');
  }
  return LAUNCHES;
}

/** The same for SNP: hypotheses a second that change every VMSA, and launches a second of the hash alone. */
export function explainSnpRates(): { vmsa: number; hash: number } {
  // Another search each time: what one has hashed it keeps.
  const own = new Search(snpSpace, undefined, nodeHashes);
  return {
    vmsa: rate(() => ofSnpPair.reduce((all, unit) => all + own.run(unit).tried, 0)),
    hash: rate(snpHashAlone),
  };
}

const MANY = 100_000;

/** Seconds of the processor's time for the first 100,000 hypotheses about an image of 4 MiB, its pages included. */
export function explainSnpSeconds(): number {
  const [given] = snpFacts.firmwares;
  const image = buildOvmf({ size: 4 * 2 ** 20 });
  const facts = { ...snpFacts, maxVcpus: 256, firmwares: [{ ...given, parts: [image] }] as const };
  const large = searchSpace(facts);
  const own = new Search(large, undefined, nodeHashes);
  let tried = 0;
  const begin = process.cpuUsage();
  for (const unit of ([0, 1, 2] as const).flatMap((stage) => planUnits(large, stage)))
    if (tried < MANY) tried += own.run(unit).tried;
  const { user, system } = process.cpuUsage(begin);
  return ((user + system) / 1e6) * (MANY / tried);
}

/** Hypotheses a second that change every VMSA of 4 vCPUs, those that change only the HMAC, and launches a second of the hash alone. */
export function explainRates(): { vmsa: number; mac: number; hash: number } {
  return {
    vmsa: rate(tryAll(ofPair('profile', 'cpu'))),
    hash: rate(hashAlone),
    mac: rate(tryAll(ofPair('apiMinor', 'buildId'))),
  };
}
