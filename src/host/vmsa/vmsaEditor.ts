// The editor of VMSA pages: opens, saves and backs up documents for VS Code, shows them in as many panels as it
// wants, and finds the two sides of a diff editor.

import * as vscode from 'vscode';
import { type CheckError } from '../../core/errors';
import * as errors from './errors';
import * as appErrors from '../../app/errors';
import { findVmsaLeaf, parseFieldValue, patchField, withBits, type BitRange } from '../../core/vmsa/edit';
import { similarFields } from '../../core/vmsa/layout/fieldNames';
import type { Io } from '../../app/io';
import type { VmsaRequest } from '../../core/vmsa/launch/generate';
import { viewType } from '../../contributions';
import type { ActionOf } from '../../protocol/pages';
import { nameOf, readUri, watchFile, whyNotWritable } from '../shell/files';
import { openIn, runCommand } from '../shell/run';
import { DiffPanels } from '../shell/diffPanels';
import { findFilePages, type PageOfFile } from './pages';
import { PlaceItem } from './placeItem';
import { VmsaDocument, type DocumentEvent } from './vmsaDocument';
import { VmsaPanel, type PanelHost } from './vmsaPanel';

/** Opens VMSA pages. */
export class VmsaEditor implements vscode.CustomEditorProvider<VmsaDocument>, PanelHost {
  static readonly viewType = viewType('vmsa');

  private readonly edited = new vscode.EventEmitter<DocumentEvent>();
  readonly onDidChangeCustomDocument = this.edited.event as vscode.Event<
    vscode.CustomDocumentEditEvent<VmsaDocument>
  >;
  private readonly opened = new vscode.EventEmitter<VmsaDocument>();
  private readonly documents = new Map<string, VmsaDocument>();
  private readonly unwritable = new WeakMap<VmsaDocument, string>();
  private readonly item = new PlaceItem(() => this.activePanel());
  private readonly diffPanels = new DiffPanels<VmsaPanel>(() => {
    this.item.update();
  });

  constructor(
    private readonly io: Io,
    readonly extensionUri: vscode.Uri,
  ) {}

  register(): vscode.Disposable {
    return vscode.Disposable.from(
      vscode.window.registerCustomEditorProvider(VmsaEditor.viewType, this, {
        supportsMultipleEditorsPerDocument: true,
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        for (const panel of this.diffPanels.panels) panel.show();
      }),
      this.diffPanels.register(),
      this.item,
    );
  }

  async openCustomDocument(
    uri: vscode.Uri,
    { backupId }: vscode.CustomDocumentOpenContext,
  ): Promise<VmsaDocument> {
    const document =
      backupId === undefined
        ? await VmsaDocument.open(this.io, uri)
        : await VmsaDocument.restore(this.io, uri, vscode.Uri.parse(backupId, true));
    const why = await whyNotWritable(uri);
    if (why !== undefined) this.unwritable.set(document, why);
    document.onDidEdit((event) => {
      this.edited.fire(event);
    });
    this.documents.set(uri.toString(), document);
    document.onDidDispose(() => this.documents.delete(uri.toString()));
    this.opened.fire(document);
    return document;
  }

  resolveCustomEditor(document: VmsaDocument, webviewPanel: vscode.WebviewPanel): void {
    const panel = new VmsaPanel(this, document, webviewPanel);
    this.diffPanels.add(panel);
    webviewPanel.onDidChangeViewState(() => {
      // Not every file system can be watched.
      if (webviewPanel.visible) void document.refresh();
    });
    panel.show();
    this.diffPanels.look();
  }

  async saveCustomDocument(document: VmsaDocument): Promise<void> {
    if (!vscode.workspace.isTrusted) throw errors.untrustedEdit();
    await document.save();
  }

  async saveCustomDocumentAs(document: VmsaDocument, target: vscode.Uri): Promise<void> {
    if (!vscode.workspace.isTrusted) throw errors.untrustedEdit();
    await document.saveAs(target);
  }

  revertCustomDocument(document: VmsaDocument): Promise<void> {
    return document.revert();
  }

  async backupCustomDocument(
    document: VmsaDocument,
    { destination }: vscode.CustomDocumentBackupContext,
  ): Promise<vscode.CustomDocumentBackup> {
    await vscode.workspace.fs.createDirectory(vscode.Uri.joinPath(destination, '..'));
    await vscode.workspace.fs.writeFile(destination, document.backup());
    const remove = async () => {
      try {
        await vscode.workspace.fs.delete(destination);
      } catch {
        // Already gone.
      }
    };
    return { id: destination.toString(), delete: () => void remove() };
  }

  whyReadOnly(document: VmsaDocument): CheckError | undefined {
    const name = nameOf(document.uri);
    const { read } = document;
    if ('reason' in read && read.partial) return errors.partOfPage(name);
    if ('pages' in read && !read.inPlace) return errors.readFromText(read.source ?? 'text');
    const why = this.unwritable.get(document);
    if (why !== undefined) return errors.readOnlyPage(name, why);
    const panels = this.diffPanels.panels.filter((panel) => panel.document === document);
    // Changes would be lost with the diff, unless the file is also open elsewhere.
    if (panels.length > 0 && panels.every((panel) => panel.isOriginal)) return errors.leftOfDiff(name);
    return vscode.workspace.isTrusted ? undefined : errors.untrustedEdit();
  }

