// The page for a firmware image: what it can be used for, what is wrong with it, and every region with its
// fields next to the bytes of the whole file. The extension host has read it; here it is drawn.

import { useEffect, useMemo, useState } from 'preact/hooks';
import { byteCount, hex } from '../../src/core/binary/hex';
import type { ImageFacts } from '../../src/core/ovmf/facts';
import type { ImageTables } from '../../src/core/ovmf/imageTables';
import { DAMAGED } from '../../src/core/ovmf/kinds/fileKind';
import type { MapBox } from '../../src/core/ovmf/mapBox';
import type { OvmfViewState } from '../../src/protocol/ovmf';
import { atEnd, opposite } from '../parts/alignment';
import { bandsOf } from '../parts/bands';
import { NoDetails } from '../parts/details';
import { Findings, Header } from '../parts/header';
import { useSaved } from '../host';
import { ImageChanges } from './imageChanges';
import { MeasuredFacts, measuredIn, MemoryDetails } from './measured';
import { ItemDetails, SelectionDetails } from './ovmfDetails';
import { OriginAndDigests, Supports } from './ovmfFacts';
import { OvmfMap } from './ovmfMap';
import { ovmfTree } from './ovmfTree';
import { VolumeDetails } from './volumeDetails';
import { unknownVolumes, volumeTree } from './volumeTree';
import { countLeaves, filterTree, isSameRange, type ByteRange } from '../parts/rows';
import { AnyActionButton, FilterBar, FilterBox, Icon, type ActionButtonOf } from '../parts/widgets';
import { useTree } from '../parts/treeState';
import { Workspace } from '../parts/workspace';

const ActionButton: ActionButtonOf<'ovmf'> = AnyActionButton;

const COLUMNS = [
  { id: 'name', title: 'Name' },
  { id: 'offset', title: 'Offset' },
  { id: 'raw', title: 'Raw' },
  { id: 'meaning', title: 'Meaning' },
];

/** Size, place and type of an image, or what else the file is. */
function summaryOf({ fileSize, base, fileKind }: ImageTables, facts: ImageFacts | undefined): string {
  const place = base === undefined ? '' : `, mapped at ${hex(base, 8)} to ${hex(base + fileSize - 1, 8)}`;
  // The volumes can tell what the ends of a file do not.
  const isKnown = fileKind?.role === 'unknown' && facts?.kind === 'variables';
  const words = facts?.kind === 'damaged' ? DAMAGED : fileKind?.words;
  const kind = words !== undefined && !isKnown && `This is ${words}`;
  return [`${byteCount(fileSize)}${place}`, kind, facts?.words].filter(Boolean).join('. ');
}

/** What a screen reader says of how far an image is read. */
export function spokenReading({ tables, contents, unread }: OvmfViewState): string {
  if (!tables || unread !== undefined) return '';
  if (!contents) return 'Firmware volumes are being read.';
  return contents.pending
    ? 'Compressed firmware volumes are being read.'
    : 'Firmware volumes have been read.';
}

/** Shows an image. */
export function OvmfView({ view }: { view: OvmfViewState }) {
  const { name, bytes, tables } = view;
  if (tables) return <Image view={view} tables={tables} />;
  return (
    <div class="page">
      <Header title={name}>
        <p class="summary" role="status">
          {byteCount(bytes.length)}, being read…
        </p>
      </Header>
    </div>
  );
}

