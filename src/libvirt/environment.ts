// The environment of the worker. libvirt and the ssh that it starts read variables that name programs,
// sockets, folders and other URIs; an extension host may have inherited them from a workspace (a dev
// container, a tool that loads .env files). So only the necessary ones are passed on, and what can be
// determined otherwise is not taken from them.

import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';

/** Variables that are passed on: the language of messages, the time zone, and the socket of the user's ssh agent. */
const PASSED = ['LANG', 'LANGUAGE', 'LC_ALL', 'LC_CTYPE', 'LC_MESSAGES', 'TZ', 'SSH_AUTH_SOCK'];

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
 * An environment for a URI that passed the allow-list. `PATH` keeps its absolute folders, where libvirt finds ssh.
 */
export function safeEnvironment(env: NodeJS.ProcessEnv, account: Account): NodeJS.ProcessEnv {
  const path = (env['PATH'] ?? '').split(delimiter).filter(isAbsolute).join(delimiter);
  return {
    ...Object.fromEntries(PASSED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))),
    PATH: path === '' ? '/usr/local/bin:/usr/bin:/bin' : path,
    HOME: account.home,
    USER: account.name,
    LOGNAME: account.name,
    ...(account.runtime !== undefined && { XDG_RUNTIME_DIR: account.runtime }),
    // The extension host runs on Electron, which acts as Node only with this variable.
    ELECTRON_RUN_AS_NODE: '1',
  };
}
