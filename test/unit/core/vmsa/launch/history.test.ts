// Since when and until when KVM does what pages show: the texts of the table, which nobody else writes down.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  commitsOf,
  HISTORY,
  linuxSince,
  linuxUntil,
  linuxVersions,
} from '../../../../../src/core/vmsa/launch/history';

describe('The history of KVM', () => {
  it('is printed by version', () => {
    assert.equal(linuxSince('debug-swap'), 'Linux 6.6');
    assert.equal(linuxUntil('debug-swap'), 'Linux 6.6.23 and 6.7.11');
    assert.equal(linuxVersions('debug-swap'), 'Linux 6.6 to 6.6.23 and 6.7 to 6.7.11');
    assert.deepEqual(commitsOf('debug-swap'), ['d1f85fbe836e', '5abf6dceb066']);
    assert.equal(linuxSince('init2'), 'Linux 6.10');
    assert.deepEqual(commitsOf('snp'), []);
  });
  it('is written down once', () => {
    const told = HISTORY.flatMap((row) => ('until' in row ? row.until : [])).filter((v) => /\.\d+\./.test(v));
    assert.ok(told.length > 0);
    for (const folder of ['src', 'webview'])
      for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (!/\.tsx?$/.test(file) || file.endsWith('history.ts')) continue;
        const text = readFileSync(join(folder, file), 'utf8');
        for (const version of told) assert.ok(!text.includes(version), `${file} has ${version}`);
      }
  });
});
