// What a technology is: which loads make up a launch, and a fold over them. The digest of a launch is that of its last state, a trace has all
// of them, and launches that begin alike go on from the same state.

import type { Hashes } from '../launch/hasher';
import type { TechnologyId } from '../launch/inputs';
import type { Traits } from './traits';
import type { LaunchContents, LaunchImage, Load } from '../launch/loads';

/** A way to protect a guest. States are immutable: whoever keeps one may go on from it again and again. */
export interface Technology<State = unknown> {
  readonly id: TechnologyId;
  readonly traits: Traits;
  /**
   * What is loaded, in the order of measurement: first the firmware, last the vCPUs, as far as they are given.
   * @throws CheckError when no VMM launches such an image, or not with a kernel
   */
  loads(launch: LaunchContents, image: LaunchImage): Iterable<Load>;
  /** The load of one vCPU, for those who have measured all before it. @param page 4096 bytes */
  vmsaLoad(vcpu: number, page: Uint8Array): Load;
  /** The state before the first load. */
  start(hashes: Hashes): State;
  /** The state after one more load. @throws RangeError for a load without what is measured of it */
  fold(state: State, load: Load): State;
  /** The launch digest in a state: 32 bytes, with SNP 48. */
  digest(state: State): Uint8Array;
}

/** The state after these loads. */
export function foldAll<State>(
  technology: Pick<Technology<State>, 'fold'>,
  state: State,
  loads: Iterable<Load>,
): State {
  let last = state;
  for (const load of loads) last = technology.fold(last, load);
  return last;
}

/** The digest of a launch of these loads alone. */
export function digestOf<State>(
  technology: Pick<Technology<State>, 'start' | 'fold' | 'digest'>,
  hashes: Hashes,
  loads: Iterable<Load>,
): Uint8Array {
  return technology.digest(foldAll(technology, technology.start(hashes), loads));
}
