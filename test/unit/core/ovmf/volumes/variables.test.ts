// Variables: which ones count, what is stepped over, where readers stop, what their values and times are, and the copy in a
// spare block.

import assert from 'node:assert/strict';
import { guidBytes } from '../../../../../src/core/binary/guid';
import { encode } from '../../../../../src/core/binary/struct';
import { lintOvmf } from '../../../../../src/core/ovmf/lint';
import { PLAIN_STORE } from '../../../../../src/core/ovmf/volumes/guids';
import { AUTHENTICATED_VARIABLE, VARIABLE } from '../../../../../src/core/ovmf/volumes/layouts';
import type { VolumeNode } from '../../../../../src/core/ovmf/volumes/tree';
import { allNodes, parseVolumes, variablesOf } from '../../../../../src/core/ovmf/volumes/volumes';
import { bounded, seeds } from '../../../../helpers/hostile';
import { seeded } from '../../../../helpers/random';
import {
  HEADER_SIZE,
  sealHeader,
  utf16,
  variableVolume,
  volume,
} from '../../../../../src/core/ovmf/volumes/build';
import { join, variable, workingBlock } from '../../../../helpers/volumes';
import { A, B, driver } from './builders';
import { assertWholeTree } from './wholeTree';

const GLOBAL = '8be4df61-93ca-11d2-aa0d-00e098032b8c';
const one = Uint8Array.of(1);
/** Where the first variable of a store is. */
const FIRST = HEADER_SIZE + 0x1c;

/** A variable with some of its header overwritten, by the offset in it. */
const poked = (bytes: Uint8Array, ...at: readonly (readonly [number, number])[]) => {
  const copy = bytes.slice();
  for (const [offset, value] of at)
    copy.set([value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24], offset);
  return copy;
};
/** The header of a variable of which nothing but the start was written. */
const started = () => {
  const bytes = new Uint8Array(AUTHENTICATED_VARIABLE.size).fill(0xff);
  bytes.set([0xaa, 0x55]);
  return bytes;
};
const stateOf = (n: number) => variable('X', one, n);

interface Case {
  readonly name: string;
  readonly variables: readonly Uint8Array[];
  /** Name and state of each. */
  readonly wanted: readonly string[];
  /** Where `variable-state` is found, with what it says. */
  readonly found?: readonly (readonly [number, RegExp])[];
}

const STEPS = /steps over its header alone\. OVMF's own check.* refuses the whole store\.$/;
const STOPS = /steps over its header alone and finds no variable after it\. /;
const SIZES = /steps over its header alone.*\. OVMF's own check.* takes its sizes as they are\.$/;
const IGNORES = /The state 0x[0-9a-f]+ .* ignores the variable\. .* refuses the whole store\.$/;
const after = variable('After', one);

const cases: readonly Case[] = [
  { name: 'an added one', variables: [stateOf(0x3f)], wanted: ['X valid'] },
  { name: 'one in deleted transition, alone', variables: [stateOf(0x3e)], wanted: ['X valid'] },
  {
    name: 'one in deleted transition before its successor',
    variables: [stateOf(0x3e), stateOf(0x3f)],
    wanted: ['X replaced', 'X valid'],
  },
  {
    name: 'one in deleted transition after its successor',
    variables: [stateOf(0x3f), stateOf(0x3e)],
    wanted: ['X valid', 'X replaced'],
  },
  {
    name: 'two in deleted transition, of which the last counts',
    variables: [stateOf(0x3e), stateOf(0x3e)],
    wanted: ['X replaced', 'X valid'],
  },
  {
    name: 'one in deleted transition whose successor is incomplete',
    variables: [stateOf(0x3e), stateOf(0x7f)],
    wanted: ['X valid', 'X incomplete'],
  },
  {
    name: 'one in deleted transition beside another name',
    variables: [stateOf(0x3e), after],
    wanted: ['X valid', 'After valid'],
  },
  {
    name: 'one in deleted transition beside another vendor',
    variables: [stateOf(0x3e), poked(stateOf(0x3f), [0x2c, 0])],
    wanted: ['X valid', 'X valid'],
  },
  {
    name: 'deleted ones',
    variables: [stateOf(0x3d), stateOf(0x3c), after],
    wanted: ['X deleted', 'X deleted', 'After valid'],
  },
  {
    name: 'one without its data, whose size is known',
    variables: [stateOf(0x7f), after],
    wanted: ['X incomplete', 'After valid'],
  },
  {
    name: 'nothing but a start',
    variables: [started(), after],
    wanted: [' unwritten', 'After valid'],
    found: [[FIRST, STEPS]],
  },
  {
    name: 'nothing but a start, twice, and the end',
    variables: [after, started(), started()],
    wanted: ['After valid', ' unwritten', ' unwritten'],
    found: [
      [FIRST + 76, STEPS],
      [FIRST + 136, STEPS],
    ],
  },
  {
    name: 'a header without a state, whose name hides what follows',
    variables: [stateOf(0xff), after],
    wanted: [' unwritten'],
    found: [[FIRST, STOPS]],
  },
  {
    name: 'erased attributes',
    variables: [poked(started(), [2, 0xffffff3f]), after],
    wanted: [' unwritten', 'After valid'],
    found: [[FIRST, SIZES]],
  },
  {
    name: 'an erased size of the name',
    variables: [poked(started(), [2, 0xffff007f], [4, 7], [0x28, 1]), after],
    wanted: [' unwritten', 'After valid'],
    found: [[FIRST, SIZES]],
  },
  {
    name: 'an erased size of the data',
    variables: [poked(started(), [2, 0xffff007f], [4, 7], [0x24, 4]), after],
    wanted: [' unwritten', 'After valid'],
    found: [[FIRST, SIZES]],
  },
  ...[0x00, 0x1f, 0x7e, 0xbf, 0xfe].map((state): Case => ({
    name: `the state ${state.toString(16)}`,
    variables: [stateOf(state), after],
    wanted: ['X invalid', 'After valid'],
    found: [[FIRST, IGNORES]],
  })),
];

