// Which rows of a long table are drawn: those in view, and some before and after them for the next turn of a wheel.

/** The height of a row, in pixels (grid.css). */
export const ROW_HEIGHT = 22;
const MORE = 12;

/** The first row that is drawn, and the one after the last. @param top and view in pixels */
export function rowsInView(
  count: number,
  top: number,
  view: number,
): { readonly from: number; readonly to: number } {
  const first = Math.floor(Math.max(0, top) / ROW_HEIGHT);
  const from = Math.max(0, Math.min(first, count) - MORE);
  const to = Math.min(count, first + Math.ceil(view / ROW_HEIGHT) + MORE);
  return { from: Math.min(from, to), to };
}
