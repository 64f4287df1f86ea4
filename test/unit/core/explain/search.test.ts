// The search for an explanation: each cause and each two that are tried together are planted and found, nothing is found for
// random values, and an answer says what was changed.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { answerOf } from '../../../../src/core/explain/answer';
import { partTitle, type TriedPart } from '../../../../src/core/explain/covered';
import {
  DIMENSIONS,
  hasEffect,
  IN_DIGEST,
  isCompatible,
  LAUNCH_CAUSES,
  OF_PAGES,
  searchSpace,
  type Candidate,
  type SearchSpace,
} from '../../../../src/core/explain/causes';
import type { Dimension } from '../../../../src/core/explain/cause';
import type { ExplainResult } from '../../../../src/core/explain/explanation';
import type { LaunchFacts } from '../../../../src/core/explain/launchFacts';
import { KEY_WORDS, MeasurementMac, prepareKey } from '../../../../src/core/explain/measurementMac';
import { planUnits, type ChangeCount, type Unit } from '../../../../src/core/explain/plan';
import type { Hit } from '../../../../src/core/explain/matcher';
import { Search } from '../../../../src/core/explain/search';
import type { Setting } from '../../../../src/core/explain/setting';
import { computeMeasurement } from '../../../../src/core/tech/sev/evidence';
import { ciphers } from '../../../helpers/ciphers';
import { few, IS_QUICK } from '../../../helpers/hostile';
import { nodeHashes } from '../../../../src/node/hashes';
import { factsOf, factsWithFiles, hmacFor, KEYS, launchDigestOf, svsm } from '../../../helpers/planted';
import { randomBytes, seeded } from '../../../helpers/random';

const words = new Int32Array(2 * KEY_WORDS);
KEYS.forEach((key, i) => prepareKey(key, words, i * KEY_WORDS));

/** Facts in which the platform reported what the setting gives. */
function reported(facts: LaunchFacts, setting: Setting): LaunchFacts {
  if (facts.wanted.kind === 'digest')
    return { ...facts, wanted: { kind: 'digest', digest: launchDigestOf(facts, setting) } };
  return { ...facts, wanted: { ...facts.wanted, hmac: hmacFor(facts, setting) } };
}

interface Found {
  readonly hits: readonly Hit[];
  readonly parts: readonly TriedPart[];
}

/** Tries units, those of a stage unless others are given. */
function tryUnits(space: SearchSpace, units: readonly Unit[]): Found {
  const search = new Search(space, words, nodeHashes);
  const results = units.map((unit) => ({ unit, ...search.run(unit) }));
  return {
    hits: results.flatMap(({ hits }) => hits),
    parts: results.map(({ unit, tried }) => ({ first: unit.first, second: unit.second, tried })),
  };
}

/** The whole search, as the threads do it. @param space of the same inputs, whatever was reported */
function explained(
  facts: LaunchFacts,
  stages: readonly ChangeCount[] = [0, 1],
  space: SearchSpace = searchSpace(facts),
): ExplainResult {
  space = { ...space, facts };
  const { hits, parts } = tryUnits(
    space,
    stages.flatMap((stage) => planUnits(space, stage)),
  );
  return answerOf(space, hits, parts);
}

const plain = { technology: 'sev', platform: { apiMajor: 1, apiMinor: 55, buildId: 24, policy: 3 } } as const;
const asDigest = { wanted: { kind: 'digest', digest: new Uint8Array(32) }, keys: undefined } as const;
const asSnp = {
  technology: 'snp',
  wanted: { kind: 'digest', digest: new Uint8Array(48) },
  keys: undefined,
  others: [],
} as const;
const withSvsm = {
  svsms: [svsm('given', 'svsm.bin', 5, 0x40), svsm('beside', 'svsm-2.bin', 6, 0x80)],
  varsSize: 0x84000,
  stores: [0x30000],
  profile: 'snp-svsm',
} as const;
const oneKeyFile = { keys: { tk: '/keys/tk' } };

/** Launches of which every cause is one for at least one. */
const LAUNCHES: readonly (readonly [string, LaunchFacts])[] = [
  ['of SEV-ES with a CPU', factsOf()],
  ['of SEV-ES with FPU state and a key file', factsOf({ profile: 'sev-es-init2', ...oneKeyFile })],
  ['of SEV-ES with VMSA files', factsWithFiles()],
  ['of plain SEV', factsOf(plain)],
  ['of SEV-ES by its digest', factsOf(asDigest)],
  ['of SEV-SNP', factsOf({ ...asSnp, profile: 'snp' })],
  ['of SEV-SNP of an earlier host', factsOf({ ...asSnp, profile: 'snp-legacy-debugswap' })],
  ['of SEV-SNP on EC2', factsOf({ ...asSnp, profile: 'snp-ec2', features: 0x21n, kernel: undefined })],
  ['of SEV-SNP with an SVSM image', factsOf({ ...asSnp, ...withSvsm })],
  [
    'of SEV-SNP beside an SVSM image',
    factsOf({ ...asSnp, profile: 'snp', svsms: [svsm('beside', 'svsm.bin', 5, 0x40)] }),
  ],
];

