// The processors whose firmware signs attestation reports: how a report tells which one it is, and what the eight bytes of a
// TCB_VERSION are for each (SEV-SNP Firmware ABI, TCB_VERSION; for Turin and Venice as virtee/sev has them).

import { leaves, row, struct, type Leaf, type Struct } from '../binary/struct';

const part = (offset: number, name: TcbComponent, doc: string) => row(offset, name, 'u8', doc);
const unused = (offset: number, size: number) => row(offset, `reserved_${offset}`, size, 'reserved, zero');

/** The parts of a platform that have a security version. */
export type TcbComponent = 'boot_loader' | 'tee' | 'snp' | 'microcode' | 'fmc';

const BOOT_LOADER = 'security version of the boot loader of the secure processor';
const TEE = "security version of the secure processor's operating system";
const SNP = 'security version of the SNP firmware';
const MICROCODE = 'lowest patch level of the microcode of all cores';
const FMC = 'security version of the FMC, the first mutable code of the secure processor';

/** TCB_VERSION by generation. */
export const TCB_LAYOUTS = {
  milan: struct('TCB_VERSION of Milan and Genoa', 8, [
    part(0, 'boot_loader', BOOT_LOADER),
    part(1, 'tee', TEE),
    unused(2, 4),
    part(6, 'snp', SNP),
    part(7, 'microcode', MICROCODE),
  ]),
  turin: struct('TCB_VERSION of Turin', 8, [
    part(0, 'fmc', FMC),
    part(1, 'boot_loader', BOOT_LOADER),
    part(2, 'tee', TEE),
    part(3, 'snp', SNP),
    unused(4, 3),
    part(7, 'microcode', MICROCODE),
  ]),
  venice: struct('TCB_VERSION of Venice', 8, [
    part(0, 'fmc', FMC),
    part(1, 'tee', TEE),
    part(2, 'snp', SNP),
    unused(3, 5),
  ]),
} as const satisfies Readonly<Record<string, Struct>>;

/** A layout of TCB_VERSION. */
export type TcbLayout = keyof typeof TCB_LAYOUTS;

/** A product as AMD's key server names it. */
export type ProductName = 'Milan' | 'Genoa' | 'Turin' | 'Venice';

interface ProductRow {
  readonly name: ProductName;
  readonly tcb: TcbLayout;
  /** Bytes of the identifier of a chip; a report has 64. */
  readonly chipId: 8 | 64;
  /** Combined family, and the models from and to, with what they are called where that is another name. */
  readonly cpus: readonly (readonly [family: number, from: number, to: number, called?: string])[];
}

/** Every product. */
export const PRODUCTS: readonly ProductRow[] = [
  { name: 'Milan', tcb: 'milan', chipId: 64, cpus: [[0x19, 0x00, 0x0f]] },
  {
    name: 'Genoa',
    tcb: 'milan',
    chipId: 64,
    cpus: [
      [0x19, 0x10, 0x1f],
      [0x19, 0xa0, 0xaf, 'Bergamo or Siena'],
    ],
  },
  { name: 'Turin', tcb: 'turin', chipId: 8, cpus: [[0x1a, 0x00, 0x11]] },
  {
    name: 'Venice',
    tcb: 'venice',
    chipId: 8,
    cpus: [
      [0x1a, 0x50, 0x57],
      [0x1a, 0x90, 0x9f],
      [0x1a, 0xa0, 0xaf],
      [0x1a, 0xc0, 0xc7],
    ],
  },
];

/** The row of a product. */
export const productRow = (name: ProductName): ProductRow => PRODUCTS.find((one) => one.name === name)!;

/** The product of a CPU by its combined family and model, and what it is called; undefined for one that is not known. */
export function productOfCpu(
  family: number,
  model: number,
): { readonly name: ProductName; readonly called: string } | undefined {
  for (const { name, cpus } of PRODUCTS) {
    const found = cpus.find(([of, from, to]) => of === family && model >= from && model <= to);
    if (found) return { name, called: found[3] ?? name };
  }
  return undefined;
}

/** The parts of a TCB by name. @param bytes 8 */
export function tcbParts(bytes: Uint8Array, layout: TcbLayout): Partial<Record<TcbComponent, number>> {
  return Object.fromEntries(
    (leaves(TCB_LAYOUTS[layout]) as readonly Leaf[])
      .filter(({ row }) => row.type === 'u8')
      .map(({ path, offset }) => [path, bytes[offset]!]),
  );
}
