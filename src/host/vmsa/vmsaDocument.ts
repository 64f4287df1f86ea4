// The document behind VMSA editors: the bytes of one file, as edited and as on disk. It follows the file when
// someone else writes it, and never lets VS Code consider unsaved bytes saved.

import * as vscode from 'vscode';
import * as errors from './errors';
import { isSameBytes } from '../../core/binary/hex';
import { applyPatch, changedFields, type Patch } from '../../core/vmsa/edit';
import { VMSA_SIZE } from '../../core/vmsa/layout/layout';
import { pageAt } from '../../core/vmsa/forms/pageSource';
import type { Io } from '../../app/io';
import type { DiskChange } from '../../protocol/vmsa';
import { EditHistory } from './editHistory';
import { isGone, nameOf, readOwn, readUri, watchFile } from '../shell/files';
import { pastedSource, whyNoFile } from '../shell/pasted';
import { sentence } from '../shell/present';
import { findFilePages, type FilePages } from './pages';

/** A patch of one of the pages, counted from 0. */
interface Edit {
  readonly page: number;
  readonly patch: Patch | undefined;
}

/** What VS Code is notified of. */
export type DocumentEvent =
  vscode.CustomDocumentEditEvent<VmsaDocument> | vscode.CustomDocumentContentChangeEvent<VmsaDocument>;

/**
 * VS Code marks a document as saved some time after the save returns, and loses notifications that arrive before that.
 */
const AFTER_SAVE = 200;
/** A watcher becomes active some time after its creation; check once for writes in between. */
const WATCHED_AFTER = 1000;

