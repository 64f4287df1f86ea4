// Launch files of SEV-SNP beside the sample's files: one that names the digest of its inputs, and one whose digest is of
// another number of vCPUs.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesToHex } from '../../src/core/binary/hex';
import { matrixRows } from '../../src/core/check/matrix';
import { cpuByName } from '../../src/core/vmsa/launch/generate';
import { findProfile } from '../../src/core/vmsa/launch/profiles';
import { readSnpLaunch } from '../../src/app/digestLaunch';
import { io } from './io';

/** Writes `snp.sevlaunch.json` and `snp-odd.sevlaunch.json` into a folder that has the sample. */
export async function writeSnpLaunches(folder: string): Promise<void> {
  const firmware = 'OVMF.sample.fd';
  const start = await readSnpLaunch(
    io,
    { firmware: join(folder, firmware), kernel: join(folder, 'vmlinuz.sample'), cmdline: 'quiet' },
    { find: () => undefined },
  );
  const cpus = [{ name: 'EPYC-Milan', id: cpuByName('EPYC-Milan') }];
  const [one, two] = [...matrixRows({ ...start, profiles: [findProfile('snp')!], cpus, counts: [1, 2] })];
  const launch = { firmware, kernel: 'vmlinuz.sample', cmdline: 'quiet', vcpus: 2, cpu: 'EPYC-Milan' };
  for (const [name, { digest }] of [
    ['snp', two!],
    ['snp-odd', one!],
  ] as const) {
    const file = { technology: 'snp', ...launch, launchDigest: bytesToHex(digest) };
    writeFileSync(join(folder, `${name}.sevlaunch.json`), JSON.stringify(file, null, 2));
  }
}
