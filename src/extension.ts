// Registers editors and commands; everything else happens when one of them is used.

import type { ExtensionContext } from 'vscode';
import { registerCommands } from './host/commands';
import { ComparisonEditor } from './host/vmsa/comparisonEditor';
import { Connections } from './host/connections/connections';
import { isHers } from './host/launch/consent';
import { DomainsView } from './host/domains/domainsView';
import { libvirtWorkerScript, scriptFolder } from './host/shell/files';
import { ImagesEditor } from './host/ovmf/imagesEditor';
import { LastVerdicts } from './host/launch/lastVerdicts';
import { LaunchDiagnostics } from './host/launch/launchDiagnostics';
import { registerLaunchLenses } from './host/launch/launchLenses';
import { registerLaunchSchema } from './host/launch/launchSchema';
import { LaunchTests } from './host/launch/launchTests';
import { OvmfEditor } from './host/ovmf/ovmfEditor';
import { RecentCpus } from './host/shell/recentCpus';
import { ReportEditor } from './host/launch/reportEditor';
import { ReportStore } from './host/launch/reportStore';
import { VmsaEditor } from './host/vmsa/vmsaEditor';
import { removeLeftovers } from './leftovers';
import { nodeIo } from './node/io';

/** Called by VS Code when one of our editors or commands is used, or a launch file is seen, for the first time. */
export function activate(context: ExtensionContext): void {
  const { extensionUri } = context;
  const io = nodeIo(scriptFolder(extensionUri).fsPath);
  const recent = new RecentCpus(context.globalState);
  const vmsa = new VmsaEditor(io, extensionUri);
  const verdicts = new LastVerdicts(context.globalState);
  const connections = new Connections(libvirtWorkerScript(extensionUri));
  const domains = new DomainsView(connections, verdicts);
  const reports = new ReportEditor(io, extensionUri, {
    connections,
    store: new ReportStore(context.workspaceState),
    mayConnect: ({ uri, name }) => isHers(context.globalState, uri, name),
    onVerdict: ({ uri, domain }, verdict) => {
      // If it could not be stored, the report must not be lost.
      verdicts.rememberVerdict(uri, domain, verdict ?? 'no verdict', new Date()).catch(() => undefined);
    },
  });
  context.subscriptions.push(
    vmsa.register(),
    new OvmfEditor(io, extensionUri).register(),
    new ImagesEditor(io, extensionUri).register(),
    new ComparisonEditor(io, extensionUri, vmsa, recent).register(),
    reports.register(),
    domains.register(),
    new LaunchDiagnostics(io).register(),
    registerLaunchSchema(extensionUri),
    registerLaunchLenses(),
    new LaunchTests({ io, extensionUri, connections, memory: context.globalState }).register(),
    ...registerCommands(vmsa, recent, domains, { io, reports, connections, memory: context.globalState }),
  );
}

/** Called by VS Code when the window closes or the extension is switched off: no process and no thread of ours goes on. */
export function deactivate(): void {
  removeLeftovers();
}
