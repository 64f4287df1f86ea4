// What VS Code keeps of a custom document's edits: a list, the place in it where the document stands, and the place
// where it was saved. VS Code takes a document for clean when the two places are one number, which after "save, undo,
// new edit" they are for bytes that were never saved; this mirror of its rules tells when that happens.

/** The list as VS Code has it, told of everything that VS Code does to it. */
export class EditHistory<E> {
  private edits: E[] = [];
  private at = -1;
  private savedAt = -1;
  /** An undo came for another edit than expected, as when it crossed a new edit on its way here. */
  private uncertain = false;
  /** VS Code was told that the content changed, and shows the document as changed until it is saved or reverted. */
  private marked = false;

  /** @param fromBackup VS Code restored it and shows it as changed, until there is a first edit */
  constructor(private fromBackup = false) {}

  /** A new edit drops what was undone. */
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
   * VS Code went back to the place of the last save, and forgot what came after it.
   * @returns how many edits its list lacks up to that place: they were dropped by a new edit before the save point
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

  /** Whether VS Code may take the document for unchanged. */
  get looksClean(): boolean {
    if (this.marked) return false;
    if (this.uncertain) return true;
    return this.edits.length > 0 ? this.at === this.savedAt : !this.fromBackup;
  }

  /** VS Code is told that the content changed. */
  mark(): void {
    this.marked = true;
  }
}
