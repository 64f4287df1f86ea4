// The libvirt functions in use, declared for koffi: libvirt.so.0, headers of 9.0.0 and 12.8.0, which agree.
// Calls are synchronous and may block forever, so only the worker process loads this.

import * as koffi from 'koffi';
import type { Pointer } from './bindingData';
import { FunctionMissing, LibraryMissing } from './faults';

/** Where the library is, by platform; on macOS, Homebrew has no common folder for libraries. */
const LIBRARIES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['libvirt.so.0'],
  freebsd: ['libvirt.so.0', '/usr/local/lib/libvirt.so.0'],
  darwin: ['libvirt.0.dylib', '/opt/homebrew/lib/libvirt.0.dylib', '/usr/local/lib/libvirt.0.dylib'],
};

/** @throws LibraryMissing */
function loadLibrary() {
  for (const name of LIBRARIES[process.platform] ?? []) {
    try {
      return koffi.load(name);
    } catch {
      // Not there; try the next path.
    }
  }
  throw new LibraryMissing();
}

type Out<T> = [T | null];
type AddParameter<T> = (
  list: [Pointer | null],
  count: [number],
  room: [number],
  name: string,
  value: T,
) => number;

/** The C functions, each looked up on first use: old libraries lack some. */
function declare(library: ReturnType<typeof loadLibrary>) {
  const c = (prototype: string) => {
    let found: ((...args: unknown[]) => unknown) | undefined;
    return (...args: never[]): unknown => {
      try {
        found ??= library.func(prototype) as (...args: unknown[]) => unknown;
      } catch {
        throw new FunctionMissing(/\bvir[A-Z]\w+(?=\()/.exec(prototype)?.[0]);
      }
      return found(...args);
    };
  };
  return {
    initialize: c('int virInitialize(void)') as () => number,
    version: c('int virGetVersion(_Out_ ulong *, const char *, ulong *)') as (
      out: Out<number>,
      type: null,
      none: null,
    ) => number,
    setErrorFunc: c('void virSetErrorFunc(void *, virErrorFunc *)') as (data: null, handler: Pointer) => void,
    lastError: c('void *virGetLastError(void)') as () => Pointer | null,
    resetLastError: c('void virResetLastError(void)'),
    open: c('void *virConnectOpenAuth(const char *, virConnectAuth *, uint)') as (
      uri: string,
      auth: object,
      flags: number,
    ) => Pointer | null,
    close: c('int virConnectClose(void *)') as (connection: Pointer) => number,
    hostname: c('OwnedText virConnectGetHostname(void *)') as (connection: Pointer) => string | null,
    driver: c('const char *virConnectGetType(void *)') as (connection: Pointer) => string | null,
    serverVersion: c('int virConnectGetLibVersion(void *, _Out_ ulong *)') as (
      connection: Pointer,
      out: Out<number>,
    ) => number,
    capabilities: c('OwnedText virConnectGetCapabilities(void *)') as (connection: Pointer) => string | null,
    domainCapabilities: c(
      'OwnedText virConnectGetDomainCapabilities(void *, const char *, const char *, const char *, const char *, uint)',
    ) as (
      connection: Pointer,
      emulator: null,
      arch: string | null,
      machine: string | null,
      type: string | null,
      flags: 0,
    ) => string | null,
    list: c('int virConnectListAllDomains(void *, _Out_ void **, uint)') as (
      connection: Pointer,
      out: Out<Pointer>,
      flags: 0,
    ) => number,
    byName: c('void *virDomainLookupByName(void *, const char *)') as (
      connection: Pointer,
      name: string,
    ) => Pointer | null,
    byUuid: c('void *virDomainLookupByUUIDString(void *, const char *)') as (
      connection: Pointer,
      uuid: string,
    ) => Pointer | null,
    byId: c('void *virDomainLookupByID(void *, int)') as (connection: Pointer, id: number) => Pointer | null,
    free: c('int virDomainFree(void *)') as (domain: Pointer) => number,
    name: c('const char *virDomainGetName(void *)') as (domain: Pointer) => string | null,
    uuid: c('int virDomainGetUUIDString(void *, _Out_ uint8_t *)') as (
      domain: Pointer,
      out: Uint8Array,
    ) => number,
    id: c('uint virDomainGetID(void *)') as (domain: Pointer) => number,
    xml: c('OwnedText virDomainGetXMLDesc(void *, uint)') as (domain: Pointer, flags: 0) => string | null,
    state: c('int virDomainGetState(void *, _Out_ int *, _Out_ int *, uint)') as (
      domain: Pointer,
      state: Out<number>,
      reason: Out<number>,
      flags: 0,
    ) => number,
    launchSecurity: c('int virDomainGetLaunchSecurityInfo(void *, _Out_ void **, _Out_ int *, uint)') as (
      domain: Pointer,
      out: Out<Pointer>,
      count: Out<number>,
      flags: 0,
    ) => number,
    setLaunchSecurity: c('int virDomainSetLaunchSecurityState(void *, void *, int, uint)') as (
      domain: Pointer,
      parameters: Pointer,
      count: number,
      flags: 0,
    ) => number,
    resume: c('int virDomainResume(void *)') as (domain: Pointer) => number,
    addString: c(
      'int virTypedParamsAddString(_Inout_ void **, _Inout_ int *, _Inout_ int *, const char *, const char *)',
    ) as AddParameter<string>,
    addUint: c(
      'int virTypedParamsAddUInt(_Inout_ void **, _Inout_ int *, _Inout_ int *, const char *, uint)',
    ) as AddParameter<number>,
    addUint64: c(
      'int virTypedParamsAddULLong(_Inout_ void **, _Inout_ int *, _Inout_ int *, const char *, uint64_t)',
    ) as AddParameter<bigint>,
    freeParameters: c('void virTypedParamsFree(void *, int)') as (
      parameters: Pointer | null,
      count: number,
    ) => void,
  };
}

/** The C functions. Each may throw FunctionMissing. */
export type Functions = ReturnType<typeof declare>;

/**
 * Loads the library.
 * @throws LibraryMissing
 */
export function loadFunctions(): Functions {
  return declare(loadLibrary());
}
