// Keys that work anywhere on a page: F6 and Shift+F6 go from pane to pane.

const FOCUSABLE =
  'vscode-text-field, vscode-dropdown:not([disabled]), vscode-checkbox, vscode-button:not([disabled]), button:not([disabled]), [tabindex="0"]';

/** What takes the focus in a pane: the pane itself, the row of a treegrid that is its tab stop, or its first control. */
function target(pane: HTMLElement): HTMLElement | null {
  return pane.tabIndex >= 0 ? pane : pane.querySelector<HTMLElement>(FOCUSABLE);
}

/** Goes to the next pane. @returns false beyond the last: then the key is VS Code's, which leaves the editor */
function nextPane(by: 1 | -1): boolean {
  const panes = Array.from(document.querySelectorAll<HTMLElement>('[data-pane]')).filter(target);
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  // From outside any pane, forward is the first and backward the last.
  const next = at < 0 ? panes.at(by > 0 ? 0 : -1) : panes[at + by];
  if (next) target(next)?.focus();
  return next !== undefined;
}

/** Starts to listen. */
export function installPaneKeys(): void {
  document.addEventListener('keydown', (event) => {
    const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
    if (key !== 'F6' || ctrlKey || metaKey || altKey || !nextPane(shiftKey ? -1 : 1)) return;
    event.preventDefault();
    event.stopPropagation();
  });
}
