// Generated pages of the profile `sev-es` are those of virt-qemu-sev-validate, byte for byte.

import assert from 'node:assert/strict';
import { bytesToHex, fromHex } from '../../src/core/binary/hex';
import { decode, entriesOf } from '../../src/core/binary/struct';
import { generateVmsa } from '../../src/core/vmsa/launch/generate';
import { identify } from '../../src/core/vmsa/compare/identify';
import { VMSA } from '../../src/core/vmsa/layout/layout';
import { askPeer } from '../helpers/peer';
import { seeded, type Random } from '../helpers/random';
import { decodePage } from '../../src/core/vmsa/vmsaPage';

const SCRIPT = `
answer = []
for family, model, stepping, reset in data:
    vmsa = peer.VMSA()
    vmsa.amd64_cpu_init()
    vmsa.kvm_cpu_init()
    vmsa.qemu_cpu_init()
    vmsa.cpu_sku(family, model, stepping)
    bsp = vmsa.pack().hex()
    vmsa.reset_addr(reset)
    answer.append([bsp, vmsa.pack().hex()])
`;

describe('Generated VMSA pages', () => {
  // The seed is new each day and stands in the name, so that CPUs are tried which nobody has looked at.
  const today = Math.floor(Date.now() / 86_400_000);
  for (const seed of [2026, today]) {
    it(`equal the pages of the peer for 300 CPUs and reset addresses (seed ${seed})`, () => {
      checkPages(seeded(seed));
    });
  }

  function checkPages(random: Random): void {
    const cases: [number, number, number, number][] = [
      [23, 49, 0, 0x80b004],
      [25, 1, 1, 0x808004],
      [26, 2, 1, 0xfffffff0],
      [0, 0, 0, 0],
      [270, 255, 15, 0xffffffff],
    ];
    while (cases.length < 300) cases.push([random(271), random(256), random(16), random(2 ** 32)]);
    const pages = askPeer(SCRIPT, cases) as [string, string][];
    for (const [i, [family, model, stepping, resetAddress]] of cases.entries()) {
      const cpu = { family, model, stepping };
      const page = (role: 'bsp' | 'ap') =>
        bytesToHex(generateVmsa({ profile: 'sev-es', role, cpu, resetAddress }).bytes);
      assert.equal(page('bsp'), pages[i]![0], `boot processor of case ${i}`);
      assert.equal(page('ap'), pages[i]![1], `additional processor of case ${i}`);
    }
  }

  it('of the peer are identified as those of a default SEV-ES launch', () => {
    const random = seeded(today);
    const cases = Array.from({ length: 40 }, (): [number, number, number, number] => [
      random(271),
      random(16),
      random(16),
      random(0xffff0000),
    ]);
    const pages = askPeer(SCRIPT, cases) as [string, string][];
    for (const [i, [family, model, stepping, resetAddress]] of cases.entries()) {
      for (const [role, text] of [
        ['bsp', pages[i]![0]],
        ['ap', pages[i]![1]],
      ] as const) {
        // A CPU that no list has is the nearest, without a field that differs.
        const { exact, nearest } = identify(decodePage(fromHex(text)!));
        const [first] = [...exact, ...nearest];
        assert.deepEqual(
          [first!.request, first!.comparison.fields],
          [
            {
              profile: 'sev-es',
              role,
              cpu: { family, model, stepping },
              ...(role === 'ap' && { resetAddress }),
            },
            [],
          ],
          `seed ${today}, case ${i}`,
        );
      }
    }
  });

  it('decode to the values that the peer wrote, under its names', () => {
    const values = askPeer(
      `
vmsa = peer.VMSA()
vmsa.amd64_cpu_init()
vmsa.kvm_cpu_init()
vmsa.qemu_cpu_init()
vmsa.cpu_sku(*data)
answer = {f.name: str(f.value) for f in vmsa.fields if isinstance(f.value, int)}
`,
      [25, 17, 1],
    ) as Record<string, string>;
    const { bytes } = generateVmsa({
      profile: 'sev-es',
      role: 'bsp',
      cpu: { family: 25, model: 17, stepping: 1 },
    });
    const ours = new Map<string, unknown>(entriesOf(decode(VMSA, bytes)));
    let compared = 0;
    for (const [name, value] of Object.entries(values)) {
      if (!ours.has(name) || name.startsWith('reserved')) continue;
      assert.equal(String(ours.get(name)), value, name);
      compared++;
    }
    assert.ok(compared > 80, `only ${compared} fields have the same name`);
  });
});
