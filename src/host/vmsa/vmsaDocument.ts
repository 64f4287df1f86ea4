// The document behind VMSA editors: the bytes of one file, edited and as they are on disk. It follows the file when
// somebody else writes it, and never lets VS Code take bytes for saved that are not.

import * as vscode from 'vscode';
import * as errors from './errors';
import { applyPatch, changedFields, type Patch } from '../../core/vmsa/edit';
import { VMSA_SIZE } from '../../core/vmsa/layout/layout';
import type { DiskChange } from '../../protocol/vmsa';
import { EditHistory } from './editHistory';
import { isGone, nameOf, readUri, watchFile } from '../shell/files';
import { SCHEMES } from '../../contributions';
import { pastedSource } from '../shell/pasted';
import { sentence } from '../shell/present';
import { findFilePages, slicePages, type FilePages } from './pages';

/** A patch of one of the pages, counted from 0. */
interface Edit {
  readonly page: number;
  readonly patch: Patch | undefined;
}

/** What VS Code is told of a document. */
export type DocumentEvent =
  vscode.CustomDocumentEditEvent<VmsaDocument> | vscode.CustomDocumentContentChangeEvent<VmsaDocument>;

const equal = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
/** VS Code notes that a document was saved after it heard so; what it is told before that is lost. */
const AFTER_SAVE = 200;
/** A watcher begins some time after it was asked for; what was written before is looked for once. */
const WATCHED_AFTER = 1000;

/** One open file. Its events: `onDidEdit` is for VS Code, `onDidChange` for whoever shows it. */
export class VmsaDocument implements vscode.CustomDocument {
  private readonly edited = new vscode.EventEmitter<DocumentEvent>();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly closed = new vscode.EventEmitter<void>();
  readonly onDidEdit = this.edited.event;
  readonly onDidChange = this.changed.event;
  readonly onDidDispose = this.closed.event;

  private readonly watcher: vscode.Disposable;
  private history: EditHistory<Edit>;
  private content: FilePages | undefined;
  /** The file's bytes as they were before it was read again, for saying once what that changed. */
  private before: Uint8Array | undefined;
  /** What somebody else wrote while there are changes here. */
  private conflict: Uint8Array | undefined;
  /** The last of such bytes that the person decided to write over. */
  private overruled: Uint8Array | undefined;
  /** The person knows that the file is gone and keeps what is here. */
  private kept = false;
  /** A save or a revert that is under way; everything else waits for it. */
  private busy: Promise<void> | undefined;
  private reads = 0;
  private reverting = 0;
  private disposed = false;

  private constructor(
    readonly uri: vscode.Uri,
    private bytes: Uint8Array,
    /** The file's bytes as they were last read or written here. */
    private saved: Uint8Array,
    /** Why the file cannot be read at the moment, as a sentence. */
    private failure: string | undefined,
    fromBackup: boolean,
  ) {
    this.history = new EditHistory(fromBackup);
    const late = setTimeout(() => void this.refresh(), WATCHED_AFTER);
    this.watcher = vscode.Disposable.from(
      watchFile(uri, () => void this.refresh()),
      new vscode.Disposable(() => {
        clearTimeout(late);
      }),
    );
  }

  /** Opens a file; one that cannot be read is a document, too, which may become readable. */
  static async open(uri: vscode.Uri): Promise<VmsaDocument> {
    try {
      const bytes = await readUri(uri);
      return new VmsaDocument(uri, bytes, bytes.slice(), undefined, false);
    } catch (error) {
      const none = new Uint8Array();
      return new VmsaDocument(uri, none, none, sentence(error), false);
    }
  }

  /** Opens a file with the changes that a backup holds; when the file is another by now, they are in conflict. */
  static async restore(uri: vscode.Uri, backup: vscode.Uri): Promise<VmsaDocument> {
    const held = new Uint8Array(await vscode.workspace.fs.readFile(backup));
    const middle = held.length / 2;
    const document = new VmsaDocument(uri, held.slice(0, middle), held.slice(middle), undefined, true);
    await document.refresh();
    return document;
  }

  /** Both what is here and what was read: only then can be told what the file was changed from. */
  backup(): Uint8Array {
    const held = new Uint8Array(this.bytes.length + this.saved.length);
    held.set(this.bytes);
    held.set(this.saved, this.bytes.length);
    return held;
  }

