// What comes from a host: XML of domains and capabilities, connection URIs, what the process that talks to libvirt is
// sent and sends, its questions, and the rules that judge all of it.

import assert from 'node:assert/strict';
import * as v from 'valibot';
import { errorFrom } from '../../../src/core/errors';
import { terminalText } from '../../../src/core/binary/plainText';
import { reportMarkdown } from '../../../src/core/check/exportReport';
import { junitXml } from '../../../src/core/check/exportJunit';
import { describeSummary, plainName, whySummaryUncheckable } from '../../../src/core/domain/describeSummary';
import { whyUncheckable } from '../../../src/core/domain/launchTypes';
import { refusedReport, statusOf } from '../../../src/core/domain/report';
import { judgeDomain } from '../../../src/core/domain/rules';
import { askLaunch, recordedText } from '../../../src/app/launchRecord';
import { CALLS, MessageSchema, ReplySchema, type CallName } from '../../../src/libvirt/api';
import { parseCapabilities, parseDomainCapabilities } from '../../../src/libvirt/capabilitiesXml';
import { questionText } from '../../../src/libvirt/credentials';
import { isUuid, parseDomainXml } from '../../../src/libvirt/domainXml';
import { faultError } from '../../../src/libvirt/faults';
import { launchSecurityFrom, type ParameterValue } from '../../../src/libvirt/launchSecurity';
import { identifyingIds, whyConnectedHere, whyLocal } from '../../../src/libvirt/locality';
import { encodeAnswers, parseQuestions } from '../../../src/libvirt/prompts';
import type { Connection } from '../../../src/libvirt/contract';
import { describeState } from '../../../src/libvirt/states';
import { parseConnectionUri } from '../../../src/libvirt/uri';
import { isCount } from '../../../src/protocol/shared';
import { memoryIo } from '../../helpers/memoryIo';
import { WAYS, questionWith } from '../../unit/core/domain/cleanQuestion';
import { fromJson, toJson } from '../mutateJson';
import { assertWellFormed } from '../xml';
import {
  assertPlain,
  assertSentence,
  awaitOrCode,
  readOrCode,
  textOf,
  textSeeds,
  type Target,
} from '../target';

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
const SNP = DOMAIN.replace(
  /<launchSecurity[^]*<\/launchSecurity>/,
  `<launchSecurity type='sev-snp' kernelHashes='no' authorKey='yes' vcek='no'><policy>0x00000000000b0000</policy><idBlock>SUQ=</idBlock><hostData>SE9TVA==</hostData></launchSecurity>`,
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
  most: 4096,
  seeds: textSeeds(DOMAIN, SNP, '<domain type="qemu"><name>x</name></domain>'),
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

const CALL_NAMES = Object.keys(CALLS) as CallName[];
const { config, host, info } = questionWith();
const summary = {
  id: 3,
  name: 'guest',
  uuid: config.uuid,
  state: { name: 'running', reason: 'booted' },
  launchSecurity: 'sev',
  sevEs: true,
  vcpus: 2,
};
const error = {
  kind: 'state',
  code: 'x',
  found: 'It is so.',
  advice: 'Do.',
  at: { input: 'firmware', member: ['keys', 'tik'], offset: 5 },
};
const ANSWERS: Record<CallName, unknown> = {
  ...{ open: null, host, domains: [summary, { ...summary, problem: error }], domain: { summary, config } },
  ...{ launchSecurity: info, setLaunchSecurity: null, resume: null, close: null },
};

const replies: Target = {
  name: 'worker-replies',
  form: 'json',
  most: 8192,
  seeds: () => [
    ...CALL_NAMES.map((name) => toJson({ id: 1, ok: ANSWERS[name] })),
    toJson({ id: 1, busy: true }),
    toJson({ id: 1, error: { ...error, fault: { code: 38, domain: 7, level: 2, message: 'x' } } }),
  ],
  words: [
    'ok',
    'error',
    'busy',
    'fault',
    'kind',
    'bug',
    'usage',
    'state',
    'running',
    'measurement',
    'constructor',
  ],
  run(input) {
    const raw = fromJson(input);
    const reply = v.safeParse(ReplySchema, raw);
    if (!reply.success) return { feature: 'garbage' };
    const { output } = reply;
    if ('busy' in output) return { feature: 'busy' };
    if ('error' in output) {
      const { fault, ...data } = output.error;
      const failure = errorFrom(data);
      if (!fault) return { feature: failure.kind };
      const meant = faultError(fault, fault.level > 1);
      assertPlain(meant.message);
      return { feature: `${failure.kind} ${meant.code}`, result: meant.message };
    }
    const taken = CALL_NAMES.filter((name) => v.safeParse(CALLS[name].answer, output.ok).success);
    const domains = v.safeParse(CALLS.domains.answer, output.ok);
    for (const one of domains.success ? domains.output : []) {
      assertSentence(describeSummary(one));
      assertPlain(plainName(one));
      const why = whySummaryUncheckable(one);
      if (why) assertSentence(why.found);
    }
    const facts = v.safeParse(CALLS.host.answer, output.ok);
    if (facts.success) judgeDomain({ ...questionWith(), host: facts.output }, WAYS);
    const domain = v.safeParse(CALLS.domain.answer, output.ok);
    if (domain.success)
      judgeDomain(
        { ...questionWith(), config: domain.output.config, state: domain.output.summary.state },
        WAYS,
      );
    const security = v.safeParse(CALLS.launchSecurity.answer, output.ok);
    if (security.success) judgeDomain({ ...questionWith(), info: security.output }, WAYS);
    return { feature: taken.join() };
  },
};

const requests: Target = {
  name: 'worker-requests',
  form: 'json',
  most: 4096,
  seeds: () =>
    [
      ...[
        ['open', { uri: 'qemu:///system', aliases: true }],
        ['host', {}],
        ['domain', { given: 'guest' }],
      ],
      ...[
        ['launchSecurity', { uuid: config.uuid }],
        ['setLaunchSecurity', { uuid: config.uuid, header: 'AA==', payload: 'AA==', address: 4096n }],
      ],
    ].map(([call, request]) => toJson({ id: 1, call, request, timeoutMs: 4000 })),
  words: [...CALL_NAMES, 'uuid', 'uri', 'given', 'header', 'constructor', '__proto__'],
  run(input) {
    const message = v.safeParse(MessageSchema, fromJson(input));
    if (!message.success) return { feature: 'refused' };
    const { call, request, timeoutMs, id } = message.output;
    assert.ok(Object.hasOwn(CALLS, call) && timeoutMs >= 0 && id >= 0);
    const taken = v.safeParse(CALLS[call].request, request);
    if (taken.success) {
      // What goes to C ends at no NUL before its end.
      for (const value of Object.values(taken.output))
        assert.ok(typeof value !== 'string' || !value.includes('\0'));
    }
    return { feature: `${call} ${taken.success}` };
  },
};

const questions: Target = {
  name: 'login-questions',
  form: 'text',
  most: 2000,
  seeds: textSeeds(
    JSON.stringify([{ kind: 'passphrase', prompt: "root's password" }]),
    JSON.stringify([
      { kind: 'text', prompt: 'Name', challenge: 'libvirt', fallback: 'root' },
      { kind: 'hidden text', prompt: 'PIN' },
    ]),
  ),
  words: ['kind', 'prompt', 'challenge', 'realm', 'passphrase', '"', '[', ']', '{', '}', '\\u202e'],
  run(input) {
    const asked = parseQuestions(textOf(input));
    const texts = asked?.map(questionText) ?? [];
    const answers = encodeAnswers(texts.map((text) => Buffer.from(text)));
    let at = 0;
    for (const text of texts) at += 4 + Buffer.byteLength(text);
    if (asked) assert.ok(answers.length === at || answers.length === 4, 'each after its length');
    return {
      feature: `${asked?.length ?? 'refused'} ${asked?.map(({ kind }) => kind).join() ?? ''}`,
      result: [...answers],
    };
  },
};

const parameters: Target = {
  name: 'launch-parameters',
  form: 'json',
  most: 2000,
  seeds: () => [
    toJson({
      parameters: {
        'sev-measurement': 'A'.repeat(64),
        'sev-api-major': 1,
        'sev-api-minor': 51,
        'sev-build-id': 3,
        'sev-policy': 5,
      },
      state: 1,
      reason: 2,
    }),
    toJson({ parameters: { 'sev-snp-policy': 196608n, 'sev-api-major': 1 }, state: 5, reason: 0 }),
  ],
  words: ['sev-measurement', 'sev-policy', 'sev-snp-policy', 'constructor'],
  async run(input) {
    const value = fromJson(input) as Record<string, unknown> | null;
    const given = Object.entries((value?.['parameters'] ?? {}) as Record<string, ParameterValue>);
    const { state, reason } = value ?? {};
    const { name } = describeState(isCount(state) ? state : 0, isCount(reason) ? reason : 0);
    assertSentence(name);
    const found = launchSecurityFrom(new Map(given));
    const checked = v.safeParse(CALLS.launchSecurity.answer, found);
    if (!checked.success) return { feature: 'refused', result: found };
    const rules = judgeDomain({ ...questionWith(), info: checked.output }, WAYS);
    const connection = {
      domain: () => Promise.resolve({ summary, config }),
      launchSecurityInfo: () => Promise.resolve(checked.output),
    } as unknown as Connection;
    const recorded = await awaitOrCode(() => askLaunch(connection, 'guest'));
    if (recorded.code === undefined) {
      const written = recordedText(memoryIo(), recorded.value, '/guest/a.sevlaunch.json', 'qemu:///system');
      JSON.parse(written);
    }
    return {
      feature: rules
        .filter(({ outcome }) => outcome === 'failed')
        .map(({ id }) => id)
        .join(),
      result: found,
    };
  },
};

export const HOST_TARGETS: readonly Target[] = [
  domainXml,
  capabilitiesXml,
  uris,
  replies,
  requests,
  questions,
  parameters,
];
