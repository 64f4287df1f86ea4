// libvirt's library as three classes over the C functions: failures throw LibvirtFault with this thread's
// error, and what libvirt allocates is freed. Synchronous throughout, so only the worker process uses it.

import type { DomainState, LaunchSecurityInfo } from '../core/domain/facts';
import { loadFunctions, type Functions } from './binding';
import {
  authFor,
  decodeFault,
  decodeParameters,
  silentErrorFunc,
  takePointers,
  type Pointer,
} from './bindingData';
import { LibvirtFault, NO_DOMAIN } from './faults';
import {
  launchSecurityFrom,
  secretParameters,
  type ParameterValue,
  type SealedSecret,
} from './launchSecurity';
import type { Ask } from './prompts';
import { describeState } from './states';

/** VIR_CONNECT_NO_ALIASES: the URI is not looked up in the aliases of libvirt.conf. */
const NO_ALIASES = 2;
/** The result of virDomainGetID for a domain that is not running. */
const NO_ID = 0xffffffff;
const UUID_BUFFER = 37;

/** The library of this process. */
export class Library {
  private constructor(readonly c: Functions) {}

  /** @throws LibraryMissing, LibvirtFault */
  static load(): Library {
    const library = new Library(loadFunctions());
    if (library.c.initialize() < 0) library.fail();
    library.c.setErrorFunc(null, silentErrorFunc());
    return library;
  }

  /** A version such as `9.0.0`. */
  get version(): string {
    const out: [number | null] = [null];
    this.check(this.c.version(out, null, null));
    return versionText(out[0] ?? 0);
  }

  /**
   * Connects for reading and writing: libvirt does not report measurements over a read-only connection.
   * @throws LibvirtFault
   */
  open(uri: string, options: { aliases: boolean; ask: Ask }): Host {
    const { auth, release } = authFor(options.ask);
    try {
      return new Host(this, this.need(this.c.open(uri, auth, options.aliases ? 0 : NO_ALIASES)));
    } finally {
      release();
    }
  }

  /** @throws LibvirtFault always, with this thread's last error */
  fail(): never {
    const error = this.c.lastError();
    const fault =
      error === null ? { code: 1, domain: 0, level: 2, message: 'no reason given' } : decodeFault(error);
    this.c.resetLastError();
    throw new LibvirtFault(fault);
  }

  /** Returns a result unless it signals failure. */
  check(result: number): number {
    return result < 0 ? this.fail() : result;
  }

  need<T>(result: T | null): T {
    return result ?? this.fail();
  }

  /** A list of typed parameters for one call, freed afterwards. */
  withParameters<T>(
    values: ReadonlyMap<string, ParameterValue>,
    use: (list: Pointer, count: number) => T,
  ): T {
    const list: [Pointer | null] = [null];
    const count: [number] = [0];
    const room: [number] = [0];
    try {
      for (const [name, value] of values) {
        if (typeof value === 'string') this.check(this.c.addString(list, count, room, name, value));
        else if (typeof value === 'number') this.check(this.c.addUint(list, count, room, name, value));
        else this.check(this.c.addUint64(list, count, room, name, value));
      }
      return use(this.need(list[0]), count[0]);
    } finally {
      this.c.freeParameters(list[0], count[0]);
    }
  }
}

/** 1000000 * major + 1000 * minor + release as text. */
function versionText(version: number): string {
  return [Math.floor(version / 1_000_000), Math.floor(version / 1000) % 1000, version % 1000].join('.');
}

/** A connected host. */
export class Host {
  constructor(
    private readonly library: Library,
    private readonly connection: Pointer,
  ) {}

  get hostname(): string {
    return this.library.need(this.library.c.hostname(this.connection));
  }

  get driver(): string {
    return this.library.need(this.library.c.driver(this.connection));
  }

  get serverVersion(): string {
    const out: [number | null] = [null];
    this.library.check(this.library.c.serverVersion(this.connection, out));
    return versionText(out[0] ?? 0);
  }

  get capabilities(): string {
    return this.library.need(this.library.c.capabilities(this.connection));
  }

  /** Domain capabilities of the default emulator, for guests of the architecture that has SEV. */
  get domainCapabilities(): string {
    const { library, connection } = this;
    return library.need(library.c.domainCapabilities(connection, null, 'x86_64', null, null, 0));
  }

  /** All domains; the caller frees each. */
  list(): Domain[] {
    const out: [Pointer | null] = [null];
    const count = this.library.check(this.library.c.list(this.connection, out, 0));
    return out[0] === null
      ? []
      : takePointers(out[0], count).map((pointer) => new Domain(this.library, pointer));
  }

  byUuid(uuid: string): Domain | undefined {
    return this.found(this.library.c.byUuid(this.connection, uuid));
  }

  byName(name: string): Domain | undefined {
    return this.found(this.library.c.byName(this.connection, name));
  }

  byId(id: number): Domain | undefined {
    return this.found(this.library.c.byId(this.connection, id));
  }

  close(): void {
    this.library.check(this.library.c.close(this.connection));
  }

  /** The domain, or undefined when the host has no such domain. */
  private found(pointer: Pointer | null): Domain | undefined {
    if (pointer !== null) return new Domain(this.library, pointer);
    try {
      return this.library.fail();
    } catch (error) {
      if (error instanceof LibvirtFault && error.fault.code === NO_DOMAIN) return undefined;
      throw error;
    }
  }
}

/** A domain on a host. */
export class Domain {
  constructor(
    private readonly library: Library,
    private readonly pointer: Pointer,
  ) {}

  get name(): string {
    return this.library.need(this.library.c.name(this.pointer));
  }

  /** In lower case. */
  get uuid(): string {
    const buffer = new Uint8Array(UUID_BUFFER);
    this.library.check(this.library.c.uuid(this.pointer, buffer));
    return Buffer.from(buffer.subarray(0, UUID_BUFFER - 1)).toString('latin1');
  }

  get id(): number | undefined {
    const id = this.library.c.id(this.pointer);
    return id === NO_ID ? undefined : id;
  }

  get xml(): string {
    return this.library.need(this.library.c.xml(this.pointer, 0));
  }

  get state(): DomainState {
    const state: [number | null] = [null];
    const reason: [number | null] = [null];
    this.library.check(this.library.c.state(this.pointer, state, reason, 0));
    return describeState(state[0] ?? 0, reason[0] ?? 0);
  }

  /** What the host reports about the launch. Empty, without an error, for a domain without SEV. */
  get launchSecurity(): LaunchSecurityInfo {
    const list: [Pointer | null] = [null];
    const count: [number | null] = [null];
    this.library.check(this.library.c.launchSecurity(this.pointer, list, count, 0));
    try {
      return launchSecurityFrom(decodeParameters(list[0], count[0] ?? 0));
    } finally {
      this.library.c.freeParameters(list[0], count[0] ?? 0);
    }
  }

  /** Gives a sealed secret to the guest, which must be paused. */
  setLaunchSecurity(secret: SealedSecret): void {
    this.library.withParameters(secretParameters(secret), (list, count) =>
      this.library.check(this.library.c.setLaunchSecurity(this.pointer, list, count, 0)),
    );
  }

  resume(): void {
    this.library.check(this.library.c.resume(this.pointer));
  }

  free(): void {
    this.library.c.free(this.pointer);
  }
}
