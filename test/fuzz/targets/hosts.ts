// What a host says of itself and its domains as XML, connection URIs, and the rules that judge them.

import assert from 'node:assert/strict';
import * as v from 'valibot';
import { terminalText } from '../../../src/core/binary/plainText';
import { reportMarkdown } from '../../../src/core/check/exportReport';
import { junitXml } from '../../../src/core/check/exportJunit';
import { whyUncheckable } from '../../../src/core/domain/launchTypes';
import { isSnp } from '../../../src/core/domain/question';
import { expectedReport, refusedReport, statusOf } from '../../../src/core/domain/report';
import { judgeDomain } from '../../../src/core/domain/rules';
import { nobleHashes } from '../../../src/core/launch/nobleHashes';
import { CALLS } from '../../../src/libvirt/api';
import { parseCapabilities, parseDomainCapabilities } from '../../../src/libvirt/capabilitiesXml';
import { isUuid, parseDomainXml } from '../../../src/libvirt/domainXml';
import { identifyingIds, whyConnectedHere, whyLocal } from '../../../src/libvirt/locality';
import { parseConnectionUri } from '../../../src/libvirt/uri';
import { idAuthWith, idBlockWith, WAYS, questionWith } from '../../unit/core/domain/cleanQuestion';
import { assertWellFormed } from '../xml';
import { assertPlain, assertSentence, readOrCode, textOf, textSeeds, type Target } from '../target';

const DOMAIN = `<domain type='kvm' id='3' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>guest</name>
  <uuid>4bd4bd5e-4a4b-4b4f-8c8d-0123456789ab</uuid>
  <vcpu placement='static' current='2'>4</vcpu>
  <os firmware='efi'>
    <type arch='x86_64' machine='pc-q35-9.1'>hvm</type>
    <loader readonly='yes' type='pflash' stateless='yes'>/usr/share/OVMF.fd</loader>
    <nvram template='/usr/share/VARS.fd'>/var/lib/VARS.fd</nvram>
    <kernel>/boot/vmlinuz</kernel><initrd>/boot/initrd.img</initrd>
    <cmdline>root=/dev/vda1  quiet </cmdline>
  </os>
  <cpu mode='custom' match='exact'><model fallback='forbid'>EPYC-Milan</model></cpu>
  <launchSecurity type='sev' kernelHashes='yes'>
    <cbitpos>51</cbitpos><reducedPhysBits>1</reducedPhysBits><policy>0x0007</policy>
    <dhCert>QUJD</dhCert><session>REVG</session>
  </launchSecurity>
  <qemu:commandline><qemu:arg value='-s'/></qemu:commandline>
</domain>`;
const snpWith = (inside: string) =>
  DOMAIN.replace(
    /<launchSecurity[^]*<\/launchSecurity>/,
    `<launchSecurity type='sev-snp' kernelHashes='yes' authorKey='yes' vcek='no'><policy>0x30000</policy>${inside}</launchSecurity>`,
  )
    .replace(/<nvram.*<\/nvram>/, '')
    .replace('pflash', 'rom');
const SNP = snpWith(`<hostData>${Buffer.alloc(32, 1).toString('base64')}</hostData>`);
const SNP_ID = snpWith(
  `<idBlock>${idBlockWith({ policy: 0x30000n })}</idBlock><idAuth>${idAuthWith({ author_key_algorithm: 1 })}</idAuth>`,
);
const XML_WORDS = [
  ...[
    '<launchSecurity type=',
    'sev',
    'sev-snp',
    'tdx',
    '<policy>',
    '</policy>',
    '<vcpu',
    "current='",
    '<loader',
    '<![CDATA[',
    ']]>',
  ],
  ...[
    '<!DOCTYPE x [<!ENTITY a "b">]>',
    '&a;',
    '&amp;',
    '&#x41;',
    '&#0;',
    '<!--',
    '-->',
    '<?xml version="1.0"?>',
    '<?x',
    '?>',
    '</',
    '/>',
  ],
  ...["xmlns='", 'yes', 'no', '<domain', '<signature', "family='", '<sev supported=', '<enum'],
];

