// Comparisons of firmware volumes: a built image with one thing changed per case, tables that lie inside a volume, Debian's own images,
// and hostile bytes on either side.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { compress } from 'lzma1';
import { buildOvmf } from '../../../../../src/core/ovmf/build';
import { compareImages } from '../../../../../src/core/ovmf/compare/compare';
import {
  comparisonLines,
  imageComparisonJson,
  imageComparisonMarkdown,
} from '../../../../../src/core/ovmf/compare/exportComparison';
import { compareWhole } from '../../../../../src/core/ovmf/compare/compareWhole';
import { parseOvmf } from '../../../../../src/core/ovmf/image';
import { LZMA } from '../../../../../src/core/ovmf/volumes/guids';
import { decompressSection } from '../../../../../src/node/decompress';
import { seeds } from '../../../../helpers/hostile';
import { randomBytes, seeded } from '../../../../helpers/random';
import {
  file,
  sealHeader,
  section,
  sections,
  utf16,
  variableVolume,
  volume,
} from '../../../../../src/core/ovmf/volumes/build';
import { guided, join, variable } from '../../../../helpers/volumes';
import { codePaths, imagePaths, readImage } from '../../../../helpers/realImages';

const GUIDS = Array.from({ length: 6 }, (_, i) => `aaaaaaaa-0000-4000-8000-00000000000${i}`);
const [A, B, C, D, OUTER, INNER] = GUIDS as [string, string, string, string, string, string];
const TIANO = 'a31280ad-481e-41b6-95e8-127f4c984779';
const PAD = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const NAMES = { a: 'a', b: 'b' };

const code = randomBytes(seeded(7), 100);
const other = code.map((byte, i) => (i === 50 ? byte ^ 1 : byte));
const PE32 = (bytes: Uint8Array) => section(0x10, bytes);
const UI = (text: string) => section(0x15, utf16(text));
const driver = (text: string, guid: string, bytes = code, ...more: readonly Uint8Array[]) =>
  file({ guid, type: 0x07, body: sections(PE32(bytes), UI(text), ...more) });
const pad = (size: number, fill = 0xff) =>
  file({ guid: PAD, type: 0xf0, body: new Uint8Array(size).fill(fill) });

const one = driver('One', A);
const two = driver('Two', B);
const three = driver('Three', C);
const inVolume = (...files: readonly Uint8Array[]) => volume({ size: 0x800, name: OUTER, files });
const base = inVolume(one, two, three);
/** A volume in a compressed section, behind a raw section, as OVMF has it. */
const compressed = (inner: Uint8Array, method = LZMA) => {
  const content = sections(section(0x19, code), section(0x17, inner));
  return inVolume(file({ guid: D, type: 0x0b, body: guided(method, compress(content)) }));
};
const innerVolume = (...files: readonly Uint8Array[]) => volume({ size: 0x600, name: INNER, files });
const changed = (bytes: Uint8Array, change: (copy: Uint8Array) => void) => {
  const copy = bytes.slice();
  change(copy);
  return copy;
};
const store = (...variables: readonly Uint8Array[]) => variableVolume(0x400, variables);
const x = variable('X', code);
const y = variable('Y', Uint8Array.of(1));
/** Where the first file of a volume with a name is. */
const FIRST = 0x60;
/** A volume of a file and, at its end, one that ends in a table and the reset vector. */
const withTable = (options: Parameters<typeof buildOvmf>[0], first: Uint8Array) => {
  const size = 0x1000;
  const last = file({ guid: D, type: 0x01, body: buildOvmf({ size: 0x4000, ...options }).slice(-0x400) });
  const start = Math.ceil((FIRST + first.length) / 8) * 8;
  return volume({ size, name: OUTER, files: [first, pad(size - last.length - start - 0x18), last] });
};

/** Content compressed by another encoder, which states a larger dictionary. */
const otherwise = (image: Uint8Array) => changed(image, (copy) => (copy[FIRST + 0x18 + 0x18 + 3]! += 1));

