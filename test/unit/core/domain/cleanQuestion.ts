// A question about a domain of which every rule is fulfilled, and changes to it: what the tests of rules and reports
// break one thing of.

import type {
  DomainConfig,
  HostFacts,
  LaunchSecurity,
  LaunchSecurityInfo,
} from '../../../../src/core/domain/facts';
import { toBase64 } from '../../../../src/core/binary/hex';
import { encode } from '../../../../src/core/binary/struct';
import { ID_AUTH, ID_BLOCK, type idAuthIn, type idBlockIn } from '../../../../src/core/tech/snp/idBlock';
import type { DomainQuestion, GivenInputs, WaysToGive } from '../../../../src/core/domain/question';

/** An ID block in base64; of version 1, everything else zero unless it is given. */
export const idBlockWith = (values: Partial<ReturnType<typeof idBlockIn>> = {}): string =>
  toBase64(encode(ID_BLOCK, { version: 1, ...values }));

/** An ID authentication in base64, with the algorithm of an ID key. */
export const idAuthWith = (values: Partial<ReturnType<typeof idAuthIn>> = {}): string =>
  toBase64(encode(ID_AUTH, { id_key_algorithm: 1, ...values }));

/** Words for the advice to give an input. */
export const WAYS: WaysToGive = (input) => `as the ${input}`;

const LAUNCH_SECURITY: LaunchSecurity = {
  type: 'sev',
  kernelHashes: true,
  policy: 5n,
  cbitpos: 51,
  reducedPhysBits: 1,
  dhCert: 'AQ==',
  session: 'Ag==',
  idBlock: undefined,
  idAuth: undefined,
  hostData: undefined,
  guestVisibleWorkarounds: undefined,
  authorKey: undefined,
  vcek: undefined,
  unknown: [],
};
const CONFIG: DomainConfig = {
  name: 'guest',
  uuid: '01234567-89ab-4def-8123-456789abcdef',
  type: 'kvm',
  vcpus: { max: 4, current: 2 },
  cpu: { mode: 'host-passthrough', model: undefined },
  arch: 'x86_64',
  machine: 'pc-q35-9.1',
  firmware: undefined,
  loader: {
    path: '/usr/share/OVMF.fd',
    type: 'pflash',
    stateless: true,
    readonly: true,
    secure: undefined,
    format: 'raw',
  },
  nvram: undefined,
  varstore: false,
  kernel: '/boot/vmlinuz',
  initrd: '/boot/initrd',
  cmdline: 'quiet',
  launchSecurity: LAUNCH_SECURITY,
  rawArguments: [],
  rawSettings: [],
};
const HOST: HostFacts = {
  hostname: 'node1.example.com',
  uuid: '11111111-2222-4333-8444-555555555555',
  driver: 'QEMU',
  libraryVersion: '9.0.0',
  serverVersion: '9.0.0',
  cpu: {
    arch: 'x86_64',
    vendor: 'AMD',
    model: 'EPYC-Milan',
    signature: { family: 25, model: 1, stepping: 1 },
  },
  sev: undefined,
};
const INFO: LaunchSecurityInfo = {
  measurement: 'AAAA',
  apiMajor: 1,
  apiMinor: 51,
  buildId: 3,
  policy: 5,
  snpPolicy: undefined,
};
const GIVEN: GivenInputs = {
  firmware: true,
  kernel: true,
  initrd: true,
  cmdline: true,
  vcpus: true,
  vmsa: true,
  measurement: false,
  apiMajor: false,
  apiMinor: false,
  buildId: false,
  policy: 5,
};

/** What of the clean question is otherwise. */
export interface Change extends Partial<Omit<DomainQuestion, 'config' | 'given' | 'info' | 'host'>> {
  readonly config?: Partial<DomainConfig>;
  /** Null for a domain without any. */
  readonly launch?: Partial<LaunchSecurity> | null;
  readonly loader?: Partial<NonNullable<DomainConfig['loader']>>;
  readonly host?: Partial<HostFacts>;
  /** Null for a domain that could not be asked. */
  readonly info?: Partial<LaunchSecurityInfo> | null;
  readonly given?: Partial<GivenInputs>;
}

/** The clean question with a change. */
export function questionWith(change: Change = {}): DomainQuestion {
  const { config, launch, loader, host, info, given, ...rest } = change;
  return {
    config: {
      ...CONFIG,
      launchSecurity: launch === null ? undefined : { ...LAUNCH_SECURITY, ...launch },
      loader: { ...CONFIG.loader!, ...loader },
      ...config,
    },
    state: { name: 'paused', reason: 'starting up' },
    host: { ...HOST, ...host },
    local: undefined,
    info: info === null ? undefined : { ...INFO, ...info },
    given: { ...GIVEN, ...given },
    insecure: false,
    ignoreConfig: false,
    ...rest,
  };
}