  dispose(): void {
    this.disposed = true;
    this.watcher.dispose();
    this.closed.fire();
    this.closed.dispose();
    this.edited.dispose();
    this.changed.dispose();
  }

  /** The pages as they are now, or why there are none. */
  get read(): FilePages {
    return (this.content ??= this.readPages());
  }

  private readPages(): FilePages {
    const { bytes, uri } = this;
    if (bytes.length === 0 && this.failure !== undefined) return { reason: this.failure };
    const read = findFilePages(bytes);
    if (uri.scheme !== SCHEMES.pasted || 'reason' in read) return read;
    return { ...read, source: pastedSource(uri) };
  }

  /** Whether there is something here that is not in the file. */
  get hasChanges(): boolean {
    return !equal(this.bytes, this.saved);
  }

  /** A sentence when the file is not what is shown and nothing was changed here: it is gone, or cannot be read. */
  get problem(): string | undefined {
    return this.kept || this.hasChanges ? undefined : this.failure;
  }

  /** Whether there are bytes here, also when the file is gone. */
  get held(): boolean {
    return this.bytes.length > 0;
  }

  /** What somebody else did to the file, for the page that is shown. */
  diskChange(page: number): DiskChange | undefined {
    if (this.failure !== undefined && !this.kept) return { conflict: true };
    const conflict = this.conflict !== undefined;
    const [older, newer] = conflict ? [this.saved, this.conflict] : [this.before, this.bytes];
    if (!older || !newer) return undefined;
    const slot = (bytes: Uint8Array) => {
      if (bytes.length === this.bytes.length && 'pages' in this.read && this.read.inPlace)
        return slicePages(bytes)[page];
      const read = findFilePages(bytes);
      return 'reason' in read ? undefined : read.pages[page];
    };
    const [a, b] = [slot(older), slot(newer)];
    return { ...(a && b && { fields: changedFields(a, b) }), conflict };
  }

  /** Forgets what the last read changed, once the person went on. */
  forgetDiskChange(): void {
    this.before = undefined;
  }

  /** Makes an edit of the bytes as they are when a save that is under way is done, and tells VS Code of it. */
  async change(make: () => Edit | undefined): Promise<void> {
    while (this.busy) await this.busy;
    const edit = this.disposed ? undefined : make();
    if (edit) this.push(edit, `Set ${edit.patch?.field ?? 'nothing'}`);
  }

  private push(edit: Edit, label: string): void {
    this.before = undefined;
    this.write(edit, 'after');
    this.history.push(edit);
    this.edited.fire({
      document: this,
      label,
      undo: () => this.step(edit, 'before'),
      redo: () => this.step(edit, 'after'),
    });
    this.settle();
  }

  private async step(edit: Edit, side: 'before' | 'after'): Promise<void> {
    while (this.busy) await this.busy;
    this.before = undefined;
    this.write(edit, side);
    if (side === 'before') this.history.undone(edit);
    else this.history.redone(edit);
    this.settle();
  }

  /** Changes one field and nothing else, so that taking back an old edit never brings back an old file. */
  private write({ page, patch }: Edit, side: 'before' | 'after'): void {
    const at = page * VMSA_SIZE;
    if (!patch || !('pages' in this.read) || !this.read.inPlace) return;
    if (at + VMSA_SIZE > this.bytes.length) return;
    // The pages are views of these bytes. They are not read again: odd as they may be now, they are pages.
    applyPatch(this.bytes, patch, side, at);
  }

  /** After every change: what is not saved must not look saved. */
  private settle(): void {
    if (this.disposed) return;
    // While a revert reads the file, these bytes are already given up.
    if (this.reverting === 0 && this.hasChanges && this.history.looksClean) {
      this.history.mark();
      this.edited.fire({ document: this });
    }
    this.changed.fire();
    // Nothing is left to keep: what somebody else wrote is taken.
    if ((this.conflict ?? this.overruled) && !this.hasChanges) {
      this.overruled = undefined;
      void this.refresh();
    }
  }

  /**
   * Writes the whole file.
   * @throws CheckError when somebody else wrote it meanwhile and the person has not decided what counts
   */
  async save(): Promise<void> {
    await this.alone(() => this.writeFile());
    this.changed.fire();
    void this.refresh();
  }

  /** Runs something that nothing else may run beside. */
  private async alone(run: () => Promise<void>): Promise<void> {
    while (this.busy) await this.busy;
    // What is being read meanwhile is old.
    this.reads++;
    const running = run();
    const done = running.then(
      () => undefined,
      () => undefined,
    );
    this.busy = done;
    try {
      await running;
    } finally {
      this.busy = undefined;
    }
  }

