// Reports about a domain: what is said when a rule failed, and that a check which rests on the host's word is no match.

import assert from 'node:assert/strict';
import { checkedReport, refusedReport } from '../../../../src/core/domain/report';
import { judgeDomain } from '../../../../src/core/domain/rules';
import type { Report, Source, Step, StepId, Verdict } from '../../../../src/core/launch/report';
import { questionWith, type Change, WAYS } from './cleanQuestion';

const checked = (verdict: Verdict): Report => ({
  title: 'guest',
  mode: 'SEV-ES',
  verdict,
  summary: 'As checked.',
  facts: [{ name: 'Policy', value: '0x5' }],
  steps: [],
  warnings: ['A warning.'],
});
const stepOf = (id: StepId, source: Source): Step => ({
  id,
  title: `The ${id}`,
  bytes: 1,
  digest: '',
  algorithm: '',
  source,
  detail: '',
});
const reportOf = (change: Change, verdict: Verdict): Report => {
  const question = questionWith(change);
  return checkedReport(question, judgeDomain(question, WAYS), checked(verdict));
};
const refusalOf = (change: Change): Report => {
  const question = questionWith(change);
  return refusedReport(question, judgeDomain(question, WAYS));
};
const factsOf = ({ facts }: Report) => new Map(facts.map(({ name, value }) => [name, value]));

/** Everything that --insecure passes over, one at a time. */
const UNTRUSTED: [string, Change][] = [
  ['this machine is the host', { local: 'both are called node1' }],
  ['the guest runs', { state: { name: 'running', reason: '' } }],
  ['there is a variable store', { config: { varstore: true } }],
  [
    'a kernel is not measured',
    { launch: { kernelHashes: false }, given: { kernel: false, initrd: false, cmdline: false } },
  ],
  ['the host counts vCPUs', { given: { vcpus: false } }],
  ['the host tells the command line', { given: { cmdline: false } }],
  ['the host tells the CPU', { given: { vmsa: false } }],
  ['the host tells the firmware', { local: 'both are called node1', given: { firmware: false } }],
];

describe('The report about a domain', () => {
  it('says that a check under fulfilled rules matches, with what the host says of the domain', () => {
    const report = reportOf({}, 'matches');
    assert.deepEqual([report.verdict, report.agrees, report.summary], ['matches', undefined, 'As checked.']);
    assert.deepEqual(
      [...factsOf(report)],
      [
        ['Domain', 'guest, 01234567-89ab-4def-8123-456789abcdef'],
        ['State when asked', 'paused (starting up)'],
        ['Host', 'node1.example.com, libvirt 9.0.0'],
        ['Machine type', 'pc-q35-9.1'],
        ['Policy', '0x5'],
      ],
    );
    assert.equal(report.rules?.length, judgeDomain(questionWith(), WAYS).length);
    assert.deepEqual(report.warnings, ['A warning.']);
  });

  for (const [title, change] of UNTRUSTED) {
    it(`never says that it matches where ${title}`, () => {
      const report = reportOf({ ...change, insecure: true }, 'matches');
      assert.deepEqual([report.verdict, report.agrees], ['cannot be trusted', true]);
      assert.match(report.summary, /^The measurements agree, but that proves nothing: .*\.$/);
      for (const { title: rule, untrusted } of report.rules!)
        assert.equal(report.summary.includes(rule), untrusted === true, rule);
    });
    it(`says that it does not match also where ${title}`, () => {
      const report = reportOf({ ...change, insecure: true }, 'does not match');
      assert.deepEqual(
        [report.verdict, report.agrees, report.summary],
        ['does not match', undefined, 'As checked.'],
      );
    });
    it(`refuses the check without --insecure where ${title}`, () => {
      const report = refusalOf(change);
      assert.deepEqual([report.verdict, report.agrees, report.steps], ['cannot be trusted', undefined, []]);
      assert.notEqual(report.summary, '');
    });
  }

  for (const id of ['firmware', 'kernel', 'initrd', 'cmdline', 'vmsa'] as const) {
    it(`never says that it matches where ${id} is from the host, also when no rule says so`, () => {
      const question = questionWith({});
      const steps = [stepOf(id, 'host'), stepOf('launch-digest', 'derived'), stepOf('reported', 'host')];
      const report = checkedReport(question, judgeDomain(question, WAYS), { ...checked('matches'), steps });
      assert.deepEqual([report.verdict, report.agrees], ['cannot be trusted', true]);
      assert.match(report.summary, new RegExp(`proves nothing: .*\\(The ${id}: from the owner\\)`));
    });
  }

  const refusals: [Change, RegExp][] = [
    [{ config: { varstore: true } }, /^The domain has a variable store [^]*stateless='yes'>\.$/],
    [
      { config: { varstore: true }, launch: { session: undefined } },
      /^The domain has no session: [^]* 1 more rule failed, too\.$/,
    ],
    [
      { config: { varstore: true, loader: undefined }, launch: { session: undefined } },
      /^The domain has no session: [^]* 2 more rules failed, too\.$/,
    ],
  ];
  for (const [change, summary] of refusals) {
    it(`says of what failed ${summary.source.slice(-30)}`, () =>
      assert.match(refusalOf(change).summary, summary));
  }

  const modes: [Change, Report['mode']][] = [
    [{}, 'SEV-ES'],
    [{ given: { policy: 1 } }, 'SEV'],
    [{ launch: { type: 'sev-snp' } }, 'SEV-SNP'],
    [{ launch: null }, 'no SEV'],
    [{ launch: { type: 'tdx' } }, 'no SEV'],
  ];
  for (const [change, mode] of modes) {
    it(`calls it ${mode} for ${JSON.stringify(change)}`, () => assert.equal(refusalOf(change).mode, mode));
  }

  it('tells of a host and a domain that say little', () => {
    const report = refusalOf({
      config: { uuid: undefined, machine: undefined, varstore: true },
      host: { serverVersion: undefined },
    });
    const facts = factsOf(report);
    assert.equal(facts.get('Domain'), 'guest, no UUID');
    assert.match(facts.get('Host')!, /of unknown version/);
    assert.equal(facts.has('Machine type'), false);
  });
});
