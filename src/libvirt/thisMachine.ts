// What this machine is known by, to be compared with what a host says of itself.

import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { identifyingIds, type MachineIds } from './locality';

/** systemd's id of the installation, and the firmware's of the machine, which only root may read. */
const ID_FILES = ['/etc/machine-id', '/sys/class/dmi/id/product_uuid'];

/** Its name, and those of its ids that no other machine has. */
export async function thisMachine(): Promise<MachineIds> {
  const read = await Promise.all(ID_FILES.map((path) => readFile(path, 'utf8').catch(() => '')));
  return { name: hostname(), ids: identifyingIds(read) };
}