const domainXml: Target = {
  name: 'domain-xml',
  form: 'text',
  // An ID authentication alone has 5464 characters.
  most: 8192,
  seeds: textSeeds(DOMAIN, SNP, SNP_ID, '<domain type="qemu"><name>x</name></domain>'),
  words: XML_WORDS,
  run(input) {
    const text = textOf(input);
    const read = readOrCode(() => parseDomainXml(text));
    if (read.code !== undefined) return { feature: read.code };
    const config = read.value;
    // It passes the check of what the process sends.
    assert.ok(
      v.safeParse(v.pick(CALLS.domain.answer, ['config']), { config }).success,
      'the shape of a configuration',
    );
    const question = { ...questionWith(), config };
    const rules = judgeDomain(question, WAYS);
    for (const { reason, advice } of rules)
      [reason, advice].filter((part) => part !== '').forEach(assertSentence);
    const type = whyUncheckable(config.launchSecurity?.type);
    const failed = rules.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id);
    if (failed.length > 0) {
      const report = refusedReport(question, rules);
      assert.ok(statusOf(report) > 1, 'a domain that fails a rule never passes');
      assertPlain(terminalText(reportMarkdown(report)));
      assertWellFormed(junitXml([{ file: config.name, outcome: { report }, milliseconds: 1 }], new Date(0)));
    }
    if (isSnp(question)) {
      const expectation = { title: config.name, mode: 'SEV-SNP', verdict: 'cannot be trusted' } as const;
      const empty = { expected: '00'.repeat(48), summary: 'So.', facts: [], steps: [], warnings: [] };
      const report = expectedReport(
        question,
        rules,
        { ...expectation, ...empty },
        { hashes: nobleHashes, fromHost: [] },
      );
      assert.ok(statusOf(report) > 1, 'a domain without a report never passes');
      assertPlain(terminalText(reportMarkdown(report)));
    }
    isUuid(config.uuid ?? text);
    return { feature: `${failed.join()} ${type?.found ?? ''}`, result: [config, rules] };
  },
};

const CAPABILITIES = `<capabilities><host><uuid>3D1219C7-c4c5-404a-aa1f-6d2a48adfda4</uuid><cpu><arch>x86_64</arch><model>EPYC-Milan</model><vendor>AMD</vendor><signature family='25' model='1' stepping='1'/></cpu></host><guest><os_type>hvm</os_type></guest></capabilities>`;
const DOMAIN_CAPABILITIES = `<domainCapabilities><path>/usr/bin/qemu</path><cpu><mode name='host-model' supported='yes'><model fallback='forbid'>EPYC-Milan</model></mode></cpu><features><sev supported='yes'><cbitpos>51</cbitpos><reducedPhysBits>1</reducedPhysBits><maxGuests>59</maxGuests><maxESGuests>450</maxESGuests></sev><launchSecurity supported='yes'><enum name='sectype'><value>sev</value><value>sev-snp</value></enum></launchSecurity></features></domainCapabilities>`;

const capabilitiesXml: Target = {
  name: 'capabilities-xml',
  form: 'text',
  most: 4096,
  seeds: textSeeds(CAPABILITIES, DOMAIN_CAPABILITIES),
  words: XML_WORDS,
  run(input) {
    const text = textOf(input);
    const host = readOrCode(() => parseCapabilities(text));
    const sev = readOrCode(() => parseDomainCapabilities(text));
    const facts = {
      ...questionWith().host,
      ...(host.code === undefined && host.value),
      sev: sev.code === undefined ? sev.value : undefined,
    };
    assert.ok(v.safeParse(CALLS.host.answer, facts).success, 'the shape of the facts of a host');
    judgeDomain({ ...questionWith(), host: facts }, WAYS);
    return { feature: `${host.code ?? ''} ${sev.code ?? ''}`, result: facts };
  },
};

const uris: Target = {
  name: 'connection-uris',
  form: 'text',
  most: 300,
  seeds: textSeeds(
    'qemu:///system',
    'qemu+ssh://root@host.example.com:22/system?no_verify=1',
    'qemu+tls://[2001:db8::1]:16514/system',
    'qemu+tcp://127.0.0.1/session',
    'test:///default',
    'qemu+libssh://user%40x@host/system?known_hosts=/x',
    'qemu+ext://host/system?command=/bin/sh',
    'qemu+unix:///system?socket=/run/x',
  ),
  words: [
    '+ssh',
    '+ext',
    '?',
    '&',
    '=',
    'command',
    'socket',
    'netcat',
    '%00',
    '%2f',
    '[::1]',
    '@',
    '..',
    '#',
    'localhost',
    '::ffff:127.0.0.1',
    '\\',
    '-oProxyCommand=x',
  ],
  run(input) {
    const text = textOf(input);
    const local = whyConnectedHere(text);
    if (local !== undefined) assertSentence(local);
    const ids = identifyingIds([text]);
    whyLocal({ hostname: text, uuid: text }, { name: 'node1', ids }, text);
    const features = [false, true].map((allowTcp) => {
      const read = parseConnectionUri(text, { allowTcp });
      if (!read.ok) {
        assertSentence(read.reason);
        assert.ok(!MOVES.test(read.reason), read.reason);
        return read.reason.replaceAll(/"[^"]*"|\d+/g, '#').slice(0, 50);
      }
      assertPlain(read.display);
      assert.match(read.canonical, /^(qemu(\+(ssh|libssh|tls|tcp))?|test):\/\/[^\s'"\\;`$<>|]*$/);
      const again = parseConnectionUri(read.canonical, { allowTcp });
      assert.ok(again.ok && again.canonical === read.canonical, `${read.canonical} is read as itself`);
      if (read.host?.startsWith('-') || read.user?.startsWith('-')) assert.fail('an option of ssh');
      return read.transport;
    });
    return { feature: features.join(), result: [local, ids, features] };
  },
};

/** What moves a cursor or turns words around. */
const MOVES = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** The targets of hosts. */
export const HOST_TARGETS: readonly Target[] = [domainXml, capabilitiesXml, uris];
