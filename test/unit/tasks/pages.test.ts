// Questions about a page that a thread answers: what comes from it is what core says at once, and its end is never waited for in vain.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXPORT_FORMS } from '../../../src/core/vmsa/forms/exportForms';
import { findExport } from '../../../src/core/vmsa/forms/exportPage';
import { generateVmsa } from '../../../src/core/vmsa/launch/generate';
import { describeDistance, identify } from '../../../src/core/vmsa/compare/identify';
import { decodePage } from '../../../src/core/vmsa/vmsaPage';
import { nodeIo } from '../../../src/node/io';
import { runTask } from '../../../src/threads';
import { randomBytes, seeded } from '../../helpers/random';
import { io } from '../../helpers/io';

const PAGE = generateVmsa({
  profile: 'snp',
  role: 'bsp',
  cpu: { family: 25, model: 1, stepping: 1 },
}).bytes;
const DIED = { died: Error };
const NEAR = PAGE.slice();
NEAR[0x160] = 9;
const WITH_FEATURE = PAGE.slice();
WITH_FEATURE[0x3b1] = 2;

describe('A thread about a page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sevscope-page-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const { id: form, title } of EXPORT_FORMS) {
    it(`writes it as ${title}`, async () => {
      const name = 'a page';
      const written = await runTask(io, 'exportPage', { page: PAGE, form, name }, DIED);
      assert.deepEqual(written, findExport(form)!.write(PAGE, name));
    });
  }
  const pages: [title: string, page: Uint8Array, match: 'exact' | 'features' | 'nearest'][] = [
    ['of a launch', PAGE, 'exact'],
    ['of a launch with another feature', WITH_FEATURE, 'features'],
    ['of nearly a launch', NEAR, 'nearest'],
    ['of nothing', randomBytes(seeded(3), 4096), 'nearest'],
  ];
  for (const [title, page, match] of pages) {
    it(`finds the launches that one ${title} may be of`, async () => {
      const found = await runTask(io, 'identifyPage', { page }, DIED);
      const direct = identify(decodePage(page));
      const candidates = [...direct.exact, ...direct.withFeatures, ...direct.nearest];
      assert.deepEqual([found.match, found.tried, found.notState], [match, direct.tried, direct.notState]);
      assert.equal(candidates.length === 0, title === 'of nothing');
      assert.deepEqual(
        found.launches.map(({ request, distance, equal }) => ({ request, distance, equal })),
        candidates.map((candidate) => ({
          request: candidate.request,
          distance: describeDistance(candidate),
          equal: match === 'exact',
        })),
      );
    });
  }
  const broken: [title: string, script: string, says: RegExp][] = [
    ['throws', "throw new Error('broken')", /broken/],
    ['ends without an answer', 'process.exit(3)', /ended with 3/],
  ];
  for (const [title, script, says] of broken) {
    it(`that ${title} is an error`, async () => {
      const scripts = join(folder, title.split(' ')[0]!);
      mkdirSync(scripts);
      writeFileSync(join(scripts, 'worker.js'), script);
      await assert.rejects(runTask(nodeIo(scripts), 'identifyPage', { page: PAGE }, DIED), says);
    });
  }
});
