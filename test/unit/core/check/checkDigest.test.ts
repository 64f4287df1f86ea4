// The check against a launch digest that is named, for every technology: the digest of the fold matches, any other is a
// verdict, and one of another size is no question.

import assert from 'node:assert/strict';
import { bytesToHex } from '../../../../src/core/binary/hex';
import { checkDigest, type DigestCheckInputs } from '../../../../src/core/check/checkDigest';
import { junitXml } from '../../../../src/core/check/exportJunit';
import { TECHNOLOGY_NAMES } from '../../../../src/core/launch/inputs';
import { encodeKernelHashes } from '../../../../src/core/launch/kernelHashes';
import { comparedSteps } from '../../../../src/core/launch/report';
import { buildOvmf } from '../../../../src/core/ovmf/build';
import { parseOvmf } from '../../../../src/core/ovmf/image';
import { TECHNOLOGIES } from '../../../../src/core/tech/technologies';
import { digestOf, type Technology } from '../../../../src/core/tech/technology';
import { nodeHashes } from '../../../../src/node/hashes';

const FIRMWARE = buildOvmf({ size: 0x10000 });
const image = parseOvmf(FIRMWARE).value;
const page = (n: number) => new Uint8Array(4096).fill(n);
const { sha256 } = nodeHashes;
const file = (name: string, bytes: Uint8Array) => ({ name, bytes: bytes.length, sha256: sha256(bytes) });
const [kernel, initrd] = [file('vmlinuz', page(7)), file('initrd', page(8))];
const cmdline = 'console=ttyS0';
const VMSA = { bsp: page(1), ap: page(2), count: 3, source: 'derived', detail: 'generated' } as const;

/** A launch with everything, and its digest, folded here from all loads at once. */
function launchOf(technology: Technology): { given: DigestCheckInputs; digest: Uint8Array } {
  const vmsa = technology.id === 'sev' ? undefined : VMSA;
  const kernelHashes = encodeKernelHashes(nodeHashes, {
    kernel: kernel.sha256,
    initrd: initrd.sha256,
    cmdline,
  });
  const whole = { firmware: [FIRMWARE], kernelHashes, vmsas: vmsa };
  const digest = digestOf(technology, nodeHashes, technology.loads(whole, image));
  const firmware = file('OVMF.fd', FIRMWARE);
  const of = { title: 'a', technology, image, contents: { firmware: [FIRMWARE] }, firmware };
  return { given: { ...of, kernel, initrd, cmdline, vmsa, launchDigest: digest }, digest };
}

for (const technology of TECHNOLOGIES) {
  const name = TECHNOLOGY_NAMES[technology.id];
  describe(`A launch digest of ${name}`, () => {
    const { given, digest } = launchOf(technology);
    const check = (change: Partial<DigestCheckInputs> = {}) =>
      checkDigest({ ...given, ...change }, nodeHashes);

    it('matches its inputs, and says that no processor vouched for it', () => {
      const report = check();
      assert.equal(report.verdict, 'matches');
      assert.equal(report.mode, name);
      assert.match(report.summary, /No processor vouched for it/);
      assert.deepEqual(
        report.steps.map(({ id }) => id),
        [
          'firmware',
          ...['kernel', 'initrd', 'cmdline', 'kernel-hashes'],
          ...(technology.id === 'sev' ? [] : ['vmsa']),
          'launch-digest',
          'named-digest',
        ],
      );
      const { expected, found } = comparedSteps(report);
      assert.deepEqual([expected!.digest, found!.digest], [bytesToHex(digest), bytesToHex(digest)]);
    });

    it('says what was measured, in order, and the digest after each', () => {
      const { measured = [] } = check();
      assert.equal(measured.at(-1)!.digest, bytesToHex(digest));
      assert.equal(new Set(measured.map((run) => run.digest)).size, measured.length);
      const titles = measured.map(({ title, count, type }) => `${count} ${type}: ${title}`);
      const vcpus =
        technology.id === 'sev' ? [] : ['1 vmsa: VMSA of vCPU 0', '2 vmsa: VMSAs of vCPUs 1 to 2'];
      const first =
        technology.id === 'snp' ? '16 normal: firmware at 0x0 to 0xf000' : '1 normal: firmware at 0x0';
      assert.equal(titles[0], first);
      assert.ok(titles.includes('1 normal: kernel hashes'));
      assert.deepEqual(titles.slice(titles.length - vcpus.length), vcpus);
      const sections = titles.filter((title) => title.includes('section'));
      assert.equal(sections.length, technology.id === 'snp' ? image.sevMetadata!.sections.length - 1 : 0);
    });

    const others: Record<string, Partial<DigestCheckInputs>> = {
      'another kernel': { kernel: initrd },
      'no initrd': { initrd: undefined },
      'another command line': { cmdline: 'quiet' },
      'no kernel': { kernel: undefined, initrd: undefined, cmdline: undefined },
      'another digest': { launchDigest: digest.map((byte) => byte ^ 1) },
      ...(technology.id !== 'sev' && {
        'two vCPUs': { vmsa: { ...VMSA, count: 2 } },
        'another page': { vmsa: { ...VMSA, ap: page(3) } },
      }),
    };
    for (const [title, change] of Object.entries(others))
      it(`does not match ${title}`, () => {
        const report = check(change);
        assert.equal(report.verdict, 'does not match');
        assert.match(report.summary, /another launch digest/);
        const { expected, found } = comparedSteps(report);
        assert.notEqual(expected!.digest, found!.digest);
        const xml = junitXml([{ file: 'a', outcome: { report }, milliseconds: 1 }], new Date(0));
        for (const one of [expected!, found!]) assert.ok(xml.includes(one.digest));
      });

    it('cannot be checked against one of another size', () => {
      const size = digest.length === 48 ? 32 : 48;
      assert.throws(() => check({ launchDigest: new Uint8Array(size) }), {
        kind: 'usage',
        code: 'digest-size',
        message: new RegExp(`has ${size} bytes.*${name} has ${digest.length}`),
      });
    });
  });
}
