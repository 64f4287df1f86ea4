// Launch files of SEV-SNP beside the sample's files: one that names the digest of its inputs, one whose digest is of another number of
// vCPUs, and the same with an SVSM image below the firmware, where the second has the digest that sev-snp-measure prints.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesToHex } from '../../src/core/binary/hex';
import { matrixRows } from '../../src/core/check/matrix';
import { cpuByName } from '../../src/core/vmsa/launch/generate';
import { findProfile } from '../../src/core/vmsa/launch/profiles';
import { readSnpLaunch } from '../../src/app/digestLaunch';
import { readSvsmLaunch } from '../../src/app/svsmLaunch';
import { buildOvmf } from '../../src/core/ovmf/build';
import { SVSM_INFO } from '../../src/core/ovmf/entries';
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

const SVSM = 'svsm.bin';
const VARS_SIZE = 0x84000;
/** Where the SVSM starts, from its first byte on. */
const ENTRY = 0x40;

/** Writes `svsm.bin`, `svsm.sevlaunch.json` and `svsm-odd.sevlaunch.json` into a folder that has the sample. */
export async function writeSvsmLaunches(folder: string): Promise<void> {
  const firmware = 'OVMF.sample.fd';
  const entry = { guid: SVSM_INFO.guid, data: Uint8Array.of(ENTRY, 0, 0, 0) };
  writeFileSync(join(folder, SVSM), buildOvmf({ size: 0x8000, extraEntries: [entry] }));
  const start = await readSvsmLaunch(
    io,
    { firmware: join(folder, firmware) },
    { svsm: join(folder, SVSM), varsSize: VARS_SIZE },
    { find: () => undefined },
  );
  const cpus = [{ name: 'EPYC-Milan', id: cpuByName('EPYC-Milan') }];
  for (const [name, profile] of [
    ['svsm', 'snp-svsm'],
    ['svsm-odd', 'snp-svsm-measure'],
  ] as const) {
    const [row] = [...matrixRows({ ...start, profiles: [findProfile(profile)!], cpus, counts: [2] })];
    const launch = { firmware, svsm: SVSM, varsSize: VARS_SIZE, vcpus: 2, cpu: 'EPYC-Milan' };
    const file = { technology: 'snp', ...launch, launchDigest: bytesToHex(row!.digest) };
    writeFileSync(join(folder, `${name}.sevlaunch.json`), JSON.stringify(file, null, 2));
  }
}
