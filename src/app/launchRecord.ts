// Recording a launch: what the host reports of a domain is written into a launch file beside the owner's inputs, so that it can be
// checked later and elsewhere. What the host says of firmware, kernel and vCPUs is left out: whoever launched a wrong guest would
// name what makes it look right.

import { isActive } from '../core/domain/question';
import { plainName, whySummaryUncheckable } from '../core/domain/describeSummary';
import * as errors from './errors';
import { parseMeasurement } from '../core/tech/sev/evidence';
import type { Connection } from '../libvirt/contract';
import type { Io } from './io';
import { parseLaunchFile, pathIn } from './launchFile';
import { parseLaunchText } from './launchText';

/** What a host reported of a launch, as a launch file holds it. */
export interface RecordedLaunch {
  /** The domain's name in one line. */
  readonly name: string;
  readonly uuid: string;
  readonly launch: {
    readonly measurement: string;
    readonly apiMajor: number;
    readonly apiMinor: number;
    readonly buildId: number;
    readonly policy: number;
  };
}

/** A launch file whose inputs are taken over. */
export interface Inputs {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/** A value that the host has to report. */
function reported<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw errors.notReported(what);
  return value;
}

/** Asks a host for the launch of a domain. @throws CheckError when it has none to tell, or tells nonsense */
export async function askLaunch(connection: Connection, domain: string): Promise<RecordedLaunch> {
  const { summary } = await connection.domain(domain);
  const { state } = summary;
  const why = whySummaryUncheckable(summary);
  if (why) throw errors.noLaunch(why);
  if (!isActive({ state })) throw errors.notStarted(state.name);
  const info = await connection.launchSecurityInfo(summary.uuid);
  const launch = {
    measurement: reported(info.measurement, 'sev-measurement'),
    apiMajor: reported(info.apiMajor, 'sev-api-major'),
    apiMinor: reported(info.apiMinor, 'sev-api-minor'),
    buildId: reported(info.buildId, 'sev-build-id'),
    policy: reported(info.policy, 'sev-policy'),
  };
  parseMeasurement(launch.measurement);
  return { name: plainName(summary), uuid: summary.uuid, launch };
}

/** What stands in a recorded launch for the owner's inputs until she gives them. */
const PLACEHOLDERS = {
  firmware: 'OVMF.fd',
  vcpus: 1,
  cpu: 'EPYC-Milan',
  keys: { tik: 'tik.bin', tek: 'tek.bin' },
};

/** Members that are paths, and objects of such. */
const PATHS = ['firmware', 'kernel', 'initrd', 'vmsa', 'keys'];

/** A value with every path in it as it has to be in another folder; absolute ones stay. */
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
 * @param path where it is to stand, absolute
 * @param connection where the domain can be asked again, when a launch file may name it
 * @param inputs the launch file with the owner's inputs; placeholders without one
 * @throws CheckError when that is none, or the host reports what no launch file can hold
 */
export function recordedText(
  io: Io,
  { name, uuid, launch }: RecordedLaunch,
  path: string,
  connection: string | undefined,
  inputs?: Inputs,
): string {
  // Read for its complaints; written from the text, so that what is in it stays as it is.
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
