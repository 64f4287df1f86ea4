// The tiers of `npm test`, what each needs, and how it is run.
// @ts-check

/**
 * A tier is a folder of test/.
 * @typedef {object} Tier
 * @property {string} program a script in this folder that takes the options of mocha.mjs
 * @property {string[]} packages of Debian
 * @property {boolean} server whether it needs VS Code
 * @property {boolean} [bed] whether some of its tests use hosts of the libvirt bed; without root these are skipped, and their
 *   packages are not required
 * @property {boolean} [backports] whether some of these have a later libvirt; where it cannot be had they are skipped
 * @property {number} timeout for one test, in milliseconds
 * @property {number} seconds for each process: what hangs ends, and the slowest machine has time
 * @property {number} processes that share its files
 * @property {number} load how much of a core each of these keeps busy: processor time by wall time of a run alone
 */

/** @type {Record<string, Tier>} */
export const TIERS = {
  unit: {
    program: 'mocha.mjs',
    packages: [
      'ovmf',
      'ovmf-ia32',
      'qemu-efi-aarch64',
      'qemu-efi-arm',
      'libvirt-clients-qemu',
      'python3-lxml',
    ],
    server: false,
    timeout: 60_000,
    seconds: 1800,
    // Where nobody knows yet how long each file takes, smaller parts end closer to each other.
    processes: 4,
    load: 0.9,
  },
  // What `npm run check` has no time for: bounds on hostile inputs, and the exits, signals and memory of many real processes.
  limits: {
    program: 'mocha.mjs',
    packages: ['ovmf', 'ovmf-ia32', 'qemu-efi-aarch64', 'qemu-efi-arm'],
    server: false,
    timeout: 60_000,
    seconds: 1800,
    processes: 2,
    load: 0.9,
  },
  // A short run on the targets of `npm run fuzz`.
  fuzz: {
    program: 'mocha.mjs',
    packages: [],
    server: false,
    timeout: 60_000,
    seconds: 900,
    processes: 2,
    load: 1,
  },
  peer: {
    program: 'mocha.mjs',
    packages: ['ovmf', 'libvirt-clients-qemu', 'python3-lxml', 'uefitool-cli', 'zsh', 'fish'],
    server: false,
    timeout: 60_000,
    seconds: 1800,
    processes: 2,
    load: 0.9,
  },
  libvirt: {
    program: 'mocha.mjs',
    packages: [],
    server: false,
    bed: true,
    backports: true,
    timeout: 60_000,
    seconds: 2700,
    // Each has hosts of its own, and mostly waits: for what is silent, or slow.
    processes: 2,
    load: 0.5,
  },
  vscode: {
    program: 'extensionHost.mjs',
    packages: ['chromium', 'ovmf', 'libvirt0'],
    server: true,
    bed: true,
    timeout: 30_000,
    seconds: 1800,
    // All files share an extension host.
    processes: 1,
    load: 0.8,
  },
  browser: {
    program: 'mocha.mjs',
    packages: ['chromium', 'libvirt0'],
    server: true,
    bed: true,
    backports: true,
    timeout: 150_000,
    seconds: 3600,
    // A window, its server and its extension host: where a core has less than they want, they miss each other's moments.
    processes: 2,
    load: 1,
  },
};

/** What the libvirt test bed is made of, and the peer that it is tried with. */
export const BED_PACKAGES = [
  ...['libvirt-daemon', 'libvirt-daemon-driver-qemu', 'libvirt-clients', 'qemu-system-x86', 'ovmf'],
  ...['libvirt-clients-qemu', 'python3-libvirt', 'python3-lxml', 'python3-cryptography'],
  ...['openssh-server', 'iproute2', 'sasl2-bin', 'libsasl2-modules', 'libsasl2-modules-db'],
];