const listOf = (nodes: readonly VolumeNode[]) =>
  variablesOf({ nodes }).map(({ name, state }) => `${name} ${state}`);

describe('The variables of a store', () => {
  for (const { name, variables, wanted, found = [] } of cases) {
    it(`are read as edk2 does: ${name}`, () => {
      const parsed = parseVolumes(variableVolume(0x400, variables));
      assertWholeTree(parsed);
      assert.deepEqual(listOf(parsed.value.nodes), wanted);
      assert.deepEqual(
        parsed.findings.map(({ rule, offset, size }) => [rule, offset, size]),
        found.map(([at]) => ['variable-state', at, AUTHENTICATED_VARIABLE.size]),
      );
      for (const [i, [, message]] of found.entries()) assert.match(parsed.findings[i]!.message, message);
    });
  }

  it('say in the header what their state means, also when a later one replaces them', () => {
    const parsed = parseVolumes(variableVolume(0x400, [stateOf(0x3e), stateOf(0x3f), stateOf(0x7f)]));
    const states = [...allNodes(parsed.value)].flatMap(({ node }) =>
      node.variable ? [[node.fields.find(({ name }) => name === 'state')?.meaning, node.doc]] : [],
    );
    const [replaced, incomplete] = [
      'replaced: another variable of this name counts',
      'incomplete: its header was written, its data was not completed',
    ];
    assert.deepEqual(states, [
      [replaced, `A variable: ${replaced}, 1 byte.`],
      ['valid', 'A variable: valid, 1 byte.'],
      [incomplete, `A variable: ${incomplete}, 1 byte.`],
    ]);
  });

  it('of a plain store have no times, and OVMF checks no such store', () => {
    const plain = (name: string, data: Uint8Array, state = 0x3f) =>
      join(
        encode(VARIABLE, {
          start_id: 0x55aa,
          state,
          attributes: 7,
          name_size: utf16(name).length,
          data_size: data.length,
          vendor_guid: guidBytes(GLOBAL),
        }),
        utf16(name),
        data,
      );
    const blank = new Uint8Array(VARIABLE.size).fill(0xff);
    blank.set([0xaa, 0x55]);
    const list = [plain('Lang', Buffer.from('eng\0')), blank, plain('Timeout', Uint8Array.of(3, 0))];
    const parsed = parseVolumes(variableVolume(0x400, list, PLAIN_STORE));
    assertWholeTree(parsed);
    assert.deepEqual(
      variablesOf(parsed.value).map(({ name, value, time }) => [name, value, time]),
      [
        ['Lang', 'eng', undefined],
        ['', undefined, undefined],
        ['Timeout', '3 s', undefined],
      ],
    );
    assert.deepEqual(
      parsed.findings.map(({ message }) => message.includes('OVMF')),
      [false],
    );
  });

  it('have the time of their signature, and the name of their vendor', () => {
    const time = Uint8Array.of(0xe8, 7, 2, 29, 12, 5, 9, ...new Uint8Array(9));
    const signed = variable('db', one, 0x3f, { vendor: 'd719b2cb-3d3a-4596-a3bc-dad00e67656f', time });
    const parsed = parseVolumes(variableVolume(0x400, [signed, stateOf(0x3f)]));
    assert.deepEqual(
      variablesOf(parsed.value).map(({ time: when }) => when),
      ['2024-02-29 12:05:09', undefined],
    );
    const [first] = [...allNodes(parsed.value)].filter(({ node }) => node.variable);
    const meaningOf = (field: string) => first!.node.fields.find(({ name }) => name === field)?.meaning;
    assert.equal(meaningOf('time_stamp'), '2024-02-29 12:05:09');
    assert.equal(meaningOf('vendor_guid'), 'd719b2cb-3d3a-4596-a3bc-dad00e67656f (image security database)');
  });
});

