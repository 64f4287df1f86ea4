// The page's only door to the extension host: posts messages, hears what the host says, and keeps what should survive a
// reload in the state that VS Code stores for the page.

import { useEffect, useState } from 'preact/hooks';
import { Inbox } from '../src/protocol/parcels';
import type { HostMessage, View, WebviewMessage } from '../src/protocol/messages';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

// VS Code lets a page acquire it once.
const api = acquireVsCodeApi();

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const stored = api.getState();
const saved: Record<string, unknown> = isRecord(stored) ? { ...stored } : {};

type Listener = (message: HostMessage) => void;
const listeners = new Set<Listener>();

const inbox = new Inbox();

window.addEventListener('message', (event: MessageEvent<unknown>) => {
  const message = inbox.take(event.data);
  if (message) for (const listener of listeners) listener(message);
});

/** Posts a message to the host. */
export function send(message: WebviewMessage): void {
  api.postMessage(message);
}

/** Calls `listener` with every view that the host shows; asks for the first. */
export function onShow(listener: (view: View) => void): void {
  listeners.add((message) => {
    if (message.type === 'show') listener(message.view);
  });
  send({ type: 'ready' });
}

/** Hears what the host says while a component is on the page. */
export function useHostMessages(listener: Listener): void {
  useEffect(() => {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  });
}

/** State of a component that survives a reload; a stored value of another type is dropped. */
export function useSaved<T>(key: string, initial: T): [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => {
    const old = saved[key];
    return old !== undefined && typeof old === typeof initial && isRecord(old) === isRecord(initial)
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
