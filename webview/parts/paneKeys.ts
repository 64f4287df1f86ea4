// Keys that work anywhere on a page: F6 and Shift+F6 go from pane to pane.

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

/** Installs the key listener. */
export function installPaneKeys(): void {
  document.addEventListener('keydown', (event) => {
    const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
    if (key !== 'F6' || ctrlKey || metaKey || altKey || !nextPane(shiftKey ? -1 : 1)) return;
    event.preventDefault();
    event.stopPropagation();
  });
}
