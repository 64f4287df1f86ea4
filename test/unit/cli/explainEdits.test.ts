// What an explanation changes is said in options to who gave options, and in members to who gave a launch file.

import assert from 'node:assert/strict';
import { editRows } from '../../../src/cli/explainEdits';
import type { LaunchOptions } from '../../../src/cli/launchOptions';
import type { LaunchEdit } from '../../../src/core/explain/explanation';

describe('The edits of an explanation', () => {
  const cpu = { family: 25, model: 1, stepping: 1 };
  const vcpus: LaunchEdit = { member: ['vcpus'], value: 2 };
  const model: LaunchEdit = { member: ['cpu'], value: 'EPYC-Milan' };
  type Row = readonly [
    title: string,
    LaunchEdit[],
    LaunchOptions,
    hasFile: boolean,
    rows: (readonly string[])[],
  ];
  const rows: readonly Row[] = [
    ['of options', [vcpus], { vcpus: 4 }, false, [['options', '--num-cpus 2']]],
    ['of what was not given', [vcpus], {}, false, [['options', '--num-cpus 2']]],
    ['of a launch file', [vcpus], {}, true, [['launch file', 'set "vcpus" to 2']]],
    ['of a launch file that an option overrides', [vcpus], { vcpus: 4 }, true, [['options', '--num-cpus 2']]],
    [
      'of both',
      [model, vcpus],
      { vcpus: 4 },
      true,
      [
        ['options', '--num-cpus 2'],
        ['launch file', 'set "cpu" to "EPYC-Milan"'],
      ],
    ],
    ['of a CPU by its name', [model], {}, false, [['options', '--cpu-model EPYC-Milan']]],
    [
      'of a CPU by its numbers',
      [{ member: ['cpu'], value: cpu }],
      { 'cpu.signature': cpu },
      true,
      [['options', '--cpu-family 25 --cpu-model 1 --cpu-stepping 1']],
    ],
    [
      'of keys',
      [{ member: ['keys'], value: { tik: 'a b', tek: 'c' } }],
      { 'keys.tik': 'c', 'keys.tek': 'a b' },
      false,
      [['options', "--tik 'a b' --tek c"]],
    ],
    [
      'of a command line with a tab',
      [{ member: ['cmdline'], value: 'a\tb' }],
      { cmdline: 'a b' },
      false,
      [['options', String.raw`--cmdline $'a\tb'`]],
    ],
    [
      'that take away',
      [{ member: ['kernel'] }, { member: ['initrd'] }],
      { kernel: 'k' },
      false,
      [['options', 'without --kernel']],
    ],
    [
      'that take away and give',
      [{ member: ['vmsa'] }, { member: ['profile'], value: 'snp' }],
      { 'vmsa.bsp': 'a', 'vmsa.ap': 'b' },
      false,
      [['options', '--profile snp, without --vmsa-cpu0, --vmsa-cpu1']],
    ],
    [
      'of a policy',
      [{ member: ['launch', 'policy'], value: 5 }],
      { policy: 7 },
      true,
      [['options', '--policy 5']],
    ],
    ['that are none', [], {}, false, []],
  ];
  for (const [title, edits, options, hasFile, expected] of rows)
    it(`${title} are said`, () => {
      assert.deepEqual(editRows(edits, options, hasFile), expected);
    });
});
