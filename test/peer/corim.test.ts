// CoRIM as others write it: a file in AMD's profile that Veraison takes, whose digest ours says in the same bytes. It is not ours to publish:
// SEVSCOPE_VECTORS names the folder that holds it, and without it this is skipped.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode, encode, Tagged } from 'cborg';
import { corimOfAmd } from '../../src/app/corim';

const VECTORS = process.env['SEVSCOPE_VECTORS'];
type Node = Map<number, unknown>;
const TAGS = [32, 37, 111, 501, 506, 550, 552, 553, 554, 555, 557, 560];
const read = (bytes: Uint8Array) =>
  decode(bytes, { useMaps: true, tags: Tagged.preserve(...TAGS) }) as unknown;

/** The profile, and the reference values of the first CoMID: environment and measurements by their keys, as CBOR in hexadecimal. */
function valuesOf(corim: Uint8Array) {
  const whole = (read(corim) as Tagged).value as Node;
  const [first] = whole.get(1) as Tagged[];
  const comid = read(first!.value as Uint8Array) as Node;
  const triples = (comid.get(4) as Node).get(0) as [Node, Node[]][];
  return {
    profile: whole.get(3),
    values: triples.map(([environment, measurements]) => ({
      environment: Buffer.from(encode(environment)).toString('hex'),
      instance: environment.get(1) as Tagged,
      byKey: new Map(measurements.map((one) => [one.get(0), Buffer.from(encode(one)).toString('hex')])),
    })),
  };
}

(VECTORS === undefined ? describe.skip : describe)('CoRIM of Veraison', () => {
  it('says its launch digest in the bytes that ours has for it', () => {
    const theirs = valuesOf(readFileSync(join(VECTORS!, 'corim', 'veraison-corim-sevsnp-valid.cbor')));
    const [value] = theirs.values;
    const digest = value!.instance.value as Uint8Array;
    assert.deepEqual([theirs.values.length, digest.length], [1, 48]);
    const ours = valuesOf(corimOfAmd([{ vcpus: 1, digest }], undefined));
    assert.deepEqual(ours.profile, theirs.profile);
    assert.equal(ours.values[0]!.environment, value!.environment);
    assert.deepEqual([...ours.values[0]!.byKey], [[641, value!.byKey.get(641)]]);
    const withSvn = valuesOf(corimOfAmd([{ vcpus: 1, digest }], 0)).values[0]!.byKey;
    // Theirs has a minimum, ours the exact SVN; both are tags around the number.
    assert.equal(withSvn.get(1)?.length, value!.byKey.get(1)?.length);
  });
});
