// What is found out about an ID block and its ID authentication before they are shown, as plain data.

import type { Finding } from '../../binary/region';
import type { KeyDigests } from './idBlockFields';
import type { IdBlockStep } from './idBlockSteps';

/** What is known of a pair besides its bytes. Places are in these. */
export interface IdBlockFacts {
  /** What there is, in words. */
  readonly form: string;
  readonly hasBlock: boolean;
  readonly hasAuth: boolean;
  readonly digests: KeyDigests;
  readonly findings: readonly Finding[];
  readonly steps: readonly IdBlockStep[];
}
