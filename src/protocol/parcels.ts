// How views with megabytes cross from the extension host to the page. VS Code copies a message within one turn of the event loop, and
// holds up the extensions of everybody meanwhile: what is large goes ahead in parts, a turn for each, and the view refers to it. What
// the page has already is not sent again.

import { ContentReader, inParts, type ContentPart } from '../core/ovmf/contentParts';
import type { VolumeContents } from '../core/ovmf/contents';
import { isHostMessage, type HostMessage, type View } from './messages';
import { isCount, isObject } from './shared';

/** So many bytes are copied in a few milliseconds on any machine: no more in one turn. */
export const SLICE = 2 ** 20;

/** What may be large. */
type Large = Uint8Array | VolumeContents;

type Part = ContentPart | { readonly type: 'slice'; readonly size: number; readonly bytes: Uint8Array };

/** What really crosses: also parts of something large, to which a view refers by the number of its parcel. */
export type WireMessage =
  | Exclude<HostMessage, { type: 'show' }>
  | { readonly type: 'show'; readonly view: object }
  | { readonly type: 'part'; readonly parcel: number; readonly index: number; readonly part: Part };

/** Stands in a view for what was sent ahead. */
interface Reference {
  readonly parcel: number;
}

const isReference = (value: unknown): value is Reference => isObject(value) && isCount(value['parcel']);

const isLarge = (value: unknown): value is Large =>
  value instanceof Uint8Array ? value.length > SLICE : isObject(value) && Array.isArray(value['sections']);

/** A view in which `replace` was asked about all that may be large. */
function replaceLarge(view: object, replace: (value: unknown) => unknown): object {
  return Object.fromEntries(
    Object.entries(view).map(([name, value]: [string, unknown]) => {
      if (name === 'other' && isObject(value)) return [name, replaceLarge(value, replace)];
      return [name, name === 'bytes' || name === 'contents' ? replace(value) : value];
    }),
  );
}

function* partsOf(value: Large): Generator<Part, undefined> {
  if (!(value instanceof Uint8Array)) {
    yield* inParts(value);
    return;
  }
  const size = value.length;
  // A copy: of bytes that are a part of others VS Code sends all.
  for (let at = 0; at < size; at += SLICE) yield { type: 'slice', size, bytes: value.slice(at, at + SLICE) };
}

/** Something large on its way to the page. */
class Sending {
  private readonly parts: Generator<Part, undefined>;
  private index = 0;

  constructor(
    private readonly parcel: number,
    value: Large,
  ) {
    this.parts = partsOf(value);
  }

  get reference(): Reference {
    return { parcel: this.parcel };
  }

  /** Its next message; undefined after the last one. */
  next(): WireMessage | undefined {
    const { done, value: part } = this.parts.next();
    return done ? undefined : { type: 'part', parcel: this.parcel, index: this.index++, part };
  }
}

/** The host's side: posts views, each in as many messages as it takes. */
export class Outbox {
  /** What the page has, or has a part of. */
  private sendings = new Map<Large, Sending>();
  private parcels = 0;
  /** Counts views: one that is still on its way ends when another comes. */
  private views = 0;

  /** @param turn lets others have the thread */
  constructor(
    private readonly post: (message: WireMessage) => void,
    private readonly turn: () => Promise<unknown>,
  ) {}

  /** Nothing of what was sent is there any more: the page was drawn anew, or closed. */
  forget(): void {
    this.views++;
    this.sendings.clear();
  }

  /** Posts a view; at once when nothing large in it is new to the page. One that is still on its way is not shown any more. */
  async show(view: View): Promise<void> {
    const current = ++this.views;
    const used = new Map<Large, Sending>();
    const packed = replaceLarge(view, (value) => {
      if (!isLarge(value)) return value;
      const sending = this.sendings.get(value) ?? new Sending(this.parcels++, value);
      this.sendings.set(value, sending);
      used.set(value, sending);
      return sending.reference;
    });
    for (const sending of used.values()) {
      for (let part = sending.next(); part; part = sending.next()) {
        this.post(part);
        await this.turn();
        if (current !== this.views) return;
      }
    }
    this.post({ type: 'show', view: packed });
    // The page keeps no more either.
    this.sendings = used;
  }
}

/** Something large that arrives. */
class Receiving {
  /** Undefined until all of it is there. */
  whole: Large | undefined;
  private next = 0;
  private readonly reader = new ContentReader();
  private bytes: Uint8Array | undefined;
  private filled = 0;

  add(index: number, part: Part): void {
    // What began before the page was drawn anew comes again under another number, and this never becomes whole.
    if (index !== this.next) return;
    this.next++;
    if (part.type !== 'slice') {
      this.whole = this.reader.add(part);
      return;
    }
    this.bytes ??= new Uint8Array(part.size);
    this.bytes.set(part.bytes, this.filled);
    this.filled += part.bytes.length;
    if (this.filled === part.size) this.whole = this.bytes;
  }
}

/** The page's side: puts together what arrives. */
export class Inbox {
  private receivings = new Map<number, Receiving>();

  /** Takes what has arrived, also from others than our host. @returns a message when it is whole */
  take(message: unknown): HostMessage | undefined {
    if (!isObject(message)) return undefined;
    if (message['type'] === 'part') this.add(message);
    const whole = message['type'] === 'show' ? this.unpack(message['view']) : message;
    return isHostMessage(whole) ? whole : undefined;
  }

  private add({ parcel, index, part }: Record<string, unknown>): void {
    if (!isCount(parcel) || !isCount(index) || !isObject(part)) return;
    const receiving = this.receivings.get(parcel) ?? new Receiving();
    this.receivings.set(parcel, receiving);
    receiving.add(index, part as unknown as Part);
  }

  /** A message with the view and what it refers to; undefined when some of that is not there. */
  private unpack(view: unknown): unknown {
    if (!isObject(view)) return undefined;
    const used = new Map<number, Receiving>();
    const unpacked = replaceLarge(view, (value) => {
      if (!isReference(value)) return value;
      const receiving = this.receivings.get(value.parcel) ?? new Receiving();
      used.set(value.parcel, receiving);
      return receiving.whole;
    });
    if ([...used.values()].some(({ whole }) => !whole)) return undefined;
    this.receivings = used;
    return { type: 'show', view: unpacked };
  }
}