describe('A variables volume whose header is wrong', () => {
  const broken: readonly (readonly [string, string, (image: Uint8Array) => void])[] = [
    ['volume-header-checksum', 'a wrong sum', (image) => (image[0x32]! ^= 1)],
    [
      'volume-size',
      'a length of another build',
      (image) => {
        image.set([0, 0x40, 8], 0x20);
        image.set([0, 0x84, 0], 0x38);
        sealHeader(image);
      },
    ],
  ];
  for (const [rule, name, change] of broken) {
    it(`is told to be erased by OVMF, and other volumes are not: ${name}`, () => {
      for (const [image, wanted] of [
        [variableVolume(0x400, [variable('X', one)]), true],
        [volume({ size: 0x400, files: [driver('One')] }), false],
      ] as const) {
        change(image);
        const found = parseVolumes(image).findings.find((finding) => finding.rule === rule);
        assert.equal(found!.message.includes('OVMF erases a variables volume'), wanted);
      }
    });
  }
});

describe('A variables volume whose header is cut', () => {
  it('does not end within the header, where the next volume starts', () => {
    const bytes = join(variableVolume(0x1000, []).subarray(0, 0x30), volume({ size: 0x400 }));
    assertWholeTree(parseVolumes(bytes));
  });
});

describe('The value of a variable', () => {
  const option = (text: string, attributes = 1, paths = 4, length = paths) =>
    join(Uint8Array.of(attributes, 0, 0, 0, length, 0), utf16(text), new Uint8Array(paths));
  const numbers = (count: number) =>
    Uint8Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? i / 2 + 8 : 0));
  const values: [string, Uint8Array, string | undefined, string?][] = [
    ['SecureBoot', one, 'on'],
    ['SetupMode', Uint8Array.of(0), 'off'],
    ['SetupMode', Uint8Array.of(2), undefined],
    ['SetupMode', Uint8Array.of(1, 0), undefined],
    ['BootOrder', numbers(3), '0008 0009 000A'],
    ['BootOrder', numbers(10), '0008 0009 000A 000B 000C 000D 000E 000F and 2 more'],
    ['BootOrder', Uint8Array.of(1), undefined],
    ['BootOrder', new Uint8Array(), undefined],
    ['BootNext', numbers(1), '0008'],
    ['BootNext', numbers(2), undefined],
    ['Boot0000', option('UiApp'), '"UiApp"'],
    ['Boot00AF', option('Linux ', 0), '"Linux", not active'],
    ['Boot0001', option('Linux', 1, 4, 5), undefined],
    ['Boot0001', option(''), undefined],
    ['Boot0001', Uint8Array.of(1, 0, 0, 0), undefined],
    ['Boot001', option('UiApp'), undefined],
    ['Lang', Buffer.from('eng\0'), 'eng'],
    ['PlatformLang', Buffer.from('en-US'), 'en-US'],
    ['PlatformLang', Uint8Array.of(0x1b, 0x5b), undefined],
    ['Timeout', Uint8Array.of(0x2c, 1), '300 s'],
    ['Timeout', one, undefined],
    ['SecureBootEnable', one, 'on', 'f0a30bc7-af08-4556-99c4-001009c93a44'],
    ['CustomMode', Uint8Array.of(0), 'standard', 'c076ec0c-7028-4399-a072-71ee5c448b9f'],
    ['SecureBoot', one, undefined, A],
  ];
  for (const [name, value, wanted, vendor = GLOBAL] of values) {
    it(`of ${name} with ${Buffer.from(value).toString('hex') || 'nothing'} is ${wanted ?? 'left as bytes'}`, () => {
      const parsed = parseVolumes(variableVolume(0x400, [variable(name, value, 0x3f, { vendor })]));
      assert.deepEqual(
        variablesOf(parsed.value).map((found) => found.value),
        [wanted],
      );
    });
  }
});

