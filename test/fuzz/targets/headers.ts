// Every byte of every header over all its 256 values: no random inputs, but all of them.

import { buildOvmf } from '../../../src/core/ovmf/build';
import { parseOvmf } from '../../../src/core/ovmf/image';
import { generateVmsa } from '../../../src/core/vmsa/launch/generate';
import { COMPRESSED } from '../../helpers/compressions';
import {
  file,
  HEADER_SIZE,
  sealHeader,
  section,
  variableVolume,
  volume,
} from '../../../src/core/ovmf/volumes/build';
import { join, largeVolume, variable, workingBlock } from '../../helpers/volumes';
import { assertWhole } from '../../helpers/wholeness';
import { A, driver, nested, small } from '../../unit/core/ovmf/volumes/builders';
import { countedDecompress, stored } from '../decompressors';
import { mendVolumes } from '../mend';
import type { Target } from '../target';
import { checkPage } from '../pageChecks';
import { CONTENT, decompressed, readVolumes, storedVolumes } from './volumes';

/** Some bytes of an input, all of which are tried. */
interface Header {
  readonly input: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** Makes checksums right again that would hide the change. */
  readonly mend?: (input: Uint8Array) => void;
}

/** All inputs in which one byte of one header has another value. */
function every(headers: () => readonly Header[]): NonNullable<Target['every']> {
  let made: readonly Header[] | undefined;
  const all = () => (made ??= headers());
  return {
    get count() {
      return 256 * all().reduce((sum, { from, to }) => sum + to - from, 0);
    },
    make(index) {
      let byte = index >> 8;
      for (const { input, from, to, mend } of all()) {
        if (byte >= to - from) {
          byte -= to - from;
          continue;
        }
        const copy = input.slice();
        copy[from + byte] = index & 0xff;
        mend?.(copy);
        return copy;
      }
      throw new RangeError(`no input ${index}`);
    },
  };
}

const target = (name: string, headers: () => readonly Header[], run: Target['run']): Target => ({
  name: `every-byte-of-${name}`,
  form: 'bytes',
  seeds: () => [],
  every: every(headers),
  run,
});

/** The end of a volume's header, and of the header of its first file and that of its first section. */
const HEADERS_END = HEADER_SIZE + 0x18 + 0x20;
const seal = (input: Uint8Array) => {
  sealHeader(input);
};
const mendAll = (input: Uint8Array) => {
  mendVolumes(input, () => 1);
};

const inVolumes = (): Header[] => {
  const large = largeVolume(
    0x400,
    file({ guid: A, type: 2, attributes: 1, body: section(0x19, new Uint8Array(64), true) }),
  );
  const named = volume({ size: 0x400, name: A, files: [driver('Named')] });
  return [
    // Checksums that are wrong, then those that are right.
    { input: small(), from: 0, to: HEADERS_END },
    { input: small(), from: 0, to: HEADER_SIZE, mend: seal },
    { input: named, from: 0, to: HEADERS_END + 0x20, mend: mendAll },
    { input: large, from: HEADER_SIZE, to: HEADERS_END + 0x10, mend: mendAll },
    { input: nested(small()), from: 0, to: 0xa8, mend: mendAll },
  ];
};

const ofSections = (): Header[] =>
  storedVolumes().map((input) => ({
    input,
    from: HEADER_SIZE + 0x18,
    to: HEADER_SIZE + 0x18 + 0x30,
    mend: mendAll,
  }));

const ofStores = (): Header[] => {
  const one = variableVolume(0x400, [
    variable('Boot0000', Uint8Array.of(1, 0, 0, 0, 4, 0)),
    variable('PK', Uint8Array.of(1)),
  ]);
  const spare = join(
    variableVolume(0x400, [variable('A', Uint8Array.of(1))], undefined, 0x200),
    workingBlock(0x100),
  );
  return [
    { input: one, from: HEADER_SIZE, to: HEADER_SIZE + 0x1c + 0x3c },
    { input: spare, from: 0, to: HEADER_SIZE + 0x1c, mend: seal },
    { input: spare, from: 0x400, to: 0x420 },
  ];
};

const TABLE = 0x200;
const ofTables = (): Header[] => {
  const size = 0x1000;
  const image = buildOvmf({ size, tdxSections: true, igvmSections: true });
  return [
    { input: image, from: size - TABLE, to: size },
    { input: buildOvmf({ size, form: 'legacy' }), from: size - 0x60, to: size },
    // The lists of metadata are before the table.
    { input: image, from: size - 4 * TABLE, to: size - TABLE },
  ];
};

const ofStreams = (method: keyof typeof COMPRESSED) => (): Header[] => {
  const input = COMPRESSED[method](CONTENT);
  return [{ input, from: 0, to: Math.min(input.length, 64) }];
};

const page = () =>
  generateVmsa({ profile: 'snp', role: 'bsp', cpu: { family: 25, model: 1, stepping: 1 } }).bytes;
/** Where the reserved end of a page begins. */
const RESERVED = 0x670;

export const HEADER_TARGETS: readonly Target[] = [
  target('volumes', inVolumes, (input) => readVolumes(input, countedDecompress())),
  target('sections', ofSections, (input) => readVolumes(input, stored)),
  target('variable-stores', ofStores, (input) => readVolumes(input, stored)),
  target('ovmf-tables', ofTables, (input) => {
    const parsed = parseOvmf(input);
    assertWhole(parsed);
    return { feature: '', result: parsed };
  }),
  ...(Object.keys(COMPRESSED) as (keyof typeof COMPRESSED)[]).map((method) =>
    target(method, ofStreams(method), (input) => decompressed(method, input)),
  ),
  target(
    'vmsa',
    () => [{ input: page(), from: 0, to: RESERVED }],
    (input) => ({ feature: checkPage(input) }),
  ),
];
