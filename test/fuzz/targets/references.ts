// What fills in a question about reference values, and the command that is shown for it.

import assert from 'node:assert/strict';
import { profilesNamed } from '../../../src/app/digestSelection';
import { findLaunch, foundInWords } from '../../../src/app/launchFound';
import { questionOfCommand, questionOfLaunch } from '../../../src/app/referenceQuestion';
import { readReferences } from '../../../src/app/referenceValues';
import { jsonLine } from '../../../src/core/binary/json';
import {
  filledIn,
  isOfOne,
  referenceArguments,
  referenceCommand,
} from '../../../src/core/check/referenceQuestion';
import { shellWords } from '../../../src/core/domain/shellWords';
import { buildOvmf } from '../../../src/core/ovmf/build';
import { parseDomainXml } from '../../../src/libvirt/domainXml';
import { isReferenceQuestion } from '../../../src/protocol/references';
import { memoryIo } from '../../helpers/memoryIo';
import { awaitOrCode, readOrCode, textOf, textSeeds, type Target } from '../target';

const io = memoryIo();
io.files.set('/guest/f', { bytes: buildOvmf({ size: 0x1000 }), mode: 0o644 });
const reading = { find: () => undefined };

const references: Target = {
  name: 'reference-questions',
  form: 'text',
  most: 2000,
  seeds: textSeeds(
    `{"technology": "snp", "firmware": "OVMF.fd", "kernel": "it's", "cmdline": "nr_cpus={vcpus}", "vcpus": 4, "cpu": "EPYC-Milan", "guestFeatures": "0x21", "vmm": "ec2"}`,
    '{"technology": "sev-es", "firmware": "f", "cpu": {"family": 25, "model": 1, "stepping": 1}, "profile": "sev-es-init2"}',
    '{"firmware": "f", "svsm": "s", "varsSize": 4096}',
    'qemu-system-x86_64 -machine q35,confidential-guest-support=s -object sev-snp-guest,id=s,kernel-hashes=on -bios f -smp 3 -cpu EPYC-v4 -kernel k -append "a b"',
    "<domain type='kvm'><name>a</name><uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid><vcpu>2</vcpu><os><type>hvm</type><loader>/f</loader></os><launchSecurity type='sev-snp'><policy>0x30000</policy></launchSecurity></domain>",
    'snp-ec2',
  ),
  words: ["'", '"', '\\', '{vcpus}', '$(', '`', ' -', '<', '/>', 'sev', 'snp', '0x', ','],
  async run(input) {
    const text = textOf(input);
    const ofLaunch = readOrCode(() => questionOfLaunch(io, text, '/guest/a.sevlaunch.json'));
    const ofCommand = readOrCode(() => questionOfCommand(text, undefined, parseDomainXml));
    const found = readOrCode(() => findLaunch(text, 'a file', parseDomainXml));
    if (found.code === undefined)
      for (const { message } of foundInWords(found.value, 'a file')) assert.match(message, /\.$/);
    for (const filled of [ofLaunch, ofCommand]) {
      if (filled.code !== undefined) continue;
      const { question } = filled.value;
      assert.ok(isReferenceQuestion(question));
      for (const format of ['csv', 'corim'] as const) {
        const asked = { ...question, format };
        const words = ['sevscope', ...referenceArguments(asked)];
        assert.ok(!isOfOne(format) || !words.includes('--matrix'));
        // No word of a command line has a NUL.
        if (!words.some((word) => word.includes('\0')))
          assert.deepEqual(shellWords(referenceCommand(asked)), { words });
      }
    }
    const kept = (
      ofLaunch.code === undefined ? ofLaunch : ofCommand.code === undefined ? ofCommand : undefined
    )?.value.question;
    const read = kept && (await awaitOrCode(() => readReferences(io, kept, reading, '/guest')));
    assert.ok(!filledIn(text, '3').includes('{vcpus}'));
    assert.equal(jsonLine([text]).includes('\n'), false);
    const profiles = readOrCode(() => profilesNamed([text], 'snp'));
    return { feature: [ofLaunch.code, ofCommand.code, profiles.code, read?.code].join() };
  },
};

/** The targets of reference values. */
export const REFERENCE_TARGETS: readonly Target[] = [references];
