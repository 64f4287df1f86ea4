// Messages between the extension host and its pages, in both directions.

import assert from 'node:assert/strict';
import { CheckError } from '../../../src/core/errors';
import { jsonText } from '../../../src/core/binary/json';
import { findVmsaLeaf, parseFieldValue, withBits, replaceBits } from '../../../src/core/vmsa/edit';
import { generateVmsa } from '../../../src/core/vmsa/launch/generate';
import {
  isFromPage,
  isHostMessage,
  isToPage,
  BUTTONS,
  PAGE_NAMES,
  PAGES,
  type WebviewMessage,
} from '../../../src/protocol/pages';
import { isCount } from '../../../src/core/binary/values';
import { Inbox } from '../../../src/protocol/pageTransfer';
import { isRequest } from '../../../src/protocol/vmsa';
import { fromJson, toJson } from '../mutateJson';
import { readOrCode, type Target } from '../target';

const REQUEST = {
  profile: 'snp',
  role: 'ap',
  cpu: { family: 25, model: 1, stepping: 1 },
  resetAddress: 0x80b004,
};
const SVSM = {
  profile: 'snp-svsm',
  role: 'bsp',
  cpu: { family: 25, model: 1, stepping: 1 },
  svsm: { entry: 1, stack: 2, pageTable: 3, vtom: 4 },
};

const toHost: Target = {
  name: 'messages-to-host',
  form: 'json',
  most: 4096,
  seeds: () =>
    [
      { type: 'ready' },
      { type: 'action', action: 'compare', request: REQUEST },
      { type: 'action', action: 'saveExpected', request: SVSM },
      { type: 'copy', text: 'x' },
      { type: 'edit', field: 'rip', value: '0xfff0', bits: { lsb: 3, width: 5 } },
      { type: 'edit', field: 'sev_features', value: '1' },
      { type: 'page', page: 3 },
      { type: 'changeLaunch', explanation: 0 },
      { type: 'place', place: { name: 'rip', offset: 0x178, size: 8 } },
    ].map(toJson),
  words: [
    ...Object.keys(BUTTONS),
    'type',
    'action',
    'edit',
    'bits',
    'request',
    'constructor',
    'toString',
    '__proto__',
  ],
  run(input) {
    const value = fromJson(input);
    const takers = PAGE_NAMES.filter((name) => isFromPage(name, value));
    const isTaken = (message: unknown): message is WebviewMessage => message === value && takers.length > 0;
    if (!isTaken(value)) return { feature: 'refused' };
    if (value.type === 'action') {
      for (const name of takers) assert.ok(Object.hasOwn(PAGES[name].actions, value.action));
      // What no table of a taker has is not looked at.
      const request =
        takers.some((name) => name === 'vmsa' || name === 'comparison') && 'request' in value
          ? value.request
          : undefined;
      if (request === undefined) return { feature: 'action' };
      assert.ok(isRequest(request));
      // Its content is judged where it is used.
      try {
        assert.equal(generateVmsa(request).bytes.length, 4096);
        return { feature: 'action page' };
      } catch (error) {
        if (!(error instanceof CheckError)) throw error;
        return { feature: `action ${error.code}` };
      }
    }
    if (value.type === 'edit') {
      const leaf = findVmsaLeaf(value.field);
      if (!leaf) return { feature: 'edit nothing' };
      const { bits } = value;
      const set = readOrCode(() => parseFieldValue(leaf, value.value));
      if (set.code !== undefined || bits === undefined || set.value instanceof Uint8Array)
        return { feature: `edit ${set.code ?? ''}` };
      const to = set.value;
      const changed = readOrCode(() => withBits(new Uint8Array(4096), leaf, bits, to));
      const whole = replaceBits(0n, bits, BigInt(to));
      assert.ok(whole >= 0n && whole < 1n << BigInt(bits.lsb + bits.width));
      return { feature: `edit bits ${changed.code ?? ''}` };
    }
    return { feature: value.type };
  },
};

const WITH_BYTES: readonly string[] = ['vmsa', 'comparison', 'ovmf', 'images'];

const toPage: Target = {
  name: 'messages-to-page',
  form: 'json',
  most: 8192,
  seeds: () =>
    [
      [{ type: 'show', view: { kind: 'notice', title: 'a', text: 'b', actions: ['reload'] } }],
      [
        { type: 'open', box: 'find' },
        { type: 'select', place: { name: 'rip', offset: 0, size: 8 } },
      ],
      [
        {
          type: 'parts',
          parts: [
            { transfer: 0, index: 0, part: { type: 'slice', bytes: Uint8Array.of(1, 2) } },
            { transfer: 0, index: 1, part: { type: 'slice', bytes: Uint8Array.of(3, 4) } },
          ],
        },
        { type: 'show', view: { kind: 'ovmf', name: 'x', bytes: { transfer: 0, size: 4 } } },
      ],
      [
        {
          type: 'show',
          view: {
            kind: 'images',
            name: 'x',
            bytes: Uint8Array.of(1),
            other: { name: 'y', bytes: Uint8Array.of(2) },
          },
        },
      ],
    ].map(toJson),
  words: [
    'show',
    'part',
    'slice',
    'section',
    'nodes',
    'transfer',
    'index',
    'size',
    'bytes',
    'contents',
    'constructor',
  ],
  run(input) {
    const value = fromJson(input);
    const messages = Array.isArray(value) ? value : [value];
    const inbox = new Inbox();
    const taken = messages.map((message: unknown) => {
      isCount(message);
      const whole = inbox.take(message);
      if (whole === undefined) return '';
      assert.ok(isHostMessage(whole) && PAGE_NAMES.some((name) => isToPage(name, whole)));
      // What the table of a view does not have is not looked at.
      const { bytes } = (whole.type === 'show' && WITH_BYTES.includes(whole.view.kind) ? whole.view : {}) as {
        readonly bytes?: unknown;
      };
      assert.ok(bytes === undefined || bytes instanceof Uint8Array);
      jsonText(whole);
      return whole.type;
    });
    return { feature: taken.join() };
  },
};

export const MESSAGE_TARGETS: readonly Target[] = [toHost, toPage];
