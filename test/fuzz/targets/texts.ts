// Texts that people type or paste: numbers, bytes, keys and measurements.

import assert from 'node:assert/strict';
import { isGuid, guidBytes, guidText } from '../../../src/core/binary/guid';
import { fromBase64, fromHex, parseUnsigned, toBase64, bytesToHex } from '../../../src/core/binary/hex';
import { DIGEST_FORMS, PLAIN_FORMS, readTextBytes, textInFile } from '../../../src/core/binary/textBytes';
import { keyFilter, looksLikeKey } from '../../../src/core/check/keyText';
import { prepareKey } from '../../../src/core/explain/measurementMac';
import { measurementText, parseMeasurement, unfitMeasurement } from '../../../src/core/tech/sev/evidence';
import { describePolicy, policyRemarks } from '../../../src/core/tech/sev/policy';
import { describeSnpPolicy, isSnpPolicy } from '../../../src/core/tech/snp/policy';
import { cpuList, vcpuCounts } from '../../../src/app/digestSelection';
import { number } from '../../../src/cli/options';
import { parseTarget } from '../../../webview/parts/find';
import { parseAddress, parseNumber } from '../../../webview/vmsa/comparisonForm';
import { commanderCode } from '../output';
import { assertSentence, readOrCode, textOf, textSeeds, type Target } from '../target';

const HEX32 = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';
const BASE64_48 = Buffer.from(Array.from({ length: 48 }, (_, i) => i * 5)).toString('base64');

const numbers: Target = {
  name: 'numbers',
  form: 'text',
  most: 300,
  seeds: textSeeds(
    '0',
    '12',
    '0x1F',
    '4294967296',
    '1,2,4',
    '1-4,8',
    'EPYC-Milan,EPYC-v4',
    '0x00a00f11',
    '25',
    'cs_selector',
  ),
  words: ['0x', '-', ',', '..', '1e3', '+1', '٣', 'all'],
  run(input) {
    const text = textOf(input);
    const value = parseUnsigned(text);
    if (value !== undefined) {
      assert.ok(value >= 0n);
      if (value < 2n ** 64n) {
        assert.equal(parseUnsigned(`0x${value.toString(16)}`), value);
        assert.equal(parseUnsigned(value.toString()), value);
      }
    }
    const codes = [
      commanderCode(() => number(64)(text)),
      readOrCode(() => vcpuCounts(text)).code,
      readOrCode(() => cpuList(text)).code,
    ];
    const small = parseNumber(text);
    assert.ok(Number.isNaN(small) || Number.isSafeInteger(small));
    const address = parseAddress(text);
    assert.ok(address === undefined || Number.isNaN(address) || (address >= 0 && address < 2 ** 48));
    const target = parseTarget([], 4096, text);
    if ('error' in target) assertSentence(target.error);
    else assert.ok(target.offset >= 0 && target.offset < 4096);
    if (value !== undefined && value < 2n ** 64n) {
      assertSentence(`policy ${describeSnpPolicy(value)}`);
      isSnpPolicy(value);
      assertSentence(`policy ${describePolicy(Number(value & 0xffffffffn))}`);
      for (const { text: remark } of policyRemarks(Number(value & 0xffffffffn))) assertSentence(remark);
    }
    return { feature: codes.join(), result: [String(value), codes] };
  },
};

const bytes: Target = {
  name: 'text-bytes',
  form: 'text',
  most: 600,
  seeds: textSeeds(
    HEX32,
    `0x${HEX32}`,
    HEX32.replace(/(..)(?=.)/g, '$1:'),
    HEX32.replace(/(.{8})/g, '$1 '),
    BASE64_48,
    BASE64_48.replaceAll('+', '-').replaceAll('/', '_'),
    `${HEX32}  OVMF.fd`,
    `SHA256 (OVMF.fd) = ${HEX32}`,
    `sha256:${HEX32}`,
    `sha256-${Buffer.from(HEX32, 'hex').toString('base64')}`,
    'aaaaaaaa-0000-4000-8000-000000000001',
  ),
  words: ['0x', ':', '-', '=', '==', ' ', 'sha384-', 'SHA512(', 'md5:', '\n'],
  run(input) {
    const text = textOf(input);
    const read = readTextBytes(text, [16, 32, 48], DIGEST_FORMS);
    if (read.ok) {
      assert.ok([16, 32, 48].includes(read.bytes.length));
      assert.deepEqual(readTextBytes(bytesToHex(read.bytes), [read.bytes.length], ['hex']), {
        ok: true,
        form: 'hex',
        bytes: read.bytes,
      });
    } else {
      assertSentence(read.found);
      // What is pasted may be a key: nothing of it is repeated.
      const longest = (read.found.match(/[0-9a-f]{12,}/gi) ?? []).find((run) => text.includes(run));
      assert.equal(longest, undefined, 'nothing of the text is repeated');
    }
    const plain = readTextBytes(text, [16], PLAIN_FORMS);
    const hex = fromHex(text);
    if (hex) assert.equal(bytesToHex(hex), text.toLowerCase());
    const base64 = fromBase64(text);
    if (base64) assert.equal(toBase64(base64), text);
    if (isGuid(text)) assert.equal(guidText(guidBytes(text)), text.toLowerCase());
    prepareKey(
      Uint8Array.from({ length: 16 }, (_, i) => input[i] ?? 0),
      new Int32Array(64),
      0,
    );
    const inFile = textInFile(input);
    const isKey = looksLikeKey(text);
    const filtered = keyFilter(['--tik', text, text])(`cannot read ${text} here`);
    // Alone and whole: much else that looks like one may be a name, such as a GUID or a digest.
    if (/^(?:[0-9a-f]{32}|[0-9a-f]{64})$|^[\w+/-]{22}==$|^[\w+/-]{43}=$/i.test(text))
      assert.ok(!filtered.includes(text), 'a key is withheld');
    const feature = [
      read.ok ? read.form : read.found.replaceAll(/\d+/g, '#'),
      plain.ok,
      inFile?.form,
      isKey,
    ].join();
    return { feature, result: [read, inFile, filtered] };
  },
};

const measurements: Target = {
  name: 'measurements',
  form: 'text',
  most: 300,
  seeds: textSeeds(BASE64_48, `${BASE64_48}\n`, HEX32, BASE64_48.slice(0, -4)),
  words: ['=', '==', ' ', '\n', 'AAAA'],
  run(input) {
    const text = textOf(input);
    const unfit = unfitMeasurement(text);
    const read = readOrCode(() => parseMeasurement(text));
    assert.equal(read.code, unfit?.code);
    if (read.code === undefined) {
      const { hmac, mnonce } = read.value;
      assert.deepEqual([hmac.length, mnonce.length], [32, 16]);
      assert.equal(measurementText(read.value), text, 'the one text of a measurement');
    }
    return {
      feature: `${read.code ?? ''} ${unfit?.found.replaceAll(/\d+/g, '#') ?? ''}`,
      result: unfit?.message,
    };
  },
};

/** The targets of typed texts. */
export const TEXT_TARGETS: readonly Target[] = [numbers, bytes, measurements];
