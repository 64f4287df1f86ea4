// Where a page may come from, as plain data for an editor.

import type { VmsaRequest } from '../launch/generate';
import { decodePage } from '../vmsaPage';
import { describeDistance, identify, type PossibleLaunch } from './identify';

/** A launch that produces a page, exactly or nearly. */
export interface FoundLaunch {
  readonly title: string;
  /** Role and CPU. */
  readonly where: string;
  /** How its page differs, as a sentence. */
  readonly distance: string;
  readonly equal: boolean;
  readonly request: VmsaRequest;
}

/** Where a page may come from: the launches that produce it, exactly or but for SEV features, or else the nearest. */
export interface FoundLaunches {
  readonly match: 'exact' | 'features' | 'nearest';
  /** Why there are none, as a sentence: the page is no processor state. */
  readonly notState?: string;
  readonly launches: readonly FoundLaunch[];
  /** How many combinations were tried. */
  readonly tried: number;
}

const launchOf = (possible: PossibleLaunch): FoundLaunch => ({
  title: possible.profile.title,
  where: `${possible.roles.map((role) => role.toUpperCase()).join(' and ')}; ${possible.cpu}`,
  distance: describeDistance(possible),
  equal: possible.comparison.fields.length === 0,
  request: possible.request,
});

/** Finds the launches that a page may be of: takes seconds. */
export function findLaunches(page: Uint8Array): FoundLaunches {
  const { exact, withFeatures, nearest, tried, notState } = identify(decodePage(page));
  return {
    match: exact.length > 0 ? 'exact' : withFeatures.length > 0 ? 'features' : 'nearest',
    launches: [...exact, ...withFeatures, ...nearest].map(launchOf),
    tried,
    ...(notState !== undefined && { notState }),
  };
}
