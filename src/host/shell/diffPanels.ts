// Which panels of one editor are the two sides of a diff. VS Code neither tells an editor that it is one side of
// a diff nor describes the diff's tab. But a tab group shows one tab at a time, so two of our panels that are
// visible in one group, under a tab that is not one of our editors, form a diff.

import * as vscode from 'vscode';
import { nameOf } from './files';

/** The other side of a diff editor; `sure` is false when it is a guess which side is which. */
export interface OtherSide<P> {
  readonly panel: P;
  readonly side: 'original' | 'modified';
  readonly sure: boolean;
}

/** The files of a diff that a panel is one side of; undefined for a panel that is none. */
export function filesOfDiff<P extends DiffPanel<P>>(
  of: DiffPanel<P>,
): { readonly original: vscode.Uri; readonly modified: vscode.Uri } | undefined {
  if (!of.other) return undefined;
  const { panel, side } = of.other;
  return side === 'original'
    ? { original: panel.uri, modified: of.uri }
    : { original: of.uri, modified: panel.uri };
}

/** A panel that may turn out to be one side of a diff. */
export interface DiffPanel<P> {
  readonly uri: vscode.Uri;
  readonly panel: vscode.WebviewPanel;
  /** The other side, once it is known. */
  other: OtherSide<P> | undefined;
  /** Shows the panel again, because its other side has changed or gone. */
  show(): void;
}

/** Which of two sides is the original, if their URIs or the tab's label tell. */
function originalOf<P extends DiffPanel<P>>(a: P, b: P, label: string): P | undefined {
  const rank = ({ uri }: P) => (uri.scheme !== 'git' ? 0 : uri.query.includes('"ref":"HEAD"') ? 2 : 1);
  if (rank(a) !== rank(b)) return rank(a) > rank(b) ? a : b;
  const [left, right] = label.split(' ↔ ');
  const is = ({ uri }: P, text = '') => text.split('/').at(-1) === nameOf(uri);
  if (is(a, left) && is(b, right) && !is(b, left)) return a;
  if (is(b, left) && is(a, right) && !is(a, left)) return b;
  return undefined;
}

/** Makes two panels the sides of one diff. @param sure false when the sides are a guess */
function join<P extends DiffPanel<P>>(original: P, modified: P, sure: boolean): void {
  original.other = { panel: modified, side: 'modified', sure };
  modified.other = { panel: original, side: 'original', sure };
  original.show();
  modified.show();
}

/** The panels of an editor, paired where two are sides of a diff. */
export class DiffPanels<P extends DiffPanel<P>> {
  /** In the order in which VS Code filled them: the original side of a diff comes before the modified one. */
  readonly panels: P[] = [];

  /** @param changed is called when the user may be looking at another panel */
  constructor(private readonly changed: () => void = () => undefined) {}

  register(): vscode.Disposable {
    const look = () => {
      this.look();
    };
    const { tabGroups } = vscode.window;
    return vscode.Disposable.from(tabGroups.onDidChangeTabs(look), tabGroups.onDidChangeTabGroups(look));
  }

  /** Adds a panel until it is closed. */
  add(added: P): void {
    this.panels.push(added);
    added.panel.onDidChangeViewState(() => {
      this.look();
      // VS Code focuses the modified side of a diff when it opens.
      if (added.panel.active && added.other?.sure === false) join(added.other.panel, added, true);
    });
    added.panel.onDidDispose(() => {
      this.panels.splice(this.panels.indexOf(added), 1);
      if (added.other) {
        added.other.panel.other = undefined;
        added.other.panel.show();
      }
      this.changed();
    });
  }

  /** Pairs panels that are now visible as the sides of a diff. */
  look(): void {
    for (const { viewColumn, activeTab } of vscode.window.tabGroups.all) {
      if (activeTab?.input !== undefined) continue;
      const seen = this.panels.filter(
        ({ panel, other }) => panel.visible && panel.viewColumn === viewColumn && !other,
      );
      const [first, second] = seen;
      if (!first || !second || seen.length > 2) continue;
      const original = originalOf(first, second, activeTab?.label ?? '');
      // The first panel that VS Code filled is a guess; the focus corrects it.
      join(original ?? first, original === second ? first : second, original !== undefined);
    }
    this.changed();
  }
}
