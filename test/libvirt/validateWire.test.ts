// What can go wrong on the way from a libvirtd of the test bed does, as `sevscope validate --domain` sees it: replies that are cut,
// that stall, or that lack what an old libvirt does not say.

import assert from 'node:assert/strict';
import { SILENT } from '../helpers/bedCases';
import { IMPATIENT, LOST, PATIENT, useFaultyHost } from '../helpers/faultyHost';
import type { PROCEDURES, WireFault } from '../helpers/relay';

/** Each procedure whose reply can be spoilt, before a verdict is possible. */
const STEPS: (keyof typeof PROCEDURES)[] = ['connectOpen', 'domainLookupByName', 'launchSecurityInfo'];
/** Faults on the way from libvirtd. */
const WIRE: [string, WireFault, status: number, words: RegExp][] = [
  ['no fault', {}, 0, /^OK: /m],
  [
    'no version, as from an old libvirt',
    { rename: ['sev-api-major', 'sev-api-minus'] },
    2,
    /^failed +launch-info .*sev-api-major/m,
  ],
  [
    'no measurement',
    { rename: ['sev-measurement', 'sev-measuremeat'] },
    6,
    /^failed +launch-info .*sev-measurement/m,
  ],
  ['no build', { rename: ['sev-build-id', 'sev-build-no'] }, 6, /^failed +launch-info .*sev-build-id/m],
  ...STEPS.slice(0, -1).map((to): (typeof WIRE)[number] => [
    `the end right after the reply to ${to}`,
    { reply: { to, bytes: Infinity, then: 'cut' } },
    5,
    LOST,
  ]),
  ...STEPS.flatMap((to): typeof WIRE => {
    // What is lost while connecting is no connection yet.
    const status = to === 'connectOpen' ? 6 : 5;
    return [
      [`the end before the reply to ${to}`, { reply: { to, bytes: 0, then: 'cut' } }, status, LOST],
      [`the end inside the reply to ${to}`, { reply: { to, bytes: 20, then: 'cut' } }, status, LOST],
      [`silence before the reply to ${to}`, { reply: { to, bytes: 0, then: 'mute' } }, 5, SILENT],
      [`silence inside the reply to ${to}`, { reply: { to, bytes: 20, then: 'mute' } }, 5, SILENT],
    ];
  }),
];

describe('On the libvirt test bed validate --domain meets', () => {
  const host = useFaultyHost();
  for (const [what, fault, status, words] of WIRE) {
    it(`${what} on the wire: ${status}`, async () => {
      host.bed().setFaults(host.domain);
      const relay = await host.bed().relay('b', fault);
      // Only silence has to be waited for: an end is told at once, however busy this machine is.
      const patience = fault.reply?.then === 'mute' ? IMPATIENT : PATIENT;
      const outcome = await host.check(host.optionsFor(relay.uri), patience).finally(() => relay.close());
      assert.equal(outcome.status, status, outcome.said);
      assert.match(outcome.said, words);
    });
  }
});