/** Many files as the content of a volume with a name, which has a gap before the first. */
const fromStart = (files: readonly Uint8Array[]) =>
  new Uint8Array(Buffer.concat([new Uint8Array(4).fill(0xff), ...files]));

interface Case {
  readonly name: string;
  readonly a?: Uint8Array;
  readonly b: Uint8Array;
  /** All changes: `kind what path`, with notes after a colon. */
  readonly changes: readonly string[];
  readonly unread?: RegExp;
}

const IN = `${OUTER}/${D}/LZMA/${INNER}`;
const STORE = 'NVRAM/authenticated variables';

const cases: readonly Case[] = [
  {
    name: 'a file added',
    b: inVolume(one, two, three, driver('Four', D)),
    changes: [`added file ${OUTER}/Four`],
  },
  { name: 'a file removed', b: inVolume(one, three), changes: [`removed file ${OUTER}/Two`] },
  {
    name: 'a byte of an image section',
    b: inVolume(one, driver('Two', B, other), three),
    changes: [`changed file ${OUTER}/Two: PE32 image: 1 byte of 104 differs`],
  },
  {
    name: 'a file that has grown, which moves none of those behind it',
    b: inVolume(one, driver('Two', B, join(code, code)), three),
    changes: [`changed file ${OUTER}/Two: PE32 image: 104 bytes → 204 bytes`],
  },
  {
    name: 'a section added and one removed',
    a: inVolume(driver('One', A, code, section(0x19, code))),
    b: inVolume(driver('One', A, code, section(0x13, Uint8Array.of(8)))),
    changes: [`changed file ${OUTER}/One: raw removed, 104 bytes; DXE dependency added, 5 bytes`],
  },
  {
    name: 'sections in another order',
    a: inVolume(driver('One', A, code, section(0x19, code), section(0x13, code))),
    b: inVolume(driver('One', A, code, section(0x13, code), section(0x19, code))),
    changes: [`changed file ${OUTER}/One: raw moved`],
  },
  {
    name: 'a file behind the others',
    b: inVolume(two, three, one),
    changes: [`moved file ${OUTER}/One`],
  },
  {
    name: 'a file in another volume',
    a: join(base, innerVolume()),
    b: join(inVolume(one, three), innerVolume(two)),
    changes: [`moved file ${INNER}/Two: from ${OUTER}`],
  },
  {
    name: 'a file that became compressed',
    a: join(compressed(innerVolume(one)), inVolume(two)),
    b: join(compressed(innerVolume(one, two)), inVolume()),
    changes: [`moved file ${IN}/Two: from ${OUTER}`],
  },
  {
    name: 'one of three files of one GUID',
    a: inVolume(one, driver('One', A, other), one),
    b: inVolume(one, driver('One', A, join(other, other)), one),
    changes: [`changed file ${OUTER}/One: PE32 image: 104 bytes → 204 bytes`],
  },
  {
    name: 'one file of a GUID less',
    a: inVolume(one, driver('One', A, other), one),
    b: inVolume(driver('One', A, other), one),
    changes: [`removed file ${OUTER}/One`],
  },
  {
    name: 'padding between files, which holds the room of a file that is gone',
    b: inVolume(one, pad(two.length - 0x18), three),
    changes: [`removed file ${OUTER}/Two`],
  },
  {
    name: 'padding of another size alone',
    a: inVolume(one, pad(64), two),
    b: inVolume(one, pad(72), two),
    changes: [`changed file ${OUTER}/padding: room: 88 bytes → 96 bytes`],
  },
  {
    name: 'a padding file with something in it',
    a: inVolume(one, file({ guid: PAD, type: 0xf0, body: code })),
    b: inVolume(one, file({ guid: PAD, type: 0xf0, body: other })),
    changes: [`changed file ${OUTER}/padding: content: 1 byte of 100 differs`],
  },
  {
    name: 'an attribute of a file',
    b: inVolume(
      one,
      file({ guid: B, type: 0x07, attributes: 4, body: sections(PE32(code), UI('Two')) }),
      three,
    ),
    changes: [`changed file ${OUTER}/Two: attributes 0x00 → FIXED`],
  },
  {
    name: 'the type of a file',
    b: inVolume(one, file({ guid: B, type: 0x09, body: sections(PE32(code), UI('Two')) }), three),
    changes: [`changed file ${OUTER}/Two: type DXE driver → application`],
  },
  {
    name: 'the GUID of a file that has a name',
    b: inVolume(one, driver('Two', D), three),
    changes: [`changed file ${OUTER}/Two: name ${B} → ${D}`],
  },
  {
    name: 'the name of a file',
    b: inVolume(one, driver('Deux', B), three),
    changes: [`changed file ${OUTER}/Deux: user interface "Two" → "Deux"`],
  },
  {
    name: 'a checksum alone',
    b: changed(base, (image) => (image[FIRST + 0x11]! ^= 1)),
    changes: [`changed file ${OUTER}/One: data_checksum 0xaa → 0xab`],
  },
  {
    name: 'a raw file',
    a: inVolume(file({ guid: A, type: 1, body: code })),
    b: inVolume(file({ guid: A, type: 1, body: other })),
    changes: [`changed file ${OUTER}/${A}: content: 1 byte of 100 differs`],
  },
  {
    name: 'an attribute of a volume',
    b: changed(base, (image) => {
      image[0x2e]! ^= 1;
      sealHeader(image);
    }),
    changes: [`changed volume ${OUTER}: attributes ALIGNMENT=16 bytes → ALIGNMENT=32 bytes`],
  },
  {
    name: 'an attribute that a volume no longer has',
    b: changed(base, (image) => {
      image[0x2d]! ^= 4;
      sealHeader(image);
    }),
    changes: [`changed volume ${OUTER}: attributes MEMORY_MAPPED → no MEMORY_MAPPED`],
  },
  {
    name: 'a volume that has grown at its end, and so starts further from 4 GiB',
    b: volume({ size: 0x1000, name: OUTER, files: [one, two, three] }),
    changes: [`changed volume ${OUTER}: moved; fv_length 2048 bytes (2 KiB) → 4096 bytes (4 KiB)`],
  },
  {
    name: 'a volume added before the others',
    b: join(innerVolume(one), base),
    changes: [`added volume ${INNER}`],
  },
  {
    name: 'a volume at another address',
    a: join(base, new Uint8Array(64)),
    b: join(new Uint8Array(64), base),
    changes: [`moved volume ${OUTER}`],
  },
  {
    name: 'bytes between volumes',
    a: join(base, code, base),
    b: join(base, other, base),
    changes: ['changed unknown unknown: content: 1 byte of 100 differs'],
  },
  {
    name: 'a byte in free space',
    b: changed(base, (image) => (image[0x7f0] = 0)),
    changes: [`added unknown ${OUTER}/unknown`],
  },
  {
    name: 'one file in a compressed section',
    a: compressed(innerVolume(one, two)),
    b: compressed(innerVolume(one, driver('Two', B, other))),
    changes: [`changed file ${IN}/Two: PE32 image: 1 byte of 104 differs`],
  },
  {
    name: 'a file added in a compressed section',
    a: compressed(innerVolume(one)),
    b: compressed(innerVolume(one, two)),
    changes: [`added file ${IN}/Two`],
  },
  {
    name: 'the attributes of a compressed section',
    a: compressed(innerVolume(one)),
    b: changed(compressed(innerVolume(one)), (image) => (image[FIRST + 0x18 + 0x16]! ^= 2)),
    changes: [
      `changed file ${OUTER}/${D}: LZMA: attributes PROCESSING_REQUIRED → PROCESSING_REQUIRED AUTH_STATUS_VALID`,
    ],
  },
  {
    name: 'the same content, compressed otherwise',
    a: compressed(innerVolume(one)),
    b: otherwise(compressed(innerVolume(one))),
    changes: [`changed file ${OUTER}/${D}: LZMA: the same content, compressed otherwise`],
  },
  {
    name: 'a section of an encoding that is not known',
    a: compressed(innerVolume(one), TIANO),
    b: compressed(innerVolume(driver('One', A, other)), TIANO),
    changes: [`changed file ${OUTER}/${D}: Tiano: `],
    unread: new RegExp(
      `^An encoded section that differs could not be decoded and is compared as bytes: ${OUTER} › ${D} › Tiano\\.$`,
    ),
  },
  {
    name: 'a compressed section that is broken on one side',
    a: compressed(innerVolume(one)),
    b: changed(compressed(innerVolume(one)), (image) => (image[FIRST + 0x18 + 0x18] = 0xff)),
    changes: [`changed file ${OUTER}/${D}: LZMA: 1 byte of `],
    unread: /^An encoded section that differs could not be decoded/,
  },
  { name: 'a variable added', a: store(x), b: store(x, y), changes: [`added variable ${STORE}/Y`] },
  { name: 'a variable removed', a: store(x, y), b: store(y), changes: [`removed variable ${STORE}/X`] },
  {
    name: 'the value of a variable',
    a: store(x, y),
    b: store(variable('X', other), y),
    changes: [`changed variable ${STORE}/X: value: 1 byte of 100 differs`],
  },
  {
    name: 'a value that was written anew, with its old copy deleted',
    a: store(x, y),
    b: store(variable('X', code, 0x3c), y, variable('X', other)),
    changes: [`changed variable ${STORE}/X: moved; value: 1 byte of 100 differs`],
  },
  {
    name: 'a variable that was deleted',
    a: store(x, y),
    b: store(variable('X', code, 0x3c), y),
    changes: [`changed variable ${STORE}/X: state valid → deleted`],
  },
  {
    name: 'old copies of a variable cleared away',
    a: store(variable('X', other, 0x3c), variable('X', other, 0x3c), x),
    b: store(x),
    changes: [`removed variable ${STORE}/X`],
  },
  {
    name: 'the reset address in a table inside a volume, which the table tells',
    a: withTable({}, one),
    b: withTable({ resetAddress: 0x808004 }, one),
    changes: ['changed field GUIDed table/SEV-ES reset block/reset_addr'],
  },
  {
    name: 'a table and a file before it',
    a: withTable({}, one),
    b: withTable({ resetAddress: 0x808004 }, driver('One', A, other)),
    changes: [
      'changed field GUIDed table/SEV-ES reset block/reset_addr',
      `changed file ${OUTER}/One: PE32 image: 1 byte of 104 differs`,
    ],
  },
];

