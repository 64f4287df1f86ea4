// Views on their way from the host to the page: in parts with turns between them, whole when they are there, and nothing twice.

import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { lintOvmf } from '../../../src/core/ovmf/lint';
import type { ImageContents } from '../../../src/core/ovmf/contents';
import { Inbox, Outbox, type WireMessage } from '../../../src/protocol/pageTransfer';
import { ITEMS } from '../../../src/protocol/parts';
import type { View } from '../../../src/protocol/pages';
import type { ImagesViewState, OvmfViewState } from '../../../src/protocol/ovmf';
import { seeded } from '../../helpers/random';

const MIB = 2 ** 20;
const { facts } = lintOvmf(new Uint8Array(0)).value;

/** Bytes that are no others. */
const large = (fill: number, size = 2.5 * MIB) => new Uint8Array(size).fill(fill);
const contents = (files: number): ImageContents => ({
  nodes: Array.from({ length: files }, (_, i) => ({
    name: `file ${i}`,
    kind: 'file',
    offset: 0,
    size: 1,
    doc: '',
    fields: [],
    children: [],
  })),
  findings: [],
  pending: false,
  facts,
});
const image = (bytes: Uint8Array, more: Partial<OvmfViewState> = {}): OvmfViewState => ({
  kind: 'ovmf',
  name: 'a.fd',
  bytes,
  ...more,
});
const images = (a: Uint8Array, b: Uint8Array): ImagesViewState => ({
  kind: 'images',
  name: 'a.fd',
  bytes: a,
  other: { name: 'b.fd', bytes: b },
});
const NOTICE: View = { kind: 'notice', title: 'a', text: 'b', actions: [] };

const partsOf = (message: WireMessage) =>
  message.type === 'show' || message.type === 'parts' ? (message.parts ?? []).map(({ part }) => part) : [];
const slicesOf = (messages: readonly WireMessage[]) =>
  messages.flatMap(partsOf).flatMap((part) => (part.type === 'slice' ? [part.bytes] : []));

/** A host and a page; turns come when the test lets them. */
class Way {
  readonly posted: WireMessage[] = [];
  readonly shown: View[] = [];
  private inbox = new Inbox();
  private waiting: (() => void)[] = [];
  private readonly outbox = new Outbox(
    (message) => {
      this.posted.push(message);
      const whole = this.inbox.take(structuredClone(message));
      if (whole?.type === 'show') this.shown.push(whole.view);
    },
    () => new Promise<void>((done) => this.waiting.push(done)),
  );

  show(view: View): void {
    void this.outbox.show(view);
  }

  /** The page is drawn anew, and asks. */
  redraw(): void {
    this.inbox = new Inbox();
    this.outbox.forget();
  }

  /** The page is drawn anew, and has not asked yet. */
  lose(): void {
    this.inbox = new Inbox();
  }

  /** One turn of the event loop. @returns whether somebody waited for it */
  async turn(): Promise<boolean> {
    const waiting = this.waiting.splice(0);
    for (const done of waiting) done();
    await new Promise(setImmediate);
    return waiting.length > 0;
  }

  async settle(): Promise<void> {
    while (await this.turn());
  }

  /** Messages since the last look. */
  take(): WireMessage[] {
    return this.posted.splice(0);
  }
}

