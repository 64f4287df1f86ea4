// Where an SVSM image of a setting lies: right below the variables of the firmware, as QEMU loaded it before IGVM files.

import { PAGE_SIZE } from '../launch/loads';
import type { FirmwareFacts, LaunchFacts, SvsmFacts } from './launchFacts';
import type { Setting } from './setting';

/** An SVSM image in its place. */
export interface SvsmPlace {
  readonly svsm: SvsmFacts;
  /** Guest-physical address of its first byte. */
  readonly base: number;
  /** That of its first instruction. */
  readonly entry: number;
}

/** The bytes of an image. */
export const sizeOf = ({ parts }: Pick<FirmwareFacts, 'parts'>): number =>
  parts.reduce((all, { length }) => all + length, 0);

/** The SVSM image of a setting; undefined where nothing is launched so, since it is not whole pages. */
export function svsmPlace(
  { firmwares, svsms }: Pick<LaunchFacts, 'firmwares' | 'svsms'>,
  { firmware, svsm: index, varsSize }: Pick<Setting, 'firmware' | 'svsm' | 'varsSize'>,
): SvsmPlace | undefined {
  const svsm = index === undefined ? undefined : svsms[index];
  if (!svsm) return undefined;
  const { length } = svsm.bytes;
  const base = 2 ** 32 - sizeOf(firmwares[firmware]!) - varsSize - length;
  const isWhole = base >= 0 && base % PAGE_SIZE === 0 && length % PAGE_SIZE === 0;
  return isWhole ? { svsm, base, entry: base + svsm.entry } : undefined;
}
