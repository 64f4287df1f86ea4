// What a report's page looks into besides the report: the steps of its launch, the files that they are from, and the pages of its vCPUs.

import * as vscode from 'vscode';
import * as errors from './errors';
import * as shellErrors from '../shell/errors';
import type { CheckedInputs } from '../../app/launch';
import type { LoadSource, VmsaPages } from '../../core/launch/loads';
import type { Report } from '../../core/launch/report';
import { stepsOf, type TraceDigests, type TraceStep } from '../../core/launch/traceDigests';
import { traceJson } from '../../core/launch/traceFile';
import { TECHNOLOGY_NAMES, type TechnologyId } from '../../core/launch/inputs';
import type { ByteRange } from '../../core/binary/region';
import { METADATA_LISTS } from '../../core/ovmf/metadataLayout';
import { MOST_STEPS, type LaunchParts } from '../../protocol/launch';
import type { FromPage } from '../../protocol/pages';
import { chooseSaveFile } from '../shell/ask';
import { nameOf } from '../shell/files';
import { measuredUri } from '../shell/pasted';
import { openIn, runCommand } from '../shell/run';
import { nextTurn } from '../shell/slices';

/** Steps that are written as JSON before others have their turn: a few milliseconds of work. */
const STEPS_A_TURN = 64;

/** Opens an image at some bytes. @param path absent where a launch has no such file */
async function openImage(path: string | undefined, range: ByteRange): Promise<void> {
  if (path === undefined) throw errors.partNotKept();
  await runCommand('openAsOvmf', vscode.Uri.file(path), range);
}

/** Steps with the pages of their vCPUs. */
function* withPages(steps: Iterable<TraceStep>, pages: VmsaPages | undefined) {
  for (const step of steps) {
    const { source } = step;
    yield source.from === 'vcpu' ? { ...step, vmsa: source.vcpu === 0 ? pages?.bsp : pages?.ap } : step;
  }
}

/** What is kept of a check while its report is open. */
export interface KeptLaunch {
  readonly inputs: CheckedInputs;
  readonly digests?: TraceDigests | undefined;
  readonly pages?: VmsaPages | undefined;
}

/** A new number for each check of this window. */
let checks = 0;

/** What can be looked into of one check. */
export class LaunchLook {
  private readonly check = ++checks;

  /** @param file the launch file, which names tabs */
  constructor(
    private readonly launch: KeptLaunch,
    private readonly report: Report,
    private readonly file: vscode.Uri,
  ) {}

  /** What its page is told of it. */
  get parts(): LaunchParts {
    const { digests, pages, inputs } = this.launch;
    const { measured } = this.report;
    const froms: readonly LoadSource['from'][] = [
      'firmware',
      ...(measured ? (['metadata'] as const) : []),
      ...(inputs.svsm === undefined ? [] : (['svsm'] as const)),
      ...(pages ? (['vcpu'] as const) : []),
    ];
    return {
      opens: froms,
      ...(digests && measured && { steps: { check: this.check, size: digests.size } }),
    };
  }

  /** The digests of some steps; undefined when they are of another check. */
  steps({
    check,
    from,
  }: Extract<FromPage<'report'>, { type: 'steps' }>): Uint8Array<ArrayBuffer> | undefined {
    const { digests } = this.launch;
    if (!digests || check !== this.check) return undefined;
    const pair = 2 * digests.size;
    // A copy, because threads share the memory, which VS Code does not send.
    return new Uint8Array(digests.pairs.subarray(from * pair, (from + MOST_STEPS) * pair));
  }

  /** Opens what was loaded. @throws CheckError when it is not kept, or no longer there */
  async open(source: LoadSource, size: number): Promise<void> {
    const { firmware, svsm } = this.launch.inputs;
    switch (source.from) {
      case 'firmware':
        return openImage(firmware, { offset: source.offset, size });
      case 'svsm':
        return openImage(svsm, { offset: source.offset, size });
      case 'metadata':
        // An SVSM brings its own metadata.
        return openImage(svsm ?? firmware, {
          offset: source.offset,
          size: METADATA_LISTS.sevMetadata.section.size,
        });
      case 'vcpu':
        return this.openPage(source.vcpu);
      case 'kernel hashes':
        // The page has all of them.
        return;
      default:
        source satisfies never;
    }
  }

  private async openPage(vcpu: number): Promise<void> {
    const { pages } = this.launch;
    const bytes = vcpu === 0 ? pages?.bsp : pages?.ap;
    if (!bytes || vcpu >= pages!.count) throw errors.partNotKept();
    const name = nameOf(this.file);
    await openIn('vmsa', measuredUri({ bytes, label: `vCPU ${vcpu}`, vcpu }, `vCPU ${vcpu} of ${name}`));
  }

  /** The whole trace as JSON. It takes turns, because one of thousands of steps takes longer than a frame. */
  async traceText(): Promise<string> {
    const { digests, pages } = this.launch;
    const { measured, mode } = this.report;
    if (!digests || !measured) throw errors.partNotKept();
    const technology = Object.entries(TECHNOLOGY_NAMES).find(([, name]) => name === mode)![0] as TechnologyId;
    const parts: string[] = [];
    for (const part of traceJson(technology, withPages(stepsOf(measured, digests), pages))) {
      parts.push(part);
      if (parts.length % STEPS_A_TURN === 0) await nextTurn();
    }
    return parts.join('');
  }

  /** Saves the trace where the user wants it. */
  async saveTrace(): Promise<void> {
    if (!vscode.workspace.isTrusted) throw shellErrors.untrustedWorkspace();
    const target = await chooseSaveFile({
      title: 'Save trace',
      folder: vscode.Uri.joinPath(this.file, '..'),
      name: this.report.title,
      end: '.trace.json',
      filters: { JSON: ['json'] },
    });
    if (!target) return;
    await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(await this.traceText()));
  }
}