/** What of a launch a candidate cannot change: plain SEV has no pages. */
const isMeasured = ({ given }: SearchSpace, dimension: Dimension, set: Partial<Setting>): boolean =>
  !OF_PAGES.has(dimension) || ((set.policy ?? given.policy) & 4) !== 0;

describe('The search for an explanation finds', () => {
  const planted = new Set<string>();
  for (const [name, facts] of LAUNCHES) {
    const space = searchSpace(facts);
    for (const dimension of DIMENSIONS) {
      const ids = new Set(space.candidates[dimension].map(({ cause }) => cause.id));
      for (const id of ids) {
        const some = space.candidates[dimension].filter(({ cause }) => cause.id === id);
        const chosen = [some[0]!, some.at(-1)!];
        if (!isMeasured(space, dimension, {}) || !hasEffect(dimension, space.given)) continue;
        if (IS_QUICK && planted.has(id)) continue;
        planted.add(id);
        it(`${id} in a launch ${name}`, () => {
          for (const candidate of few([...new Set(chosen)])) {
            if (isSameAsGiven(space, candidate)) continue;
            const given = reported(facts, { ...space.given, ...candidate.set });
            const { outcome, explanations, summary } = explained(given, [0, 1], space);
            assert.equal(outcome, 'explained', candidate.found);
            assert.deepEqual(
              explanations.map(({ changes }) =>
                changes.map(({ cause, given, found }) => ({ cause, given, found })),
              ),
              [[{ cause: id, given: candidate.given, found: wordsOf(candidate) }]],
            );
            assert.match(summary, /Only a suggestion/);
          }
        });
      }
    }
  }
  /** Whether a candidate changes nothing that is measured: on EC2 the CPU is not. */
  const isSameAsGiven = ({ facts, given }: SearchSpace, { set }: Candidate) =>
    facts.technology === 'snp' &&
    launchDigestOf(facts, { ...given, ...set }).equals(launchDigestOf(facts, given));

  it('every cause of the table, but for those that have a test of their own', () => {
    const missing = LAUNCH_CAUSES.map(({ id }) => id).filter((id) => !planted.has(id));
    assert.deepEqual(missing, ['digest-for-measurement', 'digest-of-file', 'digest-of-other-technology']);
  });

  const wordsOf = ({ cause, found }: Candidate) =>
    cause.id === 'stale-measurement' ? `of the given HMAC and the nonce ${found}` : found;
});

describe('The search for an explanation finds every two causes together', () => {
  const likeliest = (space: SearchSpace, dimension: Dimension) => {
    const all = space.candidates[dimension];
    return [...new Set([all[0], all.at(-1)])].filter((candidate) => candidate !== undefined);
  };
  for (const [name, facts] of LAUNCHES) {
    it(`in a launch ${name}`, () => {
      const space = searchSpace(facts);
      let pairs = 0;
      for (const [i, first] of DIMENSIONS.entries()) {
        for (const second of DIMENSIONS.slice(i + 1)) {
          for (const a of few(likeliest(space, first))) {
            const b = likeliest(space, second).find((candidate) => isCompatible(a.set, candidate.set));
            if (!b) continue;
            const both = { ...a.set, ...b.set };
            if (!isMeasured(space, first, both) || !isMeasured(space, second, both)) continue;
            const setting = { ...space.given, ...both };
            if (isSameAsOne(space, setting, a, b)) continue;
            if (!hasEffect(first, setting) || !hasEffect(second, setting)) continue;
            // Only the section of firmware is moved, not that of an SVSM image.
            if (setting.svsm !== undefined && setting.hashSection !== undefined) continue;
            const index = space.candidates[first].indexOf(a);
            const own = { first, second, from: index, to: index + 1, size: 0 };
            const { hits } = tryUnits({ ...space, facts: reported(facts, setting) }, [own]);
            const found = hits.map(({ changes }) =>
              changes.map(({ dimension, index }) => space.candidates[dimension][index]!.found),
            );
            assert.deepEqual(found, [[a.found, b.found]], partTitle({ first, second }));
            pairs++;
          }
        }
      }
      // On EC2 there is neither a kernel nor a CPU to vary.
      const least = space.given.profile === 'snp-ec2' ? (IS_QUICK ? 5 : 10) : 20;
      assert.ok(pairs >= least, `only ${pairs} pairs were planted`);
    });
  }

  /** Whether one of two changes makes no difference next to the other: then the other is the explanation. */
  function isSameAsOne({ facts, given }: SearchSpace, setting: Setting, a: Candidate, b: Candidate): boolean {
    const of = (other: Setting) => hmacFor(facts, other).toString('hex');
    const isUnchanged = facts.technology === 'snp' && of(given) === of(setting);
    return isUnchanged || [a, b].some(({ set }) => of({ ...given, ...set }) === of(setting));
  }

  it('and names both, the more serious one deciding', () => {
    const facts = factsOf({ others: [] });
    const { given } = searchSpace(facts);
    const setting = { ...given, vcpus: 2, policy: 6 };
    const { explanations } = explained(reported(facts, setting), [0, 1, 2]);
    assert.equal(explanations.length, 1);
    const [{ title, weight, edits }] = explanations as [ExplainResult['explanations'][number]];
    assert.equal(title, 'It matches with vCPUs 2 (not 4) and policy 0x6 (NOKS ES) (not 0x7 (NODBG NOKS ES))');
    assert.equal(weight, 'serious');
    assert.deepEqual(edits, [
      { member: ['vcpus'], value: 2 },
      { member: ['launch', 'policy'], value: 6 },
    ]);
  });
});

