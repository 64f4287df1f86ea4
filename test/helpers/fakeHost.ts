// A host with one SEV domain, as the body of a fake libvirt worker: for answers that a real host never gives.

import { answers } from './fakeWorker';

/** The host's answers; by default those of a guest that waits for its owner. */
export interface FakeHost {
  readonly name?: string;
  readonly state?: string;
  /** The type of launch security; `null` for none. */
  readonly launchSecurity?: string | null;
  /** Launch values that it reports in addition to a measurement of 48 bytes; `null` for a missing value. */
  readonly told?: Readonly<Record<string, string | number | null>>;
}

/** The domain's UUID. */
export const FAKE_UUID = '01234567-89ab-4def-8123-456789abcdef';
/** The measurement it reports by default. */
export const FAKE_MEASUREMENT = Buffer.alloc(48, 7).toString('base64');

/** An object as source text; null becomes undefined. */
const source = (value: unknown): string => JSON.stringify(value).replaceAll(/:null\b/g, ':undefined');

/** The body of a worker for fakeWorker(). */
export function fakeHost(host: FakeHost = {}): string {
  const { name = 'guest', state = 'paused', launchSecurity = 'sev', told = {} } = host;
  const summary = {
    id: 1,
    name,
    uuid: FAKE_UUID,
    state: { name: state, reason: 'unknown' },
    launchSecurity,
    sevEs: launchSecurity === 'sev' ? true : null,
    vcpus: 64,
    problem: null,
  };
  const config = {
    name,
    uuid: FAKE_UUID,
    type: 'kvm',
    vcpus: { max: 64, current: 64 },
    cpu: null,
    arch: null,
    machine: null,
    firmware: null,
    loader: {
      path: '/host/OVMF.fd',
      type: null,
      stateless: true,
      readonly: null,
      secure: null,
      format: null,
    },
    nvram: null,
    varstore: false,
    kernel: '/host/vmlinuz',
    initrd: null,
    cmdline: 'from=host',
    launchSecurity: null,
    rawArguments: [],
    rawSettings: [],
  };
  const info = {
    measurement: FAKE_MEASUREMENT,
    apiMajor: 1,
    apiMinor: 55,
    buildId: 24,
    policy: 5,
    snpPolicy: null,
    ...told,
  };
  const facts = {
    hostname: 'elsewhere',
    uuid: null,
    driver: 'QEMU',
    libraryVersion: '9.0.0',
    serverVersion: '9.0.0',
    cpu: { arch: 'x86_64', vendor: null, model: null, signature: null },
    sev: null,
  };
  return answers({
    open: null,
    host: source(facts),
    domains: `[${source(summary)}]`,
    domain: `{ summary: ${source(summary)}, config: ${source(config)} }`,
    launchSecurity: source(info),
    close: null,
  });
}
