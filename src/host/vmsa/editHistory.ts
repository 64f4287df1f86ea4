// Mirrors what VS Code keeps of a custom document's edits: a list, the current position in it, and the position
// of the last save. VS Code considers a document clean when the two positions are the same number. After "save,
// undo, new edit" they are, although the bytes were never saved; this mirror detects that.

/** VS Code's edit list; it must be notified of everything that VS Code does to the list. */
export class EditHistory<E> {
  private edits: E[] = [];
  private at = -1;
  private savedAt = -1;
  /** An undo arrived for another edit than expected, as when it crossed a new edit on its way here. */
  private uncertain = false;
  /**
   * VS Code was notified that the content changed, and shows the document as changed until it is saved or reverted.
   */
  private marked = false;

  /** @param fromBackup VS Code restored it and shows it as changed until the first edit */
  constructor(private fromBackup = false) {}

  /** A new edit drops undone ones. */
  push(edit: E): void {
    this.edits.splice(this.at + 1);
    this.at = this.edits.push(edit) - 1;
  }

  undone(edit: E): void {
    if (this.edits[this.at] === edit) this.at--;
    else this.uncertain = true;
  }

  redone(edit: E): void {
    if (this.edits[this.at + 1] === edit) this.at++;
    else this.uncertain = true;
  }

  saved(): void {
    this.savedAt = this.at;
    this.settle();
  }

  /**
   * VS Code went back to the position of the last save, and forgot what came after it.
   * @returns how many edits its list lacks up to that position: they were dropped by a new edit before the save point
   */
  reverted(): number {
    this.at = this.savedAt;
    this.edits.splice(this.at + 1);
    this.settle();
    return this.at + 1 - this.edits.length;
  }

  private settle(): void {
    this.fromBackup = this.uncertain = this.marked = false;
  }

  /** Whether VS Code may consider the document unchanged. */
  get looksClean(): boolean {
    if (this.marked) return false;
    if (this.uncertain) return true;
    return this.edits.length > 0 ? this.at === this.savedAt : !this.fromBackup;
  }

  /** Call when VS Code is notified that the content changed. */
  mark(): void {
    this.marked = true;
  }
}
