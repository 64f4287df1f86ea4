// The page for a file of another kind that was opened or compared as an OVMF image, as VMSA editors have one for
// files without a page.

import { describeKind, type FileKind } from '../../core/ovmf/kinds/fileKind';
import type { Notice } from '../../protocol/shared';

/** What the file is, and what to do. */
export const kindNotice = <A extends string>(
  name: string,
  kind: FileKind,
  actions: readonly A[],
): Notice<A> => ({
  kind: 'notice',
  title: `${name} is not a firmware image`,
  text: describeKind({ ...kind, role: 'unknown' }, 'It'),
  actions,
});
