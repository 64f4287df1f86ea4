// The preview of reference values: a table of which only the rows in view are drawn.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ReferenceRow } from '../../src/protocol/references';
import { ROW_HEIGHT, rowsInView } from './rowsInView';

const COLUMNS = ['vCPUs', 'CPU', 'Signature', 'Profile', 'Launch digest'] as const;

const cellsOf = ({ vcpus, cpu, signature, profile, digest }: ReferenceRow) => [
  `${vcpus}`,
  cpu,
  signature,
  profile,
  digest,
];

/** The table. @param props.total rows in all, of which these are the first */
export function ReferenceRows(props: { rows: readonly ReferenceRow[]; total: number; empty: string }) {
  const { rows, total, empty } = props;
  const element = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [view, setView] = useState(0);
  useLayoutEffect(() => {
    const { current } = element;
    if (!current) return;
    const measure = () => {
      setView(current.clientHeight);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    measure();
    return () => {
      observer.disconnect();
    };
  }, []);
  const { from, to } = rowsInView(rows.length, top, view);
  return (
    <div
      ref={element}
      class="grid grid-references"
      role="table"
      aria-label="Launch digests"
      aria-rowcount={Math.max(total, rows.length) + 1}
      tabIndex={0}
      data-pane
      onScroll={(event) => {
        setTop(event.currentTarget.scrollTop);
      }}
    >
      <div class="row row-head" role="row" aria-rowindex={1}>
        {COLUMNS.map((title) => (
          <div key={title} class="cell" role="columnheader">
            {title}
          </div>
        ))}
      </div>
      <div role="rowgroup" class="drawn-rows" style={{ height: `${rows.length * ROW_HEIGHT}px` }}>
        {rows.slice(from, to).map((row, i) => (
          <div
            key={from + i}
            class="row"
            role="row"
            aria-rowindex={from + i + 2}
            style={{ top: `${(from + i) * ROW_HEIGHT}px` }}
          >
            {cellsOf(row).map((cell, column) => (
              <div key={COLUMNS[column]} class="cell" role="cell">
                {cell}
              </div>
            ))}
          </div>
        ))}
      </div>
      {rows.length === 0 && <p class="grid-empty">{empty}</p>}
      {total > rows.length && rows.length > 0 && (
        <p class="grid-empty">These are the first {rows.length}; the file has all.</p>
      )}
    </div>
  );
}
