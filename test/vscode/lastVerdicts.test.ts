// What is remembered of checks, across windows.

import { strict as assert } from 'node:assert';
import { LastVerdicts } from '../../src/host/launch/lastVerdicts';
import { HOST, memory } from './domainsView';

describe('Last verdicts', () => {
  const when = new Date(2026, 0, 1);
  const UUID = '6695eb01-f6a4-8304-79aa-97f2502e193f';

  it('are there in the next window, the latest of each domain', async () => {
    const kept = memory();
    const before = new LastVerdicts(kept);
    await before.rememberVerdict(HOST, UUID, 'cannot be trusted', new Date(0));
    await before.rememberVerdict(HOST, UUID, 'matches', when);
    const after = new LastVerdicts(kept);
    assert.equal(after.find(HOST, UUID)?.verdict, 'matches');
    assert.equal(after.find(HOST, UUID)?.when, when.getTime());
    assert.equal(after.find('qemu:///system', UUID), undefined);
  });

  it('are at most 500', async () => {
    const kept = memory();
    const verdicts = new LastVerdicts(kept);
    for (let i = 0; i <= 500; i++) await verdicts.rememberVerdict(HOST, `domain ${i}`, 'no verdict', when);
    assert.equal(kept.get<unknown[]>('lastVerdicts')?.length, 500);
    assert.equal(verdicts.find(HOST, 'domain 0'), undefined);
    assert.equal(verdicts.find(HOST, 'domain 500')?.verdict, 'no verdict');
  });

  const one = { uri: HOST, domain: UUID, verdict: 'matches', when: 0 };
  const odd: unknown[] = [
    5,
    [null],
    [{ ...one, verdict: 'fine' }],
    [{ ...one, when: 'now' }],
    [{ ...one, when: 1e300 }],
    [{ ...one, uri: 1 }],
  ];
  for (const stored of odd) {
    it(`that are none are left out: ${JSON.stringify(stored)}`, () => {
      assert.equal(new LastVerdicts(memory({ lastVerdicts: stored })).find(HOST, UUID), undefined);
      assert.ok(new LastVerdicts(memory({ lastVerdicts: [one] })).find(HOST, UUID));
    });
  }
});
