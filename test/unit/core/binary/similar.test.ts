// Which name somebody meant: mistakes of typing, of case and of punctuation, parts of names, and texts that are like no name.

import assert from 'node:assert/strict';
import { didYouMean, similarName } from '../../../../src/core/binary/similar';

const IDS = ['sev', 'sev-es', 'snp'] as const;
const TITLES: Readonly<Record<string, string>> = { sev: 'SEV', 'sev-es': 'SEV-ES', snp: 'SEV-SNP' };

describe('similarName', () => {
  const cases: readonly [string, readonly string[], string | undefined][] = [
    ['SNP', IDS, 'snp'],
    ['sev_snp', IDS, 'snp'],
    ['SEVES', IDS, 'sev-es'],
    ['Sev', IDS, 'sev'],
    ['tdx', IDS, undefined],
    ['', IDS, undefined],
    ['s', IDS, undefined],
    ['frimware', ['firmware', 'kernel'], 'firmware'],
    ['kernelhash', ['kernel_hash', 'ovmf_hash'], 'kernel_hash'],
    ['Milan', ['EPYC-Rome', 'EPYC-Milan'], 'EPYC-Milan'],
    ['epyc-milan', ['EPYC-Rome', 'EPYC-Milan'], 'EPYC-Milan'],
    ['modle', ['family', 'model'], 'model'],
    ['spn', IDS, 'snp'],
    ['vcpsu', ['vcpus', 'cpu'], 'vcpus'],
    ['x'.repeat(41), ['x'.repeat(41)], undefined],
  ];
  for (const [text, names, wanted] of cases)
    it(`${JSON.stringify(text)} among ${names.join(', ').slice(0, 40)}`, () => {
      assert.equal(
        similarName(text, names, (name) => [TITLES[name] ?? name]),
        wanted,
      );
    });
  it('is asked for only where there is one', () => {
    assert.deepEqual([didYouMean('snp'), didYouMean(undefined)], [' Did you mean snp?', '']);
  });
});