describe('The search for an explanation, for SEV firmware before API 0.17,', () => {
  const platform = (apiMajor: number, apiMinor: number, buildId = 5, policy = 3) => ({
    platform: { apiMajor, apiMinor, buildId, policy },
  });
  type Cases = [title: string, given: LaunchFacts, reported: Partial<Setting>, changes: string[]][];
  const cases: Cases = [
    ['the given version', factsOf(platform(0, 16)), {}, []],
    ['another version without a HMAC over it', factsOf(platform(0, 16)), { apiMinor: 14 }, []],
    ['another build', factsOf(platform(0, 16)), { buildId: 6 }, []],
    ['another policy', factsOf(platform(0, 16)), { policy: 1 }, ['policy: 0x1 (NODBG)']],
    ['the TEK', factsOf(platform(0, 16)), { key: 1 }, ['the TIK: in the file of the TEK']],
    ['later firmware', factsOf(platform(0, 16)), { apiMinor: 18 }, ['API minor version: 18']],
    [
      'later firmware of another build',
      factsOf(platform(0, 16)),
      { apiMinor: 18, buildId: 15 },
      ['API minor version: 18', 'build of the SEV firmware: 15'],
    ],
    [
      'earlier firmware than the given one',
      factsOf(platform(0, 18)),
      { apiMinor: 12 },
      ['API minor version: 16 or lower, which is not part of the HMAC'],
    ],
    [
      'firmware of a lower major version, too',
      factsOf(platform(1, 55)),
      { apiMajor: 0, apiMinor: 16 },
      ['API minor version: 16 or lower, which is not part of the HMAC', 'API major version: 0'],
    ],
    ['a major version alone', factsOf(platform(1, 16)), { apiMajor: 0 }, ['API major version: 0']],
  ];
  for (const [title, facts, set, changes] of cases) {
    it(`finds ${title}`, () => {
      const { given } = searchSpace(facts);
      const stages = changes.length > 1 ? ([0, 1, 2] as const) : ([0, 1] as const);
      const launch = { ...given, ...set };
      const answer = explained(reported(facts, launch), stages);
      assert.equal(answer.outcome, changes.length === 0 ? 'already matches' : 'explained');
      assert.deepEqual(
        answer.explanations.map((one) => one.changes.map(({ title: what, found }) => `${what}: ${found}`)),
        changes.length === 0 ? [] : [changes],
      );
      const isEarly = launch.apiMajor === 0 && launch.apiMinor < 17;
      const text = answer.explanations[0]?.evidence ?? answer.summary;
      assert.equal(text.includes('which SEV firmware before API 0.17 leaves out'), isEarly, text);
    });
  }
});

describe('The search for an explanation finds kernel and initrd swapped', () => {
  const kernel = '/vmlinuz';
  const initrd = '/initrd';
  const swapped = [
    { member: ['kernel'], value: initrd },
    { member: ['initrd'], value: kernel },
  ];
  const others: [name: string, set: Partial<Setting>, edits: object[]][] = [
    ['alone', {}, []],
    ['and other vCPUs', { vcpus: 2 }, [{ member: ['vcpus'], value: 2 }]],
    [
      'and another CPU',
      { cpu: { family: 25, model: 1, stepping: 1 } },
      [{ member: ['cpu'], value: 'EPYC-Milan' }],
    ],
    [
      'and another command line',
      { cmdline: createHash('sha256').update('"quiet"  root=/dev/vda\tro nr_cpus=4\0').digest() },
      [{ member: ['cmdline'], value: '"quiet"  root=/dev/vda\tro nr_cpus=4' }],
    ],
  ];
  const launches = [
    ['of SEV-ES', factsOf()],
    ['of SEV-SNP', factsOf({ ...asSnp, profile: 'snp' })],
  ] as const;
  for (const [technology, facts] of launches)
    for (const [name, set, edits] of others)
      it(`${name}, ${technology}, with the edits for it`, () => {
        const { given } = searchSpace(facts);
        const launch = { ...given, kernel: given.initrd, initrd: given.kernel, ...set };
        const { explanations } = explained(reported(facts, launch), [0, 1, 2]);
        assert.deepEqual(
          explanations.map((one) => [one.weight, new Set(one.edits)]),
          [['mistake', new Set([...swapped, ...edits])]],
        );
      });
});

