// Messages between host and pages: each page takes those of its own table, and no other page does; what neither side may send is
// refused by both.

import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import {
  isFromPage,
  isHostMessage,
  isToPage,
  BUTTONS,
  LARGE,
  PAGE_NAMES,
  PAGES,
  type FromPage,
  type PageName,
  type StateOf,
  type ToPage,
} from '../../../src/protocol/pages';
import { NO_REFERENCES } from '../../../src/core/check/referenceQuestion';
import type { PageTable } from '../../../src/protocol/shared';
import { isRequest } from '../../../src/protocol/vmsa';

const request = { profile: 'sev-es', role: 'bsp', cpu: { family: 25, model: 1, stepping: 1 } } as const;
const bytes = new Uint8Array(4096);
const place = { name: 'rip', offset: 0x178, size: 8 };
const copy = { type: 'copy', text: 'x' } as const;
/** What a page sends on which nothing is changed. */
const ONLY_WALKED = {
  ready: { type: 'ready' },
  drawn: { type: 'drawn' },
  copy,
  place: { type: 'place', place },
} as const;
const junk: unknown[] = [undefined, null, 0, '', 'ready', [], {}, { type: 1 }, { type: 'else' }];

/** Of each page a state of each kind, each message, and what else belongs to none. A new row does not compile without. */
const SAMPLES: {
  readonly [P in PageName]: {
    readonly states: {
      readonly [K in keyof (typeof PAGES)[P]['states']]: Extract<StateOf<P>, { kind: K }>;
    };
    readonly toPage: readonly ToPage<P>[];
    readonly fromPage: {
      readonly [T in Exclude<FromPage<P>['type'], 'action'>]: Extract<FromPage<P>, { type: T }>;
    };
  };
} = {
  vmsa: {
    states: {
      vmsa: { kind: 'vmsa', name: 'a', bytes, page: 0, pages: 1, disk: { conflict: false } },
      notice: { kind: 'notice', title: 'a', text: 'b', actions: ['keepChanges'] },
    },
    toPage: [
      { type: 'open', box: 'find' },
      { type: 'select', place },
    ],
    fromPage: {
      ready: { type: 'ready' },
      drawn: { type: 'drawn' },
      copy,
      place: { type: 'place', place },
      edit: { type: 'edit', field: 'rip', value: '0x1', bits: { lsb: 1, width: 63 } },
      page: { type: 'page', page: 0 },
    },
  },
  comparison: {
    states: {
      comparison: {
        kind: 'comparison',
        name: 'a',
        bytes,
        other: {
          kind: 'generated',
          request,
          firmware: [{ name: 'f', resetAddress: 1 }],
          recent: [request.cpu],
        },
      },
      notice: { kind: 'notice', title: 'a', text: 'b', actions: ['pickCpu'] },
    },
    toPage: [],
    fromPage: ONLY_WALKED,
  },
  ovmf: {
    states: {
      ovmf: { kind: 'ovmf', name: 'a', bytes, from: 7, other: { name: 'b', bytes, side: 'before' } },
      notice: { kind: 'notice', title: 'a', text: 'b', actions: ['compareImage'] },
    },
    toPage: [{ type: 'select', place }],
    fromPage: ONLY_WALKED,
  },
  images: {
    states: {
      images: { kind: 'images', name: 'a', bytes, other: { name: 'b', bytes } },
      notice: { kind: 'notice', title: 'a', text: 'b', actions: [] },
    },
    toPage: [],
    fromPage: ONLY_WALKED,
  },
  report: {
    states: {
      report: {
        ...{ kind: 'report', report: {} as never, explanation: { kind: 'ended', text: 'a' } },
        parts: { opens: ['firmware'], steps: { check: 1, size: 48 } },
      },
      running: { kind: 'running', title: 'a', stages: ['b'], stage: 'b', reading: { name: 'c', done: 1 } },
      notice: { kind: 'notice', title: 'a', text: 'b', actions: ['runAgain'] },
    },
    toPage: [{ type: 'steps', check: 1, from: 512, pairs: bytes }],
    fromPage: {
      ready: { type: 'ready' },
      drawn: { type: 'drawn' },
      copy,
      changeLaunch: { type: 'changeLaunch', explanation: 0 },
      steps: { type: 'steps', check: 1, from: 512 },
      openLoad: { type: 'openLoad', source: { from: 'metadata', section: 1, offset: 4 }, size: 4096 },
    },
  },
  references: {
    states: {
      references: {
        ...{ kind: 'references', title: 'a', question: NO_REFERENCES, revision: 0, findings: [] },
        progress: { kind: 'computing', done: 1, total: 2 },
        preview: { rows: [] },
      },
      notice: { kind: 'notice', title: 'a', text: 'b', actions: ['fillIn'] },
    },
    toPage: [],
    fromPage: {
      ready: { type: 'ready' },
      drawn: { type: 'drawn' },
      copy,
      ask: { type: 'ask', question: NO_REFERENCES },
      choose: { type: 'choose', part: 'kernel', question: NO_REFERENCES },
    },
  },
  snpReport: {
    states: {
      snpReport: {
        ...{ kind: 'snpReport', name: 'a', bytes, at: 32, unverified: 'b' },
        facts: { offset: 32, form: 'c', notes: [], findings: [], parts: [] },
        verification: {
          ...{ verified: false, at: 1, steps: [], remarks: [], urls: [] },
          picture: { boxes: [], arrows: [], root: 'failed' },
        },
        other: { name: 'b', bytes, side: 'original', product: 'Genoa', verified: true },
      },
      notice: { kind: 'notice', title: 'a', text: 'b', actions: ['openAsText'] },
    },
    toPage: [{ type: 'select', place }],
    fromPage: ONLY_WALKED,
  },
  snpReports: {
    states: {
      snpReports: {
        ...{ kind: 'snpReports', name: 'a', bytes, verified: false },
        other: { name: 'b', bytes, product: 'Genoa', verified: true },
      },
      notice: { kind: 'notice', title: 'a', text: 'b', actions: [] },
    },
    toPage: [],
    fromPage: ONLY_WALKED,
  },
  idBlock: {
    states: {
      idBlock: {
        ...{ kind: 'idBlock', name: 'a', bytes },
        facts: { form: 'b', hasBlock: false, hasAuth: true, digests: {}, findings: [], steps: [] },
      },
      notice: { kind: 'notice', title: 'a', text: 'b', actions: ['openAsText'] },
    },
    toPage: [],
    fromPage: ONLY_WALKED,
  },
};

