// Guests on the test bed's host b, with launch files that contain what their owner knows, for tests in the workbench.

import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REMOTE_CPU, type Bed } from './bed';
import { FIRMWARE, type Domain } from './bedDomain';

/** User settings with host b and a timeout of 4 s. */
export const settingsFor = (bed: Bed): Record<string, unknown> => ({
  'sevscope.connections': [bed.uris.b.tcp],
  'sevscope.allowTcp': true,
  'sevscope.libvirtTimeout': 4,
});

/**
 * Writes a launch file with what the owner of a domain on host b knows, and her keys.
 * @param more changes to the file's values
 */
export function writeGuestLaunch(
  folder: string,
  bed: Bed,
  { name, session }: Domain,
  more: Readonly<Record<string, unknown>> = {},
): string {
  writeFileSync(join(folder, `${name}.tik`), session!.tik);
  writeFileSync(join(folder, `${name}.tek`), session!.tek);
  copyFileSync(FIRMWARE, join(folder, 'OVMF_CODE.fd'));
  const [family, model, stepping] = REMOTE_CPU;
  const launch = {
    name,
    firmware: 'OVMF_CODE.fd',
    vcpus: 2,
    cpu: { family, model, stepping },
    domain: { connection: bed.uris.b.tcp, name },
    keys: { tik: `${name}.tik`, tek: `${name}.tek` },
    ...more,
  };
  const file = `${name}.sevlaunch.json`;
  writeFileSync(join(folder, file), JSON.stringify(launch));
  return file;
}
