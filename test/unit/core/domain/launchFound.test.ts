// The inputs of a launch from a command line of QEMU as people paste it, and from the XML of a domain.

import assert from 'node:assert/strict';
import {
  foundInputs,
  launchOfDomain,
  launchOfQemu,
  type LaunchFound,
} from '../../../../src/core/domain/launchFound';
import { qemuProperties } from '../../../../src/core/domain/qemuOptions';
import { shellWords } from '../../../../src/core/domain/shellWords';
import { parseDomainXml } from '../../../../src/libvirt/domainXml';

/** All that is said of a launch besides what is taken. */
const saidOf = ({ lacked, problems }: LaunchFound): string[] => [
  ...lacked.map(({ why }) => why),
  ...problems,
];

describe('shellWords', () => {
  const cases: readonly [string, readonly string[]][] = [
    ['a  b\tc\n', ['a', 'b', 'c']],
    ['\'a b\' "c d" e\\ f', ['a b', 'c d', 'e f']],
    ['a \\\n  b \\\r\n c', ['a', 'b', 'c']],
    ['a"b c"\'d e\'', ['ab cd e']],
    ['"" \'\'', ['', '']],
    ['"a\\"b\\\\c\\nd" \'a\\b\'', ['a"b\\c\\nd', 'a\\b']],
    ['-append "a\\\nb"', ['-append', 'ab']],
    ['qemu\0-append\0a b\0', ['qemu', '-append', 'a b']],
    ['["qemu", "-append", "a b"]', ['qemu', '-append', 'a b']],
    ['', []],
    // As bash prints a word with control characters, and as SevScope does.
    ["a$'b\\n\\t\\\\\\'c\\030\\x1f\\u00e9' $'' d", ["ab\n\t\\'c\x18\x1f\u00e9", '', 'd']],
    ["'$a' \"$'b'\" $ $x", ['$a', "$'b'", '$', '$x']],
    ["$'\\0 \\377 \\q'", ['\\0 \\377 \\q']],
    // As ps prints what libvirt starts.
    ['-object {"qom-type":"a","id":"b c"} -smp 1', ['-object', '{"qom-type":"a","id":"b c"}', '-smp', '1']],
    ['{"a":{"b":"}\\""}}  c', ['{"a":{"b":"}\\""}}', 'c']],
    ['{"a": "b" c', ['{a:', 'b', 'c']],
    ['{a} {"b"}c', ['{a}', '{"b"}c']],
  ];
  for (const [text, words] of cases)
    it(JSON.stringify(text), () => {
      assert.deepEqual(shellWords(text), { words });
    });
  it('says that a quote has no end', () => {
    assert.deepEqual(shellWords("a 'b c"), { words: ['a', 'b c'], problem: "A quote (') has no end." });
    assert.deepEqual(shellWords("a $'b\\'c\\"), {
      words: ['a', "b'c\\"],
      problem: "A quote (') has no end.",
    });
  });
  it('reads long words in linear time', () => {
    const long = '\\n'.repeat(2 << 20);
    assert.equal(shellWords(`$'${long}'`).words[0]!.length, 2 << 20);
    assert.equal(shellWords("$'a' ".repeat(1 << 18)).words.length, 1 << 18);
  });
});

describe('qemuProperties', () => {
  const cases: readonly [string, Readonly<Record<string, string>>][] = [
    ['q35', { type: 'q35' }],
    ['q35,accel=kvm,smm', { type: 'q35', accel: 'kvm', smm: 'on' }],
    ['type=q35,a=b=c', { type: 'q35', a: 'b=c' }],
    ['q35,file=a,,b,,,,c,d=e', { type: 'q35', file: 'a,b,,c', d: 'e' }],
    ['{"type":"q35","on":true,"off":false,"n":3}', { type: 'q35', on: 'on', off: 'off', n: '3' }],
    ['', { type: '' }],
    ['{broken', { type: '{broken' }],
  ];
  for (const [text, wanted] of cases)
    it(text, () => {
      assert.deepEqual(Object.fromEntries(qemuProperties(text, 'type')), wanted);
    });
});

const SNP =
  '-machine q35,confidential-guest-support=sev0 -object sev-snp-guest,id=sev0,cbitpos=51,policy=0x30000,kernel-hashes=on';
const ES = '-machine q35,confidential-guest-support=s -object sev-guest,id=s,policy=0x5,kernel-hashes=on';
const REST = '-bios OVMF.fd -cpu EPYC-v4 -smp 4';
const FOUND = { mode: 'snp', firmware: 'OVMF.fd', cpu: 'EPYC-v4', vcpus: '4' };
const BOOT = '-kernel vmlinuz -initrd initrd.img -append "console=ttyS0 quiet"';
const BOOTED = { kernel: 'vmlinuz', initrd: 'initrd.img', cmdline: 'console=ttyS0 quiet' };

