// The code of each task, loaded when a thread runs it: what one needs is a small part of all.

import type { VerifyEvidence } from '../app/reportEvidence';
import type { TaskName } from '../threads';
import type { TaskCode } from './serve';

/** Serves requests until its thread is stopped. */
const forEver = (): Promise<void> => new Promise(() => undefined);

/** Loads the code of a task. */
export const CODE: { readonly [N in TaskName]: () => Promise<TaskCode<N>> } = {
  readImage: async () => (await import('./images')).readImage,
  compareImages: async () => (await import('./images')).compareTwo,
  exportPage: async () => {
    const { findExport } = await import('../core/vmsa/forms/exportPage');
    return ({ page, form, name }, { answer }) => answer(findExport(form)!.write(page, name));
  },
  identifyPage: async () => {
    const { findLaunches } = await import('../core/vmsa/compare/foundLaunches');
    return ({ page }, { answer }) => answer(findLaunches(page));
  },
  explainLog: async () => {
    const { explainLog } = await import('../core/explain/hostMarkdown');
    return ({ text }, { answer }) => answer(explainLog(text));
  },
  readReport: async () => {
    const { readReport } = await import('./report');
    return async (task, { io, answer }) => readReport(task, await io(), answer);
  },
  verifyReport: async () => {
    const { evidenceReader } = await import('../app/reportEvidence');
    return async (question, { io, answer }) => answer(await evidenceReader(await io())(question));
  },
  lintLaunch: async () => {
    const { lintOpenLaunch } = await import('../app/launchProblems');
    return async (task, { io, answer }) => answer(await lintOpenLaunch(await io(), task));
  },
  checkDigest: async () => {
    const { checkTraced } = await import('../app/digestTrace');
    return async (inputs, { io, answer }) => {
      const here = await io();
      // Most launches have no report, and their checks no use for a library of certificates.
      const verifyEvidence: VerifyEvidence = async (question) =>
        (await import('../app/reportEvidence')).evidenceReader(here)(question);
      return checkTraced(here, inputs, verifyEvidence, answer);
    };
  },
  changeLaunch: async () => {
    const { changesFor } = await import('../app/launchEdits');
    return async (task, { io, answer }) => answer(changesFor(await io(), task));
  },
  fillReferences: async () => (await import('./referenceValues')).fillReferences,
  referenceValues: async () => (await import('./referenceValues')).referenceValues,
  explain: async () => {
    const { coordinate } = await import('./explainCoordinator');
    return async (task, { io, answer }) => coordinate(await io(), task, answer);
  },
  search: async () => {
    const [{ searchSpace }, { Search }] = await Promise.all([
      import('../core/explain/causes'),
      import('../core/explain/search'),
    ]);
    return async ({ facts, keyMemory }, { hashes, answer, hear }) => {
      const keys = keyMemory && new Int32Array(keyMemory);
      const search = new Search(searchSpace(facts), keys, await hashes());
      hear((unit) => void answer(search.run(unit)));
      return forEver();
    };
  },
  decompress: async () => {
    const { servesSections } = await import('./decompress');
    return async (state, { decoders, hear }) => {
      hear(servesSections(state, await decoders()));
      return forEver();
    };
  },
};
