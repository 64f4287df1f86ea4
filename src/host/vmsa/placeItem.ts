// The status bar item that shows the cursor position of a VMSA editor, and goes elsewhere when clicked.

import type { Disposable } from 'vscode';
import { byteCount, hex } from '../../core/binary/hex';
import { statusItem, type StatusItem } from '../shell/notify';
import { NAME, command } from '../../contributions';
import type { VmsaPanel } from './vmsaPanel';

/** Shown while a VMSA editor is active and has a position; created at the first one. */
export class PlaceItem implements Disposable {
  private item: StatusItem | undefined;

  constructor(private readonly active: () => VmsaPanel | undefined) {}

  update(): void {
    const place = this.active()?.place;
    if (!place) {
      this.item?.hide();
      return;
    }
    this.item ??= statusItem(`${NAME}.place`, 'VMSA Offset', 'Go to offset', command('goToOffset'));
    this.item.show(`VMSA ${place.name} ${hex(place.offset)} (${byteCount(place.size)})`);
  }

  dispose(): void {
    this.item?.dispose();
  }
}