const takersOf = (message: unknown) => PAGE_NAMES.filter((page) => isFromPage(page, message));
const shownBy = (message: unknown) => PAGE_NAMES.filter((page) => isToPage(page, message));
const tables: Readonly<Record<PageName, PageTable>> = PAGES;
/** The pages whose table has a name in this column. */
const having = (column: 'states' | 'fromHost' | 'actions' | 'fromPage', name: string) =>
  PAGE_NAMES.filter((page) => Object.hasOwn(tables[page][column], name));

describe('A message to the host', () => {
  for (const action of [...Object.keys(BUTTONS), 'toString', 'constructor', ''])
    it(`is taken by the pages that have its action: ${action}`, () => {
      assert.deepEqual(takersOf({ type: 'action', action }), having('actions', action));
      assert.deepEqual(
        takersOf({ type: 'action', action, request: {} }).filter((page) => page === 'vmsa'),
        [],
      );
    });
  for (const page of PAGE_NAMES)
    for (const message of Object.values<{ type: string }>(SAMPLES[page].fromPage))
      it(`is taken by the pages that have it: ${message.type} of ${page}`, () => {
        assert.ok(takersOf(message).includes(page));
        assert.deepEqual(takersOf(message), having('fromPage', message.type));
      });
  const bad: unknown[] = [
    ...junk,
    { type: 'copy' },
    { type: 'copy', text: 1 },
    { type: 'steps', check: 1, from: -1 },
    { type: 'openLoad', source: { from: 'elsewhere' }, size: 1 },
    { type: 'openLoad', source: { from: 'vcpu' }, size: 1 },
    { type: 'openLoad', source: { from: 'firmware', offset: 0.5 }, size: 1 },
    { type: 'copy', text: 'x'.repeat(1 << 20) },
    { type: 'action' },
    { type: 'toString' },
    { type: 'action', action: 'compare', request: {} },
    { type: 'action', action: 'compare', request: { ...request, role: 'other' } },
    { type: 'changeLaunch' },
    { type: 'changeLaunch', explanation: -1 },
    { type: 'changeLaunch', explanation: '0' },
    { type: 'edit', field: 'rip' },
    { type: 'edit', field: 'rip', value: 'x'.repeat(1 << 14) },
    { type: 'edit', field: 'rip', value: '1', bits: { lsb: 1, width: 64 } },
    { type: 'page', page: 0.5 },
    { type: 'place', place: { ...place, size: -1 } },
  ];
  for (const message of bad)
    it(`is not taken by any: ${inspect(message).slice(0, 80)}`, () =>
      assert.deepEqual(takersOf(message), []));
});

describe('A message to a page', () => {
  for (const page of PAGE_NAMES) {
    const { states, toPage } = SAMPLES[page];
    for (const view of Object.values<{ kind: string }>(states)) {
      const message = { type: 'show', view };
      it(`is shown by the page that has its state: ${view.kind} of ${page}`, () => {
        assert.ok(shownBy(message).includes(page) && isHostMessage(message));
        // A notice says the same wherever its buttons are.
        const actions =
          view.kind === 'notice' ? (view as unknown as { actions: string[] }).actions : undefined;
        const shows = PAGE_NAMES.filter((one) =>
          actions ? actions.every((action) => Object.hasOwn(tables[one].actions, action)) : one === page,
        );
        assert.deepEqual(shownBy(message), shows);
      });
      for (const name of Object.keys(view))
        it(`is not shown when it is no longer whole: ${view.kind} of ${page} with a wrong ${name}`, () => {
          assert.deepEqual(shownBy({ type: 'show', view: { ...view, [name]: 7n } }), []);
        });
    }
    for (const message of toPage)
      it(`is taken by the pages that have it: ${message.type} of ${page}`, () =>
        assert.deepEqual(shownBy(message), having('fromHost', message.type)));
  }
  const show = (view: unknown) => ({ type: 'show', view });
  const bad = [
    ...junk,
    show(undefined),
    show({}),
    show({ kind: 'else' }),
    show({ kind: 'toString' }),
    show({ kind: { toString: 1 } }),
    show({ ...SAMPLES.vmsa.states.vmsa, bytes: { type: 'Buffer', data: [] } }),
    { type: 'open', box: 'else' },
    { type: 'select', place: { name: 'rip' } },
  ];
  for (const message of bad)
    it(`is not shown by any: ${inspect(message).slice(0, 80)}`, () => {
      assert.deepEqual(shownBy(message), []);
      assert.ok(!isHostMessage(message));
    });
  it('has its long lists in parts where its page says so', () => {
    for (const page of PAGE_NAMES)
      for (const kind of Object.keys(SAMPLES[page].states))
        if (kind !== 'notice') assert.deepEqual(LARGE[kind as 'vmsa'], tables[page].large);
  });
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