  /** Writes another file: VS Code opens that one instead of this. */
  async saveAs(target: vscode.Uri): Promise<void> {
    while (this.busy) await this.busy;
    this.mustHold();
    await vscode.workspace.fs.writeFile(target, this.bytes);
  }

  /** What was never read is not written over with nothing. @throws CheckError */
  private mustHold(): void {
    if (!this.held && this.failure !== undefined) throw errors.neverRead(nameOf(this.uri), this.failure);
  }

  private async writeFile(): Promise<void> {
    this.mustHold();
    const disk = await this.readDisk();
    if (disk && !equal(disk, this.saved) && !equal(disk, this.bytes)) {
      if (!this.overruled || !equal(disk, this.overruled)) {
        this.conflict = disk;
        this.changed.fire();
        throw errors.changedOnDisk(nameOf(this.uri));
      }
    }
    const written = this.bytes.slice();
    await vscode.workspace.fs.writeFile(this.uri, written);
    this.adopt(written);
    this.history.saved();
    setTimeout(() => {
      this.settle();
    }, AFTER_SAVE);
  }

  /** The file's bytes, undefined when there is no file. @throws CheckError when there is one that cannot be read */
  private async readDisk(): Promise<Uint8Array | undefined> {
    try {
      return await readUri(this.uri);
    } catch (error) {
      if (await isGone(this.uri)) return undefined;
      throw error;
    }
  }

  /** Takes bytes for those of the file. */
  private adopt(disk: Uint8Array): void {
    this.saved = disk;
    this.conflict = this.overruled = this.failure = this.before = undefined;
    this.kept = false;
  }

  /** Goes back to the file, as VS Code already did with its list of edits. */
  async revert(): Promise<void> {
    const missing = this.history.reverted();
    this.reverting++;
    try {
      await this.alone(() => this.readBack());
    } finally {
      this.reverting--;
    }
    // VS Code stands beyond the end of its list, and would fail at the next undo; edits that change nothing fill it.
    for (let i = 0; i < missing && !this.disposed; i++) this.push({ page: 0, patch: undefined }, 'Revert');
    this.settle();
  }

  private async readBack(): Promise<void> {
    const read = await readUri(this.uri).then(
      (bytes) => ({ bytes }),
      (error: unknown) => ({ failure: sentence(error) }),
    );
    const disk = 'bytes' in read ? read.bytes : this.saved;
    this.bytes = disk;
    this.content = undefined;
    this.adopt(disk.slice());
    if ('failure' in read) this.failure = read.failure;
  }

  /** Keeps the changes here, whatever is in the file, until somebody writes it again. */
  keepChanges(): void {
    this.overruled = this.conflict;
    this.conflict = undefined;
    this.kept = this.failure !== undefined;
    if (this.kept && this.history.looksClean) {
      // Nothing was changed, but nothing is in the file either: VS Code must ask before it is lost.
      this.history.mark();
      this.edited.fire({ document: this });
    }
    this.changed.fire();
  }

  /** Reads the file again. Without changes here it is taken as it is; with changes, both are kept apart. */
  async refresh(): Promise<void> {
    while (this.busy) await this.busy;
    const mine = ++this.reads;
    const disk = await readUri(this.uri).catch((error: unknown) => sentence(error));
    const gone = typeof disk === 'string' && this.held && (await isGone(this.uri));
    if (this.disposed || mine !== this.reads) return;
    if (typeof disk === 'string') {
      const failure = gone ? errors.deletedOnDisk(nameOf(this.uri)).message : disk;
      if (this.failure === failure) return;
      this.failure = failure;
      this.kept = false;
      this.changed.fire();
      return;
    }
    const wasGone = this.failure !== undefined;
    this.failure = undefined;
    this.kept = false;
    if (equal(disk, this.saved)) {
      if (!wasGone && !this.conflict) return;
      this.conflict = undefined;
    } else if (!this.hasChanges || equal(disk, this.bytes)) {
      const before = this.bytes;
      this.bytes = disk;
      this.content = undefined;
      this.adopt(disk.slice());
      this.before = before.length > 0 && !equal(before, disk) ? before : undefined;
    } else {
      if (this.overruled && equal(disk, this.overruled)) return;
      this.conflict = disk;
    }
    this.changed.fire();
  }
}