describe('A view on its way to the page', () => {
  /** How many messages bring its lists, and how many its bytes. */
  const cases: [string, View, number, number][] = [
    ['nothing large', NOTICE, 0, 0],
    ['a small image', image(large(1, MIB)), 0, 0],
    ['an image of a byte more', image(large(1, MIB + 1)), 0, 2],
    ['an image', image(large(1)), 0, 3],
    ['an image with contents of more than one part', image(large(1), { contents: contents(500) }), 1, 3],
    ['a small image with contents', image(large(1, 9), { contents: contents(1) }), 0, 0],
    [
      'an image with contents as large as one message',
      image(large(1, 9), { contents: contents(ITEMS) }),
      0,
      0,
    ],
    [
      'an image with contents larger than two messages',
      image(large(1, 9), { contents: contents(2 * ITEMS + 1) }),
      2,
      0,
    ],
    [
      'an image beside another',
      image(large(1), { other: { name: 'b', bytes: large(2), side: 'before' } }),
      0,
      6,
    ],
    ['two images', images(large(1), large(2)), 0, 6],
    ['two images of which one is small', images(large(1), large(2, 5)), 0, 3],
  ];
  for (const [name, view, lists, slices] of cases) {
    it(`is shown when its lists are there, and again with each part of its bytes: ${name}`, async () => {
      const way = new Way();
      way.show(view);
      // Each message has a turn of its own.
      for (let i = 1; i <= lists + 1 + slices; i++) {
        assert.deepEqual([way.posted.length, way.shown.length], [i, Math.max(0, i - lists)]);
        await way.turn();
      }
      assert.equal(await way.turn(), false);
      assert.equal(way.posted.length, lists + 1 + slices);
      assert.deepEqual(way.shown.at(-1), view);
    });
  }
  it('fills in its bytes from the end, and says which are there', async () => {
    const way = new Way();
    const bytes = Uint8Array.from({ length: 2.5 * MIB }, (_, i) => i >> 16);
    way.show(image(bytes));
    for (const from of [2.5 * MIB, 1.5 * MIB, 0.5 * MIB, undefined]) {
      const shown = way.shown.at(-1) as OvmfViewState;
      assert.deepEqual([shown.bytes.length, shown.from], [bytes.length, from]);
      assert.ok(Buffer.from(shown.bytes.subarray(from)).equals(bytes.subarray(from)));
      await way.turn();
    }
  });
  it('brings the bytes that are there, and the others once they are', async () => {
    const way = new Way();
    const bytes = new Uint8Array(2.5 * MIB);
    bytes.fill(7, 2 * MIB);
    way.show(image(bytes, { from: 2 * MIB }));
    await way.settle();
    const partial = way.shown.at(-1) as OvmfViewState;
    assert.equal(partial.from, 2 * MIB);
    assert.ok(Buffer.from(partial.bytes).equals(bytes));
    bytes.fill(7);
    way.show(image(bytes));
    await way.settle();
    assert.deepEqual(way.shown.at(-1), image(bytes));
    assert.deepEqual(
      slicesOf(way.posted).map(({ length }) => length),
      [MIB / 2, MIB, MIB],
      'each byte crosses once',
    );
  });
  it('waits for the page to take each of its messages', async () => {
    const taken: (() => void)[] = [];
    const posted: string[] = [];
    const outbox = new Outbox(
      ({ type }) => {
        posted.push(type);
        return new Promise<void>((done) => taken.push(done));
      },
      () => Promise.resolve(),
    );
    void outbox.show(image(large(1)));
    for (let i = 1; i <= 4; i++) {
      await new Promise(setImmediate);
      assert.equal(posted.length, i);
      taken.shift()!();
    }
    // What comes meanwhile does not wait for bytes that are not on their way yet.
    posted.splice(0);
    void outbox.show(image(large(2, 8 * MIB)));
    void outbox.show(image(large(2, 8 * MIB), { unread: 'Why.' }));
    assert.deepEqual(posted, ['show', 'show']);
  });
  it('carries no bytes beside those that it shows', async () => {
    const way = new Way();
    way.show(image(large(1, 8 * MIB).subarray(MIB, 3 * MIB)));
    await way.settle();
    assert.deepEqual(
      slicesOf(way.posted).map(({ buffer }) => buffer.byteLength),
      [MIB, MIB],
    );
  });
  for (const size of [0, 9, MIB, MIB + 1, 2.5 * MIB]) {
    it(`brings ${size} bytes of memory that threads share in messages that share nothing`, async () => {
      const bytes = new Uint8Array(new SharedArrayBuffer(size)).fill(7);
      const way = new Way();
      way.show(image(bytes, { other: { name: 'b', bytes: bytes.subarray(size >> 1), side: 'before' } }));
      await way.settle();
      const views = way.posted.flatMap((message) =>
        message.type === 'show' ? [message.view as OvmfViewState] : [],
      );
      const inViews = views.flatMap(({ bytes: own, other }) => [own, other!.bytes]);
      const sent = [...slicesOf(way.posted), ...inViews.filter((some) => some instanceof Uint8Array)];
      for (const some of sent) assert.ok(some.buffer instanceof ArrayBuffer && some.buffer.byteLength <= MIB);
      assert.equal(sent.length, size > 2 * MIB ? 5 : size > MIB ? 3 : 2);
      assert.deepEqual(
        way.shown.at(-1),
        image(new Uint8Array(bytes), {
          other: { name: 'b', bytes: new Uint8Array(bytes.subarray(size >> 1)), side: 'before' },
        }),
      );
    });
  }
  it('brings only what is new, and the page has one copy of the rest', async () => {
    const way = new Way();
    const bytes = large(1);
    way.show(image(bytes));
    await way.settle();
    way.take();
    way.show(image(bytes, { contents: contents(1) }));
    await way.settle();
    assert.deepEqual(
      way.take().map((message) => [message.type, ...partsOf(message).map(({ type }) => type)]),
      [['show', 'nodes', 'items', 'end']],
    );
    way.show(image(bytes, { unread: 'Why.' }));
    assert.deepEqual(
      way.take().map(({ type }) => type),
      ['show'],
    );
    const bytesOf = way.shown.map((view) => (view as OvmfViewState).bytes);
    assert.ok(bytesOf.length > 2 && bytesOf.every((shown) => shown === bytesOf[0]));
  });
  it('goes on where an earlier view with the same bytes or the same lists was left', async () => {
    const bytes = large(1);
    const known = contents(900);
    for (const turns of [0, 1, 2, 4, 6]) {
      const way = new Way();
      way.show(image(bytes, { contents: known }));
      for (let i = 0; i < turns; i++) await way.turn();
      way.show(image(bytes, { contents: known, unread: 'Why.' }));
      await way.settle();
      assert.equal(way.posted.flatMap(partsOf).length, 5 + 3, `after ${turns} turns`);
      assert.deepEqual(way.shown.at(-1), image(bytes, { contents: known, unread: 'Why.' }));
    }
  });
  it('is not shown when another one overtakes its lists, and its bytes do not bring it back', async () => {
    const way = new Way();
    way.show(image(large(1), { contents: contents(900) }));
    await way.turn();
    way.show(NOTICE);
    await way.settle();
    assert.deepEqual(way.shown, [NOTICE]);
    way.show(image(large(1)));
    await way.turn();
    way.show(NOTICE);
    await way.settle();
    assert.deepEqual(way.shown.at(-1), NOTICE);
  });
  it('comes again when the page was drawn anew: at the end, half way, and before it asked', async () => {
    const bytes = large(1);
    for (const turns of [0, 1, 2, 9]) {
      const way = new Way();
      way.show(image(bytes));
      for (let i = 0; i < turns; i++) await way.turn();
      way.lose();
      await way.turn();
      way.redraw();
      way.shown.splice(0);
      way.show(image(bytes));
      await way.settle();
      assert.deepEqual(way.shown.at(-1), image(bytes), `after ${turns} turns`);
    }
  });
  it('ends when the page is closed', async () => {
    const way = new Way();
    way.show(image(large(1)));
    way.redraw();
    await way.settle();
    assert.deepEqual(
      way.posted.map(({ type }) => type),
      ['show'],
    );
  });
  it('is the last one after any 500 steps', async () => {
    const random = seeded(5);
    const pool = [large(1), large(2), large(3, MIB + 1), large(4, 3)];
    const pick = () => pool[random(pool.length)]!;
    const known = [contents(1), contents(900)];
    const way = new Way();
    let last: View = NOTICE;
    for (let step = 0; step < 500; step++) {
      switch (random(7)) {
        case 0:
          last = images(pick(), pick());
          way.show(last);
          break;
        case 1:
          last = image(pick(), { contents: known[random(2)]! });
          way.show(last);
          break;
        case 2:
          way.show((last = NOTICE));
          break;
        case 3:
          if (random(4) > 0) break;
          way.redraw();
          way.show(last);
          break;
        default:
          await way.turn();
      }
    }
    await way.settle();
    assert.ok(way.shown.length > 30);
    assert.deepEqual(way.shown.at(-1), last);
  });
});

