// Turns a launch file into a check of a batch: with the text of its open editor, and for a domain only over a
// connection that the user has agreed to.

import type * as vscode from 'vscode';
import * as errors from './errors';
import type { LaunchJob, JobSource } from '../../app/checkMany';
import type { Io } from '../../app/io';
import { checkedInputs, domainInputsOf, statedPlatform } from '../../app/launch';
import { launchFileAt } from './checks';
import { connectionOptions } from '../connections/connectionOptions';
import type { Connections } from '../connections/connections';
import { isHers, isHersAlready } from './consent';
import { nameOf } from '../shell/files';
import { acceptUri } from '../connections/uriChoice';

/** What a job needs from its context. */
export interface JobContext {
  readonly io: Io;
  readonly connections: Connections;
  readonly memory: vscode.Memento;
  /** Whether the user may be asked about a connection that is not yet agreed to. */
  readonly mayAsk: boolean;
  /** Called first. */
  readonly before: () => Promise<void>;
}

/** The check of a launch file. */
export function launchJob(uri: vscode.Uri, around: JobContext): LaunchJob {
  return {
    path: uri.fsPath,
    prepare: async () => {
      await around.before();
      return questionIn(uri, around);
    },
  };
}

async function questionIn(
  uri: vscode.Uri,
  { io, connections, memory, mayAsk }: JobContext,
): Promise<JobSource> {
  const file = await launchFileAt(io, uri);
  const { domain, launch } = file;
  if (launch || !domain) return { recorded: checkedInputs(file, nameOf(uri)) };
  const { canonical } = acceptUri(domain.connection);
  const mayConnect = mayAsk ? await isHers(memory, canonical, domain.name) : isHersAlready(memory, canonical);
  if (!mayConnect) throw errors.notAgreed(canonical);
  return {
    domain: { ...domainInputsOf(file, nameOf(uri)), platform: statedPlatform(file), domain: domain.name },
    connection: connectionOptions(connections.workerPath, canonical),
  };
}
