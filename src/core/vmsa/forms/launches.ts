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
