// How a hex view is measured and scrolled, alone or together with the views of the files that are compared with it.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { scale, viewIn, type Track } from './hexRows';

/** Lets the views of compared files scroll together. */
export interface HexPeers {
  /** The position of the first view, in pixels of rows. */
  top: number;
  /** Each view's function that follows the position. */
  readonly followers: Set<() => void>;
}

/** The measurements for windowing, updated when the pane is resized. */
export function useMeasures(element: { readonly current: HTMLElement | null }) {
  const [measures, setMeasures] = useState({ rowHeight: 18, view: 0 });
  useLayoutEffect(() => {
    const { current } = element;
    if (!current) return;
    const measure = () => {
      const rowHeight = Math.max(18, Math.ceil(parseFloat(getComputedStyle(current).fontSize) * 1.35));
      setMeasures({ rowHeight, view: viewIn(current.clientHeight, rowHeight) });
    };
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    measure();
    return () => {
      observer.disconnect();
    };
  }, []);
  return measures;
}

/** The scroll position, and functions that change it here and in the peers. */
export function useScroll(
  element: { readonly current: HTMLElement | null },
  track: Track,
  { peers, ahead = 0 }: { readonly peers?: HexPeers | undefined; readonly ahead?: number | undefined },
) {
  const [scrollTop, setScrollTop] = useState(0);
  // A peer's scroll event arrives a frame late; reacting to it would pull the first view back.
  const commanded = useRef<number>(undefined);
  const scrollTo = (top: number) => {
    if (!element.current || Math.abs(element.current.scrollTop - top) < 1) return;
    element.current.scrollTop = top;
    commanded.current = element.current.scrollTop;
    setScrollTop(element.current.scrollTop);
  };
  const follow = () => {
    if (peers) scrollTo((peers.top + ahead * track.rowHeight) / scale(track));
  };
  const lead = () => {
    if (!peers || !element.current) return;
    peers.top = element.current.scrollTop * scale(track) - ahead * track.rowHeight;
    for (const other of peers.followers) if (other !== follow) other();
  };
  useLayoutEffect(() => {
    peers?.followers.add(follow);
    return () => peers?.followers.delete(follow);
  });
  const onScroll = () => {
    const top = element.current?.scrollTop ?? 0;
    setScrollTop(top);
    if (commanded.current !== top) lead();
    commanded.current = undefined;
  };
  return { scrollTop, scrollTo, follow, lead, onScroll };
}