/** As Kata's shim starts it. */
const KATA = String.raw`/opt/kata/bin/qemu-system-x86_64-snp-experimental -name sandbox-1,debug-threads=on -uuid 8a -machine q35,accel=kvm,confidential-guest-support=snp -cpu EPYC-v4,pmu=off -qmp unix:fd=3,server=on,wait=off -m 2048M -device pci-bridge,bus=pcie.0 -object sev-snp-guest,id=snp,cbitpos=51,reduced-phys-bits=1,kernel-hashes=on,host-data=AAAA -append "tsc=reliable console=hvc0 nr_cpus=1 agent.log=debug" -bios /opt/kata/share/ovmf/AMDSEV.fd -kernel /opt/kata/share/vmlinuz -initrd /opt/kata/share/initrd.img -smp 1,cores=1,threads=1,sockets=1,maxcpus=1 -pidfile /run/pid -D /run/qemu.log`;
/** As libvirt's log of a domain has it. */
const LIBVIRT = String.raw`LC_ALL=C \
PATH=/usr/bin \
/usr/bin/qemu-system-x86_64 \
-name guest=snp,debug-threads=on \
-machine pc-q35-9.2,usb=off,smm=off,kernel_irqchip=split,confidential-guest-support=lsec0,pflash0=libvirt-pflash0-format \
-accel kvm \
-cpu EPYC-Milan-v2 \
-blockdev '{"driver":"file","filename":"/usr/share/OVMF.fd","node-name":"libvirt-pflash0-storage","auto-read-only":true}' \
-blockdev '{"node-name":"libvirt-pflash0-format","read-only":true,"driver":"raw","file":"libvirt-pflash0-storage"}' \
-object '{"qom-type":"sev-snp-guest","id":"lsec0","cbitpos":51,"reduced-phys-bits":1,"policy":196608,"kernel-hashes":true}' \
-smp 2,maxcpus=8,sockets=8,cores=1,threads=1`;

describe('launchOfQemu, of several command lines,', () => {
  const first = `LC_ALL=C /usr/bin/qemu-system-x86_64 ${SNP} ${REST} ${BOOT.replace('-append', '-append quiet -append')}`;
  const last = `/usr/bin/qemu-system-x86_64 ${SNP} ${REST} -smp 8`;
  const stamp = '2026-01-01 10:00:00.000+0000: ';
  const log = [
    `${stamp}starting up libvirt version: 11.3.0, qemu version: 10.0.2`,
    first,
    'char device redirected to /dev/pts/1 (label charserial0)',
    'qemu-system-x86_64: terminating on signal 15 from pid 1',
    `${stamp}shutting down, reason=destroyed`,
    `${stamp}starting up libvirt version: 11.3.0, qemu version: 10.0.2`,
    last,
    `${stamp}shutting down, reason=destroyed`,
  ].join('\n');
  const cases: readonly (readonly [string, string, object])[] = [
    ["libvirt's log", log, { ...FOUND, vcpus: '8' }],
    ['a list of processes', `${first}\n${last}`, { ...FOUND, vcpus: '8' }],
    ['a kernel in the last', `${last}\n${first}`, { ...FOUND, ...BOOTED }],
  ];
  for (const [name, text, wanted] of cases)
    it(`takes the last of ${name}, nothing of the others, and says so`, () => {
      const found = launchOfQemu(text);
      assert.deepEqual(foundInputs(found), wanted);
      assert.match(found.problems[0]!, /There are 2 command lines of QEMU, of which the last is taken/);
    });
  it('says nothing of one among other lines', () => {
    const lines = log.split('\n');
    const found = launchOfQemu([...lines.slice(0, 1), ...lines.slice(6)].join('\n'));
    assert.deepEqual([foundInputs(found), found.problems], [{ ...FOUND, vcpus: '8' }, []]);
  });
});

