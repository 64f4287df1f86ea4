// Every page of the extension in the workbench, opened as a person opens it, for tests of what all pages have in common.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { sampleFirmware } from '../../src/app/sampleFirmware';
import type { View } from '../../src/protocol/pages';
import { SAMPLE } from '../../src/app/sampleNames';
import { makeReport } from '../unit/core/report/reports';
import { row } from './page';
import type { Workbench } from './workbench';

export interface OnePage {
  readonly name: string;
  /** Opens the page; its files are in a copy of the sample. */
  readonly open: (workbench: Workbench, folder: string) => Promise<Frame>;
}

const tree = async (workbench: Workbench) => {
  const frame = await workbench.webviewFrame();
  await frame.getByRole('treegrid').waitFor();
  return frame;
};

/** Shows a view that no test machine gives in time, on a page that the host has opened. */
export async function showView(frame: Frame, view: View): Promise<void> {
  await frame.evaluate(
    (data) => {
      window.dispatchEvent(new MessageEvent('message', { data }));
    },
    { type: 'show', view },
  );
}

/** Opens a file by a double click. */
const file = (name: string) => async (workbench: Workbench) => {
  await workbench.openFromExplorer(name);
  return tree(workbench);
};

async function compareTwo(workbench: Workbench, first: string, second: string, item: RegExp): Promise<Frame> {
  await workbench.selectTwo(first, second);
  await workbench.chooseInMenu(first, item);
  await workbench.activeTab('↔').waitFor();
  return tree(workbench);
}

async function report(workbench: Workbench, launch: string): Promise<Frame> {
  await workbench.runCommand('SEV: Validate Launch Measurement…');
  await workbench.pick(launch);
  await workbench.activeTab('Report').waitFor();
  const frame = await workbench.webviewFrame();
  await frame.locator('.verdict h1').waitFor();
  return frame;
}

/** The pages, by what they show. */
export const PAGES: readonly OnePage[] = [
  {
    name: 'vmsa',
    open: async (workbench) => {
      const frame = await file('vcpu0-wrong.vmsa')(workbench);
      await row(frame, 'cs_attrib').click();
      return frame;
    },
  },
  {
    name: 'comparison',
    open: async (workbench) => {
      await file('vcpu0-wrong.vmsa')(workbench);
      await workbench.runAndPick('SEV: Compare VMSA with Generated…', 'EPYC-Milan');
      await workbench.activeTab('↔ generated').waitFor();
      return tree(workbench);
    },
  },
  {
    name: 'files',
    open: (workbench) =>
      compareTwo(workbench, 'vcpu0.vmsa', 'vcpu0-wrong.vmsa', /Compare Selected VMSA Pages/),
  },
  { name: 'ovmf', open: file('OVMF.sample.fd') },
  {
    name: 'snp report',
    open: async (workbench, folder) => {
      writeFileSync(join(folder, 'guest.snpreport'), makeReport('Genoa'));
      const frame = await file('guest.snpreport')(workbench);
      await row(frame, 'policy').click();
      return frame;
    },
  },
  {
    name: 'snp reports',
    open: async (workbench, folder) => {
      writeFileSync(join(folder, 'guest.snpreport'), makeReport('Genoa'));
      writeFileSync(join(folder, 'other.snpreport'), makeReport('Turin', { policy: 0xb0000n }));
      return compareTwo(workbench, 'guest.snpreport', 'other.snpreport', /Compare SNP Reports/);
    },
  },
  {
    name: 'images',
    open: async (workbench, folder) => {
      writeFileSync(join(folder, 'other.fd'), sampleFirmware({ resetAddress: 0x808004 }));
      return compareTwo(workbench, 'OVMF.sample.fd', 'other.fd', /Compare OVMF Images/);
    },
  },
  {
    name: 'report',
    open: async (workbench) => {
      const frame = await report(workbench, SAMPLE.snpMismatch);
      await frame.getByRole('button', { name: 'Why?' }).click();
      await frame.getByRole('list', { name: 'Explanations' }).waitFor({ timeout: 60_000 });
      return frame;
    },
  },
  {
    name: 'running',
    open: async (workbench) => {
      const frame = await report(workbench, SAMPLE.sevEsMismatch);
      const stages = ['Read the files', 'Ask the host', 'Compute the measurement'];
      const title = 'A guest whose initrd takes long to read';
      const reading = { name: 'initrd', done: 1 << 28, total: 1 << 32 };
      await showView(frame, { kind: 'running', title, stages, stage: stages[1]!, reading });
      await frame.getByText('Checking…').waitFor();
      return frame;
    },
  },
  {
    name: 'references',
    open: async (workbench) => {
      await workbench.openFromExplorer('OVMF.sample.fd');
      await workbench.runCommand('SEV: Reference Values…');
      await workbench.activeTab('Reference Values').waitFor();
      const frame = await workbench.webviewFrame();
      await frame.locator('.reference-words').getByText('8 launches').waitFor();
      return frame;
    },
  },
  {
    name: 'notice',
    open: async (workbench, folder) => {
      writeFileSync(join(folder, 'empty.vmsa'), '');
      await workbench.openFromExplorer('empty.vmsa');
      const frame = await workbench.webviewFrame();
      await frame.locator('.notice').waitFor();
      return frame;
    },
  },
];
