// Generated pages of the profile `sev-es` are those of virt-qemu-sev-validate, byte for byte.

import assert from 'node:assert/strict';
import { bytesToHex } from '../../src/core/hex';
import { decode } from '../../src/core/struct';
import { generateVmsa } from '../../src/core/vmsa/generate';
import { VMSA } from '../../src/core/vmsa/layout';
import { askPeer } from '../helpers/peer';
import { seeded } from '../helpers/random';

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
  it('equal the pages of the peer for 300 CPUs and reset addresses', () => {
    const random = seeded(2026);
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
    const ours = decode(
      VMSA,
      generateVmsa({ profile: 'sev-es', role: 'bsp', cpu: { family: 25, model: 17, stepping: 1 } }).bytes,
    );
    let compared = 0;
    for (const [name, value] of Object.entries(values)) {
      if (!(name in ours) || name.startsWith('reserved')) continue;
      assert.equal(String(ours[name] as bigint), value, name);
      compared++;
    }
    assert.ok(compared > 80, `only ${compared} fields have the same name`);
  });
});
