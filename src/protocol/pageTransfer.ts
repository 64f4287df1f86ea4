// Both ends of the way from the extension host to a page, on which large members of a view go in parts (transfer.ts).

import { isHostMessage, LARGE, type HostMessage, type View } from './pages';
import {
  Receiver,
  Sender,
  type PackedMessage,
  type TransferPart,
  type PartsMessage,
  type WirePart,
} from './transfer';
import { isCount, isObject } from '../core/binary/values';

/** The messages to a page as sent: large members go in parts. */
export type WireMessage =
  | Exclude<HostMessage, { type: 'show' }>
  | { readonly type: 'show'; readonly view: object; readonly parts?: readonly WirePart[] }
  | PartsMessage;

function onWire(message: PartsMessage | PackedMessage): WireMessage {
  if (message.type === 'parts') return message;
  const { packed, parts } = message;
  return { type: 'show', view: packed, ...(parts && { parts }) };
}

/** The host's side: posts views. */
export class Outbox {
  private readonly sender = new Sender();
  /** Counts views: what is still sent for one is left to the next one when that comes. */
  private views = 0;

  /**
   * @param post settles when the page can take more: what waits for bytes would otherwise wait for all of them
   * @param turn yields to the event loop
   * @param drawn settles when the page has drawn its first view, which bytes on their way would delay
   */
  constructor(
    private readonly post: (message: WireMessage) => unknown,
    private readonly turn: () => Promise<unknown>,
    private readonly drawn: () => Promise<unknown> = () => Promise.resolve(),
  ) {}

  /** Forgets what was sent, because the page was reloaded or closed. */
  forget(): void {
    this.views++;
    this.sender.forget();
  }

  /**
   * Posts a view, immediately if no list in it is new to the page, and then the bytes that the page does not have. A view
   * that is still being sent is abandoned.
   */
  async show(view: View): Promise<void> {
    const current = ++this.views;
    for (const message of this.sender.messages(view, Object.keys(LARGE[view.kind]))) {
      await Promise.all([this.post(onWire(message)), this.turn()]);
      if (message.type === 'packed') await this.drawn();
      if (current !== this.views) return;
    }
  }
}

/** The page's side: reassembles what arrives. */
export class Inbox {
  private readonly receiver = new Receiver();
  /** The latest view, as it arrived. */
  private view: unknown;

  /** @param isMessage checks what is whole */
  constructor(private readonly isMessage: (message: unknown) => message is HostMessage = isHostMessage) {}

  /**
   * Takes an incoming message, possibly not from our host.
   * @returns a message once its lists are complete, and a view again with each part of its bytes
   */
  take(message: unknown): HostMessage | undefined {
    if (!isObject(message)) return undefined;
    if (message['type'] === 'show') {
      this.addAll(message['parts']);
      this.view = message['view'];
      return this.whole(true);
    }
    if (message['type'] === 'parts') return this.addAll(message['parts']) ? this.whole(false) : undefined;
    return this.isMessage(message) ? message : undefined;
  }

  /** @returns whether one of them belongs to bytes */
  private addAll(parts: unknown): boolean {
    if (!Array.isArray(parts)) return false;
    return parts.filter((part: unknown) => isObject(part) && this.add(part)).length > 0;
  }

  private add({ transfer, index, part }: Record<string, unknown>): boolean {
    if (!isCount(transfer) || !isCount(index) || !isObject(part)) return false;
    try {
      return this.receiver.add({ transfer, index, part: part as unknown as TransferPart });
    } catch {
      // A sender that is not ours may send parts that do not belong together: the value stays incomplete.
      return false;
    }
  }

  /** The latest view; undefined when a list is incomplete, or it is no view. */
  private whole(isNew: boolean): HostMessage | undefined {
    const view = isObject(this.view) ? this.receiver.whole(this.view, isNew) : undefined;
    const message = { type: 'show', view };
    return view && this.isMessage(message) ? message : undefined;
  }
}
