// Transfers large views from the extension host to the page. VS Code copies a message within one turn of the
// event loop, which blocks everyone's extensions meanwhile: large values are sent ahead in parts, one per
// turn, and the view refers to them by number. What the page already has is not sent again.

import { MAX_FILE } from '../core/binary/limits';
import { ContentReader, inParts, type ContentPart } from '../core/ovmf/contentParts';
import type { VolumeContents } from '../core/ovmf/contents';
import { isHostMessage, type HostMessage, type View } from './messages';
import { isCount, isObject } from './shared';

/** The maximum per turn: any machine copies this many bytes in a few milliseconds. */
export const SLICE = 2 ** 20;

/** Values that may be large. */
type Large = Uint8Array | VolumeContents;

type Part = ContentPart | { readonly type: 'slice'; readonly size: number; readonly bytes: Uint8Array };

/** The messages as sent: a large value goes in parts, and the view refers to it by the number of its transfer. */
export type WireMessage =
  | Exclude<HostMessage, { type: 'show' }>
  | { readonly type: 'show'; readonly view: object }
  | { readonly type: 'part'; readonly transfer: number; readonly index: number; readonly part: Part };

/** Placeholder in a view for a value that was sent ahead. */
interface Reference {
  readonly transfer: number;
}

const isReference = (value: unknown): value is Reference => isObject(value) && isCount(value['transfer']);

const isLarge = (value: unknown): value is Large =>
  value instanceof Uint8Array ? value.length > SLICE : isObject(value) && Array.isArray(value['sections']);

/** Copies a view, passing every value that may be large through `replace`. */
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
  // A copy, because VS Code would send the whole buffer that a subarray belongs to.
  for (let at = 0; at < size; at += SLICE) yield { type: 'slice', size, bytes: value.slice(at, at + SLICE) };
}

/** A large value on its way to the page. */
class Sending {
  private readonly parts: Generator<Part, undefined>;
  private index = 0;

  constructor(
    private readonly transfer: number,
    value: Large,
  ) {
    this.parts = partsOf(value);
  }

  get reference(): Reference {
    return { transfer: this.transfer };
  }

  /** The next message; undefined after the last one. */
  next(): WireMessage | undefined {
    const { done, value: part } = this.parts.next();
    return done ? undefined : { type: 'part', transfer: this.transfer, index: this.index++, part };
  }
}

/** The host's side: posts views, each in as many messages as it needs. */
export class Outbox {
  /** What the page has received, at least in part. */
  private sendings = new Map<Large, Sending>();
  private transfers = 0;
  /** Counts views: a view that is still being sent is abandoned when the next one comes. */
  private views = 0;

  /** @param turn yields to the event loop */
  constructor(
    private readonly post: (message: WireMessage) => void,
    private readonly turn: () => Promise<unknown>,
  ) {}

  /** Forgets what was sent, because the page was reloaded or closed. */
  forget(): void {
    this.views++;
    this.sendings.clear();
  }

  /**
   * Posts a view, immediately if nothing large in it is new to the page. A view that is
   * still being sent is abandoned.
   */
  async show(view: View): Promise<void> {
    const current = ++this.views;
    const used = new Map<Large, Sending>();
    const packed = replaceLarge(view, (value) => {
      if (!isLarge(value)) return value;
      const sending = this.sendings.get(value) ?? new Sending(this.transfers++, value);
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
    // The page keeps only these as well.
    this.sendings = used;
  }
}

/** A large value that is arriving. */
class Receiving {
  /** Undefined until it is complete. */
  whole: Large | undefined;
  private next = 0;
  private readonly reader = new ContentReader();
  private bytes: Uint8Array | undefined;
  private filled = 0;

  add(index: number, part: Part): void {
    // A transfer that began before the page was reloaded starts over under another
    // number, so this one stays incomplete.
    if (index !== this.next) return;
    this.next++;
    if (part.type !== 'slice') {
      this.whole = this.reader.add(part);
      return;
    }
    this.bytes ??= new Uint8Array(part.size);
    this.bytes.set(part.bytes, this.filled);
    this.filled += part.bytes.length;
    if (this.filled === this.bytes.length) this.whole = this.bytes;
  }
}

/** The page's side: reassembles what arrives. */
export class Inbox {
  private receivings = new Map<number, Receiving>();

  /** Takes an incoming message, possibly not from our host. @returns a message once it is complete */
  take(message: unknown): HostMessage | undefined {
    if (!isObject(message)) return undefined;
    if (message['type'] === 'part') this.add(message);
    const whole = message['type'] === 'show' ? this.unpack(message['view']) : message;
    return isHostMessage(whole) ? whole : undefined;
  }

  private add({ transfer, index, part }: Record<string, unknown>): void {
    if (!isCount(transfer) || !isCount(index) || !isObject(part)) return;
    const receiving = this.receivings.get(transfer) ?? new Receiving();
    this.receivings.set(transfer, receiving);
    // A sender that is not ours may promise any size, and parts that do not belong together.
    const { size = 0 } = part;
    if (!isCount(size) || size > MAX_FILE) return;
    try {
      receiving.add(index, part as unknown as Part);
    } catch {
      // It stays incomplete.
    }
  }

  /** A message whose view has its references resolved; undefined when a referenced value is incomplete. */
  private unpack(view: unknown): unknown {
    if (!isObject(view)) return undefined;
    const used = new Map<number, Receiving>();
    const unpacked = replaceLarge(view, (value) => {
      if (!isReference(value)) return value;
      const receiving = this.receivings.get(value.transfer) ?? new Receiving();
      used.set(value.transfer, receiving);
      return receiving.whole;
    });
    if ([...used.values()].some(({ whole }) => !whole)) return undefined;
    this.receivings = used;
    return { type: 'show', view: unpacked };
  }
}
