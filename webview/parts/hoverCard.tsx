// The card shown when the pointer rests on a row. The pointer can move onto it; it stays until the
// pointer leaves, and closes on Escape or when the grid scrolls (WCAG 1.4.13). The details of the
// selected row show the same content.

import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

const REST_MS = 450;
const LEAVE_MS = 150;

/** The content of a row's card; nothing for rows without one. */
export type CardOf = (id: string) => ComponentChildren;

interface Shown {
  readonly id: string;
  readonly row: DOMRect;
  readonly x: number;
}

/** The card of a grid. */
export function HoverCard({
  grid,
  cardOf,
}: {
  grid: { readonly current: HTMLElement | null };
  cardOf: CardOf;
}) {
  const [shown, setShown] = useState<Shown>();
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = grid.current;
    if (!element) return;
    let timer = 0;
    const later = (ms: number, then: () => void) => {
      window.clearTimeout(timer);
      timer = window.setTimeout(then, ms);
    };
    const hide = () => {
      window.clearTimeout(timer);
      setShown(undefined);
    };
    const onMove = (event: PointerEvent) => {
      if (event.pointerType === 'touch' || event.buttons !== 0) return;
      const row = (event.target as Element).closest<HTMLElement>('.row[data-id]');
      const id = row?.dataset['id'];
      if (!row || id === undefined) later(LEAVE_MS, hide);
      else later(REST_MS, () => setShown({ id, row: row.getBoundingClientRect(), x: event.clientX }));
    };
    const onOut = (event: PointerEvent) => {
      if (card.current?.contains(event.relatedTarget as Node | null)) window.clearTimeout(timer);
      else later(LEAVE_MS, hide);
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Escape') hide();
    };
    element.addEventListener('pointermove', onMove);
    element.addEventListener('pointerleave', onOut);
    element.addEventListener('scroll', hide);
    element.addEventListener('pointerdown', hide);
    document.addEventListener('keydown', onKeyDown);
    return () => {
      window.clearTimeout(timer);
      element.removeEventListener('pointermove', onMove);
      element.removeEventListener('pointerleave', onOut);
      element.removeEventListener('scroll', hide);
      element.removeEventListener('pointerdown', hide);
      document.removeEventListener('keydown', onKeyDown);
    };
  }, []);
  useLayoutEffect(() => {
    if (!shown || !card.current) return;
    // Below the row if there is space, else above it; never outside the window.
    const { width, height } = card.current.getBoundingClientRect();
    const below = shown.row.bottom + height + 4 <= window.innerHeight;
    card.current.style.top = `${below ? shown.row.bottom + 2 : Math.max(2, shown.row.top - height - 2)}px`;
    card.current.style.left = `${Math.max(2, Math.min(shown.x + 8, window.innerWidth - width - 8))}px`;
  }, [shown]);
  const content = shown && cardOf(shown.id);
  if (!content) return null;
  return (
    <div ref={card} class="hover-card" role="tooltip" onPointerLeave={() => setShown(undefined)}>
      {content}
    </div>
  );
}
