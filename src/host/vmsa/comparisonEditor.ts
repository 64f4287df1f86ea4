// The comparison of a VMSA page with another one, or with the one that a launch should have. It is an editor
// whose URI says everything: which file, and what it is compared with. So it survives a reload and can be
// reopened. A file that is open in an editor is compared with its unsaved changes.

import * as vscode from 'vscode';
import * as shellErrors from '../shell/errors';
import { generateVmsa, type VmsaRequest } from '../../core/vmsa/launch/generate';
import { SCHEMES, viewType } from '../../contributions';
import type { ActionOf } from '../../protocol/pages';
import type { NamedPage } from '../../protocol/shared';
import { isCount } from '../../core/binary/values';
import { isRequest, type ComparisonViewState, type FirmwareChoice } from '../../protocol/vmsa';
import { nameOf } from '../shell/files';
import { tabPath } from '../shell/labels';
import type { PageOfFile } from './pages';
import type { Io } from '../../app/io';
import { Page, PageEditor } from '../shell/page';
import { firmwareChoices, pickCpu, pickFirmware, savePage } from '../shell/picks';
import { sentence } from '../shell/present';
import { queryOf } from '../shell/query';
import type { RecentCpus } from '../shell/recentCpus';
import type { VmsaEditor } from './vmsaEditor';

type Comparison = PageOfFile & ({ readonly request: VmsaRequest } | { readonly other: PageOfFile });

const ignore = (): void => undefined;

const label = ({ file, page }: PageOfFile) => nameOf(file) + (page > 0 ? ` #${page + 1}` : '');

/** The URI of a comparison; its path is what the tab shows. */
export function comparisonUri(actual: PageOfFile, other: VmsaRequest | PageOfFile): vscode.Uri {
  const query = {
    file: actual.file.toString(),
    ...(actual.page > 0 ? { page: actual.page } : {}),
    ...('file' in other
      ? { otherFile: other.file.toString(), ...(other.page > 0 ? { otherPage: other.page } : {}) }
      : { request: other }),
  };
  return vscode.Uri.from({
    scheme: SCHEMES.comparison,
    path: tabPath(`${label(actual)} ↔ ${'file' in other ? label(other) : 'generated'}`),
    query: JSON.stringify(query),
  });
}

/** Decodes a comparison's URI. @throws CheckError when it was made by hand and is invalid */
function parseComparison(uri: vscode.Uri): Comparison {
  try {
    const { file, request, otherFile, page = 0, otherPage = 0 } = queryOf(uri);
    if (typeof file === 'string' && isCount(page) && isCount(otherPage)) {
      const actual = { file: vscode.Uri.parse(file, true), page };
      if (isRequest(request)) return { ...actual, request };
      if (typeof otherFile === 'string')
        return { ...actual, other: { file: vscode.Uri.parse(otherFile, true), page: otherPage } };
    }
  } catch {
    // Same answer as for a malformed URI.
  }
  throw shellErrors.badEditorUri('comparison');
}

/** Shows two pages side by side. */
export class ComparisonEditor extends PageEditor {
  static readonly viewType = viewType('comparison');
  protected readonly viewType = ComparisonEditor.viewType;

  constructor(
    io: Io,
    extensionUri: vscode.Uri,
    private readonly files: VmsaEditor,
    private readonly recent: RecentCpus,
  ) {
    super(io, extensionUri);
  }

  protected async open(uri: vscode.Uri, panel: vscode.WebviewPanel): Promise<void> {
    let shown: ComparisonViewState | undefined;
    let request: VmsaRequest | undefined;
    let firmware: readonly FirmwareChoice[] = [];
    const page = new Page(this.extensionUri, panel, 'comparison', {
      action: async ({ action, request: given }) => {
        const latest = given ?? request;
        const next = latest && (await this.act(action, latest));
        if (!next || !shown) return;
        request = next;
        page.show((shown = { ...shown, other: this.generated(next, firmware) }));
      },
      place: () => undefined,
    });
    let reads = 0;
    const stateOf = async (comparison: Comparison): Promise<ComparisonViewState> => {
      const actual = { kind: 'comparison', ...(await this.read(comparison)) } as const;
      if ('other' in comparison)
        return { ...actual, other: { kind: 'file', ...(await this.read(comparison.other)) } };
      request ??= comparison.request;
      return { ...actual, other: this.generated(request, firmware) };
    };
    const load = async (comparison: Comparison) => {
      const mine = ++reads;
      // A slow read must neither replace what a later one has shown, nor report its failure.
      try {
        const state = await stateOf(comparison);
        if (mine === reads) page.show((shown = state));
      } catch (error) {
        if (mine === reads) explain(error);
      }
    };
    const explain = (error: unknown) => {
      const title = 'The comparison cannot be shown';
      page.show({ kind: 'notice', title, text: sentence(error), actions: [] });
    };
    let comparison: Comparison;
    try {
      comparison = parseComparison(uri);
    } catch (error) {
      explain(error);
      return;
    }
    const again = () => load(comparison);
    const files = 'other' in comparison ? [comparison.file, comparison.other.file] : [comparison.file];
    const watchers = files.map((file) => this.files.watch(file, () => void again()));
    panel.onDidDispose(() => {
      vscode.Disposable.from(...watchers).dispose();
    });
    await again();
    if ('other' in comparison) return;
    // Searching for images can take a while in a large workspace; the page, which starts when this has returned, does not wait for
    // it. Without them, it offers none.
    void firmwareChoices(this.io).then((found) => {
      firmware = found;
      return found.length > 0 ? again() : undefined;
    }, ignore);
  }

  private generated(request: VmsaRequest, firmware: readonly FirmwareChoice[]): ComparisonViewState['other'] {
    return { kind: 'generated', request, firmware, recent: this.recent.list() };
  }

  private async read(at: PageOfFile): Promise<NamedPage> {
    return { name: label(at), bytes: await this.files.pageOf(at) };
  }

  /** Does what a button asks for. @returns the new request to show, if it changed */
  private async act(action: ActionOf<'comparison'>, request: VmsaRequest): Promise<VmsaRequest | undefined> {
    switch (action) {
      case 'saveExpected':
        if (!vscode.workspace.isTrusted) throw shellErrors.untrustedWorkspace();
        await savePage(this.io, generateVmsa(request).bytes, request.role);
        return undefined;
      case 'pickCpu': {
        const cpu = await pickCpu(this.recent, request.cpu);
        return cpu && { ...request, cpu };
      }
      case 'pickFirmware': {
        const resetAddress = await pickFirmware(this.io);
        return resetAddress === undefined ? undefined : { ...request, role: 'ap', resetAddress };
      }
      default:
        return action satisfies never;
    }
  }
}