/** Milliseconds that this process has computed, whatever else the machine does. */
const processorTime = () => process.cpuUsage().user / 1000;

const read = (bytes: Uint8Array) => ({ bytes, image: parseOvmf(bytes).value });
const compare = (a: Uint8Array, b: Uint8Array) => {
  const [left, right] = [read(a), read(b)];
  return compareImages(left, right, { volumes: compareWhole(left, right, decompressSection) });
};
const brief = ({ changes }: ReturnType<typeof compare>) =>
  changes.map(({ kind, what, path, notes }) =>
    [`${kind} ${what} ${path.join('/')}`, ...(notes ? [notes.join('; ')] : [])].join(': '),
  );

describe('Comparison of firmware volumes', function () {
  this.timeout(60_000);

  for (const { name, a = base, b, changes, unread } of cases) {
    it(`${name} is told once`, () => {
      const found = compare(a, b);
      const all = brief(found);
      assert.equal(all.length, changes.length, all.join('\n'));
      // A change that ends in a blank goes on with a number of bytes, which depends on the compressor.
      changes.forEach((change, i) => {
        if (change.endsWith(' ')) assert.ok(all[i]!.startsWith(change), all[i]);
        else assert.equal(all[i], change);
      });
      assert.deepEqual(found.unread.length, unread ? 1 : 0, found.unread.join('\n'));
      if (unread) assert.match(found.unread[0]!, unread);
    });
  }

  it('every byte that differs is told of, and a byte of content by one change', () => {
    const image = join(
      inVolume(
        one,
        pad(32),
        driver('Two', B, code, guided(TIANO, code)),
        file({ guid: C, type: 1, body: code }),
      ),
      code,
      withTable({}, three),
      store(x, y),
      new Uint8Array(64),
    );
    const several: string[] = [];
    for (let at = 0; at < image.length; at += 23) {
      const found = compare(
        image,
        changed(image, (copy) => (copy[at]! ^= 0x11)),
      );
      assert.ok(found.changes.length > 0, `the byte at ${at}`);
      // A broken size, signature or GUID makes other parts of what follows.
      const isOther = found.changes.some(({ kind }) => kind === 'added' || kind === 'removed');
      if (found.changes.length > 1 && !isOther) several.push(`${at}: ${brief(found).join(', ')}`);
    }
    assert.deepEqual(several, []);
  });

  it('what was decompressed has no place in the file, but a digest', () => {
    const [change] = compare(
      compressed(innerVolume(one)),
      compressed(innerVolume(driver('One', A, other))),
    ).changes;
    const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    assert.deepEqual(
      [change?.a, change?.b].map((side) => [side?.inside, side?.size, side?.digest]),
      [
        [true, one.length, sha256(one)],
        [true, one.length, sha256(driver('One', A, other))],
      ],
    );
    const { changes } = compare(base, inVolume(one, driver('Two', B, other), three));
    assert.equal(changes[0]?.a?.inside, undefined);
    const { offset, size } = changes[0]!.a!;
    assert.deepEqual(base.subarray(offset, offset + size), two);
  });

  it('without decompression compressed sections are compared as bytes, which is said once', () => {
    const both = (...files: readonly Uint8Array[]) =>
      join(...files.map((each) => compressed(innerVolume(each))));
    const found = compareImages(read(both(one, two)), read(both(three, three)));
    assert.deepEqual(
      found.changes.map(({ path }) => path),
      [
        [OUTER, D],
        [OUTER, D],
      ],
    );
    assert.equal(found.unread.length, 1);
    assert.match(found.unread[0]!, /^2 encoded sections that differ could not be decoded .* the first is /);
  });

  it('levels beyond the limit are told of once for each side, and compared as bytes', () => {
    const deep = (levels: number, bytes: Uint8Array): Uint8Array =>
      levels === 0 ? PE32(bytes) : section(0x03, deep(levels - 1, bytes));
    const holding = (bytes: Uint8Array) => inVolume(file({ guid: A, type: 2, body: deep(13, bytes) }));
    const found = compare(holding(code), holding(other));
    assert.deepEqual(
      found.unread.map((text) => text.slice(0, 43)),
      ['The first image: There are more than 12 lev', 'The second image: There are more than 12 le'],
    );
    assert.deepEqual(
      brief(found).map((line) => line.replaceAll('disposable › ', '')),
      [`changed file ${OUTER}/${A}: unknown: 1 byte of 116 differs`],
    );
  });

  it('a change has the effects that all bytes of the image have', () => {
    const { changes } = compare(base, inVolume(one, two));
    // Without a table, no SNP guest starts, so that its pages do not matter.
    assert.deepEqual(changes[0]?.effects, ['image-bytes']);
    assert.deepEqual(compare(store(x), store(y)).changes[0]?.effects, ['variables']);
  });
});

