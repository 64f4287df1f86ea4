// The details of what is selected in an image: a region, a field, or bytes.

import type { ComponentChildren } from 'preact';
import { bytesToHex, hex } from '../../src/core/binary/hex';
import type { NamedPage } from '../../src/protocol/shared';
import { bytesHere, CopyForms, MOST_COPIED } from '../parts/copyForms';
import { Details } from '../parts/details';
import type { ByteRange, TreeNode } from '../parts/rows';
import type { OvmfItem } from './ovmfTree';

/** Where bytes of the file are mapped in the guest, if they are. */
function MappedAt({ base, offset, size }: { base: number | undefined; offset: number; size: number }) {
  if (base === undefined) return null;
  return (
    <dl class="facts">
      <dt>Mapped at</dt>
      <dd>
        <code>{hex(base + offset, 8)}</code> to <code>{hex(base + offset + size - 1, 8)}</code>
      </dd>
    </dl>
  );
}

/** Details of a region or a field. */
export function ItemDetails(props: {
  item: OvmfItem;
  base: number | undefined;
  page: NamedPage;
  children?: ComponentChildren;
}) {
  const { item, base, page, children } = props;
  const { region, field } = item;
  const { name, offset, size, doc } = field ?? region;
  const here = bytesHere(page, { offset, size });
  const value = size <= MOST_COPIED ? (field?.raw ?? (here && bytesToHex(here))) : undefined;
  return (
    <Details name={name} offset={offset} size={size} doc={doc} {...(value !== undefined && { value })}>
      {field && (
        <div class="full-value">
          <code>{field.raw}</code>
          {field.meaning !== '' && <span class="full-value-meaning">{field.meaning}</span>}
        </div>
      )}
      <CopyForms bytes={here} />
      {field && (
        <dl class="facts">
          <dt>In</dt>
          <dd>{region.name}</dd>
        </dl>
      )}
      <MappedAt base={base} offset={offset} size={size} />
      {children}
    </Details>
  );
}

/** Details of bytes that do not belong to a row: selected by a finding, or by hand. */
export function SelectionDetails(props: {
  range: ByteRange;
  node: TreeNode | undefined;
  base: number | undefined;
  page: NamedPage;
  children?: ComponentChildren;
}) {
  const { range, node, base, page, children } = props;
  const { offset, size } = range;
  const doc = node ? `In ${node.cells[0]!.text}.` : 'In nothing that is known.';
  return (
    <Details name="Selected bytes" offset={offset} size={size} doc={doc}>
      <CopyForms bytes={bytesHere(page, range)} />
      <MappedAt base={base} offset={offset} size={size} />
      {children}
    </Details>
  );
}
