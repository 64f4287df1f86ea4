// The launches and faults of the test bed, shared by the tests of the peer and of `sevscope validate`.

import type { Cpu, DomainSpec, Faults } from './bedDomain';
import type { Owner } from './owner';

/** Launches that match, from an owner's files. */
export function launchesOf({
  kernel,
  initrd,
}: Pick<Owner, 'kernel' | 'initrd'>): [title: string, launch: Omit<DomainSpec, 'host' | 'name'>][] {
  const measured = { kernel, kernelHashes: true };
  return [
    ['SEV with 1 vCPU', { policy: 1, vcpus: 1 }],
    ['SEV with 4 vCPUs', { policy: 3, vcpus: 4 }],
    ['SEV-ES with 1 vCPU', { policy: 5, vcpus: 1 }],
    ['SEV-ES with 2 vCPUs', { policy: 7, vcpus: 2 }],
    ['SEV-ES with 4 vCPUs', { policy: 4, vcpus: 4 }],
    ['SEV-ES with 64 vCPUs', { policy: 5, vcpus: 64 }],
    [
      'SEV-ES with 2 vCPUs and another image',
      { policy: 5, vcpus: 2, firmware: '/usr/share/OVMF/OVMF_CODE.fd' },
    ],
    ['SEV with a kernel alone', { policy: 1, ...measured }],
    ['SEV with a kernel and all that belongs to it', { policy: 1, ...measured, initrd, cmdline: 'quiet' }],
    ['SEV-ES with 2 vCPUs, kernel and initrd', { policy: 5, vcpus: 2, ...measured, initrd }],
    [
      'SEV-ES with 4 vCPUs, kernel and command line',
      { policy: 5, vcpus: 4, ...measured, cmdline: ' größe="<1>" & \'2\' ' },
    ],
  ];
}

/** A fault, how the peer ends, and how ours ends and with what message. */
export interface FaultCase {
  readonly what: string;
  readonly faults: Faults;
  /** Its exit status, or that it never ends; undefined when it has no such feature. */
  readonly peer: number | 'hangs' | undefined;
  readonly ours: number;
  readonly says: RegExp;
}

const MATCH = /^OK: The reported measurement equals the expected one/m;
const MISMATCH = /^ERROR: The reported measurement does not equal/m;
const MALFORMED = /^ERROR: The measurement is .*base64 of 48 bytes/m;
const UNREPORTED = /did not tell the launch measurement/;
/** What ours prints when a host is silent for the 2 s timeout. */
export const SILENT = /^ERROR: libvirt did not .* within 2 s, and the connection was ended/m;

type Row = [what: string, faults: Faults, peer: FaultCase['peer'], ours: number, says: RegExp];
const caseOf = ([what, faults, peer, ours, says]: Row): FaultCase => ({ what, faults, peer, ours, says });

const SURVIVED_ROWS: Row[] = [
  ['nothing', {}, 0, 0, MATCH],
  ['a measurement over another TIK', { over: { tik: '00'.repeat(16) } }, 1, 1, MISMATCH],
  ['a measurement without kernel hashes', { over: { hashes: false } }, 1, 1, MISMATCH],
  ['a measurement with another nonce', { form: 'nonce' }, 1, 1, MISMATCH],
  ['a measurement of random bytes', { form: 'garbage' }, 1, 1, MISMATCH],
  ['a measurement of 47 bytes', { form: 'short' }, 1, 2, MALFORMED],
  // The peer ignores what follows the nonce.
  ['a measurement of 51 bytes', { form: 'long' }, 0, 2, MALFORMED],
  ['a measurement whose base64 was cut', { form: 'truncated' }, 6, 2, MALFORMED],
  ['a measurement that is not base64', { form: 'not-base64' }, 6, 2, MALFORMED],
  ['a measurement that is empty', { form: 'empty' }, 1, 2, MALFORMED],
  ['a false policy', { report: { policy: 7 } }, 1, 1, MISMATCH],
  ['a false policy without SEV-ES', { report: { policy: 1 } }, 1, 1, MISMATCH],
  ['a false build', { report: { 'build-id': 4 } }, 1, 1, MISMATCH],
  ['a false major version', { report: { 'api-major': 0 } }, 1, 1, MISMATCH],
  ['a false minor version', { report: { 'api-minor': 50 } }, 1, 1, MISMATCH],
  ['an error of query-sev', { answer: { 'query-sev': 'error' } }, 6, 6, /query-sev failed/],
  [
    'an error of query-sev-launch-measure',
    { answer: { 'query-sev-launch-measure': 'error' } },
    6,
    6,
    /query-sev-launch-measure failed/,
  ],
  // QEMU is queried twice.
  ['slow answers', { slow: 0.6 }, 0, 0, MATCH],
  ['answers that are too slow', { slow: 2 }, undefined, 5, SILENT],
];

const DEADLY_ROWS: Row[] = [
  ['silence at query-sev', { answer: { 'query-sev': 'never' } }, 'hangs', 5, UNREPORTED],
  [
    'silence at query-sev-launch-measure',
    { answer: { 'query-sev-launch-measure': 'never' } },
    'hangs',
    5,
    UNREPORTED,
  ],
  [
    'silence at sev-inject-launch-secret',
    { answer: { 'sev-inject-launch-secret': 'never' } },
    'hangs',
    5,
    /did not take the secret/,
  ],
  ['death at query-sev', { answer: { 'query-sev': 'die' } }, 6, 6, /monitor/],
  ['death at query-sev-launch-measure', { answer: { 'query-sev-launch-measure': 'die' } }, 6, 6, /monitor/],
  ['death at sev-inject-launch-secret', { answer: { 'sev-inject-launch-secret': 'die' } }, 6, 6, /monitor/],
  [
    'an error of sev-inject-launch-secret',
    { answer: { 'sev-inject-launch-secret': 'error' } },
    6,
    6,
    /fw_error=7/,
  ],
];

/** Faults of a guest that it survives. */
export const SURVIVED: readonly FaultCase[] = SURVIVED_ROWS.map(caseOf);
/** Faults that a guest or its secrets do not survive; those of secrets come after a matching measurement. */
export const DEADLY: readonly FaultCase[] = DEADLY_ROWS.map(caseOf);

const OTHER_CPU: Cpu = [25, 17, 1];

/**
 * Measurements over something else, each of which matches for an owner who expects just that.
 * @param file the path of another kernel or initrd
 * @param firmware the path of another image
 */
export const overOther = (
  file: string,
  firmware: string,
): [string, NonNullable<Faults['over']>, Partial<DomainSpec>][] => [
  ['firmware', { firmware }, { firmware }],
  ['kernel', { kernel: file }, { kernel: file }],
  ['initrd', { initrd: file }, { initrd: file }],
  ['command line', { cmdline: 'verbose' }, { cmdline: 'verbose' }],
  ['CPU', { cpu: OTHER_CPU }, { cpu: OTHER_CPU }],
  ['number of vCPUs', { vcpus: 3 }, { vcpus: 3 }],
  ['policy', { policy: 7 }, { policy: 7 }],
];
