// Domain XML: what each element becomes, the sentence for each way of being wrong, and hostile documents.

import assert from 'node:assert/strict';
import type { DomainConfig } from '../../../src/core/domain/facts';
import { CheckError, type ErrorKind } from '../../../src/core/errors';
import { isUuid, parseDomainXml } from '../../../src/libvirt/domainXml';
import { XML_LIMITS } from '../../../src/libvirt/xml';
import { seeded } from '../../helpers/random';

const UUID = '4bd4bd5e-4a4b-4b4f-8c8d-0123456789ab';

/** A domain as libvirt writes it, with one part put in place of another. */
function domain(from: string | RegExp = '', to = ''): string {
  const xml = `<domain type='kvm' id='3' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>guest</name>
  <uuid>${UUID.toUpperCase()}</uuid>
  <metadata><x:name xmlns:x='urn:x'>not the name</x:name></metadata>
  <vcpu placement='static' current='2'>4</vcpu>
  <os>
    <type arch='x86_64' machine='pc-q35-9.1'>hvm</type>
    <loader readonly='yes' type='pflash' stateless='yes'>/usr/share/ovmf/OVMF.amdsev.fd</loader>
    <kernel>/boot/vmlinuz</kernel>
    <initrd>/boot/initrd.img</initrd>
    <cmdline>root=/dev/vda1  quiet </cmdline>
  </os>
  <cpu mode='custom' match='exact'><model fallback='forbid'>EPYC-Milan</model></cpu>
  <launchSecurity type='sev' kernelHashes='yes'>
    <cbitpos>51</cbitpos>
    <reducedPhysBits>1</reducedPhysBits>
    <policy>0x0007</policy>
    <dhCert>QUJD</dhCert>
    <session>REVG</session>
  </launchSecurity>
</domain>`;
  if (from === '') return xml;
  const changed = xml.replace(from, () => to);
  assert.notEqual(changed, xml, `${String(from)} is in it`);
  return changed;
}

const security = /<launchSecurity[^]*<\/launchSecurity>/;
/** As many bytes of base64, none of them zero. */
const base64 = (size: number) => Buffer.alloc(size, 0x5a).toString('base64');
const ID_AUTH = base64(4096);
const SNP = `<launchSecurity type='sev-snp' kernelHashes='no' authorKey='yes' vcek='no'>
  <policy>0x00000000000b0000</policy><guestVisibleWorkarounds>${base64(16)}</guestVisibleWorkarounds>
  <idBlock>${base64(96)}</idBlock><idAuth> ${ID_AUTH} </idAuth><hostData>${base64(32)}</hostData></launchSecurity>`;
const snp = (from: string | RegExp, to: string) =>
  domain(
    security,
    SNP.replace(from, () => to),
  );

