// Which panels of one editor are the two halves of a diff. VS Code does not tell an editor that it is one half of a diff,
// nor describe the tab of one. But a tab group shows one tab at a time, so two of our panels that are seen in one group,
// under a tab that is no editor of ours, are.

import * as vscode from 'vscode';
import { nameOf } from '../shell/files';

/** The other half of a diff editor; `sure` is false when its side is a guess. */
export interface OtherSide<P> {
  readonly panel: P;
  readonly side: 'original' | 'modified';
  readonly sure: boolean;
}

/** A panel that may turn out to be a half. */
export interface DiffPanel<P> {
  readonly uri: vscode.Uri;
  readonly panel: vscode.WebviewPanel;
  /** The other half, once it is known. */
  other: OtherSide<P> | undefined;
  /** Shows the panel again, because its other half is another, or none. */
  show(): void;
}

/** Which of two halves is the original, when their addresses or the label of the tab tell. */
function originalOf<P extends DiffPanel<P>>(a: P, b: P, label: string): P | undefined {
  const rank = ({ uri }: P) => (uri.scheme !== 'git' ? 0 : uri.query.includes('"ref":"HEAD"') ? 2 : 1);
  if (rank(a) !== rank(b)) return rank(a) > rank(b) ? a : b;
  const [left, right] = label.split(' ↔ ');
  const is = ({ uri }: P, text = '') => text.split('/').at(-1) === nameOf(uri);
  if (is(a, left) && is(b, right) && !is(b, left)) return a;
  if (is(b, left) && is(a, right) && !is(a, left)) return b;
  return undefined;
}

/** Makes two panels the halves of one diff. @param sure false when the sides are a guess */
function join<P extends DiffPanel<P>>(original: P, modified: P, sure: boolean): void {
  original.other = { panel: modified, side: 'modified', sure };
  modified.other = { panel: original, side: 'original', sure };
  original.show();
  modified.show();
}

/** The panels of an editor, paired where two are halves. */
export class DiffPanels<P extends DiffPanel<P>> {
  /** In the order in which VS Code filled them: the original half of a diff comes before the modified one. */
  readonly panels: P[] = [];

  /** @param changed is called when another panel may be the one that a person looks at */
  constructor(private readonly changed: () => void = () => undefined) {}

  register(): vscode.Disposable {
    const look = () => {
      this.look();
    };
    const { tabGroups } = vscode.window;
    return vscode.Disposable.from(tabGroups.onDidChangeTabs(look), tabGroups.onDidChangeTabGroups(look));
  }

  /** Takes a panel in, until it is closed. */
  add(added: P): void {
    this.panels.push(added);
    added.panel.onDidChangeViewState(() => {
      this.look();
      // VS Code gives the focus to the modified half of a diff when it opens.
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

  /** Pairs panels that are seen to be halves by now. */
  look(): void {
    for (const { viewColumn, activeTab } of vscode.window.tabGroups.all) {
      if (activeTab?.input !== undefined) continue;
      const seen = this.panels.filter(
        ({ panel, other }) => panel.visible && panel.viewColumn === viewColumn && !other,
      );
      const [first, second] = seen;
      if (!first || !second || seen.length > 2) continue;
      const original = originalOf(first, second, activeTab?.label ?? '');
      // The first in the order in which VS Code filled them is a guess; the one that gets the focus corrects it.
      join(original ?? first, original === second ? first : second, original !== undefined);
    }
    this.changed();
  }
}
