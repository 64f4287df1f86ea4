// The GUIDed tables of Debian's images, as virt-qemu-sev-validate parses them.

import assert from 'node:assert/strict';
import { bytesToHex } from '../../src/core/binary/hex';
import { parseOvmf } from '../../src/core/ovmf/image';
import { askPeer } from '../helpers/peer';
import { codePaths, readImage } from '../helpers/realImages';

const SCRIPT = `
answer = []
for path in data:
    ovmf = peer.OVMF()
    with open(path, 'rb') as image:
        ovmf.load(image.read())
    answer.append({'entries': {guid: entry.hex() for guid, entry in ovmf.entries.items()}, 'reset': ovmf.reset_addr()})
`;

describe("Debian's OVMF images", () => {
  it('have the entries and the reset address that the peer finds', () => {
    const theirs = askPeer(SCRIPT, codePaths) as { entries: Record<string, string>; reset: number }[];
    const ours = codePaths.map((path) => {
      const { table, resetAddress } = parseOvmf(readImage(path)).value;
      return {
        entries: Object.fromEntries(table!.entries.map((e) => [e.guid, bytesToHex(e.data)])),
        reset: resetAddress!,
      };
    });
    assert.deepEqual(ours, theirs);
    assert.ok(codePaths.length >= 3);
    assert.ok(theirs.every(({ entries }) => Object.keys(entries).length >= 3));
  });
});
