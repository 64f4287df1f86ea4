// The values that an SVSM image decides, for profiles that launch one: what they are called, how they are asked for, and
// which of them a request must have.

import * as errors from '../errors';

/** One value. */
interface SvsmRow {
  readonly id: string;
  /** The label of its control. */
  readonly label: string;
  /** Its option on the command line, without hyphens in front, and what that says. */
  readonly option: string;
  readonly doc: string;
  /** What a person is asked for. */
  readonly question: string;
  /** Its value unless given; without one, the value must be given. */
  readonly usual?: number;
}

/** The values of an SVSM image. */
export const SVSM_PARTS = [
  {
    id: 'entry',
    label: 'SVSM entry',
    option: 'svsm-entry',
    doc: 'address of the first instruction',
    question: 'Where the SVSM image starts (guest physical address)',
  },
  {
    id: 'stack',
    label: 'SVSM stack',
    option: 'svsm-stack',
    doc: 'address of the stack',
    question: 'Stack of the SVSM image, 0 when it has none yet',
    usual: 0,
  },
  {
    id: 'pageTable',
    label: 'SVSM page table',
    option: 'svsm-page-table',
    doc: 'address of the page table',
    question: 'Page table of the SVSM image, 0 when it starts in 32-bit mode',
    usual: 0,
  },
  {
    id: 'vtom',
    label: 'vTOM',
    option: 'vtom',
    doc: 'virtual top of memory',
    question: 'Virtual top of memory, 0 for none',
    usual: 0,
  },
] as const satisfies readonly SvsmRow[];

/** The id of a value. */
export type SvsmPart = (typeof SVSM_PARTS)[number]['id'];
/** The value that must be given. */
type Required = Exclude<(typeof SVSM_PARTS)[number], { usual: number }>['id'];

/** Where an SVSM image starts, for profiles that launch one; all vCPUs have the same page. Guest-physical addresses. */
export type SvsmImage = Readonly<Record<Required, number>> &
  Readonly<Partial<Record<Exclude<SvsmPart, Required>, number>>>;

/** The row of a value. */
export const svsmPart = (id: SvsmPart): SvsmRow => SVSM_PARTS.find((row) => row.id === id)!;

/** The value of a part, by default the usual one. */
export const svsmValue = (image: SvsmImage | undefined, id: SvsmPart): number =>
  image?.[id] ?? svsmPart(id).usual ?? 0;

/**
 * Checks the values that a page needs.
 * @throws CheckError (usage) for one that is missing, or that is no whole number from 0 to 2^53 - 1
 */
export function checkSvsm(image: SvsmImage | undefined, needed: readonly SvsmPart[]): void {
  for (const part of needed) {
    const value = image?.[part] ?? svsmPart(part).usual;
    if (value === undefined) throw errors.svsmEntryNeeded();
    if (!Number.isSafeInteger(value) || value < 0) throw errors.badSvsmValue(part, value);
  }
}

/** The values of an image; undefined where the one that must be there is not. */
export function svsmImage(
  values: Readonly<Partial<Record<SvsmPart, number | undefined>>>,
): SvsmImage | undefined {
  const { entry } = values;
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  return entry === undefined ? undefined : { ...given, entry };
}
