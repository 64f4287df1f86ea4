// The comparison of a VMSA page with the one that a launch should have. It is an editor on a URI of its own that
// says everything: which file, and which page to generate. So it survives a reload and can be opened again.

import * as vscode from 'vscode';
import * as errors from '../core/errors';
import { generateVmsa, type VmsaRequest } from '../core/vmsa/generate';
import { VMSA_SIZE } from '../core/vmsa/layout';
import { explainNotVmsa } from '../core/classify';
import { isRequest, type Action, type View } from '../protocol';
import { nameOf, readUri, watchFile } from './fileEditors';
import { Page, PageEditor } from './page';
import { firmwareChoices, pickFirmware, savePage } from './picks';
import { sentence } from './present';

const SCHEME = 'sevscope-compare';

/** The URI of a comparison; its path is what the tab shows. */
export function comparisonUri(file: vscode.Uri, request: VmsaRequest): vscode.Uri {
  return vscode.Uri.from({
    scheme: SCHEME,
    path: `/${nameOf(file)} ↔ generated`,
    query: JSON.stringify({ file: file.toString(), request }),
  });
}

interface Comparison {
  readonly file: vscode.Uri;
  readonly request: VmsaRequest;
}

/** What a comparison's URI says. @throws CheckError when it was made by hand and says nothing */
function parseComparison(uri: vscode.Uri): Comparison {
  try {
    const { file, request } = JSON.parse(uri.query) as { file?: unknown; request?: unknown };
    if (typeof file === 'string' && isRequest(request))
      return { file: vscode.Uri.parse(file, true), request };
  } catch {
    // The same answer as for a URI of the wrong shape.
  }
  throw errors.badEditorUri('comparison');
}

/** Shows a page beside the expected one. */
export class ComparisonEditor extends PageEditor {
  static readonly viewType = 'sevscope.comparison';
  protected readonly viewType = ComparisonEditor.viewType;

  protected async open(uri: vscode.Uri, panel: vscode.WebviewPanel): Promise<void> {
    let shown: Extract<View, { kind: 'comparison' }> | undefined;
    const page = new Page(this.extensionUri, panel, async (action, request) => {
      if (!shown) return;
      const next = await act(action, request ?? shown.request);
      if (next) page.show((shown = { ...shown, request: next }));
    });
    const load = async ({ file, request }: Comparison) => {
      const bytes = await readUri(file);
      if (bytes.length !== VMSA_SIZE) throw errors.notAPage(nameOf(file), explainNotVmsa(bytes));
      const known = { request: shown?.request ?? request, firmware: shown?.firmware ?? [] };
      page.show((shown = { kind: 'comparison', name: nameOf(file), bytes, ...known }));
    };
    const loadOrExplain = (comparison: () => Comparison) =>
      Promise.resolve()
        .then(() => load(comparison()))
        .catch((error: unknown) => {
          page.show({
            kind: 'notice',
            title: 'The comparison cannot be shown',
            text: sentence(error),
            actions: [],
          });
        });
    await loadOrExplain(() => {
      const comparison = parseComparison(uri);
      const watcher = watchFile(comparison.file, () => void loadOrExplain(() => comparison));
      panel.onDidDispose(() => {
        watcher.dispose();
      });
      return comparison;
    });
    // Looking for images can take a while in a large workspace; the comparison does not wait for it.
    const firmware = await firmwareChoices();
    if (shown && firmware.length > 0) page.show((shown = { ...shown, firmware }));
  }
}

/** Does what a button asks for. @returns the request to show from now on, when it changed */
async function act(action: Action, request: VmsaRequest): Promise<VmsaRequest | undefined> {
  if (action === 'saveExpected') {
    if (!vscode.workspace.isTrusted) throw errors.untrustedWorkspace();
    await savePage(generateVmsa(request).bytes, request.role === 'bsp' ? 'vcpu0.vmsa' : 'vcpu1.vmsa');
  }
  if (action !== 'pickFirmware') return undefined;
  const resetAddress = await pickFirmware();
  return resetAddress === undefined ? undefined : { ...request, role: 'ap', resetAddress };
}
