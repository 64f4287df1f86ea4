// What is said of an image above its parts, as plain data: computed where the image is read, shown by the page and the command
// line.

import { describeBuild } from './describeBuild';
import type { ImageWithBytes } from './image';
import type { ImageBuild } from './imageBuild';
import { isForeign, isOvmf } from './imageBuild';
import { isPartOfX86Build } from './kinds/fileKind';
import type { BuildProvenance } from './provenance';
import { describeReleases, provenance } from './provenance';
import type { Support } from './support';
import { describeSupport } from './supports';

/** The facts about an image. */
export interface ImageFacts {
  /** What kind of file it is. */
  readonly kind: 'image' | 'damaged' | 'variables' | 'unknown';
  /** Its type in one phrase; empty when nothing is known. */
  readonly words: string;
  readonly supports: readonly Support[];
  readonly origin: BuildProvenance;
  /** The releases that it can be from, in words. */
  readonly releases: string;
}

/** The facts, as far as its tables and what was read of its volumes tell. */
export function imageFacts(parsed: ImageWithBytes, build: ImageBuild): ImageFacts {
  const { image } = parsed;
  const { fileKind } = image;
  const origin = provenance(parsed, build);
  const isImage = fileKind === undefined && (image.table !== undefined || isOvmf(build));
  const isDamaged = fileKind?.role === 'unknown' && isOvmf(build);
  const kind = isImage ? 'image' : isDamaged ? 'damaged' : 'unknown';
  return {
    kind: build.part === 'vars' ? 'variables' : kind,
    words: isPartOfX86Build(fileKind) && !isForeign(build) ? describeBuild(build, image) : '',
    supports: fileKind ? [] : describeSupport(image, build),
    origin,
    releases: describeReleases(origin),
  };
}