describe('The search for an explanation goes on from a known digest', () => {
  const facts = factsOf({ ...asSnp, profile: 'snp', vcpus: 2 });
  const { given } = searchSpace(facts);
  const known = (setting: Partial<Setting>) => {
    const digest = launchDigestOf(facts, { ...given, ...setting, vcpus: 2 });
    // Only the address where additional vCPUs start is known besides.
    const [{ resetAddress, ...image }] = facts.firmwares;
    const bare = { ...image, parts: [], image: {}, resetAddress } as const;
    return { ...facts, kernel: undefined, firmwares: [bare] as const, known: { digest, vcpus: 2 } };
  };
  const milan = { family: 25, model: 1, stepping: 1 };
  const cases: [title: string, set: Partial<Setting>, causes: string[]][] = [
    ['that is the wanted one', {}, []],
    ['to more vCPUs', { vcpus: 7 }, ['vcpus']],
    ['of another CPU', { vcpus: 3, cpu: milan }, ['cpu-model', 'vcpus']],
    ['with other features', { vcpus: 20, features: 0x21n }, ['snp-debug-swap', 'vcpus']],
    ['of EC2', { vcpus: 4, profile: 'snp-ec2' }, ['snp-vmm', 'vcpus']],
  ];
  for (const [title, set, causes] of cases)
    it(title, () => {
      const digest = launchDigestOf(facts, { ...given, ...set });
      const wanted = { kind: 'digest', digest } as const;
      const answer = explained({ ...known(set), wanted }, [0, 1, 2]);
      assert.equal(answer.outcome, causes.length === 0 ? 'already matches' : 'explained');
      assert.deepEqual(
        answer.explanations.map(({ changes }) => changes.map(({ cause }) => cause)),
        causes.length === 0 ? [] : [causes],
      );
    });
  it('and to nothing before it', () => {
    const digest = launchDigestOf(facts, { ...given, vcpus: 1 });
    const answer = explained({ ...known({}), wanted: { kind: 'digest', digest } }, [0, 1]);
    assert.equal(answer.outcome, 'not explained');
  });
});

describe('The search for an explanation says that a number was read in another base', () => {
  type Cases = [title: string, facts: LaunchFacts, set: Partial<Setting>, why: RegExp][];
  const platform = { apiMajor: 1, apiMinor: 55, buildId: 24, policy: 7 };
  const cases: Cases = [
    [
      'a policy as libvirt reads it',
      factsOf({ platform: { ...platform, policy: 39 } }),
      { policy: 0x39 },
      /the digits 39 read in base 16 are 57 \(0x39\)/,
    ],
    [
      'a policy with more than flags',
      factsOf({ platform: { ...platform, policy: 196_613 } }),
      { policy: 0x196613 },
      /the digits 196613 read in base 16/,
    ],
    ['an API version', factsOf(), { apiMinor: 37 }, /the digits of 0x37 read in base 10 are 37/],
    ['a build', factsOf(), { buildId: 0x24 }, /the digits 24 read in base 16 are 36/],
    [
      'a family',
      factsOf({ cpu: { family: 19, model: 1, stepping: 1 } }),
      { cpu: { family: 25, model: 1, stepping: 1 } },
      /the digits 19 read in base 16 are 25/,
    ],
  ];
  for (const [title, facts, set, why] of cases)
    it(title, () => {
      const { given } = searchSpace(facts);
      const { explanations } = explained(reported(facts, { ...given, ...set }));
      assert.equal(explanations.length, 1);
      assert.match(explanations[0]!.changes[0]!.why, why);
      assert.notEqual(explanations[0]!.weight, 'serious');
    });
});

