// The details of a part of a firmware volume: its type and names, its checksums, the fields of its header.

import { byteCount } from '../../src/core/binary/hex';
import type { NamedPage } from '../../src/protocol/shared';
import { bytesHere, CopyForms } from '../parts/copyForms';
import { Details } from '../parts/details';
import type { VolumeItem } from './volumeTree';
import { CopyButton } from '../parts/widgets';

const CHECKSUM_WORDS = { ok: 'right', bad: 'wrong', none: 'not used' } as const;

/** The panel. @param page the whole file */
export function VolumeDetails({ item, page }: { item: VolumeItem; page: NamedPage }) {
  const { node, inside, content } = item;
  const { kind, name, offset, size, doc, type, guid, known, checksums, variable, fields } = node;
  return (
    <Details name={name} offset={offset} size={size} doc={doc}>
      {inside ? (
        <p class="details-note">
          Inside a compressed section: the offset counts from the start of the decompressed data.
        </p>
      ) : (
        <CopyForms bytes={bytesHere(page, node)} />
      )}
      <dl class="facts">
        {type !== undefined && (
          <>
            <dt>Type</dt>
            <dd>{type}</dd>
          </>
        )}
        {guid !== undefined && (
          <>
            <dt>GUID</dt>
            <dd>
              <code>{guid}</code> <CopyButton text={guid} what="GUID" /> {known}
            </dd>
          </>
        )}
        {content !== undefined && (
          <>
            <dt>Content</dt>
            <dd>{content}</dd>
          </>
        )}
        {checksums && (
          <>
            <dt>Checksums</dt>
            <dd>
              header {CHECKSUM_WORDS[checksums.header]}
              {/* Volumes have no checksum of their data. */}
              {kind === 'file' && `, data ${CHECKSUM_WORDS[checksums.data]}`}
            </dd>
          </>
        )}
        {variable && (
          <>
            <dt>Variable</dt>
            <dd>
              {variable.state}, {byteCount(variable.dataSize)}
              {variable.value !== undefined && `: ${variable.value}`}
              {variable.time !== undefined && `; signed ${variable.time}`}
            </dd>
          </>
        )}
        {fields.map((field) => (
          <div key={field.name} class="fact-row">
            <dt>{field.name}</dt>
            <dd>
              <code>{field.raw}</code> {field.meaning}
            </dd>
          </div>
        ))}
      </dl>
    </Details>
  );
}
