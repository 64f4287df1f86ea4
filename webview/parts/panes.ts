// The focus of a page. F6 and Shift+F6 go from pane to pane; an opened page has the focus in its main pane; what
// is removed or disabled leaves it to its pane; and selecting all selects a pane, not the whole document.

const FOCUSABLE =
  'vscode-text-field, vscode-dropdown:not([disabled]), vscode-checkbox, vscode-button:not([disabled]), button:not([disabled]), [tabindex="0"]';

/**
 * What receives the focus in a pane: the pane itself, the treegrid row that is its tab stop, or its first control.
 */
function target(pane: HTMLElement): HTMLElement | null {
  return pane.tabIndex >= 0 ? pane : pane.querySelector<HTMLElement>(FOCUSABLE);
}

/** Moves to the next pane. @returns false after the last: then VS Code handles the key and leaves the editor */
function nextPane(by: 1 | -1): boolean {
  const panes = Array.from(document.querySelectorAll<HTMLElement>('[data-pane]')).filter(target);
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  // From outside all panes, forward leads to the first and backward to the last.
  const next = at < 0 ? panes.at(by > 0 ? 0 : -1) : panes[at + by];
  if (next) target(next)?.focus();
  return next !== undefined;
}

const paneOf = (node: Node | null | undefined) =>
  (node instanceof Element ? node : node?.parentElement)?.closest<HTMLElement>('[data-pane]');

/** What had the focus last. */
let last: HTMLElement | undefined;
/** The pane that had it last; one that was drawn anew is found by its style name. */
let pane: HTMLElement | undefined;

/**
 * Gives the focus back: to the element that had it before VS Code took it, such as for a list; when that is gone or
 * disabled, to its pane; at first, to the main pane.
 */
function keepFocus(root: HTMLElement): void {
  const keep = () => {
    const { activeElement: now } = document;
    const isLost = now === null || now === document.body || now.matches('[disabled]');
    // Until there is a tree, the root has it, so that keys scroll the page.
    if (!document.hasFocus() || !(isLost || (now === root && !pane))) return;
    // Of rows, another may be the tab stop by now.
    if (last !== root && last?.isConnected && !last.matches('[disabled], [role=row]')) {
      last.focus({ preventScroll: true });
      return;
    }
    const drawn = (style: string) => root.querySelector<HTMLElement>(`[data-pane]${style}`);
    const left = pane && (pane.isConnected ? pane : drawn(`.${pane.classList[0] ?? 'grid'}`));
    const next = [left, drawn('.grid'), pane && drawn('')].find((some) => some && target(some));
    (next ? target(next)! : root).focus({ preventScroll: !pane });
  };
  document.addEventListener('focusin', (event) => {
    last = event.target as HTMLElement;
    pane = paneOf(last) ?? pane;
  });
  window.addEventListener('focus', keep);
  new MutationObserver(keep).observe(root, {
    childList: true,
    subtree: true,
    attributeFilter: ['disabled'],
  });
}

/** Selects the pane with the focus when VS Code or the browser is about to select the whole document. */
function selectAllOfPane(event: Event, root: HTMLElement): void {
  // What is selected by hand or in a field starts inside the root.
  if (event.target !== document.body) return;
  event.preventDefault();
  const selection = getSelection();
  // A command comes before the focus is back from the list of commands.
  const focused = document.activeElement === document.body ? last : document.activeElement;
  const wanted = paneOf(focused) ?? paneOf(selection?.anchorNode) ?? root;
  // Bytes are selected by the page, whether a key or a menu asks for it.
  if (wanted.matches('.hex')) wanted.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', ctrlKey: true }));
  else selection?.selectAllChildren(wanted);
}

/** Installs the listeners. @param root holds all of the page */
export function installPanes(root: HTMLElement): void {
  root.tabIndex = -1;
  keepFocus(root);
  document.addEventListener('selectstart', (event) => {
    selectAllOfPane(event, root);
  });
  document.addEventListener('keydown', (event) => {
    const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
    if (key !== 'F6' || ctrlKey || metaKey || altKey || !nextPane(shiftKey ? -1 : 1)) return;
    event.preventDefault();
    event.stopPropagation();
  });
}
