// The values of an SVSM image: which must be given, which are wrong, and that each way in asks for all of them.

import assert from 'node:assert/strict';
import { Command } from 'commander';
import { addPageOptions, svsmFrom } from '../../../../../src/cli/options';
import { needsOf } from '../../../../../src/core/vmsa/launch/generate';
import { findProfile } from '../../../../../src/core/vmsa/launch/profiles';
import { checkSvsm, SVSM_PARTS, svsmImage, svsmValue } from '../../../../../src/core/vmsa/launch/svsm';
import { formOf, readForm } from '../../../../../webview/vmsa/comparisonForm';

const PARTS = SVSM_PARTS.map(({ id }) => id);
const ALL = { entry: 1, stack: 2, pageTable: 3, vtom: 4 };

describe('The values of an SVSM image', () => {
  it('must have an entry, and are 0 where others are left out', () => {
    assert.equal(svsmImage({ stack: 2 }), undefined);
    assert.deepEqual(svsmImage({ entry: 1, vtom: undefined }), { entry: 1 });
    assert.deepEqual(
      PARTS.map((part) => svsmValue({ entry: 1 }, part)),
      [1, 0, 0, 0],
    );
    checkSvsm({ entry: 1 }, PARTS);
    assert.throws(() => checkSvsm(undefined, PARTS), { code: 'svsm-entry-needed' });
    checkSvsm(undefined, []);
  });
  for (const part of PARTS)
    for (const value of [-1, 0.5, 2 ** 53, NaN])
      it(`are refused with ${value} as ${part}`, () => {
        const image = { ...ALL, [part]: value };
        assert.throws(() => checkSvsm(image, PARTS), { code: 'bad-svsm-value', at: { input: part } });
        checkSvsm(
          image,
          PARTS.filter((other) => other !== part),
        );
      });
  it('are read from the options of the command line', () => {
    const args = SVSM_PARTS.flatMap(({ id, option }) => [`--${option}`, `${ALL[id]}`]);
    const command = addPageOptions(new Command('x')).parse(args, { from: 'user' });
    const profile = findProfile('snp-svsm-measure')!;
    const needs = { ...needsOf(profile, 'bsp'), svsm: PARTS };
    assert.deepEqual(svsmFrom(profile, needs, command.opts()), ALL);
  });
  it('are read from the controls of a comparison', () => {
    const { svsm: needed } = needsOf(findProfile('snp-coconut-igvm')!, 'bsp');
    const request = {
      profile: 'snp-coconut-igvm',
      role: 'bsp',
      cpu: { family: 25, model: 1, stepping: 1 },
      svsm: ALL,
    } as const;
    const given = Object.fromEntries(needed.map((part) => [part, ALL[part]]));
    assert.deepEqual(readForm(formOf(request)).request?.svsm, { ...given, entry: 1 });
  });
});