const read: [name: string, xml: string, expected: (config: DomainConfig) => unknown, value: unknown][] = [
  ['its name, not that of another namespace', domain(), (c) => c.name, 'guest'],
  ['its UUID in lower case', domain(), (c) => c.uuid, UUID],
  ['no UUID', domain(/<uuid>.*<\/uuid>/, ''), (c) => c.uuid, undefined],
  ['its type', domain(), (c) => c.type, 'kvm'],
  ['vCPUs', domain(), (c) => c.vcpus, { max: 4, current: 2 }],
  ['vCPUs that are all there', domain(" current='2'", ''), (c) => c.vcpus, { max: 4, current: 4 }],
  ['no vCPUs, which is one', domain(/<vcpu.*<\/vcpu>/, ''), (c) => c.vcpus, { max: 1, current: 1 }],
  ['a CPU model', domain(), (c) => c.cpu, { mode: 'custom', model: 'EPYC-Milan' }],
  [
    'the CPU of the host',
    domain(/<cpu.*<\/cpu>/, "<cpu mode='host-passthrough'/>"),
    (c) => c.cpu,
    { mode: 'host-passthrough', model: undefined },
  ],
  ['no CPU', domain(/<cpu.*<\/cpu>/, ''), (c) => c.cpu, undefined],
  ['machine and architecture', domain(), (c) => [c.arch, c.machine], ['x86_64', 'pc-q35-9.1']],
  ['firmware to be chosen', domain('<os>', "<os firmware='efi'>"), (c) => c.firmware, 'efi'],
  [
    'a loader',
    domain(),
    (c) => c.loader,
    {
      path: '/usr/share/ovmf/OVMF.amdsev.fd',
      type: 'pflash',
      stateless: true,
      readonly: true,
      secure: undefined,
      format: undefined,
    },
  ],
  [
    'a loader of another format',
    domain("type='pflash'", "type='rom' secure='no' format='qcow2'"),
    (c) => [c.loader?.type, c.loader?.secure, c.loader?.format],
    ['rom', false, 'qcow2'],
  ],
  [
    'a loader without a path',
    domain(/>\/usr.*<\/loader>/, '/>'),
    (c) => [c.loader?.path, c.loader?.readonly],
    [undefined, true],
  ],
  ['no loader', domain(/<loader.*<\/loader>/, ''), (c) => c.loader, undefined],
  ['no variable store', domain(), (c) => [c.nvram, c.varstore], [undefined, false]],
  [
    'an NVRAM file',
    domain('<kernel>', "<nvram template='/t.fd' templateFormat='raw' format='qcow2'>/v.fd</nvram><kernel>"),
    (c) => c.nvram,
    { path: '/v.fd', template: '/t.fd', templateFormat: 'raw', format: 'qcow2' },
  ],
  [
    'an NVRAM disk',
    domain('<kernel>', "<nvram type='file'>\n<source file='/v.fd'/>\n</nvram><kernel>"),
    (c) => c.nvram?.path,
    '/v.fd',
  ],
  ['an empty NVRAM', domain('<kernel>', '<nvram/><kernel>'), (c) => c.nvram !== undefined, true],
  ['a variable store', domain('<kernel>', "<varstore path='/v.json'/><kernel>"), (c) => c.varstore, true],
  ['kernel and initrd', domain(), (c) => [c.kernel, c.initrd], ['/boot/vmlinuz', '/boot/initrd.img']],
  ['a command line with its white space', domain(), (c) => c.cmdline, 'root=/dev/vda1  quiet '],
  [
    'a command line of lines',
    domain('quiet ', '\n\t quiet\r\n'),
    (c) => c.cmdline,
    'root=/dev/vda1  \n\t quiet\n',
  ],
  [
    'a command line with entities',
    domain('quiet ', 'a=&lt;&#x41;&amp;&quot;'),
    (c) => c.cmdline,
    'root=/dev/vda1  a=<A&"',
  ],
  [
    'a command line in pieces',
    domain('quiet ', '<!-- x --><![CDATA[<&]]>q'),
    (c) => c.cmdline,
    'root=/dev/vda1  <&q',
  ],
  [
    'an empty command line as none',
    domain(/<cmdline>.*<\/cmdline>/, '<cmdline/>'),
    (c) => c.cmdline,
    undefined,
  ],
  ['a path that is white space as it is', domain('/boot/vmlinuz', ' '), (c) => c.kernel, ' '],
  [
    'SEV',
    domain(),
    (c) => c.launchSecurity,
    {
      type: 'sev',
      kernelHashes: true,
      policy: 7n,
      cbitpos: 51,
      reducedPhysBits: 1,
      dhCert: 'QUJD',
      session: 'REVG',
      idBlock: undefined,
      idAuth: undefined,
      hostData: undefined,
      guestVisibleWorkarounds: undefined,
      authorKey: undefined,
      vcek: undefined,
      unknown: [],
    },
  ],
  [
    'SEV-SNP',
    domain(security, SNP),
    (c) => c.launchSecurity,
    {
      type: 'sev-snp',
      kernelHashes: false,
      policy: 0xb0000n,
      cbitpos: undefined,
      reducedPhysBits: undefined,
      dhCert: undefined,
      session: undefined,
      idBlock: base64(96),
      idAuth: ID_AUTH,
      hostData: base64(32),
      guestVisibleWorkarounds: base64(16),
      authorKey: true,
      vcek: false,
      unknown: [],
    },
  ],
  [
    'what a later libvirt has in SEV-SNP',
    snp(
      "vcek='no'>",
      "vcek='no' secureTsc='yes' vcek2=''><new>1</new><new>2</new><handle>0</handle><x:new xmlns:x='urn:x'/>",
    ),
    (c) => c.launchSecurity?.unknown,
    ['secureTsc', 'vcek2', '<new>'],
  ],
  [
    'base64 in lines, which QEMU joins',
    snp(ID_AUTH, ID_AUTH.replace(/.{64}/g, '$&\n')),
    (c) => c.launchSecurity?.idAuth,
    ID_AUTH,
  ],
  [
    'base64 that could be hexadecimal',
    snp(base64(96), `${'A'.repeat(127)}B`),
    (c) => c.launchSecurity?.idBlock,
    `${'A'.repeat(127)}B`,
  ],
  [
    'the least that SEV-SNP needs',
    domain(security, "<launchSecurity type='sev-snp'><policy>30000</policy><hostData/></launchSecurity>"),
    (c) => {
      const { policy, kernelHashes, hostData, idBlock, vcek } = c.launchSecurity!;
      return [policy, kernelHashes, hostData, idBlock, vcek];
    },
    [0x30000n, undefined, undefined, undefined, undefined],
  ],
  [
    'nothing of SEV-SNP in SEV, which libvirt drops as well',
    domain('<policy>', '<hostData>AA==</hostData><policy>'),
    (c) => c.launchSecurity?.hostData,
    undefined,
  ],
  [
    'TDX, whose policy is another thing',
    domain(security, "<launchSecurity type='tdx'><policy>x</policy></launchSecurity>"),
    (c) => [c.launchSecurity?.type, c.launchSecurity?.policy],
    ['tdx', undefined],
  ],
  [
    's390 without a policy',
    domain(security, "<launchSecurity type='s390-pv'/>"),
    (c) => c.launchSecurity?.type,
    's390-pv',
  ],
  [
    'a type that is a word of JavaScript',
    domain(security, "<launchSecurity type='constructor'/>"),
    (c) => c.launchSecurity?.policy,
    undefined,
  ],
  ['no launch security', domain(security, ''), (c) => c.launchSecurity, undefined],
  // The policy is base 16, whatever it looks like.
  ['a policy without 0x', domain('0x0007', '10'), (c) => c.launchSecurity?.policy, 0x10n],
  ['a policy of 0', domain('0x0007', '0'), (c) => c.launchSecurity?.policy, 0n],
  ['a policy in capitals', domain('0x0007', '0XABCD'), (c) => c.launchSecurity?.policy, 0xabcdn],
  ['a policy of 32 bits', domain('0x0007', '0x000ffffffff'), (c) => c.launchSecurity?.policy, 0xffffffffn],
  ['a policy with space around', domain('0x0007', '\n  0x5 '), (c) => c.launchSecurity?.policy, 5n],
  [
    'a policy of 64 bits for SNP',
    domain(security, SNP.replace('0x00000000000b0000', 'f'.repeat(16))),
    (c) => c.launchSecurity?.policy,
    2n ** 64n - 1n,
  ],
  ['no arguments of QEMU', domain(), (c) => [c.rawArguments, c.rawSettings], [[], []]],
  [
    'arguments of QEMU',
    domain(
      '</domain>',
      "<qemu:commandline><qemu:arg value='-x'/><qemu:env name='A' value='b'/><qemu:arg value=' y '/></qemu:commandline></domain>",
    ),
    (c) => [c.rawArguments, c.rawSettings],
    [['-x', ' y '], ['the variable A']],
  ],
  [
    'arguments of QEMU in another spelling, and twice',
    domain(
      '</domain>',
      "<q:commandline xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><q:arg value='-x'/></q:commandline><qemu:commandline><qemu:arg/></qemu:commandline></domain>",
    ),
    (c) => c.rawArguments,
    ['-x', ''],
  ],
  [
    'no arguments of another namespace',
    domain('</domain>', "<commandline><arg value='-x'/></commandline></domain>"),
    (c) => c.rawArguments,
    [],
  ],
  [
    'properties of devices, and capabilities',
    domain(
      '</domain>',
      "<qemu:override><qemu:device alias='ua-a'><qemu:frontend><qemu:property name='romfile' type='string' value='/x'/></qemu:frontend></qemu:device></qemu:override><qemu:capabilities><qemu:add capability='b'/><qemu:del capability='c'/></qemu:capabilities></domain>",
    ),
    (c) => [c.rawArguments, c.rawSettings],
    [
      ['-set', 'device.ua-a.romfile=/x'],
      ['the capability b (add)', 'the capability c (del)'],
    ],
  ],
];

