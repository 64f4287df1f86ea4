// The hover card of a field: what it means, where it is, its expected value and the source of that.

import { byteCount, hex } from '../../src/core/binary/hex';
import { setBy, type ComparedField } from '../../src/core/vmsa/compare/compare';
import type { Cause } from '../../src/core/vmsa/compare/causes';

/**
 * One card. `generated` is false when the other value comes from a file, so that nothing is known about who set it.
 */
export function FieldCard(props: {
  field: ComparedField;
  sides: readonly [string, string];
  generated: boolean;
  cause?: Cause | undefined;
}) {
  const { field, sides, generated, cause } = props;
  const { actual, expected, differs, writes } = field;
  const source = writes.at(-1)?.source;
  return (
    <>
      <p class="hover-name">
        <code>{actual.name}</code>
        <span class="hover-place">
          {hex(actual.offset, 3)}, {byteCount(actual.size)}
        </span>
      </p>
      <p>{actual.doc}</p>
      <dl class="hover-facts">
        <dt>{sides[0]}</dt>
        <dd>
          <code>{actual.raw}</code> {actual.meaning}
        </dd>
        <dt>{sides[1]}</dt>
        <dd>
          {differs ? (
            <>
              <code>{expected.raw}</code> {expected.meaning}
            </>
          ) : (
            'the same'
          )}
        </dd>
        {generated && (
          <>
            <dt>Set by</dt>
            <dd>{setBy(field)}</dd>
          </>
        )}
        {generated && source !== undefined && (
          <>
            <dt>Source</dt>
            <dd>{source}</dd>
          </>
        )}
      </dl>
      {cause && (
        <p>
          <strong>{cause.title}.</strong> {cause.text}
        </p>
      )}
    </>
  );
}
