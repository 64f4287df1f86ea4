// The page's only connection to the extension host: sends and receives messages, and keeps what should
// survive a reload in the state that VS Code stores for the page.

import { useEffect, useState } from 'preact/hooks';
import { Inbox } from '../src/protocol/pageTransfer';
import {
  isToPage,
  PAGE_NAMES,
  type HostMessage,
  type View,
  type WebviewMessage,
} from '../src/protocol/pages';
import { isObject } from '../src/core/binary/values';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

// VS Code allows this call only once per page.
const api = acquireVsCodeApi();

const stored = api.getState();
const saved: Record<string, unknown> = isObject(stored) ? { ...stored } : {};

type Listener = (message: HostMessage) => void;
const listeners = new Set<Listener>();

// The host says which page this is: others' messages are not for it.
const page = PAGE_NAMES.find((name) => name === document.getElementById('root')?.dataset['page']);
const inbox = new Inbox((message): message is HostMessage => page !== undefined && isToPage(page, message));

window.addEventListener('message', (event: MessageEvent<unknown>) => {
  const message = inbox.take(event.data);
  if (message) for (const listener of listeners) listener(message);
});

/** Sends a message to the host. */
export function send(message: WebviewMessage): void {
  api.postMessage(message);
}

/** Calls `listener` with every view that the host sends, and requests the first one. */
export function onShow(listener: (view: View) => void): void {
  listeners.add((message) => {
    if (message.type === 'show') listener(message.view);
  });
  send({ type: 'ready' });
}

/** Listens to messages of the host while a component is mounted. */
export function useHostMessages(listener: Listener): void {
  useEffect(() => {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  });
}

/** State of a component that survives a reload; a stored value of another type is discarded. */
export function useSaved<T>(key: string, initial: T): [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => {
    const old = saved[key];
    return old !== undefined && typeof old === typeof initial && isObject(old) === isObject(initial)
      ? (old as T)
      : initial;
  });
  const save = (next: T) => {
    saved[key] = next;
    api.setState(saved);
    setValue(next);
  };
  return [value, save];
}