describe('The search for an explanation finds the command line', () => {
  const [COMPOSE, ROOTFS, APP, FILES] = [
    'docker_compose_hash=11',
    'rootfs_hash=22',
    'app_id=33',
    'docker_additional_files_hash=44',
  ] as const;
  type Cases = [given: string, launched: string, found: string][];
  const cases: Cases = [
    ['quiet initrd=initrd', 'quiet', 'without initrd=initrd, which OVMF adds'],
    ['quiet initrd=initrd ro', 'quiet ro', 'without initrd=initrd, which OVMF adds'],
    ['initrd=initrd quiet', 'quiet', 'without initrd=initrd, which OVMF adds'],
    ['initrd=/boot/initrd.img quiet', 'quiet', 'without initrd=, which boot loaders add'],
    ['quiet', 'quiet initrd=initrd', 'with " initrd=initrd"'],
    ['quiet', 'initrd=initrd quiet', 'with "initrd=initrd " before it'],
    ['quiet', 'initrd=/initrd quiet', 'with "initrd=/initrd " before it'],
    ['quiet', 'BOOT_IMAGE=/boot/vmlinuz quiet', 'with "BOOT_IMAGE=/boot/vmlinuz " before it'],
    ['quiet', 'BOOT_IMAGE=/vmlinuz quiet', 'with "BOOT_IMAGE=/vmlinuz " before it'],
    ['quiet', 'BOOT_IMAGE=vmlinuz quiet', 'with "BOOT_IMAGE=vmlinuz " before it'],
    ['quiet', 'quiet BOOT_IMAGE=/vmlinuz', 'with " BOOT_IMAGE=/vmlinuz"'],
    ['quiet', 'BOOT_IMAGE=(hd0,gpt2)/vmlinuz quiet', 'with "BOOT_IMAGE=(hd0,gpt2)/vmlinuz " before it'],
    ['ro panic=1 quiet', 'ro panic=1 nr_cpus=4 quiet', 'with "nr_cpus=4" after panic=, where Kata has it'],
    ['quiet', 'quiet nr_cpus=4', 'with "nr_cpus=4" at its end'],
    ['quiet', 'nr_cpus=1 quiet', 'with "nr_cpus=1" before it'],
    ['ro nr_cpus=4 quiet', 'ro quiet', 'without a number of vCPUs'],
    ['nr_cpus=4 quiet', 'quiet', 'without a number of vCPUs'],
    ['a b c', 'a\tb\tc', 'with tabs for spaces'],
    ['a  b c', 'a\tb\tc', 'with one tab for each run of white space'],
    ['a\tb', 'a b', 'with one space for each run of white space'],
    [' a \t b\t', ' a b ', 'with one space for each run of white space'],
    ['a b c', 'a b\tc', 'with a tab before "c"'],
    ['a b c', 'a  b c', 'with two spaces before "b"'],
    ['a  b  c', 'a b  c', 'with one space before "b"'],
    ['a b c', 'a\nb c', 'with a line feed before "b"'],
    ['a=\u201cb\u201d \u2013c', 'a="b" -c', 'with plain quotes and hyphens'],
    ['a=&quot;b&quot; &amp;amp;', 'a="b" &amp;', 'with characters for XML entities'],
    ['a="b" c&d', 'a=&quot;b&quot; c&amp;d', 'with XML entities'],
    ['\ufeffa b', 'a b', 'without the byte order mark'],
    ['a=\\"b\\"', 'a="b"', 'without backslashes before its quotes'],
    ['BOOT_IMAGE=/boot/vmlinuz-6.1 quiet', 'quiet', 'without BOOT_IMAGE='],
    ['quiet BOOT_IMAGE=/vmlinuz', 'quiet', 'without BOOT_IMAGE='],
    ['BOOT_IMAGE=(hd0)/vmlinuz quiet initrd=initrd', 'quiet', 'without BOOT_IMAGE= and initrd='],
    [' quiet \t', 'quiet', 'without white space at its ends'],
    ['nr_cpus=4 quiet', 'nr_cpus=8 quiet', 'that of a guest with 8 vCPUs'],
    ['quiet', 'quiet\n', 'with a line feed at its end'],
    ['quiet\n', 'quiet', 'without white space at its ends'],
    ['quiet', ' quiet', 'with a space before it'],
    ['quiet', 'quiet ', 'with a space at its end'],
    ['quiet\r\n', 'quiet \r\n'.trim(), 'without white space at its ends'],
    ['a  b', 'a b', 'with single spaces'],
    ['a b', 'a  b', 'with double spaces'],
    ['a  b\tc', 'a  b c', 'with spaces for tabs'],
    ['a\nb', 'a b', 'with spaces for line ends'],
    ['a  b\u00a0c', 'a  b c', 'with plain spaces for no-break spaces'],
    ['a b c', 'a\u00a0b\u00a0c', 'with no-break spaces for spaces'],
    ['a b c', 'a b\u00a0c', 'with a no-break space before "c"'],
    ['"a b"', 'a b', 'without the quotes around it'],
    ['a="b c"', 'a=b c', 'without any quotes, as a shell leaves it'],
    ['a="b"', 'a=\\"b\\"', 'with backslashes before its quotes'],
    [`quiet ${COMPOSE} ${ROOTFS}`, 'quiet', 'without what dstack appends to it'],
    [`quiet ${COMPOSE} ${ROOTFS} ${APP} ${FILES}`, 'quiet', 'without what dstack appends to it'],
    [
      `quiet ${COMPOSE} ${ROOTFS} ${APP}`,
      `quiet ${COMPOSE} ${ROOTFS}`,
      'without the last value that dstack appends',
    ],
    [
      `quiet ${COMPOSE} ${ROOTFS} ${APP} ${FILES}`,
      `quiet ${COMPOSE} ${ROOTFS}`,
      'without the last two values that dstack appends',
    ],
    ['  quiet ', 'quiet', 'without white space at its ends'],
    ['', 'console=ttyS0 loglevel=7', 'which dstack has for an image without one'],
    [
      `${COMPOSE} ${ROOTFS}`,
      `console=ttyS0 loglevel=7 ${COMPOSE} ${ROOTFS}`,
      'which dstack has for an image without one',
    ],
  ];
  it('with another number of NULs at its end', () => {
    const facts = of('quiet', 'snp');
    const { given } = searchSpace(facts);
    for (const [nuls, found] of [
      [0, 'hashed without the NUL at its end'],
      [2, 'hashed with two NULs at its end'],
      [undefined, 'hashed with a line feed in place of the NUL at its end'],
    ] as const) {
      const cmdline = createHash('sha256')
        .update(`quiet${nuls === undefined ? '\n' : '\0'.repeat(nuls)}`)
        .digest();
      const { explanations } = explained(reported(facts, { ...given, cmdline }));
      assert.deepEqual(
        explanations.map(({ changes, edits }) => [changes.map((change) => change.found), edits]),
        [[[found], []]],
      );
    }
  });
  const of = (cmdline: string, technology: 'sev-es' | 'snp') =>
    factsOf({ ...(technology === 'snp' ? { ...asSnp, profile: 'snp' } : {}), cmdline });
  // The text is the same for every technology: each case is tried in one of them.
  for (const [i, [given, launched, found]] of cases.entries())
    for (const technology of [i % 2 === 0 ? 'sev-es' : 'snp'] as const)
      it(`${JSON.stringify(launched)} for ${JSON.stringify(given)} in a launch of ${technology}`, () => {
        const facts = of(given, technology);
        const setting = searchSpace(of(launched, technology)).given;
        const { explanations } = explained(reported(facts, setting));
        assert.equal(explanations.length, 1);
        const [{ changes, edits }] = explanations as [ExplainResult['explanations'][number]];
        assert.ok(changes[0]!.found.includes(found), changes[0]!.found);
        assert.deepEqual(edits, [{ member: ['cmdline'], value: launched }]);
      });
  for (const [expected, launched] of [
    ['ro nr_cpus=4 quiet', 'ro nr_cpus=2 quiet'],
    ['ro quiet', 'ro quiet nr_cpus=2'],
    ['ro quiet', 'nr_cpus=2 ro quiet'],
    ['panic=1 quiet', 'panic=1 nr_cpus=2 quiet'],
  ] as const)
    it(`${launched} and the number of vCPUs that is written into it for ${expected}`, () => {
      const facts = of(expected, 'snp');
      const { given } = searchSpace({ ...of(launched, 'snp'), vcpus: 2 });
      const [{ changes, edits }] = explained(reported(facts, given)).explanations as [
        ExplainResult['explanations'][number],
      ];
      assert.deepEqual(
        changes.map(({ cause }) => cause),
        ['cpu-count-in-cmdline'],
      );
      assert.deepEqual(edits, [
        { member: ['cmdline'], value: launched },
        { member: ['vcpus'], value: 2 },
      ]);
    });
});

