// The thread of pageTasks.ts: answers the one question it is started with.

import { parentPort, workerData } from 'node:worker_threads';
import { findExport } from '../../core/vmsa/forms/exportPage';
import { describeDistance, identify, type PossibleLaunch } from '../../core/vmsa/compare/identify';
import type { FoundLaunch, FoundLaunches, PageAnswer, PageTask } from './pageTasks';

const launchOf = (candidate: PossibleLaunch): FoundLaunch => ({
  title: candidate.profile.title,
  where: `${candidate.roles.map((role) => role.toUpperCase()).join(' and ')}; ${candidate.cpu}`,
  distance: describeDistance(candidate),
  equal: candidate.differing.length === 0,
  request: candidate.request,
});

function launchesOf(page: Uint8Array): FoundLaunches {
  const { exact, nearest, tried } = identify(page);
  return { exact: exact.length > 0, launches: [...exact, ...nearest].map(launchOf), tried };
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
