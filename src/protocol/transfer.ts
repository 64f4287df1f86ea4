// Transfers large values, from a thread to its starter and from the extension host to a page. A message is copied within one
// turn of the event loop, which blocks everyone's extensions meanwhile: large members are sent in parts, some per turn, and the
// value refers to them by number. What has arrived already is not sent again. Lists arrive before or with their value; the bytes of a
// file arrive after it, from its end, where the tables of firmware are.

import { MAX_FILE } from '../core/binary/limits';
import { inParts, itemsIn, ITEMS, PartReader, type ListPart } from './parts';
import { isCount, isObject } from '../core/binary/values';

/** The maximum per turn: any machine copies this many bytes in a few milliseconds. */
export const SLICE = 2 ** 20;

/** A part of a list, or of bytes. */
export type TransferPart = ListPart | { readonly type: 'slice'; readonly bytes: Uint8Array };

/** A part of a large member, by the number of its transfer. */
export interface WirePart {
  readonly transfer: number;
  /** From 0. */
  readonly index: number;
  readonly part: TransferPart;
}

/** Parts that belong to what comes later, or to bytes of what came last. */
export interface PartsMessage {
  readonly type: 'parts';
  readonly parts: readonly WirePart[];
}

/** A value whose large members are references, and the last parts of its lists. */
export interface PackedMessage {
  readonly type: 'packed';
  readonly packed: object;
  readonly parts?: readonly WirePart[];
}

/** Placeholder in a value for a member that is sent in parts. */
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

const isLarge = (name: string, value: unknown, lists: readonly string[]): value is object =>
  name === 'bytes'
    ? value instanceof Uint8Array && value.length > SLICE
    : lists.includes(name) && isObject(value);

type Replace = (name: string, value: unknown, owner: Readonly<Record<string, unknown>>) => object | undefined;

/** Copies a value, replacing some of its members, and of what is beside it. */
function replaceMembers(value: object, replace: Replace): object {
  const owner = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(owner).flatMap(([name, member]) => {
      if (name === 'other' && isObject(member)) return [[name, replaceMembers(member, replace)]];
      return Object.entries(replace(name, member, owner) ?? { [name]: member });
    }),
  );
}

/** Whether bytes are in memory that threads share, which VS Code cannot send to a page. */
const isShared = ({ buffer }: Uint8Array) => !(buffer instanceof ArrayBuffer);

/** A large member on its way. */
class Sending {
  private readonly list: Generator<TransferPart, undefined> | undefined;
  private readonly bytes: Uint8Array | undefined;
  /** The next part of a list. */
  private ahead: TransferPart | undefined;
  /** Where the bytes begin that were sent. */
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

  private nextSlice(): TransferPart | undefined {
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

/** Sends values in parts, each in as many messages as it needs; a Receiver makes them whole. */
export class Sender {
  /** What the other side has received, at least in part. */
  private sendings = new Map<object, Sending>();
  private transfers = 0;

  /** Forgets what was sent, because nobody has it any more. */
  forget(): void {
    this.sendings.clear();
  }

  /**
   * A value's messages: its lists that are new to the other side, the value itself, and the bytes that are.
   * @param lists the members whose lists may be long
   */
  *messages(value: object, lists: readonly string[]): Generator<PartsMessage | PackedMessage, undefined> {
    const used = new Map<object, Sending>();
    const packed = replaceMembers(value, (name, member, { bytes, from }) => {
      // The other side counts for itself what has arrived.
      if (name === 'from' && isLarge('bytes', bytes, lists)) return {};
      // Beside it, a message would carry the memory that a few bytes are in.
      if (name === 'bytes' && member instanceof Uint8Array && isShared(member) && member.length <= SLICE)
        return { [name]: member.slice() };
      if (!isLarge(name, member, lists)) return undefined;
      const sending = this.sendings.get(member) ?? new Sending(this.transfers++, member);
      if (name === 'bytes') sending.from = isCount(from) ? from : 0;
      this.sendings.set(member, sending);
      used.set(member, sending);
      return { [name]: sending.reference };
    });
    const all = [...used.values()];
    const isBytes = ({ reference }: Sending) => reference.size !== undefined;
    const inLists = all.filter((sending) => !isBytes(sending));
    let parts = nextParts(inLists);
    while (inLists.some((sending) => sending.isLeft)) {
      yield { type: 'parts', parts };
      parts = nextParts(inLists);
    }
    // The other side keeps only these as well.
    this.sendings = used;
    yield { type: 'packed', packed, ...(parts.length > 0 && { parts }) };
    for (const sending of all.filter(isBytes))
      for (let slice = sending.take(); slice; slice = sending.take()) yield { type: 'parts', parts: [slice] };
  }
}

/** A large member that is arriving. */
class Receiving {
  private next = 0;
  private readonly reader = new PartReader();
  private list: object | undefined;
  private bytes: Uint8Array | undefined;
  /** Where the bytes that have arrived begin. */
  private from = 0;

  /** @returns whether the part is the next one, and bytes */
  add(index: number, part: TransferPart): boolean {
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

  /** The members of the value that it belongs to; undefined for a list that is not complete. */
  members(name: string, { size }: Reference): object | undefined {
    if (size === undefined) return this.list && { [name]: this.list };
    this.bytes ??= new Uint8Array((this.from = size));
    return { [name]: this.bytes, ...(this.from > 0 && { from: this.from }) };
  }
}

/** Makes values whole that a Sender sent. */
export class Receiver {
  private receivings = new Map<number, Receiving>();

  /** @returns whether it belongs to bytes */
  add({ transfer, index, part }: WirePart): boolean {
    const receiving = this.receivings.get(transfer) ?? new Receiving();
    this.receivings.set(transfer, receiving);
    return receiving.add(index, part);
  }

  /**
   * A packed value with its members that have arrived; undefined while a list of it is incomplete.
   * @param isNew when it has just arrived: what only an earlier one referred to is forgotten
   */
  whole(packed: object, isNew = true): object | undefined {
    const used = new Map<number, Receiving>();
    const missing: string[] = [];
    const value = replaceMembers(packed, (name, member) => {
      if (!isReference(member)) return undefined;
      const receiving = this.receivings.get(member.transfer) ?? new Receiving();
      used.set(member.transfer, receiving);
      const members = receiving.members(name, member);
      if (!members) missing.push(name);
      return members ?? {};
    });
    if (missing.length > 0) return undefined;
    if (isNew) this.receivings = used;
    return value;
  }
}
