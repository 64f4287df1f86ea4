// A later libvirt and QEMU for one host of the libvirt test bed: those of Debian's bookworm-backports, the first that know SEV-SNP.
// Nothing of them is installed: their packages are unpacked into a folder of the cache.
// @ts-check

import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, Failure, atExit, must, since } from './run.mjs';

const SUITE = 'bookworm-backports';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** What differs from the packages of the machine; whatever else they need is that of the bed. */
const PACKAGES = [
  ...['libvirt0', 'libvirt-common', 'libvirt-daemon', 'libvirt-daemon-common', 'libvirt-daemon-driver-qemu'],
  ...['libvirt-clients', 'qemu-system-x86', 'qemu-system-common', 'qemu-system-data', 'seabios'],
];

/** Where they are, in the form of a root folder. */
export const BACKPORTS = join(CACHE, SUITE);

/** Why they cannot be had here, or undefined. */
function whyNot() {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  if (!/^VERSION_CODENAME=bookworm$/m.test(release) || process.arch !== 'x64')
    return 'they are for Debian 12 on x86-64';
  return existsSync(KEYRING) ? undefined : `there is no ${KEYRING}`;
}

/** Fetches and unpacks them, about 10 s once. @throws {Failure} when they cannot be had */
export async function ensureBackports() {
  if (existsSync(BACKPORTS)) return;
  const reason = whyNot();
  if (reason !== undefined) throw new Failure(`The packages of ${SUITE} cannot be had here: ${reason}.`);
  const begin = performance.now();
  console.log(`Fetching libvirt and QEMU of ${SUITE}, once…`);
  const work = `${BACKPORTS}.${process.pid}.tmp`;
  const tidy = () => rmSync(work, { recursive: true, force: true });
  atExit(tidy);
  try {
    // Lists and settings of its own, so that the machine's know nothing of this suite.
    for (const folder of ['lists/partial', 'cache/archives/partial', 'root'])
      mkdirSync(join(work, folder), { recursive: true });
    const list = join(work, 'sources.list');
    writeFileSync(list, `deb [signed-by=${KEYRING}] http://deb.debian.org/debian ${SUITE} main\n`);
    const options = [
      ...[`Dir::Etc::sourcelist=${list}`, 'Dir::Etc::sourceparts=/dev/null', 'APT::Sandbox::User=root'],
      ...[`Dir::State::lists=${work}/lists`, `Dir::Cache=${work}/cache`],
    ].flatMap((option) => ['-o', option]);
    const apt = (/** @type {string[]} */ args) =>
      must('backports.log', 'apt-get', [...options, ...args], { cwd: work, seconds: 300 });
    await apt(['update']);
    await apt(['download', ...PACKAGES.map((name) => `${name}/${SUITE}`)]);
    for (const name of readdirSync(work).filter((file) => file.endsWith('.deb')))
      await must('backports.log', 'dpkg', ['-x', join(work, name), join(work, 'root')], { seconds: 60 });
    // Two concurrent runs may both get here; the second finds an equal folder under the name.
    if (!existsSync(BACKPORTS)) renameSync(join(work, 'root'), BACKPORTS);
  } finally {
    tidy();
  }
  console.log(`  done in ${since(begin)}`);
}
