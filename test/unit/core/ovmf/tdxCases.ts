// Broken images, part three: TDX metadata that QEMU refuses, or takes although the guest cannot be as intended.

import type { TdxSection } from '../../../../src/core/ovmf/build';
import type { OvmfRule } from '../../../../src/core/ovmf/rules';
import { variableVolume } from '../../../../src/core/ovmf/volumes/build';
import type { Case } from './ruleCase';
import { SIZE } from './ruleCase';

const BASE = BigInt(2 ** 32 - SIZE);
const BFV: TdxSection = {
  raw_data_size: SIZE,
  memory_address: BASE,
  memory_size: BigInt(SIZE),
  type: 0,
  attributes: 1,
};
const HOB: TdxSection = { memory_address: 0x809000n, memory_size: 0x2000n, type: 2 };
const TEMP: TdxSection = { memory_address: 0x810000n, memory_size: 0x1000n, type: 3 };
const CFV: TdxSection = {
  raw_data_size: 0x1000,
  memory_address: BASE - 0x1000n,
  memory_size: 0x1000n,
  type: 1,
};

/** Distance of a list of so many sections from the end, when it lies below the table with SEV metadata behind it. */
const listOf = (count: number) => 0xc0 + 32 * count;

/** A case about one section, or about the list when `index` is absent. */
function broken(
  name: string,
  rule: OvmfRule,
  tdxSections: readonly TdxSection[],
  index?: number,
  more: Partial<Case> = {},
): Case {
  const list = listOf(tdxSections.length);
  const place =
    index === undefined
      ? { back: list, size: 16 + 32 * tdxSections.length }
      : { back: list - 16 - 32 * index, size: 32 };
  return { name, rule, build: { tdxSections }, ...place, ...more };
}

/** An image that starts with a variable store. */
const withVariables = (image: Uint8Array) => {
  image.set(variableVolume(0x1000, []));
  return undefined;
};

/** One case per rule about TDX metadata and more where it has an edge. */
export const tdxCases: readonly Case[] = [
  broken('TDX metadata of one section', 'tdx-section-count', [HOB], undefined, { also: ['tdx-no-firmware'] }),
  broken('TDX metadata without sections', 'tdx-section-count', [], undefined, {
    also: ['tdx-no-hob', 'tdx-no-firmware'],
  }),
  broken('a TDX section of type 4', 'tdx-section-type', [BFV, HOB, { ...TEMP, type: 4 }], 2),
  broken(
    'a TDX section of a type that nobody knows',
    'tdx-section-type',
    [BFV, HOB, { ...TEMP, type: 0x123 }],
    2,
  ),
  broken(
    'a BFV with more content than memory',
    'tdx-content-size',
    [{ ...BFV, memory_size: BigInt(SIZE) - 0x1000n }, HOB],
    0,
  ),
  broken('a BFV without content', 'tdx-content-missing', [{ ...BFV, raw_data_size: 0 }, HOB], 0),
  broken('a CFV without content', 'tdx-content-missing', [BFV, HOB, { ...CFV, raw_data_size: 0 }], 2),
  broken('a TD_HOB with content', 'tdx-content-unwanted', [BFV, { ...HOB, raw_data_size: 0x1000 }], 1, {
    also: ['section-raw-data'],
  }),
  broken('a TEMP_MEM with content', 'tdx-content-unwanted', [BFV, HOB, { ...TEMP, raw_data_size: 1 }], 2, {
    also: ['section-raw-data'],
  }),
  broken('no TD_HOB', 'tdx-no-hob', [BFV, TEMP]),
  broken(
    'a TEMP_MEM one page into where there is no RAM',
    'tdx-outside-ram',
    [BFV, HOB, { ...TEMP, memory_address: 0xdffff000n, memory_size: 0x2000n }],
    2,
  ),
  broken('no BFV', 'tdx-no-firmware', [HOB, TEMP]),
  broken('no CFV for the variables of the image', 'tdx-no-variables', [BFV, HOB], undefined, {
    breakIt: withVariables,
  }),
  broken(
    'content that ends one byte behind the file',
    'tdx-content-outside',
    [{ ...BFV, raw_data_offset: 1 }, HOB],
    0,
  ),
  broken('a CODE image alone', 'tdx-content-outside', [{ ...BFV, raw_data_offset: 0x1000 }, CFV, HOB], 0),
  broken('a BFV without EXTENDMR', 'tdx-firmware-unmeasured', [{ ...BFV, attributes: 0 }, HOB], 0),
];

/** TDX metadata at which nothing is wrong. */
export const soundTdx: readonly (readonly TdxSection[])[] = [
  [BFV, HOB],
  [BFV, HOB, { ...TEMP, memory_address: 0xdffff000n }],
];
