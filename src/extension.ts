// Registers editors and commands; everything else happens when one of them is used.

import type { ExtensionContext } from 'vscode';
import { registerCommands } from './host/commands';
import { ComparisonEditor } from './host/comparisonEditor';
import { Connections } from './host/connections';
import { isHers } from './host/consent';
import { DomainsView } from './host/domainsView';
import { launchWorkerScript, libvirtWorkerScript } from './host/files';
import { ImagesEditor } from './host/imagesEditor';
import { LastVerdicts } from './host/lastVerdicts';
import { LaunchDiagnostics } from './host/launchDiagnostics';
import { registerLaunchLenses } from './host/launchLenses';
import { LaunchTests } from './host/launchTests';
import { OvmfEditor } from './host/ovmfEditor';
import { RecentCpus } from './host/recentCpus';
import { ReportEditor } from './host/reportEditor';
import { ReportStore } from './host/reportStore';
import { VmsaEditor } from './host/vmsaEditor';

/** Called by VS Code when an editor or command of ours is used, or a JSON file is opened, for the first time. */
export function activate(context: ExtensionContext): void {
  const { extensionUri } = context;
  const recent = new RecentCpus(context.globalState);
  const vmsa = new VmsaEditor(extensionUri);
  const verdicts = new LastVerdicts(context.globalState);
  const connections = new Connections(libvirtWorkerScript(extensionUri));
  const domains = new DomainsView(connections, verdicts);
  const reports = new ReportEditor(extensionUri, {
    store: new ReportStore(context.workspaceState),
    mayConnect: ({ uri, name }) => isHers(context.globalState, uri, name),
    onVerdict: ({ uri, domain }, verdict) => {
      // That it could not be remembered is no reason to lose the report.
      verdicts.rememberVerdict(uri, domain, verdict ?? 'no verdict', new Date()).catch(() => undefined);
    },
  });
  context.subscriptions.push(
    vmsa.register(),
    new OvmfEditor(extensionUri).register(),
    new ImagesEditor(extensionUri).register(),
    new ComparisonEditor(extensionUri, vmsa, recent).register(),
    reports.register(),
    domains.register(),
    new LaunchDiagnostics(launchWorkerScript(extensionUri)).register(),
    registerLaunchLenses(),
    new LaunchTests({ extensionUri, memory: context.globalState }).register(),
    ...registerCommands(vmsa, recent, domains, { reports, connections, memory: context.globalState }),
  );
}