const deep = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);
const manyAttributes = Array.from({ length: XML_LIMITS.attributes + 1 }, (_, i) => ` a${i}=""`).join('');
type Refused = [name: string, xml: string, kind: ErrorKind, message: RegExp];
const refused: Refused[] = [
  ['nothing', '', 'bug', /cannot be read/],
  ['a text', 'error: no domain', 'bug', /cannot be read/],
  ['other XML', '<network/>', 'bug', /"network" instead of "domain"/],
  ['a domain of another namespace', "<domain xmlns='urn:x' type='kvm'/>", 'bug', /instead of/],
  ['two domains', domain() + domain(), 'bug', /documents? .*root|cannot be read/],
  ['bad nesting', domain('</os>', '</cpu>'), 'bug', /line \d/],
  ['an attribute twice', domain("type='kvm'", "type='kvm' type='qemu'"), 'bug', /cannot be read/],
  ['an unknown entity', domain('quiet', '&quiet;'), 'bug', /undefined entity/],
  ['an unbound prefix', domain('<metadata>', '<metadata><y:z/>'), 'bug', /unbound namespace/],
  ['a document type', `<!DOCTYPE domain [<!ENTITY a "b">]>${domain('quiet', '&a;')}`, 'bug', /document type/],
  ['an external entity', `<!DOCTYPE domain SYSTEM "file:///etc/passwd">${domain()}`, 'bug', /document type/],
  [
    'entities of entities',
    `<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${domain()}`,
    'bug',
    /document type/,
  ],
  ['a control character', domain('quiet', '\u0001'), 'bug', /cannot be read/],
  ['a NUL by number', domain('quiet', '&#0;'), 'bug', /cannot be read/],
  [
    'nesting that is too deep',
    domain('<metadata>', `<metadata>${deep(XML_LIMITS.depth)}`),
    'bug',
    /deeper than 64/,
  ],
  [
    'too many elements',
    domain('<metadata>', `<metadata>${'<a/>'.repeat(XML_LIMITS.elements)}`),
    'bug',
    /20000 elements/,
  ],
  [
    'too many attributes of an element',
    domain('<metadata>', `<metadata${manyAttributes}>`),
    'bug',
    /more than 64 attributes/,
  ],
  ...Object.entries({
    references: '&amp;',
    'line breaks': '\r',
    comments: '<!---->',
    'ends of CDATA': '<![CDATA[]] ]]>',
  }).map(([what, text]): Refused => [
    `too many ${what}`,
    domain('<metadata>', `<metadata>${text.repeat(XML_LIMITS.marks)}`),
    'bug',
    /more than 100000 tags, quotes, references and line breaks/,
  ]),
  [
    'too many characters',
    domain('<metadata>', `<metadata>${' '.repeat(XML_LIMITS.characters)}`),
    'bug',
    /8 MiB/,
  ],
  ['no name', domain('<name>guest</name>', ''), 'config', /no name/],
  ['no type', domain(" type='kvm'", ''), 'config', /no type/],
  [
    'two names',
    domain('<name>guest</name>', '<name>a</name><name>b</name>'),
    'config',
    /two elements "name" in "domain"/,
  ],
  ['two loaders', domain('<kernel>', '<loader>/x</loader><kernel>'), 'config', /two elements "loader"/],
  ['two kernels', domain('<kernel>', '<kernel>/x</kernel><kernel>'), 'config', /two elements "kernel"/],
  ['two parts of os', domain('<os>', '<os/><os>'), 'config', /two elements "os"/],
  [
    'two launch securities',
    domain('<launchSecurity', "<launchSecurity type='sev-snp'/><launchSecurity"),
    'config',
    /two elements "launchSecurity"/,
  ],
  ['two policies', domain('<policy>', '<policy>1</policy><policy>'), 'config', /two elements "policy"/],
  ['a command line of elements', domain('quiet', '<quiet/>'), 'config', /"cmdline" holds elements/],
  ['a UUID that is none', domain(UUID.toUpperCase(), 'face'), 'config', /not a UUID/],
  ['no vCPU at all', domain('>4<', '>0<'), 'config', /2 of 0 vCPUs/],
  ['more vCPUs than there are', domain("current='2'", "current='5'"), 'config', /5 of 4 vCPUs/],
  ['a word for vCPUs', domain('>4<', '>four<'), 'config', /"vcpu" is "four"/],
  ['vCPUs in hexadecimal', domain('>4<', '>0x4<'), 'config', /"vcpu" is "0x4"/],
  ['a Yes', domain("stateless='yes'", "stateless='Yes'"), 'config', /"stateless" is "Yes"/],
  [
    'true for hashes',
    domain("kernelHashes='yes'", "kernelHashes='true'"),
    'config',
    /"kernelHashes" is "true"/,
  ],
  [
    'launch security of no type',
    domain("<launchSecurity type='sev'", '<launchSecurity'),
    'config',
    /no type/,
  ],
  ['no policy', domain('<policy>0x0007</policy>', ''), 'config', /type sev has no policy/],
  ['an empty policy', domain('0x0007', ''), 'config', /no policy/],
  ['a policy of only 0x', domain('0x0007', '0x'), 'config', /not a hexadecimal/],
  ['a policy with a sign', domain('0x0007', '-1'), 'config', /not a hexadecimal/],
  ['a policy with a tail', domain('0x0007', '7h'), 'config', /not a hexadecimal/],
  ['two numbers as a policy', domain('0x0007', '7 7'), 'config', /not a hexadecimal/],
  ['a policy of 33 bits', domain('0x0007', '0x100000000'), 'config', /more than 32 bits/],
  [
    'a policy of 65 bits for SNP',
    domain(security, SNP.replace('0x00000000000b0000', '1' + '0'.repeat(16))),
    'config',
    /more than 64 bits/,
  ],
  ...(
    [
      ['guestVisibleWorkarounds', 16],
      ['idBlock', 96],
      ['idAuth', 4096],
      ['hostData', 32],
    ] as const
  ).flatMap(([name, size]): Refused[] => {
    const whole = new RegExp(`<${name}>[^<]*`);
    const wanted = `and must be base64 of ${size} bytes`;
    const bad: [what: string, text: string, found: string][] = [
      ['too short', base64(size - 1), `base64 of ${size - 1} bytes, ${wanted}`],
      ['too long', base64(size + 1), `base64 of ${size + 1} bytes, ${wanted}`],
      ['that was cut off', base64(size).slice(0, -1), `.*, ${wanted}`],
      ['in hexadecimal', '5a'.repeat(size), `.*${size === 4096 ? '' : `, ${wanted}`}`],
      ['as base64url', Buffer.alloc(size, 0xff).toString('base64url'), `base64url of .*, ${wanted}`],
      ['with spaces in it', base64(size).replace(/^../, '$& '), `.*white space, ${wanted}`],
      ['with bits left over', base64(size).replace(/.(=*)$/, '/$1'), size % 3 === 0 ? '' : `.*, ${wanted}`],
      ['of a megabyte', 'A'.repeat(1 << 20), `1048576 characters for ${size} bytes`],
    ];
    return bad
      .filter(([, , found]) => found !== '')
      .map(([what, text, found]) => [
        `a ${name} ${what}`,
        snp(whole, `<${name}>${text}`),
        'config',
        new RegExp(`"${name}" (is|has) ${found}`),
      ]);
  }),
  ['two ID blocks', snp('<idBlock>', '<idBlock/><idBlock>'), 'config', /two elements "idBlock"/],
  ['host data of elements', snp(/<hostData>[^<]*/, '<hostData><a/>'), 'config', /"hostData" holds elements/],
  ...(['authorKey', 'vcek', 'kernelHashes'] as const).map((name): Refused => [
    `a ${name} that is neither yes nor no`,
    snp(new RegExp(`${name}='[a-z]+'`), `${name}='on'`),
    'config',
    new RegExp(`"${name}" is "on", neither yes nor no`),
  ]),
  ['no policy for SNP', snp(/<policy>.*<\/policy>/, ''), 'config', /type sev-snp has no policy/],
  ['a policy of a megabyte', domain('0x0007', 'f'.repeat(1 << 20)), 'config', /more than 32 bits/],
  [
    'a message with control characters',
    domain('0x0007', '\u202e\u009b31mx'),
    'config',
    /"\\u202e\\u009b31mx"/,
  ],
];

