// The page for a firmware image: what it can be used for, what is wrong with it, and every region with its
// fields next to the bytes of the whole file.

import { useMemo } from 'preact/hooks';
import { byteCount, bytesToHex, hex } from '../../src/core/binary/hex';
import type { ImageFacts } from '../../src/core/ovmf/facts';
import { DAMAGED } from '../../src/core/ovmf/kinds/fileKind';
import { parseOvmf, type OvmfImage } from '../../src/core/ovmf/image';
import { parseImageVolumes } from '../../src/core/ovmf/imageVolumes';
import { memoryMap } from '../../src/core/ovmf/memoryMap';
import type { OvmfViewState } from '../../src/protocol/ovmf';
import { atEnd, opposite } from '../parts/alignment';
import { bandsOf } from '../parts/bands';
import { CopyForms, MOST_COPIED } from '../parts/copyForms';
import { Details, NoDetails } from '../parts/details';
import { Findings, Header } from '../parts/header';
import { useSaved } from '../host';
import { ImageChanges, useCounterpart } from './imageChanges';
import { OriginAndDigests, Supports } from './ovmfFacts';
import { OvmfMap } from './ovmfMap';
import { ovmfTree, type OvmfItem } from './ovmfTree';
import { VolumeDetails } from './volumeDetails';
import { volumeTree } from './volumeTree';
import { countLeaves, filterTree, type ByteRange, type TreeNode } from '../parts/rows';
import { ActionButton, FilterBar, FilterBox, Icon } from '../parts/widgets';
import { useTree } from '../parts/treeState';
import { Workspace } from '../parts/workspace';

const COLUMNS = [
  { id: 'name', title: 'Name' },
  { id: 'offset', title: 'Offset' },
  { id: 'raw', title: 'Raw' },
  { id: 'meaning', title: 'Meaning' },
];

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

function ItemDetails({ item, image, bytes }: { item: OvmfItem; image: OvmfImage; bytes: Uint8Array }) {
  const { region, field } = item;
  const { name, offset, size, doc } = field ?? region;
  const value =
    size <= MOST_COPIED ? (field?.raw ?? bytesToHex(bytes.subarray(offset, offset + size))) : undefined;
  return (
    <Details name={name} offset={offset} size={size} doc={doc} {...(value !== undefined && { value })}>
      {field && (
        <div class="full-value">
          <code>{field.raw}</code>
          {field.meaning !== '' && <span class="full-value-meaning">{field.meaning}</span>}
        </div>
      )}
      <CopyForms bytes={bytes.subarray(offset, offset + size)} />
      {field && (
        <dl class="facts">
          <dt>In</dt>
          <dd>{region.name}</dd>
        </dl>
      )}
      <MappedAt base={image.base} offset={offset} size={size} />
    </Details>
  );
}

/** Details of bytes that do not belong to a row: selected by a finding, or by hand. */
function SelectionDetails(props: {
  range: ByteRange;
  node: TreeNode | undefined;
  base: number | undefined;
  bytes: Uint8Array;
}) {
  const { range, node, base, bytes } = props;
  const { offset, size } = range;
  const selected = bytes.subarray(offset, offset + size);
  const doc = node ? `In ${node.cells[0]!.text}.` : 'In nothing that is known.';
  return (
    <Details name="Selected bytes" offset={offset} size={size} doc={doc}>
      <CopyForms bytes={selected} />
      <MappedAt base={base} offset={offset} size={size} />
    </Details>
  );
}

/** Size, place and type of an image, or what else the file is. */
function summaryOf({ fileSize, base, fileKind }: OvmfImage, facts: ImageFacts | undefined): string {
  const place = base === undefined ? '' : `, mapped at ${hex(base, 8)} to ${hex(base + fileSize - 1, 8)}`;
  // The volumes can tell what the ends of a file do not.
  const isTold = fileKind?.role === 'unknown' && facts?.kind === 'variables';
  const words = facts?.kind === 'damaged' ? DAMAGED : fileKind?.words;
  const kind = words !== undefined && !isTold && `This is ${words}`;
  return [`${byteCount(fileSize)}${place}`, kind, facts?.words].filter(Boolean).join('. ');
}