describe('launchOfQemu', () => {
  const whole: readonly [string, string, object][] = [
    ['an SNP guest', `qemu-system-x86_64 ${SNP} ${REST}`, FOUND],
    ['with a kernel', `${SNP} ${REST} ${BOOT}`, { ...FOUND, ...BOOTED }],
    ['behind sudo', `$ sudo -u qemu qemu-kvm ${SNP} ${REST}`, FOUND],
    ['long options', `${SNP} ${REST}`.replaceAll(' -', ' --'), FOUND],
    ['SEV-ES', `${ES} ${REST} ${BOOT}`, { ...FOUND, ...BOOTED, mode: 'seves' }],
    ['plain SEV', `${ES.replace('0x5', '1')} ${REST}`, { ...FOUND, mode: 'sev' }],
    [
      'SEV-ES by KVM_SEV_INIT2',
      `${ES},legacy-vm-type=off ${REST}`,
      { ...FOUND, mode: 'seves', profile: 'sev-es-init2' },
    ],
    [
      'DebugSwap and SecureTSC',
      `${SNP},debug-swap=on,secure-tsc=on ${REST}`,
      { ...FOUND, features: '0x221' },
    ],
    [
      'numbers of the CPU',
      `${SNP} -bios OVMF.fd -smp 4 -cpu EPYC,family=25,model=17,stepping=1`,
      { ...FOUND, cpu: '25/17/1' },
    ],
    ['a topology', `${SNP} -bios OVMF.fd -cpu EPYC-v4 -smp sockets=2,cores=2,threads=1`, FOUND],
    ['one vCPU by default', `${SNP} -bios OVMF.fd -cpu EPYC-v4`, { ...FOUND, vcpus: '1' }],
    ['the last of several', `${SNP} ${REST} -smp 8`, { ...FOUND, vcpus: '8' }],
    [
      'a kernel of -machine',
      `${SNP} ${REST} -M kernel=vmlinuz,append=a`,
      { ...FOUND, kernel: 'vmlinuz', cmdline: 'a' },
    ],
    ['the object that the machine names', `${SNP} -object sev-guest,id=x,policy=1 ${REST}`, FOUND],
    [
      "Kata's",
      KATA,
      {
        ...{
          mode: 'snp',
          firmware: '/opt/kata/share/ovmf/AMDSEV.fd',
          kernel: '/opt/kata/share/vmlinuz',
          cpu: 'EPYC-v4',
        },
        ...{ initrd: '/opt/kata/share/initrd.img', vcpus: '1' },
        cmdline: 'tsc=reliable console=hvc0 nr_cpus=1 agent.log=debug',
      },
    ],
  ];
  for (const [name, text, wanted] of whole)
    it(`finds all of ${name}`, () => {
      const found = launchOfQemu(text);
      assert.deepEqual(foundInputs(found), wanted);
      assert.deepEqual(saidOf(found), []);
    });
  it("finds the same without the quotes of a shell, as ps prints libvirt's", () => {
    const listed = LIBVIRT.slice(LIBVIRT.indexOf('/usr/bin/qemu')).replaceAll("'", '').replaceAll('\\\n', '');
    assert.deepEqual(launchOfQemu(listed), launchOfQemu(LIBVIRT));
  });
  it('says where each is from', () => {
    assert.deepEqual(
      launchOfQemu(`${SNP} ${REST} ${BOOT}`).taken.map(({ input, from }) => `${input} ${from}`),
      [
        ...['mode -object sev-snp-guest', 'firmware -bios', 'kernel -kernel', 'initrd -initrd'],
        ...['cmdline -append', 'vcpus -smp', 'cpu -cpu'],
      ],
    );
  });

  const partly: readonly [string, string, object, RegExp[]][] = [
    [
      'flash',
      LIBVIRT,
      { mode: 'snp', firmware: '/usr/share/OVMF.fd', cpu: 'EPYC-Milan-v2', vcpus: '2' },
      [/KVM refuses to SNP guests/],
    ],
    [
      'a drive of flash',
      `${ES} -cpu EPYC-v4 -smp 4 -drive if=pflash,unit=1,file=VARS.fd -drive if=pflash,unit=0,file=OVMF.fd -bios x`,
      { ...FOUND, mode: 'seves' },
      [/-bios plays no part beside flash/],
    ],
    [
      'a kernel without hashes',
      `${SNP.replace('kernel-hashes=on', 'kernel-hashes=off')} ${REST} ${BOOT}`,
      FOUND,
      [/kernel is not measured/],
    ],
    [
      'the CPU of the host',
      `${SNP} -bios OVMF.fd -smp 4 -cpu host`,
      { ...FOUND, cpu: undefined },
      [/which only the host knows/],
    ],
    [
      'an unknown CPU',
      `${SNP} -bios OVMF.fd -smp 4 -cpu Zen9`,
      { ...FOUND, cpu: undefined },
      [/names "Zen9"/],
    ],
    [
      'a part of the numbers',
      `${SNP} -bios OVMF.fd -smp 4 -cpu EPYC,stepping=1`,
      { ...FOUND, cpu: undefined },
      [/only a part/],
    ],
    [
      'no firmware',
      `${SNP} -cpu EPYC-v4 -smp 4`,
      { ...FOUND, firmware: undefined },
      [/neither -bios nor flash/],
    ],
    ['no CPU', `${SNP} -bios OVMF.fd -smp 4`, { ...FOUND, cpu: undefined }, [/There is no -cpu/]],
    ['no object', REST, { ...FOUND, mode: undefined }, [/no SEV guest/]],
    ['an object that is not used', `-object sev-snp-guest,id=sev0 ${REST}`, FOUND, [/QEMU would not use it/]],
    [
      'lost quotes',
      `${SNP} ${REST} -kernel k -append console=ttyS0 quiet -nodefaults`,
      { ...FOUND, kernel: 'k', cmdline: 'console=ttyS0 quiet' },
      [/seem to be lost/],
    ],
    ['a file of arguments', `${SNP} ${REST} -readconfig more.cfg`, FOUND, [/-readconfig has more arguments/]],
    ['IGVM', `${SNP} ${REST} -machine igvm-cfg=i`, FOUND, [/IGVM file/]],
    ['a quote without end', `${SNP} ${REST} "x`, FOUND, [/has no end/]],
  ];
  for (const [name, text, wanted, problems] of partly)
    it(`says what it cannot take: ${name}`, () => {
      const found = launchOfQemu(text);
      assert.deepEqual(foundInputs(found), JSON.parse(JSON.stringify(wanted)));
      const said = saidOf(found);
      assert.equal(said.length, problems.length, said.join('\n'));
      for (const problem of problems)
        assert.ok(
          said.some((one) => problem.test(one)),
          said.join('\n'),
        );
      for (const problem of said) assert.match(problem, /\.$/);
    });
});

