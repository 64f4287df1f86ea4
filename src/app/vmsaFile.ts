// Reads the VMSA page of a vCPU from a file in any form that core can read, or from standard input.

import * as errors from './errors';
import {
  findPages,
  type NotPages,
  type PagesRead,
  type PartialPage,
  type SourcePage,
} from '../core/vmsa/forms/findPages';
import { formatTitle } from '../core/vmsa/forms/pageSource';
import type { PartOfPage } from '../core/vmsa/part';
import { decodePage, type VmsaPage } from '../core/vmsa/vmsaPage';
import type { FileRole } from './fileRoles';
import type { Io, ReadOptions } from './io';

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
export function nameOfInput(path: string): string {
  return path === STANDARD_INPUT ? 'standard input' : path;
}

/**
 * Reads a file, or standard input for `-`, of at most 64 MiB.
 * @throws CheckError when it cannot be read or is larger
 */
export function readWhole(io: Io, path: string, role: FileRole = 'shown'): Promise<Uint8Array> {
  return path === STANDARD_INPUT ? io.readStandardInput(role) : io.read(path, role);
}

/** Chooses the page of a vCPU. @throws CheckError (usage) when there is no such page */
export function choosePage(path: string, read: PagesRead, vcpu = 0): SourcePage {
  const page = read.pages[vcpu];
  if (!page) throw errors.noSuchVcpu(nameOfInput(path), vcpu, read.pages.length);
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
  if ('reason' in read) throw errors.notAPage(nameOfInput(path), read.reason);
  return { page: choosePage(path, read, vcpu), vcpu, read, bytes };
}

/** The page that a launch measures of a vCPU, and what people should know about how it was read, as sentences. */
export interface LaunchPage {
  /** 4096 bytes. */
  readonly bytes: Uint8Array;
  readonly notes: readonly string[];
}

/**
 * The page in a file that a launch names for it: in any form, and the only one, because which of several was meant
 * decides the digest.
 * @param name of the file in messages
 * @throws CheckError (usage) that says why there is none
 */
export function onlyPageIn(name: string, bytes: Uint8Array): LaunchPage {
  const read = findPages(bytes);
  if ('reason' in read) throw errors.notAPage(name, read.reason);
  const [page, ...others] = read.pages;
  if (others.length > 0) throw errors.notAPage(name, { title: read.title, count: read.pages.length });
  const { bytes: found, note } = page!;
  return { bytes: found, notes: note === undefined ? [] : [`${name}: ${read.title}. ${note}`] };
}

/** Reads the page of a vCPU for a launch. @throws CheckError as `Io.read` and `onlyPageIn` */
export async function readLaunchPage(io: Io, path: string, options?: ReadOptions): Promise<LaunchPage> {
  return onlyPageIn(path, await io.read(path, 'page', options));
}

/** A page, or what a dump lists of one: for those who show or compare, and never need more than the known fields. */
export interface StateFile {
  readonly page: VmsaPage;
  /** Set when only some fields are known. */
  readonly part: PartOfPage | undefined;
  /** Set with `part`. */
  readonly partial: PartialPage | undefined;
  /** The form in words. */
  readonly title: string;
  /** Which one of several it is: `vCPU 1`; and of how many. */
  readonly label: string;
  readonly count: number;
  readonly notes: readonly string[];
}

/** A page's name, with the number that chooses it where that is another. */
export const numbered = (label: string, index: number): string =>
  label === `vCPU ${index}` ? label : `${label}, number ${index} of them`;

/** Chooses the dump of a vCPU, by default the first. @throws CheckError (usage) when there is none */
function choosePartial(path: string, partial: readonly PartialPage[], vcpu?: number): PartialPage {
  const chosen = vcpu === undefined ? partial[0] : partial.find(({ label }) => label === `vCPU ${vcpu}`);
  if (!chosen) {
    const labels = [...new Set(partial.map(({ label }) => label))];
    throw errors.noDumpOfVcpu(nameOfInput(path), vcpu!, labels);
  }
  return chosen;
}

/** The state of a vCPU in what was read. @throws CheckError (usage) that says why there is none */
export function chooseState(path: string, read: PagesRead | NotPages, vcpu?: number): StateFile {
  if ('reason' in read) {
    if (!read.partial) throw errors.notAPage(nameOfInput(path), read.reason);
    const partial = choosePartial(path, read.partial, vcpu);
    const { bytes, part, label, notes } = partial;
    const page = decodePage(bytes);
    return {
      page,
      part,
      partial,
      title: formatTitle(read.format!),
      label,
      count: read.partial.length,
      notes,
    };
  }
  const { bytes, note, label } = choosePage(path, read, vcpu);
  return {
    page: decodePage(bytes),
    part: undefined,
    partial: undefined,
    title: read.title,
    label: numbered(label, vcpu ?? 0),
    count: read.pages.length,
    notes: note === undefined ? [] : [note],
  };
}

/** Reads the state of one vCPU, by default the first. @throws CheckError (usage) that says why there is none */
export async function readStateFile(io: Io, path: string, vcpu?: number): Promise<StateFile> {
  return chooseState(path, findPages(await readWhole(io, path)), vcpu);
}
