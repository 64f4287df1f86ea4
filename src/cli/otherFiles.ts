// Files that are shown or compared as firmware images and are of another kind.

import * as appErrors from '../app/errors';
import type { OvmfImage } from '../core/ovmf/image';

/** Refuses a file of which there is nothing to show but what it is. @throws CheckError (usage) */
export function refuseOther(file: string, { fileKind }: OvmfImage): void {
  if (fileKind?.role === 'container' || fileKind?.role === 'other')
    throw appErrors.nothingToShow(file, fileKind);
}