describe('The page', () => {
  const part = (members: object) => ({ type: 'parts', parts: [members] });
  const junk: unknown[] = [
    undefined,
    null,
    7,
    'part',
    {},
    { type: 'parts' },
    { type: 'parts', parts: {} },
    { type: 'parts', parts: [7, null] },
    part({ transfer: 0, index: 0 }),
    part({ transfer: -1, index: 0, part: {} }),
    part({ transfer: 0, index: 1, part: { type: 'nodes', nodes: [] } }),
    part({ transfer: 0, index: 0, part: { type: 'nodes' } }),
    part({ transfer: 1, index: 0, part: { type: 'slice', size: 2, bytes: new Uint8Array(3) } }),
    part({ transfer: 2, index: 0, part: { type: 'slice', size: 2 ** 40, bytes: new Uint8Array(3) } }),
    part({ transfer: 3, index: 0, part: { type: 'slice', size: 3n, bytes: new Uint8Array(3) } }),
    { type: 'show' },
    { type: 'show', view: { kind: 'ovmf', bytes: { transfer: 3 } } },
    { type: 'show', view: { kind: 'ovmf', bytes: { transfer: 3, size: 2 ** 40 } } },
    part({ transfer: 3, index: 0, part: { type: 'slice', bytes: new Uint8Array(9) } }),
    { type: 'show', view: { kind: 'ovmf', bytes: { type: 'Buffer', data: [] } } },
    { type: 'show', view: { kind: 'else' } },
  ];
  it('takes nothing from what is no message of the host, or not whole', () => {
    const inbox = new Inbox();
    for (const message of junk) assert.equal(inbox.take(message), undefined, inspect(message));
  });
});