  /**
   * Sets the value of a field, or of some of its bits.
   * @throws CheckError when there is no such field, value or page, or it is read-only
   */
  async edit(
    document: VmsaDocument,
    page: number,
    field: string,
    value: string,
    bits?: BitRange,
  ): Promise<void> {
    const name = nameOf(document.uri);
    const { read } = document;
    if ('reason' in read) throw appErrors.notAPage(name, read.reason);
    const bytes = read.pages[page];
    if (!bytes) throw errors.noSuchPage(name, page, read.pages.length);
    const leaf = findVmsaLeaf(field);
    if (!leaf) throw appErrors.unknownField(field, similarFields(field));
    const wanted = parseFieldValue(leaf, value);
    const why = this.whyReadOnly(document);
    if (why !== undefined) throw why;
    await document.change(() => {
      const now = 'pages' in document.read ? document.read.pages[page] : undefined;
      // Other bits keep their current values, not those from when the page was drawn.
      const patch = now
        ? patchField(now, leaf, bits ? withBits(now, leaf, bits, wanted) : wanted)
        : undefined;
      return patch ? { page, patch } : undefined;
    });
  }

  /** The document of an open editor, or of one opened for it. */
  async document(uri: vscode.Uri): Promise<VmsaDocument> {
    const open = this.documents.get(uri.toString());
    if (open) return open;
    const opening = new Promise<VmsaDocument>((done) => {
      const listener = this.opened.event((document) => {
        if (document.uri.toString() !== uri.toString()) return;
        listener.dispose();
        done(document);
      });
    });
    await openIn('vmsa', uri);
    return opening;
  }

  /** The current pages of a file: with the changes of an open editor, or from disk. @throws CheckError */
  async pages(uri: vscode.Uri): Promise<readonly Uint8Array[]> {
    const read = this.documents.get(uri.toString())?.read ?? findFilePages(await readUri(this.io, uri));
    if ('reason' in read) throw appErrors.notAPage(nameOf(uri), read.reason);
    return read.pages;
  }

  /** A copy of a file's current page. @throws CheckError */
  async pageOf({ file, page }: PageOfFile): Promise<Uint8Array> {
    const pages = await this.pages(file);
    const bytes = pages[page];
    if (!bytes) throw errors.noSuchPage(nameOf(file), page, pages.length);
    return bytes.slice();
  }

  /** Calls `changed` when the result of `pages` may have changed. */
  watch(uri: vscode.Uri, changed: () => void): vscode.Disposable {
    let live: vscode.Disposable | undefined;
    const follow = (document: VmsaDocument | undefined) => {
      if (document?.uri.toString() !== uri.toString()) return;
      live?.dispose();
      live = vscode.Disposable.from(document.onDidChange(changed), document.onDidDispose(changed));
    };
    follow(this.documents.get(uri.toString()));
    const opened = this.opened.event(follow);
    return vscode.Disposable.from(
      watchFile(uri, changed),
      opened,
      new vscode.Disposable(() => {
        live?.dispose();
      }),
    );
  }

  /** The panel that the user looks at: of the two sides of a diff, the one last focused. */
  activePanel(): VmsaPanel | undefined {
    const column = vscode.window.tabGroups.activeTabGroup.viewColumn;
    const seen = this.diffPanels.panels.filter(({ panel }) => panel.visible && panel.viewColumn === column);
    return seen.find((p) => p.panel.active) ?? seen.find((p) => p === this.lastPlaced) ?? seen.at(-1);
  }

  private lastPlaced: VmsaPanel | undefined;

  placed(panel: VmsaPanel): void {
    this.lastPlaced = panel;
    this.item.update();
  }

  /** Buttons run the commands, so that both take the same path. */
  async act(panel: VmsaPanel, action: ActionOf<'vmsa'>, request?: VmsaRequest): Promise<void> {
    const { document, page } = panel;
    const { uri } = document;
    switch (action) {
      case 'compare':
        await runCommand('compareWithGenerated', uri, { page, request });
        return;
      case 'compareFile':
        await runCommand('compareWithFile', uri, { page });
        return;
      case 'generate':
        await runCommand('generateVmsa');
        return;
      case 'exportPage':
        await runCommand('exportVmsa', uri, { page });
        return;
      case 'openAsText':
        await vscode.commands.executeCommand('workbench.action.reopenWithEditor');
        return;
      case 'openComparison':
        if (panel.diffSides) {
          const { original, modified } = panel.diffSides;
          const other = { file: modified.file.toString(), otherPage: modified.page };
          await runCommand('compareWithFile', original.file, { page: original.page, ...other });
        }
        return;
      case 'reload':
        // In a diff, VS Code reverts the right side, whichever side was asked.
        if (panel.isOriginal) await openIn('vmsa', uri);
        else panel.panel.reveal();
        // Use VS Code's own command, so that it forgets the changes, too.
        await vscode.commands.executeCommand('workbench.action.files.revert');
        return;
      case 'keepChanges':
        document.keepChanges();
        return;
      default:
        action satisfies never;
    }
  }
}
