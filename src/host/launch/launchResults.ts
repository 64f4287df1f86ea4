// The result of a check as the Test Explorer shows it: the verdict at its place in the launch file, a mismatch as
// a diff of two measurements, each digest and rule at its step.

import * as vscode from 'vscode';
import {
  comparedSteps,
  type EvidenceStep,
  type Report,
  type RuleResult,
  type Step,
} from '../../core/launch/report';
import type { LaunchResult } from '../../app/checkMany';
import type { Io } from '../../app/io';
import { errorPlace, verdictPlace } from '../../app/launchPlaces';
import type { LineColumn } from '../../app/launchText';
import { labelTest, testMessage, testOutput } from '../shell/labels';
import { launchTextAt } from './checks';
import { evidenceId, positionOf, ruleId, stepId } from './testItems';

/** A digest on two lines, so that both sides of a diff are fully visible. */
const linesOf = (step: Step | undefined): string => (step?.digest ?? '').replace(/^.{32}/, '$&\n');

/** Reports the result of one launch to a test run. A stopped check has no result. */
export async function reportResult(
  io: Io,
  run: vscode.TestRun,
  item: vscode.TestItem,
  { outcome, milliseconds }: LaunchResult,
  signal: AbortSignal,
): Promise<void> {
  const uri = item.uri!;
  const text = await launchTextAt(io, uri).catch(() => '');
  if ('error' in outcome) {
    appendLine(run, item, `no verdict: ${outcome.error.message}`);
    if (signal.aborted) run.skipped(item);
    else
      run.errored(item, messageAt(uri, errorPlace(text, outcome.error), outcome.error.message), milliseconds);
    return;
  }
  const { report } = outcome;
  appendLine(run, item, `${report.verdict}: ${report.summary}`);
  for (const warning of report.warnings) appendLine(run, item, `warning: ${warning}`);
  for (const rule of report.rules ?? []) reportRule(run, item, rule);
  for (const step of report.evidence?.steps ?? []) reportEvidence(run, item, step);
  for (const step of report.steps) reportStep(run, item, step);
  const place = verdictPlace(text);
  if (report.verdict === 'matches') run.passed(item, milliseconds);
  else if (report.steps.length === 0) run.errored(item, messageAt(uri, place, report.summary), milliseconds);
  else run.failed(item, differenceAt(uri, place, report), milliseconds);
}

function appendLine(run: vscode.TestRun, item: vscode.TestItem, text: string): void {
  testOutput(run, item, `${item.label}: ${text}`);
}

const locationOf = (uri: vscode.Uri, place: LineColumn) => new vscode.Location(uri, positionOf(place));

function messageAt(uri: vscode.Uri, place: LineColumn, text: string): vscode.TestMessage {
  return testMessage({ text, location: locationOf(uri, place) });
}

/** Both measurements; when they agree and only the verdict cannot be trusted, or there is one only, there is nothing to compare. */
function differenceAt(uri: vscode.Uri, place: LineColumn, report: Report): vscode.TestMessage {
  // Of a report that is not trusted no digest says anything.
  const isUntrusted = report.evidence !== undefined && report.verdict === 'cannot be trusted';
  if (report.agrees === true || report.expected !== undefined || isUntrusted)
    return messageAt(uri, place, report.summary);
  const { expected, found } = comparedSteps(report);
  const difference = { expected: linesOf(expected), actual: linesOf(found) };
  return testMessage({ text: report.summary, location: locationOf(uri, place), difference });
}

function reportRule(
  run: vscode.TestRun,
  item: vscode.TestItem,
  { id, outcome, reason, advice }: RuleResult,
): void {
  const child = item.children.get(ruleId(item, id));
  if (!child) return;
  const text = `${reason} ${advice}`.trim();
  if (outcome === 'passed') run.passed(child);
  else if (outcome === 'skipped') run.skipped(child);
  else run.failed(child, testMessage({ text }));
  testOutput(run, child, text);
}

/** A step of the verification of a report. One that is required and was not checked has not passed. */
function reportEvidence(
  run: vscode.TestRun,
  item: vscode.TestItem,
  { step, title, outcome, reason, required }: EvidenceStep,
): void {
  const child = item.children.get(evidenceId(item, step));
  if (!child) return;
  if (outcome === 'passed') run.passed(child);
  else if (outcome === 'failed' || required) run.failed(child, testMessage({ text: reason }));
  else run.skipped(child);
  testOutput(run, child, `${title}: ${reason}`);
}

/**
 * A digest at its step. It neither passes nor fails: only the measurement over all of them tells whether it is right.
 */
function reportStep(run: vscode.TestRun, item: vscode.TestItem, step: Step): void {
  const child = item.children.get(stepId(item, step.id));
  if (!child) return;
  const { title, digest, bytes, source, detail } = step;
  const algorithm = step.algorithm === '' ? '' : `${step.algorithm} `;
  // In the label, because screen readers read a description instead of it.
  labelTest(child, `${title}: ${digest.slice(0, 16)}…`);
  testOutput(run, item, `${title}: ${algorithm}${digest}, ${bytes} bytes, ${source}; ${detail}`);
}
