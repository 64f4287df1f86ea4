// The treegrid of every view (WAI-ARIA authoring practices, treegrid with row focus): one row is focusable,
// the selection follows the focus, Right and Left expand and collapse, Enter moves on to the bytes.

import { useLayoutEffect, useRef } from 'preact/hooks';
import { send } from '../host';
import { HoverCard, type CardOf } from './hoverCard';
import { moveByKey, type Cell, type FlatRow } from './rows';
import { Icon } from './widgets';

/** A column: `id` is its style, `title` its heading. */
export interface Column {
  readonly id: string;
  readonly title: string;
}

/** What a treegrid shows and reports. */
export interface GridProps {
  readonly label: string;
  /** Style name of the column layout. */
  readonly layout: string;
  readonly columns: readonly Column[];
  readonly rows: readonly FlatRow[];
  readonly selected: string | undefined;
  /** Shown when there are no rows. */
  readonly empty: string;
  readonly onSelect: (id: string) => void;
  readonly onToggle: (id: string, open: boolean) => void;
  /** Enter, or a double click on a row. */
  readonly onOpen: () => void;
  /** F2 on a row: moves to the editor of its value. */
  readonly onEdit?: (() => void) | undefined;
  /** The content of a row's hover card; without it, cells show their full text as a tooltip. */
  readonly cardOf?: CardOf | undefined;
}

function CellText({ cell }: { cell: Cell }) {
  return (
    <>
      <span class={cell.marked ? 'cell-text marked' : 'cell-text'}>{cell.text}</span>
      {cell.extra && <span class="cell-extra">{cell.extra}</span>}
    </>
  );
}

const fullText = (cell: Cell) => cell.full ?? (cell.extra ? `${cell.text}  ${cell.extra}` : cell.text);

function Row(props: {
  row: FlatRow;
  index: number;
  columns: readonly Column[];
  state: 'selected' | 'focusable' | '';
  titled: boolean;
}) {
  const { row, index, columns, state, titled } = props;
  const { node, level, expanded } = row;
  const [first, ...rest] = node.cells;
  return (
    <div
      class={`row ${node.heading ? 'row-heading' : ''} ${node.zero ? 'row-zero' : ''}`}
      role="row"
      data-id={node.id}
      tabIndex={state === '' ? -1 : 0}
      aria-rowindex={index + 2}
      aria-level={level}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-expanded={expanded}
      aria-selected={state === 'selected'}
    >
      <div
        class={`cell cell-${columns[0]!.id}`}
        role="gridcell"
        aria-colspan={rest.length === 0 ? columns.length : undefined}
        style={{ '--level': `${level - 1}` }}
      >
        <span class="twistie">
          {expanded !== undefined && <Icon name={expanded ? 'chevron-down' : 'chevron-right'} />}
          {expanded === undefined && node.differs && <Icon name="diff-modified" class="differs-icon" />}
        </span>
        {node.differs && !node.heading && <span class="visually-hidden">differs: </span>}
        <CellText cell={first!} />
      </div>
      {rest.map((cell, i) => (
        <div
          key={i}
          class={`cell cell-${columns[i + 1]!.id}`}
          role="gridcell"
          title={titled ? fullText(cell) : undefined}
        >
          <CellText cell={cell} />
        </div>
      ))}
    </div>
  );
}

/**
 * Scrolls only the grid, unlike scrollIntoView, and no more than needed; a `fresh` grid scrolls further if
 * the row is out of view, so that the rows after it are visible too.
 */
function showRow(grid: HTMLElement, row: HTMLElement, fresh: boolean): void {
  const head = grid.querySelector<HTMLElement>('.row-head')?.offsetHeight ?? 0;
  const top = row.offsetTop - head;
  const bottom = row.offsetTop + row.offsetHeight - grid.clientHeight;
  if (fresh && bottom > 0) grid.scrollTop = top - grid.clientHeight / 4;
  else if (grid.scrollTop > top) grid.scrollTop = top;
  else if (grid.scrollTop < bottom) grid.scrollTop = bottom;
}

/** The treegrid. */
export function TreeGrid(props: GridProps) {
  const { label, layout, columns, rows, selected, empty, cardOf, onSelect, onToggle, onOpen, onEdit } = props;
  const grid = useRef<HTMLDivElement>(null);
  const fresh = useRef(true);
  const focusable = rows.some((row) => row.node.id === selected) ? selected : rows[0]?.node.id;

  useLayoutEffect(() => {
    const row = selected === undefined ? null : rowElement(grid.current, selected);
    if (!grid.current || !row) return;
    showRow(grid.current, row, fresh.current);
    fresh.current = false;
    if (grid.current.contains(document.activeElement)) row.focus({ preventScroll: true });
  }, [selected]);

  const onKeyDown = (event: KeyboardEvent) => {
    const ctrl = event.ctrlKey || event.metaKey;
    const copies = ctrl && event.key.toLowerCase() === 'c' && getSelection()?.toString() === '';
    if (event.altKey || event.shiftKey || (ctrl && !copies)) return;
    // On a leaf, Right scrolls to the columns that do not fit; Left leads back before it leads up.
    if (event.key === 'ArrowLeft' && (grid.current?.scrollLeft ?? 0) > 0) return;
    const page = Math.max(1, Math.floor((grid.current?.clientHeight ?? 0) / 22) - 2);
    if (copies) {
      const row = rows.find((r) => r.node.id === focusable);
      if (row) send({ type: 'copy', text: row.node.cells.map(fullText).join('\t') });
    } else if (event.key === 'Enter') onOpen();
    else if (event.key === 'F2' && onEdit) onEdit();
    else {
      const move = moveByKey(rows, focusable, event.key, page);
      if (!move) return;
      if ('to' in move) onSelect(move.to);
      else onToggle(move.toggle, move.open);
    }
    // VS Code handles the page's keys unless they stop here.
    event.preventDefault();
    event.stopPropagation();
  };

  const onClick = (event: MouseEvent) => {
    const target = event.target as HTMLElement;
    const row = rows.find((r) => r.node.id === target.closest<HTMLElement>('.row')?.dataset['id']);
    if (!row) return;
    const onTwistie = target.closest('.twistie') !== null || row.node.heading;
    if (onTwistie && row.expanded !== undefined) onToggle(row.node.id, !row.expanded);
    onSelect(row.node.id);
    rowElement(grid.current, row.node.id)?.focus({ preventScroll: true });
  };

  return (
    <div
      ref={grid}
      class={`grid grid-${layout}`}
      role="treegrid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      data-pane
      onKeyDown={onKeyDown}
      onClick={onClick}
      onDblClick={onOpen}
    >
      <div class="row row-head" role="row" aria-rowindex={1}>
        {columns.map((column) => (
          <div key={column.id} class={`cell cell-${column.id}`} role="columnheader">
            {column.title}
          </div>
        ))}
      </div>
      {rows.map((row, i) => (
        <Row
          key={row.node.id}
          row={row}
          index={i}
          columns={columns}
          state={row.node.id === selected ? 'selected' : row.node.id === focusable ? 'focusable' : ''}
          titled={cardOf === undefined}
        />
      ))}
      {rows.length === 0 && <p class="grid-empty">{empty}</p>}
      {cardOf && <HoverCard grid={grid} cardOf={cardOf} />}
    </div>
  );
}

function rowElement(grid: HTMLElement | null, id: string): HTMLElement | null {
  return grid?.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`) ?? null;
}
