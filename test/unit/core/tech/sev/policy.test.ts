// What a guest policy leaves open: one remark for each bit and floor that its owner should know of, and none for the strict
// policy. SEV API specification, section 2.1 (bits) and 6.2.1 (what LAUNCH_START refuses).

import assert from 'node:assert/strict';
import {
  policyRemarks,
  type FirmwareVersion,
  type PolicyRemark,
} from '../../../../../src/core/tech/sev/policy';

/** No debugging, no key sharing, SEV-ES, firmware 1.51 or later. */
const STRICT = 0x33010007;
const FIRMWARE = { apiMajor: 1, apiMinor: 51 };

const REMARKS: Record<string, [PolicyRemark['severity'], RegExp]> = {
  debug: ['warning', /lets the host debug the guest \(NODBG/],
  reserved: ['warning', /has bits that mean nothing \(0x[0-9a-f]+\)/],
  floor: ['warning', /asks for SEV firmware \d+\.\d+ or later, and \d+\.\d+ is said to have launched/],
  registers: ['info', /does not require SEV-ES/],
  sharing: ['info', /started with the same key/],
  anyVersion: ['info', /Any version of the SEV firmware/],
};

const CASES: [string, number, FirmwareVersion | undefined, (keyof typeof REMARKS)[]][] = [
  ['a strict policy', STRICT, FIRMWARE, []],
  ['a strict policy, firmware not known', STRICT, undefined, []],
  ['nothing required', 0, undefined, ['debug', 'registers', 'sharing', 'anyVersion']],
  ['debugging', STRICT & ~1, FIRMWARE, ['debug']],
  ['key sharing', STRICT & ~2, FIRMWARE, ['sharing']],
  ['plain SEV', STRICT & ~4, FIRMWARE, ['registers']],
  ['no sending, one domain, SEV platforms only', STRICT | 0x38, FIRMWARE, []],
  ['the lowest reserved bit', STRICT | 0x40, FIRMWARE, ['reserved']],
  ['the highest reserved bit', STRICT | 0x8000, FIRMWARE, ['reserved']],
  ['no floor', 7, FIRMWARE, ['anyVersion']],
  ['a floor of 0.1', 0x01000007, FIRMWARE, []],
  ['a floor of 1.0', 0x00010007, FIRMWARE, []],
  ['firmware of a lower minor version', STRICT, { apiMajor: 1, apiMinor: 50 }, ['floor']],
  ['firmware of a higher minor version', STRICT, { apiMajor: 1, apiMinor: 52 }, []],
  ['firmware of a lower major version', STRICT, { apiMajor: 0, apiMinor: 99 }, ['floor']],
  ['firmware of a higher major version', STRICT, { apiMajor: 2, apiMinor: 0 }, []],
  ['the highest floor, of which bit 31 is set', 0xffff0007, { apiMajor: 255, apiMinor: 254 }, ['floor']],
  ['the highest floor, met', 0xffff0007, { apiMajor: 255, apiMinor: 255 }, []],
  ['a policy of SEV-SNP, which is not read as one of SEV', 0x30000, FIRMWARE, []],
  ['a floor of 1.55 with its bytes swapped', 0x01370007, FIRMWARE, ['floor']],
  ['a policy of SEV-SNP that hides ciphertext', 0x1030000, FIRMWARE, []],
  ['a policy of SEV-SNP with debugging and ABI 1.55', 0xb0137, FIRMWARE, []],
];

describe('Remarks on a policy', () => {
  for (const [title, policy, firmware, expected] of CASES) {
    it(`are ${expected.join(', ') || 'none'} for ${title}`, () => {
      const found = policyRemarks(policy, firmware).map(
        ({ severity, text }) =>
          Object.entries(REMARKS).find(([, [s, words]]) => s === severity && words.test(text))?.[0] ?? text,
      );
      assert.deepEqual(found.sort(), [...expected].sort());
    });
  }
});
