// Records a launch: writes what the host reports about a domain into a launch file, together with the owner's
// inputs, so that it can be checked later and elsewhere. The host's firmware, kernel and vCPUs are left out:
// whoever launched a wrong guest would name whatever makes it look right.

import { isActive } from '../core/domain/question';
import { plainName, whySummaryUnreported } from '../core/domain/describeSummary';
import * as errors from './errors';
import type { ReportedLaunch } from '../core/check/launchFile';
import { parseMeasurement } from '../core/tech/sev/evidence';
import type { Connection } from '../libvirt/contract';
import { reportedLaunch } from './inputs';
import type { Io } from './io';
import { parseLaunchFile, pathIn } from './launchFile';
import { PATHS, samplesOf, SINGLE_ROWS, usualRowsIn } from './launchSchema';
import { parseLaunchText, type Json } from './launchText';

/** What a host reported about a launch, in the form of a launch file. */
export interface RecordedLaunch {
  /** The domain's name on one line. */
  readonly name: string;
  readonly uuid: string;
  readonly launch: ReportedLaunch;
}

/** A launch file whose inputs are copied. */
export interface Inputs {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/** Asks a host for the launch of a domain. @throws CheckError when it has none to report, or reports nonsense */
export async function askLaunch(connection: Connection, domain: string): Promise<RecordedLaunch> {
  const { summary } = await connection.domain(domain);
  const { state } = summary;
  const why = whySummaryUnreported(summary);
  if (why) throw errors.noLaunch(why);
  if (!isActive({ state })) throw errors.notStarted(state.name);
  const info = await connection.launchSecurityInfo(summary.uuid);
  const launch = reportedLaunch(info);
  parseMeasurement(launch.measurement);
  return { name: plainName(summary), uuid: summary.uuid, launch };
}

/** Placeholders in a recorded launch until the owner gives her inputs. */
const PLACEHOLDERS = Object.fromEntries([
  ...samplesOf(SINGLE_ROWS),
  ['keys', Object.fromEntries(samplesOf(usualRowsIn('keys')))],
]) as Json;

/** Rewrites every relative path in a value for another folder; absolute paths stay. */
function moved(io: Io, value: unknown, from: string, to: string): unknown {
  if (typeof value !== 'string')
    return Object.fromEntries(
      Object.entries(value as object).map(([name, path]) => [name, moved(io, path, from, to)]),
    );
  const { dirname, isAbsolute, relative, toSlashes } = io.path;
  if (isAbsolute(value) || dirname(from) === dirname(to)) return value;
  return toSlashes(relative(dirname(to), pathIn(io, from, value)));
}

/**
 * The text of a launch file with a recorded launch.
 * @param path it will have, absolute
 * @param connection where the domain can be asked again, if a launch file may name it
 * @param inputs the launch file with the owner's inputs; without it, placeholders are used
 * @throws CheckError when `inputs` is not a launch file, or the host reports something a launch file cannot express
 */
export function recordedText(
  io: Io,
  { name, uuid, launch }: RecordedLaunch,
  path: string,
  connection: string | undefined,
  inputs?: Inputs,
): string {
  // Parsed only to validate it; the output is built from the text, so that its content stays as it is.
  if (inputs) parseLaunchFile(io, inputs.text, inputs.path);
  const given = (inputs ? parseLaunchText(inputs.text).value : PLACEHOLDERS) as Readonly<
    Record<string, unknown>
  >;
  const owner = Object.entries(given)
    .filter(([member]) => !['name', 'launch', 'domain'].includes(member))
    .map(([member, value]) => [
      member,
      inputs && PATHS.includes(member) ? moved(io, value, inputs.path, path) : value,
    ]);
  const domain = connection === undefined ? {} : { domain: { connection, name: uuid } };
  const text = `${JSON.stringify({ name, ...Object.fromEntries(owner), launch, ...domain }, null, 2)}\n`;
  parseLaunchFile(io, text, path);
  return text;
}
