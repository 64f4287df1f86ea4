// Bytes as other tools take them.

import assert from 'node:assert/strict';
import { BYTE_FORMS } from '../../../../src/core/binary/byteForms';

describe('Bytes are copied as', () => {
  const bytes = Uint8Array.from({ length: 16 }, (_, i) => i);
  const forms: [string, string][] = [
    ['hex', '000102030405060708090a0b0c0d0e0f'],
    [
      'C',
      '{\n  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b,\n  0x0c, 0x0d, 0x0e, 0x0f,\n}',
    ],
    ['base64', 'AAECAwQFBgcICQoLDA0ODw=='],
    ['GUID', '03020100-0504-0706-0809-0a0b0c0d0e0f'],
  ];
  it('forms that are all tested', () => {
    assert.deepEqual(
      BYTE_FORMS.map((form) => form.title),
      forms.map(([title]) => title),
    );
  });
  for (const [title, text] of forms) {
    it(title, () => {
      assert.equal(BYTE_FORMS.find((form) => form.title === title)!.write(bytes), text);
    });
  }
});