describe('The search for an explanation', () => {
  it('finds nothing for 10,000 random measurements, and has tried all of the space', () => {
    const seed = 20_250_101;
    const random = seeded(seed);
    const [{ mnonce }] = factsOf().others as [LaunchFacts['others'][number]];
    const others = Array.from({ length: 10_000 }, (_, i) => ({
      label: String(i),
      hmac: randomBytes(random, 32),
      mnonce,
    }));
    // One nonce for all of them: each HMAC of the search is compared with every one.
    const facts = factsOf({ wanted: { kind: 'measurement', hmac: randomBytes(random, 32), mnonce }, others });
    const whole = searchSpace(facts);
    const space = { ...whole, candidates: { ...whole.candidates, measurement: [] } };
    const units = ([0, 1, 2] as const).flatMap((stage) => planUnits(space, stage));
    const { hits, parts } = tryUnits(space, units);
    assert.deepEqual(hits, [], `seed ${seed}`);
    const tried = parts.reduce((all, part) => all + part.tried, 0);
    assert.ok(tried > 400_000, `${tried} hypotheses`);
    const answer = answerOf(space, hits, parts);
    assert.equal(answer.outcome, 'not explained');
    assert.equal(answer.hypotheses, tried);
    assert.equal(
      answer.covered.reduce((all, { hypotheses }) => all + hypotheses, 0),
      tried - 1,
    );
  });
  it('finds none of 10,000 random launch digests of SEV-SNP in one pass', () => {
    const random = seeded(384);
    const targets = Array.from({ length: 10_000 }, () => randomBytes(random, 48));
    const facts = factsOf({ ...asSnp, profile: 'snp', maxVcpus: 8 });
    const space = searchSpace(facts);
    const units = ([0, 1, 2] as const).flatMap((stage) => planUnits(space, stage));
    const search = new Search(space, undefined, nodeHashes, targets);
    const results = units.map((unit) => search.run(unit));
    assert.deepEqual(
      results.flatMap(({ hits }) => hits),
      [],
    );
    const tried = results.reduce((all, result) => all + result.tried, 0);
    assert.ok(tried > 50_000, `${tried} hypotheses`);
    // The same search does find one of them that a launch has.
    const own = launchDigestOf(facts, { ...space.given, vcpus: 3, features: 0x201n });
    const found = new Search(space, undefined, nodeHashes, [...targets, own]);
    const near = units.filter(({ first, second }) => first === 'features' && second === 'vcpus');
    const hits = near.flatMap((unit) => found.run(unit).hits);
    assert.deepEqual(
      hits.map(({ target }) => target),
      [10_000],
    );
  });
  it('finds nothing for random launch digests', () => {
    const random = seeded(3);
    for (let i = 0; i < (IS_QUICK ? 3 : 20); i++) {
      const facts = factsOf({ wanted: { kind: 'digest', digest: randomBytes(random, 32) }, maxVcpus: 8 });
      assert.equal(explained(facts).outcome, 'not explained');
    }
  });
  it('takes no value for the wanted one that differs in one bit', () => {
    const facts = factsOf();
    const space = searchSpace(facts);
    const units = planUnits(space, 1).filter(({ first }) => first === 'vcpus');
    const right = hmacFor(facts, { ...space.given, vcpus: 3 });
    for (let bit = 0; bit < 256; bit += IS_QUICK ? 7 : 1) {
      const hmac = Buffer.from(right);
      hmac[bit >> 3]! ^= 1 << (bit & 7);
      const changed = { ...facts, wanted: { ...facts.wanted, hmac } as LaunchFacts['wanted'] };
      assert.deepEqual(tryUnits({ ...space, facts: changed }, units).hits, [], `bit ${bit}`);
    }
  });
  it('says when there is nothing to explain', () => {
    for (const [name, facts] of LAUNCHES) {
      const { outcome, explanations } = explained(reported(facts, searchSpace(facts).given), [0]);
      assert.deepEqual([outcome, explanations], ['already matches', []], name);
    }
  });
  it('knows a launch digest that was given for a measurement, alone and with another change', () => {
    const facts = factsOf();
    const { given } = searchSpace(facts);
    const withDigest = (setting: Setting) => {
      const digest = launchDigestOf(facts, setting);
      return { ...facts, wanted: { ...facts.wanted, hmac: digest } as LaunchFacts['wanted'] };
    };
    const causes = (setting: Setting) =>
      explained(withDigest(setting)).explanations.map(({ changes }) => changes.map(({ cause }) => cause));
    assert.deepEqual(causes(given), [['digest-for-measurement']]);
    assert.deepEqual(causes({ ...given, vcpus: 1 }), [['digest-for-measurement', 'vcpus']]);
  });
  it('knows the HMAC of a measurement that was given for a launch digest', () => {
    const { others } = factsOf();
    const { explanations } = explained(factsOf({ wanted: { kind: 'digest', digest: others[0]!.hmac } }));
    assert.deepEqual(
      explanations.map(({ title }) => title),
      [
        'It matches with the given value as the HMAC of the measurement of other.sevlaunch.json (not as a launch digest)',
      ],
    );
  });
  it('knows the digest of one file that was given for a launch digest', () => {
    for (const size of [32, 48]) {
      const digest = new Uint8Array(size).fill(size);
      const over = size === 48 ? { ...asSnp, profile: 'snp' as const } : {};
      const ofFiles = [
        { words: 'the SHA of OVMF.fd', digest },
        { words: 'another', digest: new Uint8Array(size) },
      ];
      const { explanations } = explained(
        factsOf({ ...over, wanted: { kind: 'digest', digest }, ofFiles }),
        [0],
      );
      assert.deepEqual(
        explanations.map(({ title, changes }) => [title, changes[0]!.cause]),
        [
          [
            'It matches with the given value as the SHA of OVMF.fd (not as a launch digest)',
            'digest-of-file',
          ],
        ],
      );
    }
  });
  it('knows the measurement of another launch, and tells of it only where nothing else has to change', () => {
    const facts = factsOf();
    const { given } = searchSpace(facts);
    const withOther = (setting: Setting) => ({
      ...facts,
      others: facts.others.map((other) => ({ ...other, hmac: hmacFor(facts, { ...setting, nonce: 1 }) })),
    });
    const { explanations } = explained(withOther(given));
    assert.deepEqual(
      explanations.map(({ title }) => title),
      ['It matches with the measurement of other.sevlaunch.json (not the given one)'],
    );
    assert.equal(explained(withOther({ ...given, vcpus: 1 })).outcome, 'not explained');
  });
  it('puts a nonce of another launch to the given HMAC, in its edit, too', () => {
    const facts = factsOf();
    const given = reported(facts, { ...searchSpace(facts).given, nonce: 1 });
    const [{ edits }] = explained(given).explanations as [ExplainResult['explanations'][number]];
    const { hmac } = given.wanted as Extract<LaunchFacts['wanted'], { kind: 'measurement' }>;
    const value = Buffer.concat([hmac, facts.others[0]!.mnonce]).toString('base64');
    assert.deepEqual(edits, [{ member: ['launch', 'measurement'], value }]);
  });
  it('says what remains, the random seed of QEMU 7.2 where there is a kernel', () => {
    const seeds = [factsOf(), factsOf({ kernel: undefined, initrd: undefined, cmdline: undefined })].map(
      (facts) => explained(facts).remains.filter(({ text }) => text.includes('QEMU 7.2')).length,
    );
    assert.deepEqual(seeds, [1, 0]);
  });
  it('tries all CPUs and counts where none are given', () => {
    const facts = factsOf({
      cpu: undefined,
      vcpus: undefined,
      hostCpu: undefined,
      profile: undefined,
      others: [],
    });
    const { given } = searchSpace(facts);
    const cpu = { family: 25, model: 1, stepping: 1 };
    const { explanations } = explained(reported(facts, { ...given, cpu, vcpus: 3 }), [0, 1, 2]);
    assert.deepEqual(
      explanations.map(({ title }) => title),
      ['It matches with CPU EPYC-Milan (25/1/1) (none given) and vCPUs 3 (none given)'],
    );
  });
  it('plans every candidate of every dimension once, alone and with each other dimension', () => {
    const space = searchSpace(factsOf());
    const planned = new Map<string, number>();
    for (const unit of ([1, 2] as const).flatMap((stage) => planUnits(space, stage))) {
      const part = partTitle(unit);
      planned.set(part, (planned.get(part) ?? 0) + unit.to - unit.from);
      assert.ok(unit.size <= 20_000, part);
    }
    for (const [i, first] of DIMENSIONS.entries()) {
      for (const second of [undefined, ...DIMENSIONS.slice(i + 1)]) {
        const part = partTitle({ first, second });
        const isTried = second === undefined || space.candidates[second].length > 0;
        assert.equal(planned.get(part) ?? 0, isTried ? space.candidates[first].length : 0, part);
      }
    }
  });
  it('has digests of what is loaded outside, so that the HMAC varies inside', () => {
    const order = DIMENSIONS.map((dimension) => IN_DIGEST[dimension]);
    assert.deepEqual(
      order,
      [...order].sort((a, b) => Number(b) - Number(a)),
    );
  });
});

