// What of QEMU's own arguments matters to a launch: each kind, in the spellings that QEMU takes.

import assert from 'node:assert/strict';
import { rawArguments, type Effect } from '../../../../src/core/domain/rawArguments';

const CASES: [args: string[], effect: Effect, why: RegExp][] = [
  [['-kernel', '/x'], 'launch', /<os> does not show/],
  [['--kernel', '/x'], 'launch', /<os> does not show/],
  [['-initrd', '/x'], 'launch', /<os> does not show/],
  [['-append', 'init=/bin/sh'], 'launch', /<os> does not show/],
  [['-machine', 'q35,kernel=/x'], 'launch', /<os> does not show/],
  [['-M', 'q35,append=x'], 'launch', /<os> does not show/],
  [['-bios', '/x'], 'launch', /firmware/],
  [['-pflash', '/x'], 'launch', /firmware/],
  [['-L', '/x'], 'launch', /firmware/],
  [['-drive', 'if=pflash,file=/x'], 'launch', /firmware/],
  [['-machine', 'pflash1=vars'], 'launch', /firmware/],
  [['-blockdev', '{"node-name":"libvirt-pflash1-storage"}'], 'launch', /firmware/],
  [['-global', 'cfi.pflash01.secure=off'], 'launch', /firmware/],
  [['-object', 'sev-guest,id=a,policy=0'], 'launch', /launch security/],
  [['-object', '{"qom-type":"sev-snp-guest","id":"a"}'], 'launch', /launch security/],
  [['-object', 'igvm-cfg,id=a,file=/x'], 'launch', /launch security/],
  [['-machine', 'confidential-guest-support=a'], 'launch', /launch security/],
  [['-machine', 'memory-encryption=a'], 'launch', /launch security/],
  [['-global', 'sev-guest.kernel-hashes=off'], 'launch', /launch security/],
  [['-set', 'object.lsec0.policy=0'], 'launch', /launch security/],
  [['-set', 'machine.accel=tcg'], 'launch', /launch security/],
  [['-incoming', 'defer'], 'launch', /state/],
  [['-loadvm', 'x'], 'launch', /state/],
  [['-option-rom', '/x'], 'launch', /code/],
  [['-device', 'loader,file=/x,addr=0'], 'launch', /code/],
  [['-device', '{"driver":"loader","file":"/x"}'], 'launch', /code/],
  [['-device', 'virtio-net,romfile=/x'], 'launch', /code/],
  [['-set', 'device.net0.romfile=/x'], 'launch', /code/],
  [['-readconfig', '/x'], 'launch', /file of the host/],
  [['-object', '{"qom-type":"\\u0073ev-guest"}'], 'launch', /escapes/],
  [['-cpu', 'EPYC-Milan'], 'measured', /signature/],
  [['-smp', '4'], 'measured', /number of vCPUs/],
  [['-fw_cfg', 'name=opt/x,file=/x'], 'guest', /firmware/],
  [['-acpitable', 'file=/x'], 'guest', /firmware/],
  [['-smbios', 'type=1'], 'guest', /firmware/],
  [['-device', 'virtio-rng-pci'], 'guest', /may reach/],
  [['-drive', 'file=/x,if=virtio'], 'guest', /may reach/],
  [['-machine', 'accel=kvm'], 'guest', /may reach/],
  [['-new-in-a-later-version'], 'guest', /may reach/],
  [['disk.img'], 'guest', /may reach/],
  [[''], 'guest', /may reach/],
  [['-constructor', 'x'], 'guest', /may reach/],
  [['-name', 'guest'], 'host', /^$/],
  [['-D', '/var/log/x'], 'host', /^$/],
  [['-netdev', 'user,id=a'], 'host', /^$/],
];

describe('An argument of QEMU that libvirt only passes on', () => {
  for (const [args, effect, why] of CASES) {
    it(`${args.join(' ')} counts as one of the ${effect}`, () => {
      const [found, ...more] = rawArguments(args);
      assert.equal(found!.effect, effect);
      assert.match(found!.why, why);
      assert.equal(found!.text, args.join(' '));
      assert.deepEqual(more, []);
    });
  }
  it('is told from its neighbours', () => {
    const found = rawArguments(['-nographic', '-kernel', '/x', '-append', '-y', '-D', '/z']);
    assert.deepEqual(
      found.map(({ text, effect }) => [text, effect]),
      [
        ['-nographic', 'host'],
        ['-kernel /x', 'launch'],
        ['-append', 'launch'],
        ['-y', 'guest'],
        ['-D /z', 'host'],
      ],
    );
  });
});
