// What the search knows of a launch, as plain data that crosses to other threads: the owner's inputs with their files read, and
// what is to be explained. Keys are no part of it.

import type { FileDigest } from '../check/check';
import type { Platform } from '../tech/sev/evidence';
import type { ProfileId } from '../vmsa/launch/profiles';
import type { CpuId } from '../vmsa/launch/signature';

/** A firmware image that may have been launched. */
export interface FirmwareFacts {
  /** What a launch file would name; nothing for an image that is in no file as it is. */
  readonly path: string | undefined;
  /** A few words for sentences. */
  readonly name: string;
  readonly origin: 'given' | 'code part' | 'with variables' | 'beside';
  /** The image, in the order in which its parts are measured. */
  readonly parts: readonly Uint8Array[];
  readonly sha256: Uint8Array;
  readonly resetAddress: number | undefined;
}

/** A measurement and where it is from. */
export interface NamedMeasurement {
  readonly label: string;
  /** 32 bytes. */
  readonly hmac: Uint8Array;
  /** 16 bytes. */
  readonly mnonce: Uint8Array;
}

/** What the search looks for: a launch digest, or a measurement. */
export type Wanted =
  | { readonly kind: 'digest'; readonly digest: Uint8Array }
  | { readonly kind: 'measurement'; readonly hmac: Uint8Array; readonly mnonce: Uint8Array };

/** Where the keys are, for words and edits. */
export type KeyFacts =
  { readonly tk: string } | { readonly tik: string; readonly tek: string | undefined } | undefined;

/** All that a search is made from. */
export interface LaunchFacts {
  readonly title: string;
  readonly wanted: Wanted;
  /** Measurements of other launches, which may have been mixed up with the one that was given. */
  readonly others: readonly NamedMeasurement[];
  /** Of a digest only the policy counts. */
  readonly platform: Platform;
  /** The given image first. */
  readonly firmwares: readonly [FirmwareFacts, ...FirmwareFacts[]];
  readonly kernel: FileDigest | undefined;
  readonly initrd: FileDigest | undefined;
  readonly cmdline: string | undefined;
  readonly vcpus: number | undefined;
  readonly cpu: CpuId | undefined;
  readonly hostCpu: CpuId | undefined;
  readonly profile: ProfileId | undefined;
  /** Pages from files. */
  readonly vmsa: { readonly bsp: Uint8Array; readonly ap: Uint8Array | undefined } | undefined;
  readonly keys: KeyFacts;
  readonly maxVcpus: number;
  /** Whether images beside the firmware were asked for. */
  readonly beside: boolean;
}