describe('Comparison of the volumes of Debian images', function () {
  this.timeout(60_000);

  it('finds what is built differently, inside what is compressed, in less than a second beside decompression', function () {
    const [a, b] = ['OVMF_CODE_4M.fd', 'OVMF_CODE_4M.secboot.fd'].map((name) =>
      codePaths.find((path) => path.endsWith(`/${name}`)),
    );
    if (a === undefined || b === undefined) this.skip();
    const [left, right] = [read(readImage(a)), read(readImage(b))];
    let spent = 0;
    const start = processorTime();
    const volumes = compareWhole(left, right, (...request) => {
      const before = processorTime();
      const bytes = decompressSection(...request);
      spent += processorTime() - before;
      return bytes;
    });
    const found = compareImages(left, right, { volumes });
    const own = processorTime() - start - spent;
    assert.ok(own < 4000, `${own} ms beside ${spent} ms of decompression`);
    const all = brief(found);
    // Secure Boot with System Management Mode adds the core of the latter and keeps variables behind it.
    for (const path of ['DXEFV/PiSmmCore', 'DXEFV/VariableSmm', 'PEIFV/SmmAccessPei'])
      assert.ok(
        all.some((line) => line.startsWith('added file ') && line.endsWith(`/LZMA/${path}`)),
        path,
      );
    assert.ok(all.some((line) => line.startsWith('removed file ') && line.endsWith('/VariableRuntimeDxe')));
    assert.ok(all.some((line) => line.startsWith('changed file SECFV/SecMain: PE32 image: ')));
    assert.ok(
      found.changes.every(({ what }) => what === 'file'),
      all.join('\n'),
    );
    assert.deepEqual(found.unread, []);
    assert.ok(JSON.stringify(imageComparisonJson(found, NAMES)).length < 100_000);
  });

  it('finds the keys of Secure Boot by which two variable stores differ', function () {
    const [a, b] = ['OVMF_VARS_4M.snakeoil.fd', 'OVMF_VARS_4M.ms.fd'].map((name) =>
      imagePaths.find((path) => path.endsWith(`/${name}`)),
    );
    if (a === undefined || b === undefined) this.skip();
    const { changes } = compareImages(read(readImage(a)), read(readImage(b)));
    assert.deepEqual(
      changes.map(({ kind, what, path }) => `${kind} ${what} ${path.at(-1)}`),
      ['db', 'dbx', 'KEK', 'PK'].map((name) => `changed variable ${name}`),
    );
  });
});

