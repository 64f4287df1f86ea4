// Makes launches for tests: files in a folder, the options that name them, and the measurement that a platform
// would report, computed here from Node's own hashes and the peer's pages rather than by the code under test.

import { createHash, createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { guidBytes } from '../../src/core/binary/guid';
import { randomBytes, type Random } from './random';

/** A launch as a test specifies it. */
export interface LaunchCase {
  readonly policy: number;
  readonly vcpus: number;
  readonly firmware: string;
  readonly kernel: boolean;
  readonly initrd: boolean;
  readonly cmdline: string | undefined;
  readonly combinedKeys: boolean;
  /** The pages that the guest was launched with, and whether they are given as files or as a CPU. */
  readonly pages: readonly [Uint8Array, Uint8Array];
  readonly cpu: readonly [number, number, number];
  readonly fromFiles: boolean;
}

const sha256 = (...parts: Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** The table of hashes as QEMU writes it for a kernel, in 20 lines that share nothing with the product. */
function hashTable(kernel: Uint8Array, initrd: Uint8Array, cmdline: string): Buffer {
  const entry = (guid: string, hash: Buffer) => Buffer.concat([guidBytes(guid), Buffer.of(50, 0), hash]);
  return Buffer.concat([
    guidBytes('9438d606-4f22-4cc9-b479-a793d411fd21'),
    Buffer.of(168, 0),
    entry('97d02dd8-bd20-4c94-aa78-e7714d36ab2a', sha256(Buffer.from(cmdline), Buffer.of(0))),
    entry('44baf731-3a2f-4bd7-9af1-41e29169781d', sha256(initrd)),
    entry('4de79437-abd2-427f-b835-d5b172d2045b', sha256(kernel)),
    Buffer.alloc(8),
  ]);
}

/** Writes the files of a launch into `folder`. @returns the options by name that check it */
export function writeLaunch(
  folder: string,
  launch: LaunchCase,
  firmware: Uint8Array,
  random: Random,
): Map<string, string> {
  const put = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(folder, name), bytes);
    return name;
  };
  const [kernel, initrd] = [randomBytes(random, 1 + random(5000)), randomBytes(random, random(9000))];
  const [tik, tek, nonce] = [randomBytes(random, 16), randomBytes(random, 16), randomBytes(random, 16)];
  // The peer knows only how SEV firmware measures from API 0.17 on.
  const platform = { apiMajor: random(256), apiMinor: 17 + random(239), buildId: random(256) };
  const options = new Map<string, string>();

  const hash = createHash('sha256').update(firmware);
  options.set('--firmware', launch.firmware);
  if (launch.kernel) {
    options.set('--kernel', put('kernel', kernel));
    if (launch.initrd) options.set('--initrd', put('initrd', initrd));
    if (launch.cmdline !== undefined) options.set('--cmdline', launch.cmdline);
    hash.update(hashTable(kernel, launch.initrd ? initrd : new Uint8Array(0), launch.cmdline ?? ''));
  }
  if (launch.policy & 4) {
    for (let i = 0; i < launch.vcpus; i++) hash.update(launch.pages[i === 0 ? 0 : 1]);
    options.set('--num-cpus', String(launch.vcpus));
    if (launch.fromFiles) {
      options.set('--vmsa-cpu0', put('vmsa0.bin', launch.pages[0]));
      if (launch.vcpus > 1) options.set('--vmsa-cpu1', put('vmsa1.bin', launch.pages[1]));
    } else {
      ['--cpu-family', '--cpu-model', '--cpu-stepping'].forEach((name, i) =>
        options.set(name, String(launch.cpu[i])),
      );
    }
  }
  if (launch.combinedKeys) options.set('--tk', put('tk.bin', Buffer.concat([tek, tik])));
  else options.set('--tik', put('tik.bin', tik)).set('--tek', put('tek.bin', tek));

  const policy = Buffer.alloc(4);
  policy.writeUInt32LE(launch.policy);
  const message = Buffer.concat([
    Buffer.of(4, platform.apiMajor, platform.apiMinor, platform.buildId),
    policy,
    hash.digest(),
    nonce,
  ]);
  options.set(
    '--measurement',
    Buffer.concat([createHmac('sha256', tik).update(message).digest(), nonce]).toString('base64'),
  );
  options.set('--api-major', String(platform.apiMajor)).set('--api-minor', String(platform.apiMinor));
  return options.set('--build-id', String(platform.buildId)).set('--policy', String(launch.policy));
}
