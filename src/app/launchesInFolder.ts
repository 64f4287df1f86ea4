// The measurements in other launch files of the same folder: one of them may be the one that was meant.

import { CheckError } from '../core/errors';
import { parseMeasurement } from '../core/tech/sev/evidence';
import type { OtherMeasurement } from './explainThreads';
import type { Io } from './io';
import { readLaunchFile } from './launchFile';

/** A folder with more launch files is a collection, not the history of one guest. */
const MOST = 100;

/**
 * The measurements recorded in other launch files of this file's folder; files that are not launch files are skipped.
 * @param path of a launch file, absolute
 */
export async function measurementsInFolder(io: Io, path: string): Promise<OtherMeasurement[]> {
  const { basename, dirname, join } = io.path;
  const folder = dirname(path);
  const names = await io.list(folder);
  const found: OtherMeasurement[] = [];
  const others = names.filter((name) => name.endsWith('.sevlaunch.json') && name !== basename(path));
  for (const name of others.sort().slice(0, MOST)) {
    try {
      // Nobody asked for these: a pipe among them must not hold up the rest.
      const measurement = (await readLaunchFile(io, join(folder, name), { onlyFile: true })).launch
        ?.measurement;
      if (measurement === undefined) continue;
      parseMeasurement(measurement);
      found.push({ label: name, measurement });
    } catch (error) {
      if (!(error instanceof CheckError)) throw error;
    }
  }
  return found;
}
