// The contract between the client and its worker process: one table of calls with the shapes of requests and
// answers, from which both sides derive names, types and validation. A message is `{id, call, request}`, its answer
// `{id, ok}` or `{id, error}`; `{id, busy: true}` in between reports progress.

import * as v from 'valibot';
import type { DomainConfig, DomainSummary, HostFacts, LaunchSecurityInfo } from '../core/domain/facts';
import { EXIT_STATUS, type ErrorData, type ErrorKind, type ErrorPlace } from '../core/errors';
import { STATE_NAMES } from './states';

const text = v.string();
const flag = v.boolean();
const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const maybe = v.undefinedable;
/** A string for C, where a NUL would truncate it to a different name. */
const cText = v.pipe(
  text,
  v.check((given) => !given.includes('\0'), 'it holds a NUL'),
);

const ErrorPlaceSchema = v.strictObject({
  input: v.exactOptional(text),
  member: v.exactOptional(v.pipe(v.array(text), v.readonly())),
  offset: v.exactOptional(whole),
}) satisfies v.GenericSchema<unknown, ErrorPlace>;
const ErrorDataSchema = v.strictObject({
  kind: v.picklist(Object.keys(EXIT_STATUS) as ErrorKind[]),
  code: text,
  found: text,
  advice: v.exactOptional(text),
  at: v.exactOptional(ErrorPlaceSchema),
}) satisfies v.GenericSchema<unknown, ErrorData>;

const DomainStateSchema = v.strictObject({ name: v.picklist(STATE_NAMES), reason: text });
const DomainSummarySchema = v.strictObject({
  id: maybe(whole),
  name: text,
  uuid: text,
  state: DomainStateSchema,
  launchSecurity: maybe(text),
  sevEs: maybe(flag),
  vcpus: maybe(whole),
  problem: maybe(ErrorDataSchema),
}) satisfies v.GenericSchema<unknown, DomainSummary>;
/** The content of a domain's definition; texts can be as long as the definition, which xml.ts limits. */
const DomainConfigSchema = v.strictObject({
  name: text,
  uuid: maybe(text),
  type: text,
  vcpus: v.strictObject({ max: whole, current: whole }),
  cpu: maybe(v.strictObject({ mode: maybe(text), model: maybe(text) })),
  arch: maybe(text),
  machine: maybe(text),
  firmware: maybe(text),
  loader: maybe(
    v.strictObject({
      path: maybe(text),
      type: maybe(text),
      stateless: maybe(flag),
      readonly: maybe(flag),
      secure: maybe(flag),
      format: maybe(text),
    }),
  ),
  nvram: maybe(
    v.strictObject({
      path: maybe(text),
      template: maybe(text),
      templateFormat: maybe(text),
      format: maybe(text),
    }),
  ),
  varstore: flag,
  kernel: maybe(text),
  initrd: maybe(text),
  cmdline: maybe(text),
  launchSecurity: maybe(
    v.strictObject({
      type: text,
      kernelHashes: maybe(flag),
      policy: maybe(v.bigint()),
      cbitpos: maybe(whole),
      reducedPhysBits: maybe(whole),
      dhCert: maybe(text),
      session: maybe(text),
      idBlock: maybe(text),
      idAuth: maybe(text),
      hostData: maybe(text),
      guestVisibleWorkarounds: maybe(text),
      authorKey: maybe(flag),
      vcek: maybe(flag),
      unknown: v.pipe(v.array(text), v.readonly()),
    }),
  ),
  rawArguments: v.pipe(v.array(text), v.readonly()),
  rawSettings: v.pipe(v.array(text), v.readonly()),
}) satisfies v.GenericSchema<unknown, DomainConfig>;
const LaunchSecuritySchema = v.strictObject({
  measurement: maybe(text),
  apiMajor: maybe(whole),
  apiMinor: maybe(whole),
  buildId: maybe(whole),
  policy: maybe(whole),
  snpPolicy: maybe(v.bigint()),
}) satisfies v.GenericSchema<unknown, LaunchSecurityInfo>;
const HostFactsSchema = v.strictObject({
  hostname: text,
  uuid: maybe(text),
  driver: text,
  libraryVersion: text,
  serverVersion: maybe(text),
  cpu: v.strictObject({
    arch: maybe(text),
    vendor: maybe(text),
    model: maybe(text),
    signature: maybe(v.strictObject({ family: whole, model: whole, stepping: whole })),
  }),
  sev: maybe(
    v.strictObject({
      sev: flag,
      cbitpos: maybe(whole),
      reducedPhysBits: maybe(whole),
      maxGuests: maybe(whole),
      maxEsGuests: maybe(whole),
      types: v.pipe(v.array(text), v.readonly()),
      hostModel: maybe(text),
    }),
  ),
}) satisfies v.GenericSchema<unknown, HostFacts>;

const nothing = v.strictObject({});
const ofDomain = v.strictObject({ uuid: cText });
const done = v.null();

/** Each call: a phrase for it after "libvirt did not", the shape of its request, and that of its answer. */
export const CALLS = {
  open: { does: 'connect', request: v.strictObject({ uri: cText, aliases: v.boolean() }), answer: done },
  host: { does: 'describe its host', request: nothing, answer: HostFactsSchema },
  domains: { does: 'list its domains', request: nothing, answer: v.array(DomainSummarySchema) },
  domain: {
    does: 'describe the domain',
    request: v.strictObject({ given: cText }),
    answer: v.strictObject({ summary: DomainSummarySchema, config: DomainConfigSchema }),
  },
  launchSecurity: { does: 'tell the launch measurement', request: ofDomain, answer: LaunchSecuritySchema },
  setLaunchSecurity: {
    does: 'take the secret',
    request: v.strictObject({ uuid: cText, header: cText, payload: cText, address: maybe(v.bigint()) }),
    answer: done,
  },
  resume: { does: 'resume the domain', request: ofDomain, answer: done },
  close: { does: 'close the connection', request: nothing, answer: done },
} as const satisfies Record<string, { does: string; request: v.GenericSchema; answer: v.GenericSchema }>;

/** The name of a call. */
export type CallName = keyof typeof CALLS;
/** The request of a call. */
export type Request<N extends CallName> = v.InferOutput<(typeof CALLS)[N]['request']>;
/** The answer of a call. */
export type Answer<N extends CallName> = v.InferOutput<(typeof CALLS)[N]['answer']>;

const id = whole;

/** A call on its way to the worker; its request is validated by the shape of that call. */
export const MessageSchema = v.strictObject({
  id,
  call: v.picklist(Object.keys(CALLS) as CallName[]),
  request: v.unknown(),
});
/** A call on its way to the worker. */
export type Message = v.InferOutput<typeof MessageSchema>;

/** The worker's reply. */
export const ReplySchema = v.union([
  v.strictObject({ id, ok: v.unknown() }),
  v.strictObject({ id, busy: v.literal(true) }),
  v.strictObject({
    id,
    error: v.strictObject({
      ...ErrorDataSchema.entries,
      /** libvirt's own error, if it is one. */
      fault: v.optional(
        v.strictObject({ code: v.number(), domain: v.number(), level: v.number(), message: text }),
      ),
    }),
  }),
]);
/** The worker's reply. */
export type Reply = v.InferOutput<typeof ReplySchema>;
