// Transfers large views from the extension host to the page. VS Code copies a message within one turn of the
// event loop, which blocks everyone's extensions meanwhile: large values are sent in parts, some per turn, and the view
// refers to them by number. What the page already has is not sent again. Lists arrive before or with their view; the bytes
// of a file arrive after it, from its end, where the tables of firmware are.

import { MAX_FILE } from '../core/binary/limits';
import { inParts, itemsIn, ITEMS, PartReader, type ListPart } from './parts';
import { isHostMessage, type HostMessage, type View } from './messages';
import { isCount, isObject } from './shared';

/** The maximum per turn: any machine copies this many bytes in a few milliseconds. */
export const SLICE = 2 ** 20;

/** The members of a view whose lists may be long. */
const LISTED: readonly string[] = ['tables', 'contents', 'comparison'];

type Part = ListPart | { readonly type: 'slice'; readonly bytes: Uint8Array };

/** The messages as sent: a large value goes in parts, and the view refers to it by the number of its transfer. */
export type WireMessage =
  | Exclude<HostMessage, { type: 'show' }>
  | { readonly type: 'show'; readonly view: object; readonly parts?: readonly WirePart[] }
  | { readonly type: 'parts'; readonly parts: readonly WirePart[] };

/** A part of a transfer. */
interface WirePart {
  readonly transfer: number;
  /** From 0. */
  readonly index: number;
  readonly part: Part;
}

/** Placeholder in a view for a value that is sent in parts. */
interface Reference {
  readonly transfer: number;
  /** Of bytes, how many there are. */
  readonly size?: number;
}

function isReference(value: unknown): value is Reference {
  if (!isObject(value) || !isCount(value['transfer'])) return false;
  const { size } = value;
  return size === undefined || (isCount(size) && size <= MAX_FILE);
}

const isLarge = (name: string, value: unknown): value is object =>
  name === 'bytes'
    ? value instanceof Uint8Array && value.length > SLICE
    : LISTED.includes(name) && isObject(value);

type Replace = (name: string, value: unknown, owner: Readonly<Record<string, unknown>>) => object | undefined;

/** Copies a view, replacing some of its members, and of what is beside it. */
function replaceMembers(view: object, replace: Replace): object {
  const owner = view as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(owner).flatMap(([name, value]) => {
      if (name === 'other' && isObject(value)) return [[name, replaceMembers(value, replace)]];
      return Object.entries(replace(name, value, owner) ?? { [name]: value });
    }),
  );
}

/** A large value on its way to the page. */
class Sending {
  private readonly list: Generator<Part, undefined> | undefined;
  private readonly bytes: Uint8Array | undefined;
  /** The next part of a list. */
  private ahead: Part | undefined;
  /** Where the bytes begin that the page was sent. */
  private begin = 0;
  /** Where the bytes begin that are there to be sent. */
  from = 0;
  private index = 0;
  readonly reference: Reference;

  constructor(
    private readonly transfer: number,
    value: object,
  ) {
    if (value instanceof Uint8Array) {
      this.bytes = value;
      this.begin = value.length;
      this.reference = { transfer, size: value.length };
    } else {
      this.list = inParts(value);
      this.reference = { transfer };
    }
  }

  /** The next part if one is left that is small enough. @param items the most items of a list */
  take(items = Infinity): WirePart | undefined {
    this.ahead ??= this.list ? this.list.next().value : this.nextSlice();
    const part = this.ahead;
    if (!part || (part.type !== 'slice' && itemsIn(part) > items)) return undefined;
    this.ahead = undefined;
    return { transfer: this.transfer, index: this.index++, part };
  }

  /** Whether a part is left that take did not give. */
  get isLeft(): boolean {
    return this.ahead !== undefined;
  }

  private nextSlice(): Part | undefined {
    const end = this.begin;
    if (!this.bytes || end <= this.from) return undefined;
    this.begin = Math.max(this.from, end - SLICE);
    // A copy, because VS Code would send the whole buffer that a subarray belongs to.
    return { type: 'slice', bytes: this.bytes.slice(this.begin, end) };
  }
}

/** Parts of lists for one message, of ITEMS items together at the most; none when all are sent. */
function nextParts(lists: readonly Sending[]): WirePart[] {
  const parts: WirePart[] = [];
  let left = ITEMS;
  for (const sending of lists) {
    for (;;) {
      const next = sending.take(left);
      if (!next) break;
      parts.push(next);
      if (next.part.type !== 'slice') left -= itemsIn(next.part);
    }
    if (sending.isLeft) break;
  }
  return parts;
}

/** The host's side: posts views, each in as many messages as it needs. */
export class Outbox {
  /** What the page has received, at least in part. */
  private sendings = new Map<object, Sending>();
  private transfers = 0;
  /** Counts views: what is still sent for one is left to the next one when that comes. */
  private views = 0;

  /**
   * @param post settles when the page can take more: what waits for bytes would otherwise wait for all of them
   * @param turn yields to the event loop
   */
  constructor(
    private readonly post: (message: WireMessage) => unknown,
    private readonly turn: () => Promise<unknown>,
  ) {}

