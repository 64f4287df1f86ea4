// A domain of a list in words, and why it cannot be checked.

import assert from 'node:assert/strict';
import {
  describeSummary,
  plainName,
  whySummaryNotLaunched,
  whySummaryUncheckable,
} from '../../../../src/core/domain/describeSummary';
import type { DomainSummary } from '../../../../src/core/domain/facts';

const SEV: DomainSummary = {
  id: 1,
  name: 'guest',
  uuid: '11111111-1111-1111-1111-111111111111',
  state: { name: 'running', reason: 'booted' },
  launchSecurity: 'sev',
  sevEs: true,
  vcpus: 4,
  problem: undefined,
};

const cases: [name: string, change: Partial<DomainSummary>, words: string, why?: RegExp, advice?: RegExp][] =
  [
    ['SEV-ES', {}, 'running, SEV-ES, 4 vCPUs'],
    ['SEV', { sevEs: false, vcpus: 1 }, 'running, SEV, 1 vCPU'],
    ['SEV-SNP', { launchSecurity: 'sev-snp', sevEs: undefined }, 'running, SEV-SNP, 4 vCPUs'],
    [
      'none',
      { launchSecurity: undefined, sevEs: undefined },
      'running, no SEV, 4 vCPUs',
      /^The domain has no launch security: .*nothing is measured\.$/,
      /Add <launchSecurity/,
    ],
    ['TDX', { launchSecurity: 'tdx', sevEs: undefined }, 'running, no SEV, 4 vCPUs', /Intel TDX/, /quotes/],
    [
      'a type that JavaScript has a word for',
      { launchSecurity: 'constructor', sevEs: undefined },
      'running, no SEV, 4 vCPUs',
      /"constructor", which is not known here/,
      /Add/,
    ],
    [
      'a type that turns text around',
      { launchSecurity: '\u202e', sevEs: undefined },
      'running, no SEV, 4 vCPUs',
      /"\\u202e"/,
      /Add/,
    ],
    [
      'a definition that cannot be read',
      {
        launchSecurity: undefined,
        sevEs: undefined,
        vcpus: undefined,
        problem: { kind: 'bug', code: 'unreadable-xml', found: 'Bad\u001b.', advice: 'Mend it.' },
      },
      'running, unreadable',
      /cannot be read/,
      /^Bad\\u001b\. Mend it\.$/,
    ],
    [
      'shut off',
      { state: { name: 'shut off', reason: 'destroyed' }, id: undefined },
      'shut off, SEV-ES, 4 vCPUs',
    ],
  ];

describe('A domain in a list is described:', () => {
  for (const [name, change, words, found, advice] of cases) {
    it(name, () => {
      const summary = { ...SEV, ...change };
      assert.equal(describeSummary(summary), words);
      const why = whySummaryUncheckable(summary);
      if (found && advice) {
        assert.match(why!.found, found);
        assert.match(why!.advice, advice);
      } else {
        assert.equal(why, undefined);
      }
    });
  }

  const hosts: [name: string, change: Partial<DomainSummary>, maxEsGuests: number, why?: RegExp][] = [
    ['that runs', {}, 0],
    ['that is off', { state: { name: 'shut off', reason: '' } }, 0, /no ASIDs for them/],
    ['that is off, beside SNP', { state: { name: 'shut off', reason: '' } }, 99, /AMD-SB-3023/],
    ['of SEV that is off', { state: { name: 'shut off', reason: '' }, sevEs: false }, 99],
  ];
  for (const [name, change, maxEsGuests, why] of hosts) {
    it(`why its host does not launch one ${name}`, () => {
      const host = {
        ...{ sev: true, cbitpos: 51, reducedPhysBits: 1, maxGuests: 1, maxEsGuests },
        ...{ types: ['sev', 'sev-snp'], hostModel: undefined },
      };
      const found = whySummaryNotLaunched({ ...SEV, ...change }, host)?.found;
      if (why) assert.match(found!, why);
      else assert.equal(found, undefined);
    });
  }

  const names: [name: string, shown: string][] = [
    ['guest', 'guest'],
    ['a\nb\u202ec', 'a\\u000ab\\u202ec'],
    ['x'.repeat(200), `${'x'.repeat(100)}…`],
  ];
  for (const [name, shown] of names) {
    it(`its name ${JSON.stringify(name.slice(0, 10))} in one line`, () => {
      assert.equal(plainName({ ...SEV, name }), shown);
    });
  }
});
