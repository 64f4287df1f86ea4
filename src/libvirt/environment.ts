// The environment of the worker. libvirt and the ssh that it starts read variables that name programs,
// sockets, folders and other URIs; an extension host may have inherited them from a workspace (a dev
// container, a tool that loads .env files). So only the necessary ones are passed on, and what can be
// determined otherwise is not taken from them.

import { existsSync, realpathSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** Variables that are passed on: the language of messages, the time zone, and the socket of the user's ssh agent. */
const PASSED = ['LANG', 'LANGUAGE', 'LC_ALL', 'LC_CTYPE', 'LC_MESSAGES', 'TZ', 'SSH_AUTH_SOCK'];

/** Where systems keep their programs, such as ssh and nc; the last two are those of NixOS and Guix. */
const PROGRAM_FOLDERS = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
  '/run/current-system/sw/bin',
  '/run/current-system/profile/bin',
];
/** Where a user database that does not know root, as in a container, leaves nothing of them. */
const LEAST_PATH = ['/usr/bin', '/bin'].join(delimiter);
const WRITABLE_BY_OTHERS = 0o022;

/** The owner and the mode of a folder. */
type LookAt = (path: string) => { readonly uid: number; readonly mode: number };

/** Whether nobody but root can put a program into a folder, or another folder in its place. */
function isOnlyRoots(path: string, lookAt: LookAt): boolean {
  const { uid, mode } = lookAt(path);
  if (uid !== 0 || (mode & WRITABLE_BY_OTHERS) !== 0) return false;
  return dirname(path) === path || isOnlyRoots(dirname(path), lookAt);
}

/** Those of some folders that exist and that only root can change, wherever links lead; without duplicates. */
export function systemFolders(folders = PROGRAM_FOLDERS, lookAt: LookAt = statSync): string[] {
  const found = folders.flatMap((folder) => {
    try {
      const path = realpathSync(folder);
      return isOnlyRoots(path, lookAt) ? [path] : [];
    } catch {
      return [];
    }
  });
  return [...new Set(found)];
}

/** The user that runs this, according to the system. */
export interface Account {
  readonly home: string;
  readonly name: string;
  /** Such as /run/user/1000; undefined when there is none. */
  readonly runtime: string | undefined;
}

/**
 * The account of this process, from the system's user database. Containers may run under a number that is not in it.
 */
export function ownAccount(): Account {
  const id = String(process.getuid?.());
  const folder = join('/run/user', id);
  const runtime = existsSync(folder) ? folder : undefined;
  try {
    const { homedir, username } = userInfo();
    return { home: homedir, name: username, runtime };
  } catch {
    return { home: '/', name: id, runtime };
  }
}

/**
 * An environment for a URI that passed the allow-list. In `PATH`, where libvirt finds ssh, are no folders of a
 * workspace and none of the user's: a file named ssh would be run with the user's keys.
 */
export function safeEnvironment(
  env: NodeJS.ProcessEnv,
  account: Account,
  folders: readonly string[] = systemFolders(),
): NodeJS.ProcessEnv {
  return {
    ...Object.fromEntries(PASSED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))),
    PATH: folders.length === 0 ? LEAST_PATH : folders.join(delimiter),
    HOME: account.home,
    USER: account.name,
    LOGNAME: account.name,
    ...(account.runtime !== undefined && { XDG_RUNTIME_DIR: account.runtime }),
    // The extension host runs on Electron, which acts as Node only with this variable.
    ELECTRON_RUN_AS_NODE: '1',
  };
}
