// Which launch and which vCPU each page of a log belongs to, when a guest was started more than once while the log
// was written: a boot processor begins a launch.

import { decode } from '../../binary/struct';
import { startsAtResetVector } from '../launch/generate';
import { VMSA } from '../layout/layout';
import type { SourcePage } from './pageSource';

/** Names pages in their order: `vCPU 1`, or `launch 2, vCPU 1` where there is more than one boot processor. */
export function numberLaunches(pages: readonly SourcePage[]): SourcePage[] {
  if (pages.length === 1) return [...pages];
  const boots = pages.map(({ bytes }) => startsAtResetVector(decode(VMSA, bytes)));
  const several = boots.lastIndexOf(true) > 0;
  let launch = 0;
  let vcpu = -1;
  return pages.map((page, i) => {
    if (several && boots[i]) [launch, vcpu] = [launch + 1, 0];
    else vcpu++;
    // Of a launch of which the log lost the beginning, it has no boot processor, and perhaps not all others.
    if (several && launch === 0) return { ...page, label: `earlier launch, AP ${vcpu + 1} of the log` };
    return { ...page, label: several ? `launch ${launch}, vCPU ${vcpu}` : `vCPU ${vcpu}`, vcpu };
  });
}

/** The pages of the last launch of a log, and how many launches it has: each begins with a boot processor. */
export function lastLaunch(pages: readonly SourcePage[]): {
  readonly pages: readonly SourcePage[];
  readonly launches: number;
} {
  const boots = pages.flatMap(({ bytes }, i) => (startsAtResetVector(decode(VMSA, bytes)) ? [i] : []));
  const begins = boots.includes(0) || pages.length === 0 ? boots : [0, ...boots];
  return { pages: pages.slice(begins.at(-1)), launches: Math.max(1, begins.length) };
}
