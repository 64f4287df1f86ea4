// Debian's images against the descriptors that Debian ships for them (QEMU, docs/interop/firmware.json): no fact contradicts
// one. A descriptor that does not name a feature proves nothing.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { lintOvmf, type WholeOvmf } from '../../../../src/core/ovmf/lint';
import type { Feature } from '../../../../src/core/ovmf/supportRules';
import { decompressSection } from '../../../../src/node/decompress';
import { codePaths, imagePaths, readImage } from '../../../helpers/realImages';

const FOLDER = '/usr/share/qemu/firmware';

/** The members that matter here. */
interface Descriptor {
  readonly mapping: { readonly executable?: { readonly filename: string }; readonly filename?: string };
  readonly targets: readonly { readonly architecture: string }[];
  readonly features: readonly string[];
}

const descriptors = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => ({ name, value: JSON.parse(readFileSync(`${FOLDER}/${name}`, 'utf8')) as Descriptor }))
  .filter(({ value }) => value.targets.some(({ architecture }) => /^(x86_64|i386)$/.test(architecture)));

const known = new Map<string, WholeOvmf>();
function whole(path: string): WholeOvmf {
  const read = known.get(path) ?? lintOvmf(readImage(path), { decompress: decompressSection }).value;
  known.set(path, read);
  return read;
}
const stateOf = (path: string, feature: Feature) =>
  whole(path).facts.supports.find((fact) => fact.feature === feature)!.state;

/** What the features of a descriptor promise. */
const PROMISES: Readonly<Record<string, readonly Feature[]>> = {
  'amd-sev': ['SEV'],
  'amd-sev-es': ['SEV', 'SEV-ES'],
  'amd-sev-snp': ['SNP'],
  'intel-tdx': ['TDX'],
};
/** What a guest with SMM cannot be. */
const WITHOUT_SMM: readonly Feature[] = ['SEV-ES', 'SNP', 'TDX'];

describe("Debian's images and their descriptors", function () {
  this.timeout(60_000);

  for (const { name, value } of descriptors) {
    const { mapping, features, targets } = value;
    const path = mapping.executable?.filename ?? mapping.filename!;
    it(`${name} and the facts about ${path} are no contradiction`, () => {
      for (const [feature, promised] of Object.entries(PROMISES)) {
        for (const fact of features.includes(feature) ? promised : [])
          assert.notEqual(stateOf(path, fact), 'no', `${feature}: ${fact}`);
      }
      const positive = ['not-excluded', 'warning'];
      if (features.includes('requires-smm')) {
        for (const fact of WITHOUT_SMM) assert.ok(!positive.includes(stateOf(path, fact)), fact);
      }
      if (targets.every(({ architecture }) => architecture === 'i386')) {
        for (const fact of ['SEV', ...WITHOUT_SMM] as const) assert.equal(stateOf(path, fact), 'no', fact);
      }
    });
  }

  it('there are descriptors of images that require SMM, of plain ones, and of 32-bit ones', () => {
    const has = (feature: string) =>
      descriptors.filter(({ value }) => value.features.includes(feature)).length;
    assert.ok(has('amd-sev') > 0 && has('requires-smm') > 0 && has('amd-sev') < descriptors.length);
  });

  for (const path of codePaths) {
    it(`everything of ${path} could be looked at`, () => {
      const { build, facts } = whole(path);
      assert.deepEqual(
        [build.unread, build.sec === undefined, build.dxe === undefined],
        [undefined, false, false],
      );
      assert.deepEqual(
        facts.supports.filter(({ state }) => state === 'unknown'),
        [],
      );
    });
    it(`what is said of ${path} agrees with the words for its size and its processors`, () => {
      const { build, image } = whole(path);
      const excluded = (feature: Feature) => stateOf(path, feature) === 'no';
      if (build.sec === 'IA32') assert.ok(WITHOUT_SMM.every(excluded));
      if (image.fileSize % 0x10000 !== 0) assert.ok(excluded('SNP') && excluded('TDX'));
      if (build.part === 'code') assert.notEqual(stateOf(path, 'TDX'), 'not-excluded');
    });
  }

  it('the size that TDX metadata of a CODE image give is the one of a VARS file beside it', () => {
    for (const path of codePaths) {
      const { build, image } = whole(path);
      const size = image.tdxMetadata?.sections.find(({ name }) => name === 'CFV')?.raw_data_size;
      if (build.part !== 'code' || size === undefined) continue;
      const vars = imagePaths
        .filter((other) => other.includes('_VARS'))
        .map((other) => readImage(other).length);
      assert.ok(vars.includes(size), path);
    }
  });
});
