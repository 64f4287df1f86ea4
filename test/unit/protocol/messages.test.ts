// Messages between host and webview: what either side accepts of what arrives.

import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { isHostMessage, isWebviewMessage } from '../../../src/protocol/messages';
import { isRequest } from '../../../src/protocol/vmsa';

const request = { profile: 'sev-es', role: 'bsp', cpu: { family: 25, model: 1, stepping: 1 } };
const junk: unknown[] = [undefined, null, 0, '', 'ready', [], {}, { type: 1 }, { type: 'else' }];

describe('A message to the host', () => {
  const good: unknown[] = [
    { type: 'ready' },
    { type: 'copy', text: 'x' },
    { type: 'action', action: 'compare' },
    { type: 'action', action: 'saveExpected', request },
    { type: 'action', action: 'explain' },
    { type: 'changeLaunch', explanation: 0 },
  ];
  const bad: unknown[] = [
    ...junk,
    { type: 'copy' },
    { type: 'copy', text: 1 },
    { type: 'copy', text: 'x'.repeat(1 << 20) },
    { type: 'action' },
    { type: 'action', action: 'toString' },
    { type: 'action', action: 'constructor' },
    { type: 'action', action: 'compare', request: {} },
    { type: 'changeLaunch' },
    { type: 'changeLaunch', explanation: -1 },
    { type: 'changeLaunch', explanation: '0' },
    { type: 'action', action: 'compare', request: { ...request, role: 'other' } },
  ];
  for (const message of good)
    it(`${JSON.stringify(message)} is taken`, () => assert.ok(isWebviewMessage(message)));
  for (const message of bad)
    it(`${inspect(message).slice(0, 80)} is not`, () => assert.ok(!isWebviewMessage(message)));
});

describe('A message to the webview', () => {
  const show = (view: unknown) => ({ type: 'show', view });
  const good = [
    show({ kind: 'vmsa', name: 'a', bytes: new Uint8Array(1) }),
    show({ kind: 'report', report: {} }),
  ];
  const bad = [
    ...junk,
    show(undefined),
    show({}),
    show({ kind: 'else' }),
    show({ kind: { toString: 1 } }),
    show({ kind: 'vmsa', bytes: { type: 'Buffer', data: [] } }),
  ];
  it('is taken with a known view and real bytes', () => good.forEach((m) => assert.ok(isHostMessage(m))));
  it('is not taken otherwise', () => bad.forEach((m) => assert.ok(!isHostMessage(m), JSON.stringify(m))));
});

describe('A request', () => {
  const bad = [
    ...junk,
    { ...request, cpu: {} },
    { ...request, profile: 1 },
    { ...request, resetAddress: '0x1' },
    { groupId: 0 },
  ];
  it('has all its parts', () => assert.ok(isRequest(request) && isRequest({ ...request, resetAddress: 1 })));
  it('is not something else that a menu passes', () =>
    bad.forEach((r) => assert.ok(!isRequest(r), JSON.stringify(r))));
});
