// What the process that talks to libvirt is sent and sends, what it asks of people, and how it is judged.

import assert from 'node:assert/strict';
import * as v from 'valibot';
import { errorFrom } from '../../../src/core/errors';
import { describeSummary, plainName, whySummaryUncheckable } from '../../../src/core/domain/describeSummary';
import { judgeDomain } from '../../../src/core/domain/rules';
import { askLaunch, recordedText } from '../../../src/app/launchRecord';
import { CALLS, MessageSchema, ReplySchema, type CallName } from '../../../src/libvirt/api';
import { questionText } from '../../../src/libvirt/credentials';
import { faultError } from '../../../src/libvirt/faults';
import { launchSecurityFrom, type ParameterValue } from '../../../src/libvirt/launchSecurity';
import { encodeAnswers, parseQuestions } from '../../../src/libvirt/prompts';
import type { Connection } from '../../../src/libvirt/contract';
import { describeState } from '../../../src/libvirt/states';
import { isCount } from '../../../src/core/binary/values';
import { memoryIo } from '../../helpers/memoryIo';
import { WAYS, questionWith } from '../../unit/core/domain/cleanQuestion';
import { fromJson, toJson } from '../mutateJson';
import {
  assertPlain,
  assertSentence,
  awaitOrCode,
  readOrCode,
  textOf,
  textSeeds,
  type Target,
} from '../target';

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
    ].map(([call, request]) => toJson({ id: 1, call, request })),
  words: [...CALL_NAMES, 'uuid', 'uri', 'given', 'header', 'constructor', '__proto__'],
  run(input) {
    const message = v.safeParse(MessageSchema, fromJson(input));
    if (!message.success) return { feature: 'refused' };
    const { call, request, id } = message.output;
    assert.ok(Object.hasOwn(CALLS, call) && id >= 0);
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
      // Of numbers that no firmware has, no launch file can be made.
      const written = readOrCode(() =>
        recordedText(memoryIo(), recorded.value, '/guest/a.sevlaunch.json', 'qemu:///system'),
      );
      if (written.code === undefined) JSON.parse(written.value);
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

/** The targets of that process. */
export const WORKER_TARGETS: readonly Target[] = [replies, requests, questions, parameters];
