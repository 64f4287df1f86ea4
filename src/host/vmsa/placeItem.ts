// The item in the status bar that says where the cursor of a VMSA editor is, and goes elsewhere when it is clicked.

import * as vscode from 'vscode';
import { byteCount, hex } from '../../core/binary/hex';
import { NAME, command } from '../../contributions';
import type { VmsaPanel } from './vmsaPanel';

/** Shown while a VMSA editor is active and has a place; made when there is the first. */
export class PlaceItem implements vscode.Disposable {
  private item: vscode.StatusBarItem | undefined;

  constructor(private readonly active: () => VmsaPanel | undefined) {}

  update(): void {
    const place = this.active()?.place;
    if (!place) {
      this.item?.hide();
      return;
    }
    this.item ??= this.make();
    this.item.text = `VMSA ${place.name} ${hex(place.offset)} (${byteCount(place.size)})`;
    this.item.show();
  }

  private make(): vscode.StatusBarItem {
    const item = vscode.window.createStatusBarItem(`${NAME}.place`, vscode.StatusBarAlignment.Right, 100);
    item.name = 'VMSA Offset';
    item.tooltip = 'Go to offset';
    item.command = command('goToOffset');
    return item;
  }

  dispose(): void {
    this.item?.dispose();
  }
}