describe('Domain XML', () => {
  for (const [name, xml, of, value] of read) {
    it(`has ${name}`, () => assert.deepEqual(of(parseDomainXml(xml)), value));
  }
  for (const [name, xml, kind, message] of refused) {
    it(`is refused with ${name}`, () => {
      assert.throws(
        () => parseDomainXml(xml),
        (error) => {
          assert.ok(error instanceof CheckError, String(error));
          assert.match(error.message, message);
          assert.equal(error.kind, kind);
          assert.equal(error.code, kind === 'bug' ? 'unreadable-xml' : 'bad-domain');
          assert.ok(error.message.length < 600, `${error.message.length} characters`);
          return true;
        },
      );
    });
  }
  it('cut off anywhere, or changed anywhere, is read or refused in words', () => {
    const seed = 7;
    const random = seeded(seed);
    const whole = domain();
    const inputs = Array.from({ length: whole.length }, (_, i) => whole.slice(0, i));
    const pieces = [
      '<',
      '>',
      '/',
      "'",
      '&',
      '&#x0;',
      ']]>',
      '<!--',
      '<![CDATA[',
      '<?x',
      '\u0000',
      '\ud800',
      '0x',
      'xmlns=""',
      '<os>',
    ];
    for (let i = 0; i < 5000; i++) {
      const at = random(whole.length);
      inputs.push(whole.slice(0, at) + pieces[random(pieces.length)]! + whole.slice(at + random(8)));
    }
    let good = 0;
    for (const [i, xml] of inputs.entries()) {
      try {
        structuredClone(parseDomainXml(xml));
        good++;
      } catch (error) {
        assert.ok(error instanceof CheckError, `seed ${seed}, input ${i}: ${String(error)}\n${xml}`);
      }
    }
    assert.ok(good > 10 && good < inputs.length / 2, `${good} of ${inputs.length} were read`);
  });
});

describe('A UUID', () => {
  const cases: [string, boolean][] = [
    [UUID, true],
    [UUID.toUpperCase(), true],
    [UUID.replaceAll('-', ''), false],
    ['face', false],
    [`${UUID} `, false],
    [`{${UUID}}`, false],
    [`${UUID}\n`, false],
  ];
  for (const [text, expected] of cases) {
    it(`is ${expected ? '' : 'not '}${JSON.stringify(text)}`, () => assert.equal(isUuid(text), expected));
  }
});
