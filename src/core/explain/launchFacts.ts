// What the search knows about a launch, as plain data for other threads: the owner's inputs with their files
// read, and the value to explain. Never keys.

import type { FileDigest } from '../check/loadedSteps';
import type { InputValues, STATED_IDS, TechnologyId } from '../launch/inputs';
import type { LaunchImage } from '../launch/loads';
import type { Platform } from '../tech/sev/evidence';
import type { CpuId } from '../vmsa/launch/signature';

/** A firmware image that may have been launched. */
export interface FirmwareFacts {
  /** The path for a launch file; undefined for an image that is not a file of its own. */
  readonly path: string | undefined;
  /** A short name for sentences. */
  readonly name: string;
  readonly origin: 'given' | 'code part' | 'with variables' | 'beside';
  /** The image in pieces, in the order in which they are measured. */
  readonly parts: readonly Uint8Array[];
  readonly sha256: Uint8Array;
  readonly resetAddress: number | undefined;
  /** What decides what is loaded besides its bytes. */
  readonly image: LaunchImage;
  /** Why no VMM starts a guest with this file, as sentences that name it; undefined for one that may be started. */
  readonly doubt?: string | undefined;
}

/** A kernel or an initrd as it is given. */
export interface BootFileFacts extends FileDigest {
  /** For a launch file. */
  readonly path: string;
}

/** An SVSM image that may have been launched. */
export interface SvsmFacts {
  readonly path: string;
  /** A short name for sentences. */
  readonly name: string;
  readonly origin: 'given' | 'beside';
  readonly bytes: Uint8Array;
  /** Where it starts, from its first byte on. */
  readonly entry: number;
  /** What decides what is loaded besides its bytes: its own metadata. */
  readonly image: LaunchImage;
}

/** A measurement and where it comes from. */
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

/** Where the keys are, for texts and edits. */
export type KeyFacts =
  { readonly tk: string } | { readonly tik: string; readonly tek: string | undefined } | undefined;

/** The inputs that a search takes as they are; those that are files are read for it. */
export type StatedId = (typeof STATED_IDS)[number];

/** A launch digest from which those with more vCPUs follow. */
export interface KnownDigest {
  readonly digest: Uint8Array;
  /** How many vCPUs are in it. */
  readonly vcpus: number;
}

/** Everything that a search works from. */
export interface LaunchFacts extends Pick<InputValues, StatedId> {
  readonly title: string;
  readonly technology: TechnologyId;
  readonly wanted: Wanted;
  /** What the other inputs say that the given digest is of, where its size says that it is none. */
  readonly meant?: TechnologyId | undefined;
  /** Measurements of other launches, which may have been confused with the given one. */
  readonly others: readonly NamedMeasurement[];
  /** For a launch digest only the policy matters. */
  readonly platform: Platform;
  /** The given image first. */
  readonly firmwares: readonly [FirmwareFacts, ...FirmwareFacts[]];
  /** Digests of the given files alone, which people take for launch digests, and what each is of, in words. */
  readonly ofFiles: readonly {
    readonly words: string;
    readonly digest: Uint8Array;
    /** Of a whole launch of another technology. */
    readonly isLaunch?: true;
  }[];
  /** The given SVSM image first, if there is one. */
  readonly svsms: readonly SvsmFacts[];
  /** Whether the room for variables above it is given as a file. */
  readonly isVarsFile: boolean;
  /** The sizes of the variable stores that are at hand, in bytes. */
  readonly stores: readonly number[];
  readonly kernel: BootFileFacts | undefined;
  readonly initrd: BootFileFacts | undefined;
  readonly hostCpu: CpuId | undefined;
  /** SEV features in place of the profile's. */
  readonly features: bigint | undefined;
  /** Pages from files. */
  readonly vmsa: { readonly bsp: Uint8Array; readonly ap: Uint8Array | undefined } | undefined;
  readonly keys: KeyFacts;
  /** Of the same launch, in place of all that is loaded before the rest of its vCPUs; of SEV-SNP only. */
  readonly known: KnownDigest | undefined;
  readonly maxVcpus: number;
  /** Whether to try images in the firmware's folder. */
  readonly searchFolder: boolean;
}
