// Launches whose inputs were changed on purpose: what a platform would report for any setting of the search,
// computed here from Node's own hashes and whole pages, without the states and blocks that the search keeps.

import { createHash, createHmac } from 'node:crypto';
import type { FirmwareFacts, LaunchFacts, SvsmFacts } from '../../src/core/explain/launchFacts';
import type { Setting } from '../../src/core/explain/setting';
import { encodeHashTable } from '../../src/core/launch/kernelHashes';
import { buildOvmf, DEFAULT_SEV_SECTIONS } from '../../src/core/ovmf/build';
import { SVSM_INFO } from '../../src/core/ovmf/entries';
import { parseOvmf } from '../../src/core/ovmf/image';
import { decode, encode } from '../../src/core/binary/struct';
import { generateVmsa, type Role } from '../../src/core/vmsa/launch/generate';
import { VMSA } from '../../src/core/vmsa/layout/layout';
import { snpDigestOf } from './plantedSnp';
import { randomBytes, seeded } from './random';

const random = seeded(4711);
const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** TIK, then TEK. */
export const KEYS = [randomBytes(random, 16), randomBytes(random, 16)] as const;
const NONCES = [randomBytes(random, 16), randomBytes(random, 16)];

function image(
  origin: FirmwareFacts['origin'],
  name: string,
  bytes: Uint8Array,
  resetAddress: number,
): FirmwareFacts {
  const { sevMetadata, hashArea } = parseOvmf(bytes).value;
  const tables = { ...(sevMetadata && { sevMetadata }), ...(hashArea && { hashArea }) };
  return {
    path: `/fw/${name}`,
    name,
    origin,
    parts: [bytes],
    sha256: sha256(bytes),
    resetAddress,
    image: tables,
  };
}

/** An SVSM image with some of the sections of firmware. @param entry from its first byte on */
export function svsm(origin: SvsmFacts['origin'], name: string, seed: number, entry: number): SvsmFacts {
  const data = Buffer.alloc(4);
  data.writeUInt32LE(entry);
  const bytes = buildOvmf({
    size: 0x4000,
    seed,
    extraEntries: [{ guid: SVSM_INFO.guid, data }],
    sevSections: DEFAULT_SEV_SECTIONS.slice(0, 4),
  });
  const { sevMetadata } = parseOvmf(bytes).value;
  return { path: `/svsm/${name}`, name, origin, bytes, entry, image: { sevMetadata } };
}

const IMAGE = buildOvmf({ size: 0x10000 });
const FILE = (name: string) => ({ name, path: `/${name}`, bytes: 100, sha256: sha256(Buffer.from(name)) });

/**
 * The pages of a launch that used the CPU before the given one, and other firmware: no generated page is similar
 * to them.
 */
const page = (role: Role, odd: number): Uint8Array => {
  const request = {
    profile: 'sev-es',
    role,
    cpu: { family: 25, model: 1, stepping: 1 },
    resetAddress: 0x80b004,
  } as const;
  return encode(VMSA, { ...decode(VMSA, generateVmsa(request).bytes), dr6: 0xffff0ff0n + BigInt(odd) });
};

/** Facts of a launch with everything that a cause can be about; `reported` fills in what is to be explained. */
export function factsOf(over: Partial<LaunchFacts> = {}): LaunchFacts {
  return {
    title: 'planted',
    technology: 'sev-es',
    wanted: { kind: 'measurement', hmac: new Uint8Array(32), mnonce: NONCES[0]! },
    others: [{ label: 'other.sevlaunch.json', hmac: randomBytes(seeded(1), 32), mnonce: NONCES[1]! }],
    platform: { apiMajor: 1, apiMinor: 55, buildId: 24, policy: 7 },
    firmwares: [
      image('given', 'OVMF.fd', IMAGE, 0x80b004),
      image('code part', 'OVMF.fd without its variable store', IMAGE.subarray(4096), 0x80b004),
      image(
        'with variables',
        'VARS.fd and then OVMF.fd',
        Buffer.concat([Buffer.alloc(4096, 7), IMAGE]),
        0x80b004,
      ),
      image('beside', 'OVMF.fd.bak', Buffer.from(IMAGE).fill(9, 0, 64), 0x808004),
    ],
    ofFiles: [],
    svsms: [],
    stores: [],
    isVarsFile: false,
    kernel: FILE('vmlinuz'),
    initrd: FILE('initrd'),
    cmdline: ' "quiet"  root=/dev/vda\tro nr_cpus=4\r\n',
    vcpus: 4,
    cpu: { family: 25, model: 17, stepping: 1 },
    hostCpu: { family: 25, model: 160, stepping: 1 },
    profile: 'sev-es',
    features: undefined,
    vmsa: undefined,
    keys: { tik: '/keys/tik', tek: '/keys/tek' },
    known: undefined,
    maxVcpus: 20,
    searchFolder: true,
    ...over,
  };
}

/** The same, with VMSA files. */
export const factsWithFiles = (over: Partial<LaunchFacts> = {}): LaunchFacts =>
  factsOf({ cpu: undefined, profile: undefined, vmsa: { bsp: page('bsp', 0), ap: page('ap', 1) }, ...over });

/** Everything loaded for a setting, hashed in one go. */
export function launchDigestOf(facts: LaunchFacts, setting: Setting): Buffer {
  const { firmware, hashes, kernel, initrd, cmdline, vcpus, pages, profile, cpu, features, policy } = setting;
  const { parts, resetAddress } = facts.firmwares[firmware]!;
  const below = setting.svsm === undefined ? undefined : facts.svsms[setting.svsm]!;
  const { length } = Buffer.concat(parts);
  const entry = below && 2 ** 32 - length - setting.varsSize - below.bytes.length + below.entry;
  const table = hashes && kernel ? encodeHashTable({ kernel, initrd, cmdline }) : undefined;
  const made = (role: Role) => {
    if (pages !== 'generated') return facts.vmsa![(pages === 'files') === (role === 'bsp') ? 'bsp' : 'ap']!;
    const request = {
      profile,
      role,
      cpu: cpu!,
      resetAddress,
      svsm: entry === undefined ? undefined : { entry },
    };
    const values = decode(VMSA, generateVmsa(request).bytes);
    return encode(VMSA, {
      ...values,
      ...setting.fields,
      sev_features: features ?? values.sev_features,
    });
  };
  const measuresVcpus = facts.technology === 'snp' || (policy & 4) !== 0;
  const vmsas = measuresVcpus ? Array.from({ length: vcpus }, (_, i) => made(i === 0 ? 'bsp' : 'ap')) : [];
  if (facts.technology === 'snp')
    return snpDigestOf(facts.firmwares[firmware]!, setting, table, vmsas, below);
  return sha256(...parts, ...(table ? [table] : []), ...vmsas);
}

/** The HMAC that a platform would report for a setting. */
export function hmacFor(facts: LaunchFacts, setting: Setting): Buffer {
  const { apiMajor, apiMinor, buildId, policy, key, nonce } = setting;
  const bits = Buffer.alloc(4);
  bits.writeUInt32LE(policy);
  const mnonce = NONCES[nonce]!;
  // Firmware before API 0.17 measures neither its version nor the context.
  const head = apiMajor === 0 && apiMinor < 17 ? Buffer.of() : Buffer.of(4, apiMajor, apiMinor, buildId);
  const message = Buffer.concat([head, bits, launchDigestOf(facts, setting), mnonce]);
  return createHmac('sha256', KEYS[key]).update(message).digest();
}
