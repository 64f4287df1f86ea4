// Causes in the number of vCPUs that a command line has, which follows the guest.

import { countOf } from '../binary/hex';
import { cmdlineBytes } from '../launch/kernelHashes';
import { nobleHashes } from '../launch/nobleHashes';
import { TRAITS } from '../tech/traits';
import { quoted, type Alternative, type LaunchCause, type Tried } from './cause';
import { withCpuCount, withoutCpuCount } from './cpuCounts';

/**
 * The numbers that are written into a command line that has none: those that Kata's reference values are made for (1 to 32), and of larger guests. With
 * every number a search would take minutes, because each has pages of its own.
 */
const ADDED_COUNTS = [...Array.from({ length: 32 }, (_, i) => i + 1), 48, 64, 96, 128];

/**
 * Command lines with another number of vCPUs. Where the given one has none, the likeliest are tried, and without the guest's being another only that of the
 * guest and 1.
 * @param isGuest whether the guest has that number, too
 */
const cpuCounts =
  (isGuest: boolean) =>
  ({ facts: { kernel, cmdline, vcpus = 1, maxVcpus, technology } }: Tried): Alternative[] => {
    if (!kernel || cmdline === undefined || (isGuest && !TRAITS[technology].measuresVcpus)) return [];
    const isTried = (count: number, isAdded: boolean) =>
      isGuest
        ? count !== vcpus && (!isAdded || ADDED_COUNTS.includes(count))
        : !isAdded || count === vcpus || count === 1;
    const numbers = Array.from({ length: maxVcpus }, (_, i) => i + 1);
    return numbers.flatMap((count) =>
      withCpuCount(cmdline, count)
        .filter(({ added }) => isTried(count, added !== undefined))
        .map(({ text, added }): Alternative => {
          const number = added
            ? `the given one with ${added}`
            : `that of a guest with ${countOf(count, 'vCPU')}`;
          return {
            set: { cmdline: nobleHashes.sha256(cmdlineBytes(text)), ...(isGuest && { vcpus: count }) },
            given: quoted(cmdline),
            found: isGuest
              ? `${number}${added ? `, and ${countOf(count, 'vCPU')}` : ', as the guest has'}`
              : number,
            edits: [
              { member: ['cmdline'], value: text },
              ...(isGuest ? [{ member: ['vcpus'], value: count }] : []),
            ],
          };
        }),
    );
  };

/** The command line without a number of vCPUs. */
function noCpuCount({ facts: { kernel, cmdline } }: Tried): Alternative[] {
  const text = kernel && cmdline !== undefined ? withoutCpuCount(cmdline) : undefined;
  if (text === undefined) return [];
  return [
    {
      set: { cmdline: nobleHashes.sha256(cmdlineBytes(text)) },
      given: quoted(cmdline),
      found: 'the given one without a number of vCPUs',
      edits: [{ member: ['cmdline'], value: text }],
    },
  ];
}

/** The rows for it. */
export const CPU_COUNT_CAUSES: readonly LaunchCause[] = [
  {
    id: 'cpu-count-in-cmdline',
    dimension: 'cmdline',
    input: 'cmdline',
    title: 'the command line',
    doc: 'Another number of vCPUs in nr_cpus= of the command line, or one of the usual ones at its ends or after panic= where it has none, in the guest, too.',
    why: 'Whoever makes the command line, as Kata Containers does, writes the number of vCPUs into it, so that with another number both differ.',
    advice:
      'Give the number of vCPUs that the guest has and the command line of that number; make a digest for each number.',
    weight: 'mistake',
    prior: 75,
    alternatives: cpuCounts(true),
  },
  {
    id: 'cpu-count-only-in-cmdline',
    dimension: 'cmdline',
    input: 'cmdline',
    title: 'the command line',
    doc: 'Another number of vCPUs in nr_cpus= of the command line alone, or none.',
    why: 'Whoever makes the command line, as Kata Containers does, writes a number of vCPUs into it: that of the guest, or the most that it may have.',
    advice: 'Write the command line here exactly as the host passes it.',
    weight: 'mistake',
    prior: 55,
    alternatives: (tried) => [...noCpuCount(tried), ...cpuCounts(false)(tried)],
  },
];
