// Reads the VMSA page of a vCPU from a file in any form that core can read, or from standard input.

import { MAX_FILE } from '../core/binary/limits';
import * as ioErrors from './ioErrors';
import * as errors from './errors';
import { findPages, type PagesRead, type SourcePage } from '../core/vmsa/forms/findPages';
import type { Io } from './io';

/** The path that means standard input, as elsewhere on a command line. */
export const STANDARD_INPUT = '-';

/** A page and the file it was chosen from. */
export interface VmsaFile {
  readonly page: SourcePage;
  /** Its index among the pages, from 0. */
  readonly vcpu: number;
  readonly read: PagesRead;
  /** The whole file. */
  readonly bytes: Uint8Array;
}

/** What messages call a file. */
export function fileName(path: string): string {
  return path === STANDARD_INPUT ? 'standard input' : path;
}

/**
 * Reads a file, or standard input for `-`, of at most 64 MiB.
 * @throws CheckError when it cannot be read or is larger
 */
export async function readWhole(io: Io, path: string): Promise<Uint8Array> {
  const bytes = await (path === STANDARD_INPUT ? io.readStandardInput(MAX_FILE) : io.read(path, MAX_FILE));
  if (bytes.length > MAX_FILE) throw ioErrors.tooLarge(fileName(path), MAX_FILE);
  return bytes;
}

/** Chooses the page of a vCPU. @throws CheckError (usage) when there is no such page */
export function choosePage(path: string, read: PagesRead, vcpu = 0): SourcePage {
  const page = read.pages[vcpu];
  if (!page) throw errors.noSuchVcpu(fileName(path), vcpu, read.pages.length);
  return page;
}

/** Reads the page of one vCPU, by default the first. @throws CheckError (usage) that says why there is none */
export async function readVmsaFile(
  io: Io,
  path: string,
  { vcpu = 0 }: { vcpu?: number | undefined } = {},
): Promise<VmsaFile> {
  const bytes = await readWhole(io, path);
  const read = findPages(bytes);
  if ('reason' in read) throw errors.notAPage(fileName(path), read.reason);
  return { page: choosePage(path, read, vcpu), vcpu, read, bytes };
}
