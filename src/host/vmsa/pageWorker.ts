// The thread of pageTasks.ts: answers the one question it is started with.

import { parentPort, workerData } from 'node:worker_threads';
import { findExport } from '../../core/vmsa/forms/exportPage';
import { describeDistance, identify, type PossibleLaunch } from '../../core/vmsa/compare/identify';
import { decodePage } from '../../core/vmsa/vmsaPage';
import type { FoundLaunch, FoundLaunches, PageAnswer, PageTask } from './pageTasks';

const launchOf = (candidate: PossibleLaunch): FoundLaunch => ({
  title: candidate.profile.title,
  where: `${candidate.roles.map((role) => role.toUpperCase()).join(' and ')}; ${candidate.cpu}`,
  distance: describeDistance(candidate),
  equal: candidate.comparison.fields.length === 0,
  request: candidate.request,
});

function launchesOf(page: Uint8Array): FoundLaunches {
  const { exact, withFeatures, nearest, tried, notState } = identify(decodePage(page));
  return {
    match: exact.length > 0 ? 'exact' : withFeatures.length > 0 ? 'features' : 'nearest',
    launches: [...exact, ...withFeatures, ...nearest].map(launchOf),
    tried,
    ...(notState !== undefined && { notState }),
  };
}

function answer(asked: PageTask): PageAnswer {
  switch (asked.task) {
    case 'export':
      return findExport(asked.form)!.write(asked.page, asked.name);
    case 'identify':
      return launchesOf(asked.page);
  }
}

parentPort?.postMessage(answer(workerData as PageTask));
