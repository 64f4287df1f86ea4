// The arithmetic of the hex view: the text of a row, where a key moves the cursor, and which rows are in the
// window. Browsers limit the height of an element, so a tall file scrolls on a track that is shorter than its rows.

/** Bytes per row. */
export const ROW_BYTES = 16;

// Firefox stops near 17.8 million pixels, Chromium near 33.5 million.
const MAX_TRACK = 15_000_000;

/**
 * The most that is drawn of a pane, in CSS pixels: no window is higher. Where its styles did not load, a pane is as high as all of
 * its rows, and drawing those of an image would take the window, and VS Code with it, for minutes.
 */
export const MAX_VIEW = 10_000;

/** The inputs for computing the window; heights in CSS pixels, `view` is the visible height. */
export interface Track {
  readonly rows: number;
  readonly rowHeight: number;
  readonly view: number;
}

/** The rows to draw: `count` rows from `first`, shifted up by `shift` pixels. */
export interface HexWindow {
  readonly first: number;
  readonly count: number;
  readonly shift: number;
}

/** The number of rows for a file of this size; an empty file has one, so that it can be focused. */
export function rowCount(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / ROW_BYTES));
}

/** The height in which rows are visible, in a pane of this height under the row of headings; at least one row. */
export function viewIn(paneHeight: number, rowHeight: number): number {
  return Math.max(rowHeight, Math.min(paneHeight, MAX_VIEW) - rowHeight);
}

/** The height of the scrolled element. */
export function trackHeight({ rows, rowHeight }: Track): number {
  return Math.min(rows * rowHeight, MAX_TRACK);
}

/** Pixels of rows per pixel of scrolling: 1 unless the file is very tall. */
export function scale(track: Track): number {
  const scrolled = trackHeight(track) - track.view;
  return scrolled <= 0 ? 1 : (track.rows * track.rowHeight - track.view) / scrolled;
}

/** The window at a scroll position. */
export function windowAt(track: Track, scrollTop: number): HexWindow {
  const most = Math.max(0, track.rows * track.rowHeight - track.view);
  const top = Math.min(Math.max(0, scrollTop * scale(track)), most);
  const first = Math.floor(top / track.rowHeight);
  const shift = top - first * track.rowHeight;
  const count = Math.min(Math.ceil((shift + track.view) / track.rowHeight), track.rows - first);
  return { first, count, shift };
}

/**
 * The scroll position that shows a row: unchanged when it is visible, minimal scrolling
 * when it is near, else centred.
 */
export function reveal(track: Track, scrollTop: number, row: number): number {
  const factor = scale(track);
  const top = scrollTop * factor;
  const start = row * track.rowHeight;
  const lowest = start + track.rowHeight - track.view;
  if (start >= top && lowest <= top) return scrollTop;
  const near = track.view / 2;
  if (start < top && top - start <= near) return start / factor;
  if (lowest > top && lowest - top <= near) return lowest / factor;
  return Math.max(0, start - (track.view - track.rowHeight) / 2) / factor;
}

/** One byte as two digits. */
export function byteText(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

/** One byte as a character, or a dot for unprintable ones. */
export function byteChar(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
}

/** How many digits the offsets of a file need: at least four. */
export function offsetDigits(bytes: number): number {
  return Math.max(4, Math.max(0, bytes - 1).toString(16).length);
}

/** Where a key moves the cursor; undefined for other keys. `pageRows` is the number of rows per page. */
export function moveCursor(
  cursor: number,
  key: string,
  ctrl: boolean,
  bytes: number,
  pageRows: number,
): number | undefined {
  const column = cursor % ROW_BYTES;
  const clamp = (to: number) => Math.min(Math.max(to, 0), Math.max(0, bytes - 1));
  // Up and down keep the column; at the first and last row they stay rather than jump sideways.
  const vertical = (rows: number) => {
    const lastRow = rowCount(bytes) - 1;
    const row = Math.min(Math.max((cursor - column) / ROW_BYTES + rows, 0), lastRow);
    return clamp(row * ROW_BYTES + column);
  };
  switch (key) {
    case 'ArrowLeft':
      return clamp(cursor - 1);
    case 'ArrowRight':
      return clamp(cursor + 1);
    case 'ArrowUp':
      return vertical(-1);
    case 'ArrowDown':
      return vertical(1);
    case 'PageUp':
      return vertical(-pageRows);
    case 'PageDown':
      return vertical(pageRows);
    case 'Home':
      return ctrl ? 0 : cursor - column;
    case 'End':
      return clamp(ctrl ? bytes - 1 : cursor - column + ROW_BYTES - 1);
    default:
      return undefined;
  }
}
