// A report in every form: the editor, `report show` and `show` read the same of it, from a file, a folder, the clipboard and standard input.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS } from '../../../src/cli/commands';
import { runProgram } from '../../../src/cli/program';
import type { ReadReport } from '../../../src/protocol/snpReport';
import { readReport } from '../../../src/tasks/report';
import { runHere } from '../../helpers/cli';
import { AT, makeEvidence, type EvidenceBytes } from '../../helpers/evidence';
import { io } from '../../helpers/io';
import { makeReport } from '../core/report/reports';
import { reportCases, type ReportCase } from '../../helpers/reportCases';

describe('A report in every form', () => {
  let folder: string;
  let evidence: EvidenceBytes;
  let cases: ReportCase[];
  const none = new Uint8Array(1);
  const parts = { report: makeReport('Genoa'), ark: none, ask: none, leaf: none };
  const titles = reportCases(parts).map(({ title }) => title);

  before(function () {
    // Keys of 4096 bits.
    this.timeout(240_000);
    folder = mkdtempSync(join(tmpdir(), 'forms-'));
    evidence = makeEvidence();
    cases = reportCases(evidence);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** What `show` prints for standard input. */
  async function ofStandardInput(bytes: Uint8Array): Promise<string> {
    const lines: string[] = [];
    const print = { isTTY: false, write: (content: string | Uint8Array) => void lines.push(String(content)) };
    const given = { ...io, readStandardInput: () => Promise.resolve(bytes) };
    const around = { io: given, stdout: print, stderr: print, workerPath: '' };
    assert.equal(await runProgram(COMMANDS, ['show', '-'], around), 0, lines.join(''));
    return lines.join('');
  }

  titles.forEach((title, i) =>
    it(`is read by the editor and by the command line: ${title}`, async () => {
      const { bytes, certificates, auxblob } = cases[i]!;
      const path = auxblob ? `tsm${i}` : `form${i}`;
      if (auxblob) {
        mkdirSync(join(folder, path));
        writeFileSync(join(folder, path, 'outblob'), bytes);
        writeFileSync(join(folder, path, 'auxblob'), auxblob);
        writeFileSync(join(folder, path, 'provider'), 'sev_guest\n');
      } else writeFileSync(join(folder, path), bytes);

      const answers: ReadReport[] = [];
      const beside = auxblob ? [{ name: 'auxblob', bytes: auxblob }] : [];
      await readReport({ file: bytes, beside, at: AT }, io, (answer) => {
        answers.push(answer);
        return Promise.resolve();
      });
      const { facts, verification } = answers.at(-1) as Extract<ReadReport, { facts: object }>;
      assert.deepEqual(
        Buffer.from(facts.carrier.subarray(facts.offset, facts.offset + 1184)),
        Buffer.from(evidence.report),
        title,
      );
      // Ours are no authorities of AMD's, but everything that needs none is judged.
      const signature = verification!.steps.find(({ step }) => step === 'signature')!.outcome;
      assert.equal(signature, certificates > 0 ? 'passed' : 'not-checked', title);

      const json = JSON.parse((await runHere(['report', 'show', path, '--json'], folder)).stdout) as {
        form: string;
        fields: { measurement: string };
        certificates: object[];
      };
      assert.equal(json.form, facts.form);
      assert.equal(json.fields.measurement, '22'.repeat(48));
      assert.equal(json.certificates.length, certificates, title);

      for (const options of [[], ['--all'], ['--json'], ['--redact']]) {
        const [whole, short] = [
          await runHere(['report', 'show', path, ...options], folder),
          await runHere(['show', path, ...options], folder),
        ];
        assert.deepEqual([short.status, short.stdout], [0, whole.stdout], `${title} ${options.join(' ')}`);
      }
      if (!auxblob) assert.match(await ofStandardInput(bytes), /measurement +2222/, title);
    }),
  );

  it('has no vCPU, and masks what a page does not have', async () => {
    writeFileSync(join(folder, 'report.bin'), evidence.report);
    writeFileSync(join(folder, 'page.vmsa'), new Uint8Array(4096).fill(1, 0x3b0, 0x3b1));
    for (const args of [
      ['report.bin', '--vcpu', '1'],
      ['page.vmsa', '--redact'],
    ]) {
      const { status, stderr } = await runHere(['show', ...args], folder);
      assert.equal(status, 2);
      assert.match(stderr, new RegExp(args[1]!));
    }
  });
});
