// What the pages of firmware images show: one image, or a comparison of two.

import type { VolumeComparison } from '../core/ovmf/compare/compareVolumes';
import type { VolumeContents } from '../core/ovmf/contents';
import type { NamedPage } from './shared';

/** A firmware image. */
export interface OvmfViewState extends NamedPage {
  readonly kind: 'ovmf';
  /** What is known of it without them, which arrives earlier. */
  readonly first?: Pick<VolumeContents, 'findings' | 'facts'>;
  /** The contents of its compressed sections, which arrive some time after the image is shown. */
  readonly contents?: VolumeContents;
  /** Why they are unknown, a sentence. */
  readonly unread?: string;
  /** The image on the other side of a diff editor, or the previous content of a file that was rewritten. */
  readonly other?: NamedPage & { readonly side: 'original' | 'modified' | 'before' };
  /** The differences between the volumes of both, compressed sections included, once known. */
  readonly volumes?: VolumeComparison;
}

/** A comparison of two firmware images. */
export interface ImagesViewState extends NamedPage {
  readonly kind: 'images';
  readonly other: NamedPage;
  /** The differences between the volumes of both, compressed sections included, once known. */
  readonly volumes?: VolumeComparison;
  /** Why they are unknown, a sentence. */
  readonly unread?: string;
}
