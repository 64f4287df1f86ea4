// The Io of a browser: hashes, random bytes and threads. A browser has no paths: the host reads files by their URIs through VS
// Code, and whatever asks for a path, or for a key's ciphers, fails with one sentence.

import type { Io } from '../app/io';
import { verifierOf } from '../app/verifier';
import * as ioErrors from '../app/ioErrors';
import { nobleHashes } from '../core/launch/nobleHashes';
import { threadsOf } from './threads';

const cannot = (): never => {
  throw ioErrors.noMachine();
};
const cannotLater = (): Promise<never> => Promise.reject(ioErrors.noMachine());

/** A browser's Io. @param readScript reads the script of its threads */
export function webIo(readScript: () => PromiseLike<Uint8Array>): Io {
  return {
    hasDisk: false,
    path: {
      basename: cannot,
      dirname: cannot,
      isAbsolute: cannot,
      join: cannot,
      relative: cannot,
      resolve: cannot,
      toSlashes: cannot,
    },
    read: cannotLater,
    readDigested: cannotLater,
    readEnds: cannotLater,
    readStandardInput: cannotLater,
    digest: cannotLater,
    probe: cannotLater,
    stat: () => Promise.resolve({ kind: 'none', code: 'ENOENT' }),
    placeOf: cannotLater,
    realPath: cannotLater,
    list: () => Promise.resolve([]),
    write: cannotLater,
    writeAll: cannotLater,
    setMode: cannotLater,
    makeFolder: cannotLater,
    homeFolder: () => undefined,
    configFolder: cannot,
    hashes: nobleHashes,
    verifier: verifierOf(() => crypto.subtle),
    random: (size) => crypto.getRandomValues(new Uint8Array(size)),
    hmac: cannot,
    encrypt: cannot,
    cores: () => navigator.hardwareConcurrency,
    commandLine: cannotLater,
    thread: threadsOf(readScript),
  };
}
