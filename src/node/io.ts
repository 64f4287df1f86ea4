// Node's implementation of app/io.ts: for the command line, the extension host on a desktop, and their threads.

import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import { chmod, mkdir, realpath } from 'node:fs/promises';
import { availableParallelism, homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import * as ioErrors from '../app/ioErrors';
import type { Io } from '../app/io';
import { verifierOf } from '../app/verifier';
import { runCommandLine } from './commandLine';
import { nodeHashes } from './hashes';
import { codeOf } from './open';
import {
  digestFile,
  listFolder,
  fileIdentity,
  probe,
  readDigested,
  readEnds,
  readFile,
  readStandardInput,
  statOf,
} from './read';
import { startThread } from './threads';
import { writeWhole } from './write';
import { writeAll } from './writeAll';

const toSlashes = (path: string): string => path.split(sep).join('/');

/** Node's Io. @param scripts the folder with the script of threads, which is that of the calling bundle */
export function nodeIo(scripts: string): Io {
  return {
    hasDisk: true,
    path: { basename, dirname, isAbsolute, join, relative, resolve, toSlashes },
    read: readFile,
    readDigested,
    readEnds,
    readStandardInput,
    digest: digestFile,
    probe,
    stat: statOf,
    placeOf: fileIdentity,
    realPath: (path) => realpath(path),
    list: listFolder,
    write: writeWhole,
    writeAll,
    setMode: (path, mode) => chmod(path, mode),
    makeFolder: async (path) => {
      try {
        await mkdir(path, { recursive: true });
      } catch (error) {
        throw ioErrors.unwritableFile(path, codeOf(error));
      }
    },
    homeFolder: homedir,
    configFolder: () => process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'),
    hashes: nodeHashes,
    verifier: verifierOf(() => crypto.subtle),
    random: (size) => randomBytes(size),
    // OpenSSL takes a key where it is, and clears what it makes of it.
    hmac: (key, message) => createHmac('sha256', key).update(message).digest(),
    encrypt: (key, iv, data) => {
      const cipher = createCipheriv('aes-128-ctr', key, iv);
      return Buffer.concat([cipher.update(data), cipher.final()]);
    },
    cores: () => availableParallelism(),
    commandLine: (args, signal) => runCommandLine(scripts, args, signal),
    thread: (task, input, options) => startThread(join(scripts, 'worker.js'), { task, input }, options),
  };
}