describe('The spare block of fault-tolerant writes', () => {
  const [SIZE, HALF] = [0x800, 0x400];
  const log = workingBlock(0x40);
  /** The first half of a volume: header, store, working block. */
  const live = (...variables: readonly Uint8Array[]) => {
    const whole = variableVolume(SIZE, variables, undefined, 0x200);
    whole.set(log, HALF - log.length);
    return whole;
  };
  const copyOf = (...variables: readonly Uint8Array[]) =>
    variableVolume(SIZE, variables, undefined, 0x200).slice(0, HALF);
  const erased = new Uint8Array(HALF).fill(0xff);
  const withLog = join(erased.slice(0, -log.length), log);
  const x = variable('X', one);
  const code = volume({ size: 0x400, name: B, files: [driver('One')] });

  interface SpareCase {
    readonly name: string;
    readonly image: Uint8Array;
    readonly live: readonly string[];
    readonly copies: readonly string[];
    /** The range and the message of the finding, if there is one. */
    readonly found?: readonly [number, number, RegExp];
  }
  const LOSES =
    /erased, and the spare block at 0x400 holds a copy.* OVMF erases all of it with this copy, so keep the file\.$/;
  const RESTORES =
    /erased, and the spare block at 0x400 holds a copy.* only if the FTW working block records the write\.$/;
  const spareCases: readonly SpareCase[] = [
    { name: 'an erased spare block', image: live(x), live: ['X valid'], copies: [] },
    {
      name: 'a copy that was left behind',
      image: join(live(x).slice(0, HALF), copyOf(x, after)),
      live: ['X valid'],
      copies: ['X valid', 'After valid'],
    },
    {
      name: 'a volume of which only the copy is left',
      image: join(erased, copyOf(x)),
      live: [],
      copies: ['X valid'],
      found: [0, HALF, LOSES],
    },
    {
      name: 'the same with the working block',
      image: join(withLog, copyOf(x)),
      live: [],
      copies: ['X valid'],
      found: [0, HALF, LOSES],
    },
    {
      name: 'the same before code',
      image: join(withLog, copyOf(x), code),
      live: [],
      copies: ['X valid'],
      found: [0, HALF, LOSES],
    },
    {
      name: 'a header that was written again, without its store',
      image: (() => {
        const image = join(live().slice(0, HALF), copyOf(x));
        return image.fill(0xff, HEADER_SIZE, HALF - log.length);
      })(),
      live: [],
      copies: ['X valid'],
      found: [HEADER_SIZE, HALF - HEADER_SIZE, RESTORES],
    },
    {
      name: 'the same without the working block',
      image: join(live().slice(0, HALF), copyOf(x)).fill(0xff, HEADER_SIZE, HALF),
      live: [],
      copies: ['X valid'],
      found: [HEADER_SIZE, HALF - HEADER_SIZE, /No FTW working block is left that could record the write/],
    },
    {
      name: 'a store that was torn',
      image: join(new Uint8Array(HALF).fill(0xa5), copyOf(x)),
      live: [],
      copies: ['X valid'],
      found: [0, HALF, /0x0 is not readable, and the spare block/],
    },
    {
      name: 'a volume after erased flash',
      image: join(erased, live(x), code),
      live: ['X valid'],
      copies: [],
    },
  ];
  for (const { name, image, live: wanted, copies, found } of spareCases) {
    it(`is told apart from the live store: ${name}`, () => {
      const parsed = parseVolumes(image);
      assertWholeTree(parsed);
      assert.deepEqual(listOf(parsed.value.nodes), wanted);
      const spare = [...allNodes(parsed.value)].filter(({ node }) => node.spare);
      assert.deepEqual(
        spare.flatMap(({ node }) => listOf(node.children)),
        copies,
      );
      for (const { node } of spare) assert.equal(node.name, 'copy of NVRAM in the spare block');
      assert.deepEqual(
        parsed.findings.map(({ rule, offset, size }) => [rule, offset, size]),
        found ? [['store-in-spare', found[0], found[1]]] : [],
      );
      if (found) assert.match(parsed.findings[0]!.message, found[2]);
    });
  }

  it('makes a file of variables one, although its start is erased', () => {
    const { value, findings } = lintOvmf(join(erased, copyOf(x)));
    assert.equal(value.facts.kind, 'variables');
    assert.deepEqual(
      findings.map(({ rule }) => rule),
      ['variable-store-only', 'store-in-spare'],
    );
  });

  it('is no reason to throw, whatever its header says', () => {
    const image = join(withLog, copyOf(x), code);
    for (const seed of seeds(500)) {
      const below = seeded(seed);
      const bytes = image.slice();
      for (let i = 0; i < 4; i++) bytes[HALF - 0x40 + below(0xc0)] = below(256);
      if (below(2) === 0) sealHeader(bytes, HALF);
      bounded(`SEED=${seed}`, () => assertWholeTree(parseVolumes(bytes)));
    }
  });
});
