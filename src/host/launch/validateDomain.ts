// `SEV: Validate Domain Launch Measurement…`: chooses the domain, and the launch file with the owner's inputs;
// the report does the rest.

import * as vscode from 'vscode';
import { LAUNCH_PATTERN } from '../../contributions';
import { describeSummary, plainName } from '../../core/domain/describeSummary';
import type { DomainSummary } from '../../core/domain/facts';
import { choose, type Choice } from '../shell/ask';
import * as shellErrors from '../shell/errors';
import type { LaunchFile } from '../../core/check/launchFile';
import type { Io } from '../../app/io';
import { launchFileAt } from './checks';
import type { Connections } from '../connections/connections';
import { connectionTexts, storeConnectionTexts } from '../connections/connectionSettings';
import { isHers } from './consent';
import { canonicalUri } from './lastVerdicts';
import { newLaunchFile } from './newLaunchFile';
import type { ReportEditor } from './reportEditor';
import { reportUri, type DomainTarget, type ReportSource } from './reportSource';
import { acceptUri, chooseUri } from '../connections/uriChoice';
import { isObject } from '../../core/binary/values';

/** The most launch files to search for one that names the domain. */
const MOST_FILES = 100;

/** What the command needs. */
export interface ValidateContext {
  readonly io: Io;
  readonly reports: ReportEditor;
  readonly connections: Connections;
  readonly memory: vscode.Memento;
}

/** Asks for missing arguments, and opens the report. @param given a row of the view, or an object like one */
export async function validateDomain(around: ValidateContext, given?: unknown): Promise<void> {
  if (!vscode.workspace.isTrusted) throw shellErrors.untrustedWorkspace();
  const target = domainOf(given) ?? (await chooseDomain(around.connections));
  if (!target) return;
  // The caller may be a link in a document: ask about any connection that the user has not agreed to.
  if (!(await isHers(around.memory, target.uri, target.name))) return;
  const fresh = { label: 'New launch file for this domain…', description: 'your firmware, CPU and keys' };
  const chosen = await chooseInputs(around.io, target, fresh);
  if (!chosen) return;
  if (chosen.file) await around.reports.start(reportUri({ file: chosen.file, target }));
  else await newLaunchFile(undefined, target);
}

/**
 * What a launch file asks to have checked. The report shows why a file cannot be read.
 * @throws CheckError as acceptUri
 */
export async function sourceIn(io: Io, file: vscode.Uri): Promise<ReportSource> {
  const launch = await launchFileAt(io, file).catch(() => undefined);
  if (!launch?.domain || launch.launch) return { file };
  const { connection, name } = launch.domain;
  return { file, target: { uri: acceptUri(connection).canonical, domain: name, name } };
}

/**
 * Checks a launch file; a domain that it names only after the user has agreed to its connection.
 * @param explain whether to search for the cause of a mismatch at once
 */
export async function validateNamed(
  { io, reports, memory }: ValidateContext,
  file: vscode.Uri,
  explain = false,
): Promise<void> {
  const source = await sourceIn(io, file);
  const { target } = source;
  if (!target || (await isHers(memory, target.uri, target.name)))
    await reports.start(reportUri(source), explain);
}

/** The domain that a caller named. @throws CheckError when the connection is refused */
export function domainOf(given: unknown): DomainTarget | undefined {
  if (!isObject(given)) return undefined;
  const { uri, domain, name } = given;
  if (typeof uri !== 'string' || typeof domain !== 'string') return undefined;
  return { uri: acceptUri(uri).canonical, domain, name: typeof name === 'string' ? name : domain };
}

/** Asks for a connection, and one of its domains. */
export async function chooseDomain(connections: Connections): Promise<DomainTarget | undefined> {
  const known = [...new Set(connectionTexts().map(canonicalUri))];
  const other = { label: 'Another connection…' };
  const chosen =
    known.length === 0
      ? other
      : await choose([...known.map((label) => ({ label })), other], {
          title: 'Connection',
        });
  if (!chosen) return undefined;
  const uri = chosen === other ? await chooseUri(known) : chosen.label;
  if (uri === undefined) return undefined;
  if (!known.includes(uri)) await storeConnectionTexts([...connectionTexts(), uri]);
  const domains = connections.use(uri, (connection) => connection.listDomains());
  const picked = await choose<DomainItem>(
    domains.then((all) => all.map(domainItem)),
    { title: `Domain of ${uri}`, matchOnDescription: true },
  );
  return picked && { uri, domain: picked.uuid, name: picked.label };
}

interface DomainItem extends Choice {
  readonly uuid: string;
}

const domainItem = (summary: DomainSummary): DomainItem => ({
  label: plainName(summary),
  description: describeSummary(summary),
  detail: summary.uuid,
  uuid: summary.uuid,
});

/**
 * The launch file with the owner's inputs: the one that names the domain, or the user's choice.
 * @param fresh the choice of no file
 * @returns without a file for that choice; undefined when the user cancelled
 */
export async function chooseInputs(
  io: Io,
  target: DomainTarget,
  fresh: Choice,
): Promise<{ readonly file?: vscode.Uri } | undefined> {
  const files = await vscode.workspace.findFiles(LAUNCH_PATTERN, '**/node_modules/**', MOST_FILES);
  const read = await Promise.all(
    files.map(async (file) => ({ file, launch: await launchFileAt(io, file).catch(() => undefined) })),
  );
  const naming = read.filter(({ launch }) => launch?.domain && namesDomain(launch.domain, target));
  if (naming.length === 1) return naming[0];
  const items = [...naming, ...read.filter((one) => !naming.includes(one) && one.launch)].map(
    ({ file, launch }) => ({
      label: vscode.workspace.asRelativePath(file),
      description: launch?.name ?? '',
      file,
    }),
  );
  return choose<Choice & { file?: vscode.Uri }>([...items, fresh], {
    title: `Inputs for ${target.name}`,
    placeHolder: 'What was launched is compared with your own firmware, kernel, CPU and keys',
  });
}

function namesDomain({ connection, name }: NonNullable<LaunchFile['domain']>, target: DomainTarget): boolean {
  return (
    canonicalUri(connection) === target.uri && (name === target.name || name.toLowerCase() === target.domain)
  );
}