describe('launchOfDomain', () => {
  const xml = (security: string, os: string, more = '') =>
    `<domain type="kvm" xmlns:qemu="http://libvirt.org/schemas/domain/qemu/1.0"><name>g</name><vcpu current="2">8</vcpu><os><type>hvm</type>${os}</os>${security}${more}</domain>`;
  const snp = '<launchSecurity type="sev-snp" kernelHashes="yes"><policy>0x30000</policy></launchSecurity>';
  const os = '<loader type="rom">OVMF.fd</loader><kernel>vmlinuz</kernel><cmdline>a  b</cmdline>';
  const cpu = '<cpu mode="custom"><model>EPYC-Milan</model></cpu>';
  const found = {
    mode: 'snp',
    firmware: 'OVMF.fd',
    kernel: 'vmlinuz',
    cmdline: 'a  b',
    vcpus: '2',
    cpu: 'EPYC-Milan',
  };
  const cases: readonly [string, string, object, RegExp[]][] = [
    ['all of SNP', xml(snp, os, cpu), found, []],
    [
      'all of SEV-ES',
      xml(snp.replace('sev-snp', 'sev').replace('0x30000', '7'), os, cpu),
      { ...found, mode: 'seves' },
      [],
    ],
    [
      'no launch security',
      xml('', os, cpu),
      { firmware: 'OVMF.fd', vcpus: '2', cpu: 'EPYC-Milan' },
      [/no <launchSecurity>/, /kernelHashes is not/],
    ],
    [
      'the CPU of the host',
      xml(snp, os, '<cpu mode="host-passthrough"/>'),
      { ...found, cpu: undefined },
      [/only the host knows/],
    ],
    [
      'no loader',
      xml(snp, '<kernel>vmlinuz</kernel><cmdline>a  b</cmdline>', cpu),
      { ...found, firmware: undefined },
      [/libvirt chooses the firmware/],
    ],
    [
      'arguments',
      xml(
        snp,
        os,
        `${cpu}<qemu:commandline><qemu:arg value="-smp"/><qemu:arg value="4"/></qemu:commandline>`,
      ),
      found,
      [/<qemu:arg> -smp 4 changes the number of vCPUs/],
    ],
  ];
  for (const [name, text, wanted, problems] of cases)
    it(`finds ${name}`, () => {
      const found = launchOfDomain(parseDomainXml(text));
      const said = saidOf(found);
      assert.deepEqual(foundInputs(found), JSON.parse(JSON.stringify(wanted)));
      assert.equal(said.length, problems.length, said.join('\n'));
      for (const problem of problems)
        assert.ok(
          said.some((one) => problem.test(one)),
          said.join('\n'),
        );
    });
});
