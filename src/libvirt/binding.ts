// The functions of libvirt that are used, declared for koffi: libvirt.so.0, headers of 9.0.0 and 12.8.0, which agree. Calls
// are synchronous and may block for good, so only the worker process loads this.

import * as koffi from 'koffi';
import type { Pointer } from './bindingData';
import { FunctionMissing, LibraryMissing } from './faults';

/** Where the library is, by platform; macOS has no common folder for what Homebrew installs. */
const LIBRARIES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['libvirt.so.0'],
  freebsd: ['libvirt.so.0', '/usr/local/lib/libvirt.so.0'],
  darwin: ['libvirt.0.dylib', '/opt/homebrew/lib/libvirt.0.dylib', '/usr/local/lib/libvirt.0.dylib'],
};

const system = koffi.load(null);

/**
 * Lets the system end this process after so many seconds, 0 for never: whoever would end a call that hangs may be gone.
 * Node takes no part in it, so it works while a call blocks.
 */
export const endAfter = system.func('uint alarm(uint)') as (seconds: number) => number;

/** @throws LibraryMissing */
function loadLibrary() {
  for (const name of LIBRARIES[process.platform] ?? []) {
    try {
      return koffi.load(name);
    } catch {
      // Not there; the next place.
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

/** The C functions. A function is looked up when it is first called: an old library lacks some. */
function declare(library: ReturnType<typeof loadLibrary>) {
  const c = <F extends (...args: never[]) => unknown>(prototype: string): F => {
    let found: ((...args: unknown[]) => unknown) | undefined;
    return ((...args: unknown[]) => {
      try {
        found ??= library.func(prototype) as (...args: unknown[]) => unknown;
      } catch {
        throw new FunctionMissing(/vir\w+/.exec(prototype.slice(prototype.indexOf(' ')))?.[0]);
      }
      return found(...args);
    }) as unknown as F;
  };
  return {
    initialize: c<() => number>('int virInitialize(void)'),
    version: c<(out: Out<number>, type: null, none: null) => number>(
      'int virGetVersion(_Out_ ulong *, const char *, ulong *)',
    ),
    setErrorFunc: c<(data: null, handler: Pointer) => void>('void virSetErrorFunc(void *, virErrorFunc *)'),
    lastError: c<() => Pointer | null>('void *virGetLastError(void)'),
    resetLastError: c<() => void>('void virResetLastError(void)'),
    open: c<(uri: string, auth: object, flags: number) => Pointer | null>(
      'void *virConnectOpenAuth(const char *, virConnectAuth *, uint)',
    ),
    close: c<(connection: Pointer) => number>('int virConnectClose(void *)'),
    hostname: c<(connection: Pointer) => string | null>('OwnedText virConnectGetHostname(void *)'),
    driver: c<(connection: Pointer) => string | null>('const char *virConnectGetType(void *)'),
    serverVersion: c<(connection: Pointer, out: Out<number>) => number>(
      'int virConnectGetLibVersion(void *, _Out_ ulong *)',
    ),
    capabilities: c<(connection: Pointer) => string | null>('OwnedText virConnectGetCapabilities(void *)'),
    domainCapabilities: c<
      (
        connection: Pointer,
        emulator: null,
        arch: string | null,
        machine: string | null,
        type: string | null,
        flags: 0,
      ) => string | null
    >(
      'OwnedText virConnectGetDomainCapabilities(void *, const char *, const char *, const char *, const char *, uint)',
    ),
    list: c<(connection: Pointer, out: Out<Pointer>, flags: 0) => number>(
      'int virConnectListAllDomains(void *, _Out_ void **, uint)',
    ),
    byName: c<(connection: Pointer, name: string) => Pointer | null>(
      'void *virDomainLookupByName(void *, const char *)',
    ),
    byUuid: c<(connection: Pointer, uuid: string) => Pointer | null>(
      'void *virDomainLookupByUUIDString(void *, const char *)',
    ),
    byId: c<(connection: Pointer, id: number) => Pointer | null>('void *virDomainLookupByID(void *, int)'),
    free: c<(domain: Pointer) => number>('int virDomainFree(void *)'),
    name: c<(domain: Pointer) => string | null>('const char *virDomainGetName(void *)'),
    uuid: c<(domain: Pointer, out: Uint8Array) => number>(
      'int virDomainGetUUIDString(void *, _Out_ uint8_t *)',
    ),
    id: c<(domain: Pointer) => number>('uint virDomainGetID(void *)'),
    xml: c<(domain: Pointer, flags: 0) => string | null>('OwnedText virDomainGetXMLDesc(void *, uint)'),
    state: c<(domain: Pointer, state: Out<number>, reason: Out<number>, flags: 0) => number>(
      'int virDomainGetState(void *, _Out_ int *, _Out_ int *, uint)',
    ),
    launchSecurity: c<(domain: Pointer, out: Out<Pointer>, count: Out<number>, flags: 0) => number>(
      'int virDomainGetLaunchSecurityInfo(void *, _Out_ void **, _Out_ int *, uint)',
    ),
    setLaunchSecurity: c<(domain: Pointer, parameters: Pointer, count: number, flags: 0) => number>(
      'int virDomainSetLaunchSecurityState(void *, void *, int, uint)',
    ),
    resume: c<(domain: Pointer) => number>('int virDomainResume(void *)'),
    addString: c<AddParameter<string>>(
      'int virTypedParamsAddString(_Inout_ void **, _Inout_ int *, _Inout_ int *, const char *, const char *)',
    ),
    addUint: c<AddParameter<number>>(
      'int virTypedParamsAddUInt(_Inout_ void **, _Inout_ int *, _Inout_ int *, const char *, uint)',
    ),
    addUint64: c<AddParameter<bigint>>(
      'int virTypedParamsAddULLong(_Inout_ void **, _Inout_ int *, _Inout_ int *, const char *, uint64_t)',
    ),
    freeParameters: c<(parameters: Pointer | null, count: number) => void>(
      'void virTypedParamsFree(void *, int)',
    ),
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
