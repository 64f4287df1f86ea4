// What is written must be files of their own: an output that is an input, or another output, by whatever name, link
// or hard link, is refused before anything is read or written.

import * as ioErrors from './ioErrors';
import type { Io } from './io';

/** A file that is read or written. */
export interface NamedPath {
  /** What names it, such as an option. */
  readonly name: string;
  readonly path: string;
}

/** @throws CheckError (usage) for an output that would replace an input or another output */
export async function refuseOverwriting(
  io: Io,
  outputs: readonly NamedPath[],
  inputs: readonly NamedPath[],
): Promise<void> {
  const written = new Map<string, NamedPath>();
  for (const output of outputs) {
    const place = await io.placeOf(output.path);
    if (place === undefined) continue;
    const other = written.get(place);
    if (other) throw ioErrors.sameOutput(other, output);
    written.set(place, output);
  }
  if (written.size === 0) return;
  for (const input of inputs) {
    const place = await io.placeOf(input.path);
    const output = place === undefined ? undefined : written.get(place);
    if (output) throw ioErrors.outputIsInput(output, input);
  }
}
