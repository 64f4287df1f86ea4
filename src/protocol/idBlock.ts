// The page of an ID block and its ID authentication: what it shows and sends. The extension host reads and checks them; the page decodes
// the fields.

import * as v from 'valibot';
import type { IdBlockFacts } from '../core/tech/snp/idBlockFacts';
import {
  FROM_EVERY_PAGE,
  NAMED_PAGE,
  noticeOf,
  OPEN_WITH,
  PLACE,
  plain,
  pressOf,
  type NamedPage,
  type PageTable,
} from './shared';

/** An ID block, an ID authentication, or the first and then the second. */
export interface IdBlockState extends NamedPage {
  readonly kind: 'idBlock';
  readonly facts: IdBlockFacts;
}

const STATE: v.GenericSchema<IdBlockState> = v.object({
  kind: v.literal('idBlock'),
  ...NAMED_PAGE,
  facts: plain<IdBlockFacts>(),
});

const ACTIONS = OPEN_WITH;

/** The page. */
export const ID_BLOCK_PAGE = {
  states: { idBlock: STATE, notice: noticeOf(ACTIONS) },
  fromHost: {},
  actions: ACTIONS,
  fromPage: { ...FROM_EVERY_PAGE, ...PLACE, action: pressOf(ACTIONS, {}) },
  large: {},
} as const satisfies PageTable;