function Image({ view, tables }: { view: OvmfViewState; tables: ImageTables }) {
  const { name, bytes, from = 0, contents, digests, unread, other, comparison } = view;
  const { regions, base, fileKind } = tables;
  const [text, setText] = useSaved('ovmf.filter', '');
  const isRead = unread === undefined;
  const { facts, findings } = contents ?? { findings: isRead ? [] : tables.findings };
  const { nodes, items } = useMemo(() => ovmfTree(regions), [regions]);
  const volumes = useMemo(
    () => (contents ? volumeTree(contents.nodes, contents.pending && isRead) : unknownVolumes(isRead)),
    [contents, isRead],
  );
  const all = useMemo(() => [...nodes, volumes.node], [nodes, volumes]);
  const bands = useMemo(() => bandsOf(regions, contents?.nodes ?? []), [regions, contents]);
  // Until all bytes are there, any of them could differ.
  const isWhole = from === 0 && other?.from === undefined;
  const against = other && isWhole ? opposite(other.bytes, atEnd(bytes, other.bytes)) : undefined;
  const filter = { text };
  // The table is what people open the file for; the megabytes before it are code.
  const table = nodes.find(({ id }) => items.get(id)?.region.kind === 'table');
  const state = useTree('ovmf', all, filter, table?.id);
  const { range } = state;
  // What somebody opened the image at is selected once, also when the page was loaded again since.
  const [seen, setSeen] = useSaved('ovmf.at', 0);
  const at = view.at;
  useEffect(() => {
    if (!at || at.wish === seen) return;
    setSeen(at.wish);
    state.selectExactly(at);
  }, [at?.wish]);
  // Bytes that are selected take the place of memory that is in no file.
  const [chosen, setChosen] = useState<{ box: MapBox; range: ByteRange | undefined }>();
  const memory = chosen && isSameRange(chosen.range, range) ? chosen.box : undefined;
  const measured = useMemo(() => measuredIn(tables.map, range), [tables.map, range?.offset, range?.size]);
  const item = state.node && items.get(state.node.id);
  const part = state.node && volumes.items.get(state.node.id);
  const count = useMemo(() => countLeaves(all), [all]);
  const shown = useMemo(() => countLeaves(filterTree(all, { text })), [all, text]);
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
              {!fileKind && (
                <>
                  <ActionButton action="generate" />
                  <ActionButton action="newLaunchFile" />
                </>
              )}
            </>
          )
        }
      >
        <p class="summary">{summaryOf(tables, facts)}</p>
        {facts && facts.supports.length > 0 && (
          <Supports supports={facts.supports} pending={isRead && contents?.pending === true} />
        )}
        {facts?.kind === 'image' && <OriginAndDigests facts={facts} digests={digests} isRead={isRead} />}
        {unread !== undefined && (
          <p class="summary" role="status">
            <Icon name="warning" class="severity-warning" /> {unread}
          </p>
        )}
        {other && (
          <ImageChanges
            comparison={comparison}
            uncompared={view.uncompared}
            side={other.side}
            onSelect={state.selectExactly}
          />
        )}
        <Findings findings={findings} onSelect={state.selectRange} />
      </Header>
      {!fileKind && (
        <OvmfMap
          map={tables.map}
          selection={state.range}
          memory={memory}
          onSelect={(bytesOf) => {
            setChosen(undefined);
            state.selectExactly(bytesOf);
          }}
          onMemory={(box) => {
            setChosen({ box, range });
          }}
        />
      )}
      <Workspace
        state={state}
        {...(base !== undefined && { base })}
        grid={{
          label: 'Firmware regions',
          layout: 'ovmf',
          columns: COLUMNS,
          empty: 'Nothing matches the filter.',
        }}
        hexes={[{ label: 'Bytes', bytes, from, bands, ...(against && { against }) }]}
        bar={
          <FilterBar
            status={
              shown === count ? `${count} fields and regions` : `${shown} of ${count} fields and regions`
            }
          >
            <FilterBox label="Filter by name, value or meaning" value={text} onInput={setText} />
          </FilterBar>
        }
        details={
          memory ? (
            <MemoryDetails box={memory} />
          ) : state.custom && state.range ? (
            <SelectionDetails range={state.range} node={state.node} base={base} page={view}>
              <MeasuredFacts part={measured} />
            </SelectionDetails>
          ) : item ? (
            <ItemDetails item={item} base={base} page={view}>
              <MeasuredFacts part={measured} />
            </ItemDetails>
          ) : part ? (
            <VolumeDetails item={part} page={view} />
          ) : (
            <NoDetails />
          )
        }
      />
    </div>
  );
}