  /** Forgets what was sent, because the page was reloaded or closed. */
  forget(): void {
    this.views++;
    this.sendings.clear();
  }

  /**
   * Posts a view, immediately if no list in it is new to the page, and then the bytes that the page does not have. A view
   * that is still being sent is abandoned.
   */
  async show(view: View): Promise<void> {
    const current = ++this.views;
    const used = new Map<object, Sending>();
    const packed = replaceMembers(view, (name, value, { bytes, from }) => {
      // The page counts for itself what has arrived.
      if (name === 'from' && isLarge('bytes', bytes)) return {};
      if (!isLarge(name, value)) return undefined;
      const sending = this.sendings.get(value) ?? new Sending(this.transfers++, value);
      if (name === 'bytes') sending.from = isCount(from) ? from : 0;
      this.sendings.set(value, sending);
      used.set(value, sending);
      return { [name]: sending.reference };
    });
    const all = [...used.values()];
    const isBytes = ({ reference }: Sending) => reference.size !== undefined;
    const [lists, bytes] = [all.filter((one) => !isBytes(one)), all.filter(isBytes)];
    const messages = function* (): Generator<WireMessage> {
      let parts = nextParts(lists);
      while (lists.some((sending) => sending.isLeft)) {
        yield { type: 'parts', parts };
        parts = nextParts(lists);
      }
      yield { type: 'show', view: packed, ...(parts.length > 0 && { parts }) };
      for (const sending of bytes)
        for (let slice = sending.take(); slice; slice = sending.take())
          yield { type: 'parts', parts: [slice] };
    };
    for (const message of messages()) {
      // The page keeps only these as well.
      if (message.type === 'show') this.sendings = used;
      await Promise.all([this.post(message), this.turn()]);
      if (current !== this.views) return;
    }
  }
}

/** A large value that is arriving. */
class Receiving {
  private next = 0;
  private readonly reader = new PartReader();
  private list: object | undefined;
  private bytes: Uint8Array | undefined;
  /** Where the bytes that have arrived begin. */
  private from = 0;

  /** @returns whether the part is the next one, and bytes */
  add(index: number, part: Part): boolean {
    // A transfer that began before the page was reloaded starts over under another
    // number, so this one stays incomplete.
    if (index !== this.next) return false;
    this.next++;
    if (part.type !== 'slice') {
      this.list = this.reader.add(part);
      return false;
    }
    if (!this.bytes || part.bytes.length > this.from) return false;
    this.from -= part.bytes.length;
    this.bytes.set(part.bytes, this.from);
    return true;
  }

  /** The members of the view that it belongs to; undefined for a list that is not complete. */
  members(name: string, { size }: Reference): object | undefined {
    if (size === undefined) return this.list && { [name]: this.list };
    this.bytes ??= new Uint8Array((this.from = size));
    return { [name]: this.bytes, ...(this.from > 0 && { from: this.from }) };
  }
}

/** The page's side: reassembles what arrives. */
export class Inbox {
  private receivings = new Map<number, Receiving>();
  /** The latest view, as it arrived. */
  private view: unknown;

  /**
   * Takes an incoming message, possibly not from our host.
   * @returns a message once its lists are complete, and a view again with each part of its bytes
   */
  take(message: unknown): HostMessage | undefined {
    if (!isObject(message)) return undefined;
    if (message['type'] === 'show') {
      this.addAll(message['parts']);
      this.view = message['view'];
      const used = new Map<number, Receiving>();
      const shown = this.unpack(used);
      if (shown) this.receivings = used;
      return shown;
    }
    if (message['type'] === 'parts')
      return this.addAll(message['parts']) ? this.unpack(new Map()) : undefined;
    return isHostMessage(message) ? message : undefined;
  }

  /** @returns whether one of them belongs to bytes */
  private addAll(parts: unknown): boolean {
    if (!Array.isArray(parts)) return false;
    return parts.filter((part: unknown) => isObject(part) && this.add(part)).length > 0;
  }

  private add({ transfer, index, part }: Record<string, unknown>): boolean {
    if (!isCount(transfer) || !isCount(index) || !isObject(part)) return false;
    const receiving = this.receivings.get(transfer) ?? new Receiving();
    this.receivings.set(transfer, receiving);
    try {
      return receiving.add(index, part as unknown as Part);
    } catch {
      // A sender that is not ours may send parts that do not belong together: the value stays incomplete.
      return false;
    }
  }

  /**
   * The latest view with its references resolved; undefined when a list is incomplete, or it is no view.
   * @param used receives what it refers to
   */
  private unpack(used: Map<number, Receiving>): HostMessage | undefined {
    if (!isObject(this.view)) return undefined;
    const missing: string[] = [];
    const view = replaceMembers(this.view, (name, value) => {
      if (!isReference(value)) return undefined;
      const receiving = this.receivings.get(value.transfer) ?? new Receiving();
      used.set(value.transfer, receiving);
      const members = receiving.members(name, value);
      if (!members) missing.push(name);
      return members ?? {};
    });
    const message = { type: 'show', view };
    return missing.length === 0 && isHostMessage(message) ? message : undefined;
  }
}