/** One open file. Its events: `onDidEdit` is for VS Code, `onDidChange` for those who show it. */
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
  /** The file's bytes before it was last reloaded, to show once what changed. */
  private before: Uint8Array | undefined;
  /** What someone else wrote while there are unsaved changes here. */
  private conflict: Uint8Array | undefined;
  /** The last such bytes that the user decided to overwrite. */
  private overruled: Uint8Array | undefined;
  /** The user knows that the file is gone and keeps the content here. */
  private kept = false;
  /** A save or revert in progress; everything else waits for it. */
  private busy: Promise<void> | undefined;
  private reads = 0;
  private reverting = 0;
  private disposed = false;

  private constructor(
    private readonly io: Io,
    readonly uri: vscode.Uri,
    private bytes: Uint8Array,
    /** The file's bytes as last read or written here. */
    private saved: Uint8Array,
    /** Why the file currently cannot be read, as a sentence. */
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

  /** Opens a file; an unreadable one is a document, too, and may become readable. */
  static async open(io: Io, uri: vscode.Uri): Promise<VmsaDocument> {
    try {
      const bytes = await readUri(io, uri);
      return new VmsaDocument(io, uri, bytes, bytes.slice(), undefined, false);
    } catch (error) {
      const none = new Uint8Array();
      return new VmsaDocument(io, uri, none, none, sentence(error), false);
    }
  }

  /** Opens a file with the changes in a backup; if the file has changed since, they are in conflict. */
  static async restore(io: Io, uri: vscode.Uri, backup: vscode.Uri): Promise<VmsaDocument> {
    const held = new Uint8Array(await readOwn(backup));
    const middle = held.length / 2;
    const document = new VmsaDocument(io, uri, held.slice(0, middle), held.slice(middle), undefined, true);
    await document.refresh();
    return document;
  }

  /** Contains both the current content and what was read: only together do they tell what was changed. */
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

  /** The current pages, or why there are none. */
  get read(): FilePages {
    return (this.content ??= this.readPages());
  }

  private readPages(): FilePages {
    const { bytes, uri } = this;
    if (bytes.length === 0 && this.failure !== undefined) return { reason: this.failure };
    const read = findFilePages(bytes);
    if (whyNoFile(uri) === undefined || 'reason' in read) return read;
    return { ...read, ...pastedSource(uri) };
  }

  /** Whether there are changes here that are not in the file. */
  get hasChanges(): boolean {
    return !isSameBytes(this.bytes, this.saved);
  }

  /**
   * A sentence when the file differs from what is shown although nothing was changed here: it is gone, or unreadable.
   */
  get problem(): string | undefined {
    return this.kept || this.hasChanges ? undefined : this.failure;
  }

  /** Whether there is content here, even if the file is gone. */
  get held(): boolean {
    return this.bytes.length > 0;
  }

  /** What someone else did to the file, for the page on display. */
  diskChange(page: number): DiskChange | undefined {
    if (this.failure !== undefined && !this.kept) return { conflict: true };
    const conflict = this.conflict !== undefined;
    const [older, newer] = conflict ? [this.saved, this.conflict] : [this.before, this.bytes];
    if (!older || !newer) return undefined;
    const slot = (bytes: Uint8Array) => {
      if (bytes.length === this.bytes.length && 'pages' in this.read && this.read.inPlace)
        return pageAt(bytes, page);
      const read = findFilePages(bytes);
      return 'reason' in read ? undefined : read.pages[page];
    };
    const [a, b] = [slot(older), slot(newer)];
    return { ...(a && b && { fields: changedFields(a, b) }), conflict };
  }

  /** Forgets what the last reload changed, once the user has moved on. */
  forgetDiskChange(): void {
    this.before = undefined;
  }

  /** Makes an edit, after any save in progress, on the bytes as they are then, and notifies VS Code. */
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

  /** Changes one field and nothing else, so that undoing an old edit never restores an old file. */
  private write({ page, patch }: Edit, side: 'before' | 'after'): void {
    const at = page * VMSA_SIZE;
    if (!patch || !('pages' in this.read) || !this.read.inPlace) return;
    if (at + VMSA_SIZE > this.bytes.length) return;
    // The pages are views of these bytes. They are not parsed again: even with invalid content they stay pages.
    applyPatch(this.bytes, patch, side, at);
  }

  /** Called after every change: what is not saved must not look saved. */
  private settle(): void {
    if (this.disposed) return;
    // While a revert reads the file, these bytes are already given up.
    if (this.reverting === 0 && this.hasChanges && this.history.looksClean) {
      this.history.mark();
      this.edited.fire({ document: this });
    }
    this.changed.fire();
    // No changes are left to keep: accept what someone else wrote.
    if ((this.conflict ?? this.overruled) && !this.hasChanges) {
      this.overruled = undefined;
      void this.refresh();
    }
  }

  /**
   * Writes the whole file.
   * @throws CheckError when someone else wrote it meanwhile and the user has not decided which version counts
   */
  async save(): Promise<void> {
    await this.alone(() => this.writeFile());
    this.changed.fire();
    void this.refresh();
  }

  /** Runs something exclusively. */
  private async alone(run: () => Promise<void>): Promise<void> {
    while (this.busy) await this.busy;
    // Reads in progress are outdated.
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

  /** Never overwrites a file that could not be read with nothing. @throws CheckError */
  private mustHold(): void {
    if (!this.held && this.failure !== undefined) throw errors.neverRead(nameOf(this.uri), this.failure);
  }

  private async writeFile(): Promise<void> {
    this.mustHold();
    const disk = await this.readDisk();
    if (disk && !isSameBytes(disk, this.saved) && !isSameBytes(disk, this.bytes)) {
      if (!this.overruled || !isSameBytes(disk, this.overruled)) {
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

  /** The file's bytes; undefined when there is no file. @throws CheckError when there is one that cannot be read */
  private async readDisk(): Promise<Uint8Array | undefined> {
    try {
      return await readUri(this.io, this.uri);
    } catch (error) {
      if (await isGone(this.uri)) return undefined;
      throw error;
    }
  }

  /** Accepts bytes as the content of the file. */
  private adopt(disk: Uint8Array): void {
    this.saved = disk;
    this.conflict = this.overruled = this.failure = this.before = undefined;
    this.kept = false;
  }

  /** Reverts to the file, as VS Code has already done with its edit list. */
  async revert(): Promise<void> {
    const missing = this.history.reverted();
    this.reverting++;
    try {
      await this.alone(() => this.readBack());
    } finally {
      this.reverting--;
    }
    // VS Code's position is beyond the end of its list, and the next undo would fail; pad the list with edits
    // that change nothing.
    for (let i = 0; i < missing && !this.disposed; i++) this.push({ page: 0, patch: undefined }, 'Revert');
    this.settle();
  }

  private async readBack(): Promise<void> {
    const read = await readUri(this.io, this.uri).then(
      (bytes) => ({ bytes }),
      (error: unknown) => ({ failure: sentence(error) }),
    );
    const disk = 'bytes' in read ? read.bytes : this.saved;
    this.bytes = disk;
    this.content = undefined;
    this.adopt(disk.slice());
    if ('failure' in read) this.failure = read.failure;
  }

  /** Keeps the changes here, whatever the file contains, until someone writes it again. */
  keepChanges(): void {
    this.overruled = this.conflict;
    this.conflict = undefined;
    this.kept = this.failure !== undefined;
    if (this.kept && this.history.looksClean) {
      // Nothing was changed here, but the file no longer has this content: VS Code must ask before it is lost.
      this.history.mark();
      this.edited.fire({ document: this });
    }
    this.changed.fire();
  }

  /** Reads the file again. Without changes here, accepts it; with changes, keeps both versions. */
  async refresh(): Promise<void> {
    while (this.busy) await this.busy;
    const mine = ++this.reads;
    const disk = await readUri(this.io, this.uri).catch((error: unknown) => sentence(error));
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
    if (isSameBytes(disk, this.saved)) {
      if (!wasGone && !this.conflict) return;
      this.conflict = undefined;
    } else if (!this.hasChanges || isSameBytes(disk, this.bytes)) {
      const before = this.bytes;
      this.bytes = disk;
      this.content = undefined;
      this.adopt(disk.slice());
      this.before = before.length > 0 && !isSameBytes(before, disk) ? before : undefined;
    } else {
      if (this.overruled && isSameBytes(disk, this.overruled)) return;
      this.conflict = disk;
    }
    this.changed.fire();
  }
}
