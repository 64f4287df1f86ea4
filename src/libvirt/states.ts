// Domain states and their reasons in words: virDomainState and virDomain*Reason of libvirt-domain.h (12.8).

import type { DomainState, DomainStateName } from '../core/domain/facts';

/** States by number, each with its reasons by number. */
const STATES: readonly { readonly name: DomainStateName; readonly reasons: readonly string[] }[] = [
  { name: 'no state', reasons: ['unknown'] },
  {
    name: 'running',
    reasons: [
      ...['unknown', 'booted', 'migrated here', 'restored', 'started from a snapshot', 'resumed'],
      ...['its migration was cancelled', 'its saving was cancelled', 'woken up', 'crashed'],
      ...['post-copy migration', 'post-copy migration failed'],
    ],
  },
  { name: 'blocked', reasons: ['unknown'] },
  {
    name: 'paused',
    reasons: [
      ...['unknown', 'by a user', 'for migration', 'for saving', 'for a dump', 'after an I/O error'],
      ...['by a watchdog', 'started from a snapshot', 'is shutting down', 'for a snapshot', 'crashed'],
      ...['starting up', 'post-copy migration', 'post-copy migration failed', 'after an API error'],
    ],
  },
  { name: 'shutting down', reasons: ['unknown', 'by a user'] },
  {
    name: 'shut off',
    reasons: [
      ...['unknown', 'shut down', 'destroyed', 'crashed', 'migrated away', 'saved', 'failed to start'],
      ...['taken from a snapshot', 'by the daemon'],
    ],
  },
  { name: 'crashed', reasons: ['unknown', 'the guest panicked'] },
  { name: 'suspended', reasons: ['unknown'] },
];

/** All state names, for validation. */
export const STATE_NAMES: readonly DomainStateName[] = STATES.map(({ name }) => name);

/**
 * A state and its reason as virDomainGetState reports them; numbers of later libvirt versions are shown as numbers.
 */
export function describeState(state: number, reason: number): DomainState {
  const { name, reasons } = STATES[state] ?? STATES[0]!;
  return { name, reason: reasons[reason] ?? `reason ${reason}` };
}
