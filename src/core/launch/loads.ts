// A launch is a list of loads: what a VMM puts into a guest before it starts, in the order in which that is measured. A technology says
// which loads there are (tech/*/loads.ts), and how each changes the digest (tech/*/digest.ts).

/** Bytes of a page. */
export const PAGE_SIZE = 4096;

/**
 * How a load is measured: the page types of SNP_LAUNCH_UPDATE (SEV-SNP Firmware ABI). Of the first two the contents are measured, with
 * SNP of all of them type and address. SEV and SEV-ES have only these two.
 */
export type LoadType = 'normal' | 'vmsa' | 'zero' | 'unmeasured' | 'secrets' | 'cpuid';

/** Where a load comes from. */
export type LoadSource =
  /** A firmware image, from this byte of it on. */
  | { readonly from: 'firmware'; readonly offset: number }
  /** An SVSM image, from this byte of it on. */
  | { readonly from: 'svsm'; readonly offset: number }
  /** A section of the image's SEV metadata: its index there, and the offset of its row in the file. */
  | { readonly from: 'metadata'; readonly section: number; readonly offset: number }
  /** The table of hashes of kernel, initrd and command line, which QEMU makes. */
  | { readonly from: 'kernel hashes' }
  /** The initial state of a vCPU, by its index. */
  | { readonly from: 'vcpu'; readonly vcpu: number };

/** A run of guest memory, of one page or many, that is loaded at once. One of many pages is measured as each of them in turn. */
export interface Load {
  /** For people: `firmware`, the name of a metadata section, `kernel hashes`, `VMSA of vCPU 0`. */
  readonly label: string;
  readonly type: LoadType;
  /** Guest-physical address of its first byte; absent where nobody can know it, which SEV and SEV-ES do not measure either. */
  readonly gpa?: bigint | undefined;
  /** Bytes of guest memory. */
  readonly size: number;
  /** The contents, `size` bytes; absent for the types whose contents are not measured. */
  readonly bytes?: Uint8Array | undefined;
  /** In place of the bytes of a single page, the SHA-384 of them, 48 bytes, as a record of an SNP launch has it. */
  readonly sha384?: Uint8Array | undefined;
  readonly source: LoadSource;
}

/** The VMMs whose order and types of loads are known. */
export const LOADING_VMMS = ['qemu', 'ec2', 'gce'] as const;
export type LoadingVmm = (typeof LOADING_VMMS)[number];

/** The VMSA pages of a guest, 4096 bytes each: vCPU 0 has `bsp`, all others have `ap`. */
export interface VmsaPages {
  readonly bsp: Uint8Array;
  readonly ap?: Uint8Array | undefined;
  readonly count: number;
}

/** What the loads of a launch are made of. Who has measured the first of them already leaves them out. */
export interface LaunchContents {
  /** A firmware image, or its parts in the order of their addresses; the last one ends at 4 GiB. */
  readonly firmware?: readonly Uint8Array[] | undefined;
  /** An SVSM image and where it is loaded; then the metadata are its own, not those of the firmware. */
  readonly svsm?: { readonly bytes: Uint8Array; readonly gpa: bigint } | undefined;
  /** The 176 bytes that are measured for a kernel. */
  readonly kernelHashes?: Uint8Array | undefined;
  readonly vmsas?: VmsaPages | undefined;
  /** QEMU by default. */
  readonly vmm?: LoadingVmm | undefined;
}

/** A section of SEV metadata. */
export interface LaunchSection {
  /** Of its type. */
  readonly name: string;
  readonly type: number;
  readonly gpa: number;
  /** In bytes. */
  readonly size: number;
  /** Of its row in the file; 0 where there is no file. */
  readonly offset: number;
}

/** The part of an image that decides what is loaded besides its own bytes. */
export interface LaunchImage {
  readonly sevMetadata?:
    | {
        readonly sections: readonly LaunchSection[];
        /** False where the list has another version, or another length or count than it claims. */
        readonly whole?: boolean;
        /** Of the list in the file. */
        readonly offset?: number;
      }
    | undefined;
  /** Where the kernel hashes go. */
  readonly hashArea?: { readonly base: number } | undefined;
}

/** The loads of firmware. One of more than 4 GiB, which nothing launches, has no address. */
export function* firmwareLoads(parts: readonly Uint8Array[]): Generator<Load, undefined> {
  const base = 2 ** 32 - parts.reduce((all, { length }) => all + length, 0);
  let offset = 0;
  for (const bytes of parts) {
    const gpa = base < 0 ? undefined : BigInt(base + offset);
    const source = { from: 'firmware', offset } as const;
    yield { label: 'firmware', type: 'normal', gpa, size: bytes.length, bytes, source };
    offset += bytes.length;
  }
}

/** The load of a vCPU's initial state. @param gpa where the technology measures one */
export const vmsaLoad = (vcpu: number, page: Uint8Array, gpa?: bigint): Load => ({
  label: `VMSA of vCPU ${vcpu}`,
  type: 'vmsa',
  gpa,
  size: page.length,
  bytes: page,
  source: { from: 'vcpu', vcpu },
});

/**
 * The loads of all vCPUs, in index order.
 * @throws RangeError when there are several, but no page for the additional ones
 */
export function* vmsaLoads({ bsp, ap, count }: VmsaPages, gpa?: bigint): Generator<Load, undefined> {
  if (count > 1 && !ap) throw new RangeError(`${count} vCPUs, but no page for the additional ones`);
  for (let i = 0; i < count; i++) yield vmsaLoad(i, i === 0 ? bsp : ap!, gpa);
}

/** A load page by page, each as a load of its own: measured one after the other, they give the same. */
export function* pagesOf(load: Load): Generator<Load, undefined> {
  const { gpa, size, bytes, source } = load;
  for (let at = 0; at < size; at += PAGE_SIZE)
    yield {
      ...load,
      gpa: gpa === undefined ? undefined : gpa + BigInt(at),
      size: Math.min(PAGE_SIZE, size - at),
      bytes: bytes?.subarray(at, at + PAGE_SIZE),
      source:
        source.from === 'firmware' || source.from === 'svsm'
          ? { ...source, offset: source.offset + at }
          : source,
    };
}
