// Files of wishes: our own, and go-sev-guest's policy, of which everything is understood or refused with a sentence, and nothing left out.

import assert from 'node:assert/strict';
import { readWishes } from '../../../src/app/reportWishes';
import { decodeReport } from '../../../src/core/report/report';
import type { Wishes } from '../../../src/core/report/wishes';
import { wishSteps } from '../../../src/core/report/wishSteps';
import { CheckError } from '../../../src/core/errors';
import { filled, makeReport, type ReportParts } from '../core/report/reports';

const base64 = (size: number, byte: number) => Buffer.alloc(size, byte).toString('base64');
const read = (json: object) => readWishes('policy.json', JSON.stringify(json));

const KEY = Buffer.from('0123456789abcdef').toString('base64');

describe('A file of wishes', () => {
  const understood: [string, object, Wishes][] = [
    ['an author key that is required', { requireAuthorKey: true }, { requireAuthorKey: true }],
    [
      'the same with names of protobuf',
      { require_author_key: true },
      // The peer trusts no key that is not named.
      { requireAuthorKey: true, trustedIdKeyHashes: [], committed: true },
    ],
    ['an ID block that is required', { requireIdBlock: true, vmpl: 0 }, { requireIdBlock: true, vmpl: 0n }],
    ['neither', { require_id_block: false }, { requireIdBlock: false, committed: true }],
    ['a product by its name', { product: 'Genoa' }, { product: { name: 'Genoa' } }],
    ['a product of protobuf', { product: { name: 'SEV_PRODUCT_MILAN' } }, { product: { name: 'Milan' } }],
    [
      'a product and its stepping',
      { product: { name: 'SEV_PRODUCT_MILAN', machineStepping: 1 } },
      { product: { name: 'Milan', stepping: 1 } },
    ],
    ['no product', { product: { name: 'SEV_PRODUCT_UNKNOWN' } }, {}],
    ['keys of which there are none', { trustedIdKeys: [], trustedAuthorKeys: [] }, { committed: true }],
    [
      'what nobody gave',
      { vmpl: null, minimumVersion: '', familyId: '', trusted_id_key_hashes: [] },
      { committed: true },
    ],
    [
      'hashes of keys',
      { trustedIdKeyHashes: [base64(48, 1), base64(48, 2)] },
      { trustedIdKeyHashes: [filled(48, 1), filled(48, 2)], committed: true },
    ],
    [
      'hashes of authors, and an author key that is required',
      { trusted_author_key_hashes: [base64(48, 3)], require_author_key: true },
      { trustedAuthorKeyHashes: [filled(48, 3)], requireAuthorKey: true, committed: true },
    ],
    [
      'an ID block that is required, of no key',
      { permitProvisionalFirmware: true, requireIdBlock: true },
      { requireIdBlock: true, trustedIdKeyHashes: [], committed: false },
    ],
    ['a configuration of a policy alone', { policy: { vmpl: 0 } }, { vmpl: 0n, committed: true }],
    ['provisional firmware', { permitProvisionalFirmware: true }, { committed: false }],
    [
      'a configuration with its policy',
      { rootOfTrust: { productLine: 'Milan', disallowNetwork: true, checkCrl: false }, policy: { vmpl: 0 } },
      { product: { name: 'Milan' }, vmpl: 0n, committed: true },
    ],
  ];
  for (const [title, json, wanted] of understood)
    it(`is understood: ${title}`, () => assert.deepEqual(read(json), wanted));

  const refused: [string, object, string, RegExp][] = [
    ['keys', { trustedIdKeys: [base64(800, 1)] }, 'refused-wish', /SHA-384.*trustedIdKeyHashes/],
    ['keys of authors', { trusted_author_keys: [base64(800, 1)] }, 'refused-wish', /SHA-384/],
    ['certificates', { trustedIdCerts: [base64(800, 1)] }, 'refused-wish', /SHA-384/],
    ['a TCB of a Turin in one number', { minimum_tcb_turin: '1' }, 'refused-wish', /minimumTcb/],
    ['a list to be fetched', { rootOfTrust: { checkCrl: true } }, 'refused-wish', /Nothing is fetched/],
    ['roots as paths', { rootOfTrust: { cabundlePaths: ['a.pem'] } }, 'refused-wish', /beside the report/],
    ['a product that nobody makes', { product: 'Naples' }, 'bad-wish', /Milan, Genoa, Turin, Venice/],
    ['a stepping that is none', { product: { name: 'Milan', machineStepping: 256 } }, 'bad-wish', /stepping/],
    ['a flag in words', { requireIdBlock: 'yes' }, 'bad-wish', /true or false/],
    ['a member that is not known', { requireIdblock: true }, 'unknown-wish', /requireIdblock/],
    ['a list', [], 'wishes-not-json', /it is a list, not an object\. Give JSON such as/],
    [
      'one wish by two names',
      { guestSvn: 5, minimumGuestSvn: 0 },
      'repeated-wish',
      /"guestSvn" and "minimumGuestSvn"/,
    ],
    ['one name in two ways to write it', { guestSvn: 5, guest_svn: 0 }, 'repeated-wish', /"guest_svn"/],
    [
      'what firmware must be, twice',
      { committed: true, permitProvisionalFirmware: true },
      'repeated-wish',
      /./,
    ],
    [
      'two products',
      { rootOfTrust: { productLine: 'Milan', product: { name: 'SEV_PRODUCT_GENOA' } } },
      'repeated-wish',
      /"productLine" and "product"/,
    ],
    ['a product with what is not judged', { product: { name: 'Milan', model: 3 } }, 'bad-wish', /Milan/],
    ['nothing in place of bytes', { measurement: '' }, 'bad-wish', /48 bytes.*it is empty/],
    ['no value of several', { measurement: [] }, 'bad-wish', /48 bytes/],
    ['no value at all', { vmpl: null }, 'bad-wish', /a number/],
    ['a part of a TCB twice', { minimumTcb: 'snp=99,snp=1' }, 'bad-wish', /each once/],
    ['a part of a TCB by two names', { minimumTcb: { bl: 99, boot_loader: 1 } }, 'bad-wish', /each once/],
    ['a member with underscores', { __proto__x: 1 }, 'unknown-wish', /"__proto__x"/],
    ['a key as the name of a member', { [KEY]: 1 }, 'unknown-wish', /withheld/],
  ];
  for (const [title, json, code, said] of refused)
    it(`is refused: ${title}`, () => {
      assert.throws(
        () => read(json),
        (error) => error instanceof CheckError && error.code === code && said.test(error.message),
      );
    });

  const texts: [string, string, RegExp][] = [
    ['nothing', ' \r\n', /^w has no wishes: it is empty\. Give JSON/],
    ['a text', 'vmpl: 0', /it is no JSON \(a value is missing, line 1\)/],
    ['JSON that breaks', '{\n"vmpl": 0,\n}', /line 3\)/],
    ['a name twice', '{"vmpl": 1, "vmpl": 0}', /the key "vmpl" is there twice/],
    ['a number', '5', /it is a number, not an object/],
  ];
  for (const [title, text, said] of texts)
    it(`is none: ${title}`, () => {
      assert.throws(() => readWishes('w', text), { code: 'wishes-not-json', message: said });
    });

  it('repeats no key that is the name of two members', () => {
    const text = `{"${KEY}": 1, "${KEY}": 2}`;
    assert.throws(
      () => readWishes('w', text),
      (error) => error instanceof CheckError && !error.message.includes(KEY.slice(0, 12)),
    );
  });

  it('names a product and its stepping by two members that agree', () => {
    const json = { rootOfTrust: { product: { name: 'Milan', machineStepping: 1 }, productLine: 'Milan' } };
    assert.deepEqual(read(json), { product: { name: 'Milan', stepping: 1 }, committed: true });
  });

  /** What go-sev-guest accepts (validate.go, validateKeys). */
  const signedBy = { id_key_digest: filled(48, 1) };
  const vouched = { ...signedBy, author_key_digest: filled(48, 3), key_info: 1 };
  const [id, author, other] = [[filled(48, 1)], [filled(48, 3)], [filled(48, 9)]] as const;
  const trusted: [string, ReportParts, Wishes, 'passed' | 'failed'][] = [
    ['the ID key', signedBy, { trustedIdKeyHashes: id }, 'passed'],
    ['another ID key', signedBy, { trustedIdKeyHashes: other }, 'failed'],
    ['no ID block', {}, { trustedIdKeyHashes: id }, 'failed'],
    ['the author key', vouched, { trustedAuthorKeyHashes: author }, 'passed'],
    [
      'the author key, not the ID key',
      vouched,
      { trustedIdKeyHashes: other, trustedAuthorKeyHashes: author },
      'passed',
    ],
    [
      'the ID key, not the author key',
      vouched,
      { trustedIdKeyHashes: id, trustedAuthorKeyHashes: other },
      'passed',
    ],
    ['neither', vouched, { trustedIdKeyHashes: other, trustedAuthorKeyHashes: other }, 'failed'],
    [
      'a digest of an author without the bit',
      { ...vouched, key_info: 0 },
      { trustedAuthorKeyHashes: author },
      'failed',
    ],
    [
      'the ID key where an author is required',
      vouched,
      { trustedIdKeyHashes: id, trustedAuthorKeyHashes: other, requireAuthorKey: true },
      'failed',
    ],
    [
      'the author that is required',
      vouched,
      { trustedAuthorKeyHashes: author, requireAuthorKey: true },
      'passed',
    ],
    ['no key, of which one is required', vouched, { trustedIdKeyHashes: [], requireIdBlock: true }, 'failed'],
  ];
  for (const [title, parts, wishes, outcome] of trusted)
    it(`trusts keys: ${title} is ${outcome}`, () => {
      const steps = wishSteps(decodeReport(makeReport('Genoa', parts)), wishes);
      const found = steps.filter(({ step }) => step === 'trusted-key');
      assert.deepEqual(
        found.map((one) => one.outcome),
        [outcome],
      );
    });

  const judged: [string, ReportParts, Wishes, 'passed' | 'failed' | 'not-checked'][] = [
    [
      'an author key',
      { key_info: 1, author_key_digest: filled(48, 1) },
      { requireAuthorKey: true },
      'passed',
    ],
    ['no author key', {}, { requireAuthorKey: true }, 'failed'],
    ['a digest without the bit', { author_key_digest: filled(48, 1) }, { requireAuthorKey: true }, 'failed'],
    ['no author key where none is required', {}, { requireAuthorKey: false }, 'not-checked'],
    ['an ID block', { id_key_digest: filled(48, 1) }, { requireIdBlock: true }, 'passed'],
    ['no ID block', {}, { requireIdBlock: true }, 'failed'],
    ['the product', {}, { product: { name: 'Genoa' } }, 'passed'],
    ['another product', {}, { product: { name: 'Milan' } }, 'failed'],
    ['the stepping', {}, { product: { name: 'Genoa', stepping: 1 } }, 'passed'],
    ['another stepping', {}, { product: { name: 'Genoa', stepping: 2 } }, 'failed'],
    ['a bit of the policy that is not known', {}, { policy: 0x4030000n }, 'failed'],
    ['one that only the report has', { policy: 0x4030000n }, { policy: 0x30000n }, 'failed'],
    ['one that both have', { policy: 0x4030000n }, { policy: 0x4030000n }, 'passed'],
    ['a bit of the platform that is not known', {}, { platformInfo: 0x8001n }, 'failed'],
    ['one that the platform has', { platform_info: 0x8001n }, { platformInfo: 0x8001n }, 'passed'],
    ['one of two products', { version: 2 }, { product: { name: 'Genoa' } }, 'failed'],
  ];
  for (const [title, parts, wishes, outcome] of judged)
    it(`is judged: ${title} is ${outcome}`, () => {
      const asked = wishSteps(decodeReport(makeReport('Genoa', parts)), wishes).filter(
        ({ reason }) => reason !== 'Nothing was asked for.' || outcome === 'not-checked',
      );
      assert.equal(asked[0]?.outcome, outcome);
      assert.ok(outcome === 'not-checked' || asked.length === 1);
    });
});
