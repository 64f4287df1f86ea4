// What the pages of firmware images show: one image, or two side by side.

import type { VolumeComparison } from '../core/ovmf/compare/compareVolumes';
import type { VolumeContents } from '../core/ovmf/contents';
import type { NamedPage } from './shared';

/** A firmware image. */
export interface OvmfViewState extends NamedPage {
  readonly kind: 'ovmf';
  /** What its compressed sections hold, which is known some time after an image is shown. */
  readonly contents?: VolumeContents;
  /** Why that is not known, a sentence. */
  readonly unread?: string;
  /** The image on the other side of a diff editor, or the one that the file was before it was written again. */
  readonly other?: NamedPage & { readonly side: 'original' | 'modified' | 'before' };
  /** What differs in the volumes of both, compressed sections included, once that is known. */
  readonly volumes?: VolumeComparison;
}

/** Two firmware images side by side. */
export interface ImagesViewState extends NamedPage {
  readonly kind: 'images';
  readonly other: NamedPage;
  /** What differs in the volumes of both, compressed sections included, once that is known. */
  readonly volumes?: VolumeComparison;
  /** Why that is not known, a sentence. */
  readonly unread?: string;
}
