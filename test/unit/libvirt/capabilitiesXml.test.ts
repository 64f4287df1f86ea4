// Capabilities of a host: what newer and older servers tell, and what is odd.

import assert from 'node:assert/strict';
import { parseCapabilities, parseDomainCapabilities } from '../../../src/libvirt/capabilitiesXml';

const host = (cpu: string) =>
  `<capabilities>\n<host>${cpu}</host><guest><os_type>hvm</os_type></guest></capabilities>`;
const cpu = (inside: string) =>
  host(`<cpu><arch>x86_64</arch><model>EPYC-Milan</model><vendor>AMD</vendor>${inside}</cpu>`);
const signature = (family: string, model: string, stepping: string) =>
  cpu(`<signature family='${family}' model='${model}' stepping='${stepping}'/>`);

const hosts: [name: string, xml: string, cpu: object, uuid?: string][] = [
  [
    'an id',
    host('<uuid>3D1219C7-c4c5-404a-aa1f-6d2a48adfda4</uuid>'),
    { arch: undefined, vendor: undefined, model: undefined, signature: undefined },
    '3D1219C7-c4c5-404a-aa1f-6d2a48adfda4',
  ],
  [
    'an empty id',
    host('<uuid> </uuid>'),
    { arch: undefined, vendor: undefined, model: undefined, signature: undefined },
  ],
  [
    'a signature',
    signature('25', '1', '1'),
    { arch: 'x86_64', vendor: 'AMD', model: 'EPYC-Milan', signature: { family: 25, model: 1, stepping: 1 } },
  ],
  ['no signature', cpu(''), { arch: 'x86_64', vendor: 'AMD', model: 'EPYC-Milan', signature: undefined }],
  [
    'a family of 0',
    signature('0', '1', '1'),
    { arch: 'x86_64', vendor: 'AMD', model: 'EPYC-Milan', signature: undefined },
  ],
  [
    'a stepping that CPUID has not',
    signature('25', '1', '16'),
    { arch: 'x86_64', vendor: 'AMD', model: 'EPYC-Milan', signature: undefined },
  ],
  [
    'a hexadecimal family',
    signature('0x19', '1', '1'),
    { arch: 'x86_64', vendor: 'AMD', model: 'EPYC-Milan', signature: undefined },
  ],
  [
    'only the architecture',
    host('<cpu>\n<arch>i686</arch></cpu>'),
    { arch: 'i686', vendor: undefined, model: undefined, signature: undefined },
  ],
  ['no CPU', host(''), { arch: undefined, vendor: undefined, model: undefined, signature: undefined }],
];

const domains = (inside: string) =>
  `<domainCapabilities><path>/usr/bin/qemu</path>${inside}</domainCapabilities>`;
const NONE = {
  sev: false,
  cbitpos: undefined,
  reducedPhysBits: undefined,
  maxGuests: undefined,
  maxEsGuests: undefined,
  types: [],
  hostModel: undefined,
};
const capabilities: [name: string, xml: string, expected: object][] = [
  ['nothing about SEV', domains(''), NONE],
  ['no SEV', domains("<features><sev supported='no'/></features>"), NONE],
  [
    'SEV of an old server',
    domains(
      "<features><sev supported='yes'><cbitpos>47</cbitpos><reducedPhysBits>1</reducedPhysBits></sev></features>",
    ),
    { ...NONE, sev: true, cbitpos: 47, reducedPhysBits: 1 },
  ],
  [
    'SEV and SNP of a new server, with the model that host-model stands for',
    domains(`<cpu><mode name='host-passthrough' supported='yes'/><mode name='host-model' supported='yes'><model
      fallback='forbid'>EPYC-Genoa</model></mode><mode name='custom'><model>x</model></mode></cpu>
      <features><sev supported='yes'><cbitpos>51</cbitpos><reducedPhysBits>1</reducedPhysBits><maxGuests>410</maxGuests>
      <maxESGuests>99</maxESGuests></sev><launchSecurity supported='yes'><enum name='other'><value>x</value></enum>
      <enum name='sectype'><value>sev</value><value>sev-snp</value></enum></launchSecurity></features>`),
    {
      sev: true,
      cbitpos: 51,
      reducedPhysBits: 1,
      maxGuests: 410,
      maxEsGuests: 99,
      types: ['sev', 'sev-snp'],
      hostModel: 'EPYC-Genoa',
    },
  ],
  [
    'launch security that is not supported',
    domains(
      "<features><launchSecurity supported='no'><enum name='sectype'><value>sev</value></enum></launchSecurity></features>",
    ),
    NONE,
  ],
];

describe('The capabilities of a host', () => {
  for (const [name, xml, expected, uuid] of hosts) {
    it(`have ${name}`, () => assert.deepEqual(parseCapabilities(xml), { uuid, cpu: expected }));
  }
  for (const xml of [
    host('<uuid>1</uuid><uuid>2</uuid>'),
    '',
    '<domain/>',
    host('<cpu/><cpu/>'),
    cpu("<signature family='1'/><signature/>"),
  ]) {
    it(`are refused as ${JSON.stringify(xml.slice(0, 60))}`, () => {
      assert.throws(() => parseCapabilities(xml), { kind: 'bug', code: 'unreadable-xml' });
    });
  }
});

describe('The domain capabilities of a host', () => {
  for (const [name, xml, expected] of capabilities) {
    it(`have ${name}`, () => assert.deepEqual(parseDomainCapabilities(xml), expected));
  }
  for (const xml of ['', '<capabilities/>', domains('<features/><features/>')]) {
    it(`are refused as ${JSON.stringify(xml)}`, () => {
      assert.throws(() => parseDomainCapabilities(xml), { kind: 'bug', code: 'unreadable-xml' });
    });
  }
});
