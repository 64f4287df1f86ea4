// libvirt's structures in memory, for koffi: LP64 of Linux, FreeBSD and macOS on x86-64 and arm64, where libvirt
// 9.0.0 and 12.8.0 agree. A pointer is an untyped number: only what libvirt has just returned is ever decoded.

import * as koffi from 'koffi';
import type { Fault } from './faults';
import type { ParameterValue } from './launchSecurity';
import { CREDENTIALS, type Credential } from './credentials';
import type { Ask } from './prompts';

/** An address in this process. */
export type Pointer = bigint;

// virterror.h: only the fields up to `level` are read; the rest is deprecated.
const virError = koffi.struct('virError', {
  code: 'int',
  domain: 'int',
  message: 'const char *',
  level: 'int',
});

/** virTypedParameter: 96 bytes each; only the union member that `type` selects may be read. */
const PARAMETER = { size: 96, field: 0, fieldLength: 80, type: 80, value: 88 } as const;
/** The types of a virTypedParameter, by number. */
const VALUE_TYPES: readonly (string | undefined)[] = [
  ...[undefined, 'int32', 'uint32', 'int64', 'uint64', 'double', 'char', 'const char *'],
];

// virConnectAuth and virConnectCredential of libvirt-host.h.
const authCallback = koffi.pointer(koffi.proto('int virConnectAuthCallback(void *, uint, void *)'));
koffi.struct('virConnectAuth', {
  credtype: 'int *',
  ncredtype: 'uint',
  cb: authCallback,
  cbdata: 'void *',
});
const virConnectCredential = koffi.struct('virConnectCredential', {
  type: 'int',
  prompt: 'const char *',
  challenge: 'const char *',
  defresult: 'const char *',
  result: 'void *',
  resultlen: 'uint',
});

const errorCallback = koffi.pointer(koffi.proto('void virErrorFunc(void *, void *)'));
/** A string that libvirt allocates; freed once copied. */
koffi.disposable('OwnedText', 'str');

const system = koffi.load(null);
const calloc = system.func('void *calloc(size_t, size_t)') as (count: number, size: number) => Pointer | null;
const memcpy = system.func('void *memcpy(void *, const void *, size_t)') as (
  to: Pointer,
  from: Uint8Array,
  length: number,
) => void;

/** Reads a virError. */
export function decodeFault(error: Pointer): Fault {
  const fault = koffi.decode(error, virError) as Omit<Fault, 'message'> & { message: string | null };
  return { code: fault.code, domain: fault.domain, level: fault.level, message: fault.message ?? '' };
}

/** Reads an array of this many pointers, and frees the array. */
export function takePointers(array: Pointer, count: number): Pointer[] {
  const pointers = koffi.decode(array, 'void *', count) as Pointer[];
  koffi.free(array);
  return pointers;
}

/** Decodes virTypedParameters by name. Types of later versions are ignored. */
export function decodeParameters(parameters: Pointer | null, count: number): Map<string, ParameterValue> {
  const found = new Map<string, ParameterValue>();
  for (let at = 0; parameters !== null && at < count * PARAMETER.size; at += PARAMETER.size) {
    const name = koffi.decode(parameters, at + PARAMETER.field, 'char', PARAMETER.fieldLength) as string;
    const type = VALUE_TYPES[koffi.decode(parameters, at + PARAMETER.type, 'int') as number];
    if (type === undefined) continue;
    const value = koffi.decode(parameters, at + PARAMETER.value, type) as ParameterValue | null;
    if (value !== null) found.set(name, type.endsWith('64') ? BigInt(value) : value);
  }
  return found;
}

function credentialAt(array: Pointer, at: number): Credential {
  const raw = koffi.decode(array, at, virConnectCredential) as Record<string, string | number | null>;
  const text = (name: string) => (raw[name] as string | null) ?? undefined;
  return {
    kind: CREDENTIALS[raw['type'] as keyof typeof CREDENTIALS],
    prompt: text('prompt') ?? '',
    challenge: text('challenge'),
    fallback: text('defresult'),
  };
}

/** Stores an answer where libvirt reads it and later frees it. */
function answerAt(array: Pointer, at: number, answer: Uint8Array): void {
  const copy = calloc(answer.length + 1, 1);
  if (copy === null) throw new Error('no memory');
  memcpy(copy, answer, answer.length);
  koffi.encode(array, at + koffi.offsetof(virConnectCredential, 'result'), 'void *', copy);
  koffi.encode(array, at + koffi.offsetof(virConnectCredential, 'resultlen'), 'uint', answer.length);
}

/**
 * The virConnectAuth for one virConnectOpenAuth, which calls `ask` synchronously on this thread.
 * @returns it, and a function to call afterwards
 */
export function authFor(ask: Ask): { auth: object; release: () => void } {
  const size = koffi.sizeof(virConnectCredential);
  const answerAll = (array: Pointer, count: number): number => {
    const places = Array.from({ length: count }, (_, i) => i * size);
    const answers = ask(places.map((at) => credentialAt(array, at)));
    if (answers?.length !== count) return -1;
    for (const [i, answer] of answers.entries()) {
      answerAt(array, places[i]!, answer);
      answer.fill(0);
    }
    return 0;
  };
  const cb = koffi.register((array: Pointer, count: number) => {
    try {
      return answerAll(array, count);
    } catch {
      // koffi would turn an exception into 0, which means that everything was answered.
      return -1;
    }
  }, authCallback);
  const credtype = Object.keys(CREDENTIALS).map(Number);
  return {
    auth: { credtype, ncredtype: credtype.length, cb, cbdata: null },
    release: () => koffi.unregister(cb),
  };
}

/** A virErrorFunc that prints nothing, for the lifetime of the process; libvirt's default one writes to stderr. */
export function silentErrorFunc(): Pointer {
  return koffi.register(() => undefined, errorCallback);
}
