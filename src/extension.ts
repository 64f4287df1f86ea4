// Registers editors and commands; everything else happens when one of them is used.

import type { ExtensionContext } from 'vscode';
import { registerCommands } from './host/commands';
import { ComparisonEditor } from './host/comparisonEditor';
import { Connections } from './host/connections';
import { DomainsView } from './host/domainsView';
import { libvirtWorkerScript } from './host/files';
import { ImagesEditor } from './host/imagesEditor';
import { LastVerdicts } from './host/lastVerdicts';
import { OvmfEditor } from './host/ovmfEditor';
import { RecentCpus } from './host/recentCpus';
import { ReportEditor } from './host/reportEditor';
import { ReportStore } from './host/reportStore';
import { VmsaEditor } from './host/vmsaEditor';

/** Called by VS Code when an editor or command of ours is used for the first time. */
export function activate(context: ExtensionContext): void {
  const { extensionUri } = context;
  const recent = new RecentCpus(context.globalState);
  const vmsa = new VmsaEditor(extensionUri);
  const verdicts = new LastVerdicts(context.globalState);
  const connections = new Connections(libvirtWorkerScript(extensionUri));
  const domains = new DomainsView(connections, verdicts);
  const reports = new ReportEditor(
    extensionUri,
    new ReportStore(context.workspaceState),
    ({ target }, report) => {
      if (target)
        void verdicts.rememberVerdict(target.uri, target.domain, report?.verdict ?? 'no verdict', new Date());
    },
  );
  context.subscriptions.push(
    vmsa.register(),
    new OvmfEditor(extensionUri).register(),
    new ImagesEditor(extensionUri).register(),
    new ComparisonEditor(extensionUri, vmsa, recent).register(),
    reports.register(),
    domains.register(),
    ...registerCommands(vmsa, recent, domains, { reports, connections, memory: context.globalState }),
  );
}