/** Shows an image. */
export function OvmfView({ view }: { view: OvmfViewState }) {
  const { name, bytes, first, contents, unread, other } = view;
  const [text, setText] = useSaved('ovmf.filter', '');
  const tables = useMemo(() => parseOvmf(bytes), [bytes]);
  const image = tables.value;
  // Volumes are read here without their compressed sections; the extension host sends those later.
  const parsed = useMemo(() => parseImageVolumes(image, bytes), [image]);
  const { facts, findings } = contents ?? first ?? { findings: unread === undefined ? [] : tables.findings };
  const { nodes: regions, items } = useMemo(() => ovmfTree(image.regions), [image]);
  const volumes = useMemo(() => volumeTree(parsed.value.nodes, contents), [parsed, contents]);
  const nodes = useMemo(() => (volumes.count > 0 ? [...regions, volumes.node] : regions), [regions, volumes]);
  const bands = useMemo(() => bandsOf(image.regions, parsed.value.nodes), [image, parsed]);
  const comparison = useCounterpart(image, bytes, view);
  const against = other && opposite(other.bytes, atEnd(bytes, other.bytes));
  const map = useMemo(() => memoryMap(image, tables.findings), [image]);
  const filter = { text };
  // The table is what people open the file for; the megabytes before it are code.
  const table = regions.find(({ id }) => items.get(id)?.region.kind === 'table');
  const state = useTree('ovmf', nodes, filter, table?.id);
  const item = state.node && items.get(state.node.id);
  const part = state.node && volumes.items.get(state.node.id);
  const all = countLeaves(nodes);
  const shown = countLeaves(filterTree(nodes, filter));
  return (
    <div class="page">
      <Header
        title={name}
        actions={
          other && other.side !== 'before' ? (
            <ActionButton action="openComparison" primary />
          ) : (
            <>
              <ActionButton action="compareImage" primary />
              {!image.fileKind && (
                <>
                  <ActionButton action="generate" />
                  <ActionButton action="newLaunchFile" />
                </>
              )}
            </>
          )
        }
      >
        <p class="summary">{summaryOf(image, facts)}</p>
        {facts && facts.supports.length > 0 && (
          <Supports supports={facts.supports} pending={!contents && unread === undefined} />
        )}
        {facts?.kind === 'image' && <OriginAndDigests facts={facts} bytes={bytes} />}
        {unread !== undefined && (
          <p class="summary" role="status">
            <Icon name="warning" class="severity-warning" /> {unread}
          </p>
        )}
        {comparison && other && (
          <ImageChanges comparison={comparison} other={other} onSelect={state.selectExactly} />
        )}
        <Findings findings={findings} onSelect={state.selectRange} />
      </Header>
      {!image.fileKind && (
        <OvmfMap
          map={map}
          selection={state.range}
          onSelect={(range) => {
            state.selectExactly(range);
          }}
        />
      )}
      <Workspace
        state={state}
        {...(image.base !== undefined && { base: image.base })}
        grid={{
          label: 'Firmware regions',
          layout: 'ovmf',
          columns: COLUMNS,
          empty: 'Nothing matches the filter.',
        }}
        hexes={[{ label: 'Bytes', bytes, bands, ...(against && { against }) }]}
        bar={
          <FilterBar
            status={shown === all ? `${all} fields and regions` : `${shown} of ${all} fields and regions`}
          >
            <FilterBox label="Filter by name, value or meaning" value={text} onInput={setText} />
          </FilterBar>
        }
        details={
          state.custom && state.range ? (
            <SelectionDetails range={state.range} node={state.node} base={image.base} bytes={bytes} />
          ) : item ? (
            <ItemDetails item={item} image={image} bytes={bytes} />
          ) : part ? (
            <VolumeDetails item={part} bytes={bytes} />
          ) : (
            <NoDetails />
          )
        }
      />
    </div>
  );
}
