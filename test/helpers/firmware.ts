// Builds whole OVMF images with a SEC phase, drivers in a DXE volume and a real table, of which one thing is another each
// time. The code is only its headers.

import { buildOvmf, type BuildOvmfOptions } from '../../src/core/ovmf/build';
import { DXEFV, TELLING_FILES, type TellingFile } from '../../src/core/ovmf/volumes/guids';
import { file, section, sections, variableVolume, volume } from '../../src/core/ovmf/volumes/build';

/** The codes of the processors (PE/COFF specification, machine types). */
const MACHINES = { IA32: 0x14c, X64: 0x8664, AARCH64: 0xaa64 } as const;

/** What to build; the default is an OvmfPkgX64 of 64 KiB with SEV metadata, in which nothing excludes a guest of SEV. */
export interface FirmwareToBuild extends BuildOvmfOptions {
  readonly sec?: keyof typeof MACHINES | false;
  readonly secFile?: Extract<TellingFile, 'SecMain' | 'SecMain (TDX)'>;
  readonly dxe?: keyof typeof MACHINES | false;
  /** The files beside the DXE core. */
  readonly files?: readonly TellingFile[];
  /** Bytes of one more driver. */
  readonly driver?: Uint8Array;
  /** What becomes of the section that holds the DXE volume. */
  readonly pack?: (inner: Uint8Array) => Uint8Array;
  /** Bytes of a variable store before the code. */
  readonly variables?: number;
}

const DXE_CORE = 'd6a2cb7f-6a18-4e2f-b43b-9920a733700a';
const OTHER = 'aaaaaaaa-0000-4000-8000-000000000001';
const guidOf = (name: TellingFile) => Object.entries(TELLING_FILES).find(([, own]) => own === name)![0];

/** A TE image that is nothing but its header. */
const te = (machine: number) => Uint8Array.of(0x56, 0x5a, machine & 0xff, machine >> 8, 0, 0, 0, 0);
const driver = (guid: string, type: number, body: Uint8Array) => file({ guid, type, body });

/** The entries of kernel, initrd and command line in a table of hashes, as a verifier has them in its code. */
export const VERIFIER = Uint8Array.from(
  Buffer.from(
    '3794e74dd2ab7f42b835d5b172d2045b' +
      '31f7ba442f3ad74b9af141e29169781d' +
      'd82dd09720bd944caa78e7714d36ab2a',
    'hex',
  ),
);

/** The image. */
export function firmware(options: FirmwareToBuild = {}): Uint8Array {
  const { sec = 'X64', secFile = 'SecMain', dxe = 'X64', variables = 0, size = 0x10000 } = options;
  const { files = ['AmdSevDxe', 'TdxDxe'], pack = (inner: Uint8Array) => inner } = options;
  const drivers = files.map((name) => driver(guidOf(name), 7, section(0x12, te(MACHINES.X64))));
  const extra = options.driver ? [driver(OTHER, 7, section(0x19, options.driver))] : [];
  const core = dxe ? [driver(DXE_CORE, 5, section(0x12, te(MACHINES[dxe])))] : [];
  const dxeVolume = volume({ size: 0x1000, name: DXEFV, files: [...core, ...drivers, ...extra] });
  const main = volume({
    size: 0x4000,
    files: [driver(OTHER, 0x0b, sections(pack(section(0x17, dxeVolume))))],
  });
  const start = sec ? [driver(guidOf(secFile), 3, section(0x12, te(MACHINES[sec])))] : [];
  const image = buildOvmf({ ...options, size });
  // The filler of the builder is no erased flash; only what is read as volumes is there.
  image.fill(0xff, 0, size - 0x1000);
  if (variables > 0) image.set(variableVolume(variables, []));
  image.set(main, variables);
  image.set(volume({ size: 0x1000, files: start }), variables + main.length);
  return image;
}