describe('Comparison of hostile volumes', function () {
  this.timeout(60_000);
  const image = join(
    inVolume(one, two, pad(16)),
    compressed(innerVolume(two, three)),
    withTable({}, three),
    store(x, variable('Old', code, 0x3c)),
  );
  const mutated = (seed: number) => {
    const below = seeded(seed);
    const copy = image.slice(0, below(8) === 0 ? below(image.length) : image.length);
    for (let n = below(5); n > 0 && copy.length > 0; n--) {
      const at = below(copy.length);
      if (below(2) === 0) copy[at] = below(256);
      else copy.copyWithin(at, below(copy.length), below(copy.length));
    }
    return copy;
  };

  it('ends, says that something differs exactly when it does, and tells it in every form', () => {
    for (const seed of seeds(200)) {
      const [a, b] = [mutated(seed), mutated(seed + 1000)];
      try {
        const found = compare(a, b);
        assert.equal(found.equal, Buffer.compare(a, b) === 0);
        assert.equal(found.changes.length > 0, !found.equal);
        comparisonLines(found, NAMES);
        imageComparisonMarkdown(found, NAMES);
        imageComparisonJson(found, NAMES);
      } catch (error) {
        throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
      }
    }
  });

  it('thousands of files of one GUID are compared in time', () => {
    const full = (order: number) => {
      const files = Array.from({ length: 1500 }, (_, i) =>
        file({ guid: A, type: 1, body: Uint8Array.of(i, i >> 8, order, 0, 0, 0, 0, 0) }),
      );
      if (order > 1) files.reverse();
      return volume({ size: 0x20000, name: OUTER, content: fromStart(files) });
    };
    const [a, b] = [full(1), full(2)];
    const start = processorTime();
    const found = compare(a, b);
    const spent = processorTime() - start;
    assert.ok(spent < 8000, `${spent} ms`);
    assert.equal(found.changes.length, 1500);
  });
});
