// What the targets of launch files share.

import { buildOvmf } from '../../src/core/ovmf/build';

/** Where the launch file is. */
export const PATH = '/guest/a.sevlaunch.json';
/** A key. */
export const TIK = Uint8Array.from({ length: 16 }, (_, i) => i + 1);
/** Words of launch files. */
export const MEMBERS = [
  ...[
    'firmware',
    'kernel',
    'initrd',
    'cmdline',
    'vcpus',
    'cpu',
    'profile',
    'vmsa',
    'bsp',
    'ap',
    'keys',
    'tik',
    'tek',
    'tk',
  ],
  ...[
    'launch',
    'measurement',
    'apiMajor',
    'apiMinor',
    'buildId',
    'policy',
    'domain',
    'connection',
    'name',
    '$schema',
  ],
  ...[
    'EPYC-Milan',
    'sev-es',
    'tik.bin',
    'OVMF.fd',
    'qemu:///system',
    'qemu+tcp://h/system',
    '0x5',
    '"',
    '{',
    '}',
    ',',
    ':',
    '//',
  ],
  ...['__proto__', 'constructor', '\ufeff'],
];

const MEASUREMENT = Buffer.from(Array.from({ length: 48 }, (_, i) => i)).toString('base64');
/** What a host reported. */
export const recorded = { measurement: MEASUREMENT, apiMajor: 1, apiMinor: 55, buildId: 24, policy: 5 };
/** A small image. */
export const FIRMWARE = buildOvmf({ size: 0x1000 });