describe('Measurements one after the other', () => {
  it('are those of the check, for random keys, platforms, digests and nonces', () => {
    const random = seeded(77);
    for (let i = 0; i < 500; i++) {
      const [key, digest, mnonce] = [16, 32, 16].map((size) => randomBytes(random, size)) as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ];
      // Every second one is a launch before or around API 0.17, which measures less.
      const platform = {
        apiMajor: i % 2 === 0 ? 0 : random(256),
        apiMinor: random(i % 2 === 0 ? 34 : 256),
        buildId: random(256),
        policy: random(2 ** 32),
      };
      const states = new Int32Array(2 * KEY_WORDS);
      prepareKey(key, states, KEY_WORDS);
      const mac = new MeasurementMac(states);
      mac.setNonce(mnonce);
      mac.setDigest(Buffer.from(digest).toString('latin1'));
      const head = (4 << 24) | (platform.apiMajor << 16) | (platform.apiMinor << 8) | platform.buildId;
      const expected = Buffer.from(computeMeasurement(ciphers.hmac, key, platform, digest, mnonce));
      // Twice: nothing of one is left in the next.
      mac.compute(~head, 0, 0);
      assert.equal(mac.compute(head, platform.policy, 1), expected.readInt32BE(0));
      assert.deepEqual(Buffer.from(mac.result()), expected);
    }
  });
});
