// What the action does: runs SevScope on launch files, images and reference values, and says what it found as annotations, in the
// summary of the job, and as outputs. Everything it is told comes from the environment, so that no text is part of a command.
// @ts-check

import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';

const { SEVSCOPE = '', LAUNCH_FILES = '', FIRMWARE = '', REFERENCE_VALUES = '' } = process.env;
const { FAIL_ON = 'error', JUNIT = '', GITHUB_OUTPUT, GITHUB_STEP_SUMMARY } = process.env;

/**
 * A line of the summary.
 * @typedef {object} Row
 * @property {string} file
 * @property {boolean} passed
 * @property {string} said one sentence
 */

/**
 * What the commands print as JSON, as far as it is read here.
 * @typedef {object} Answer
 * @property {string} [verdict]
 * @property {string} [summary]
 * @property {string[]} [warnings]
 */
/** @typedef {Answer & {file?: string, status?: number, report?: Answer, error?: {message: string}}} Checked */
/**
 * @typedef {object} Linted
 * @property {{severity: 'error' | 'warning' | 'info', message: string, rule: string}[]} findings
 * @property {number} errors
 * @property {number} warnings
 */

/** The lines of an input that say something. */
const linesOf = (/** @type {string} */ text) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));

/** A value of an annotation: GitHub's workflow commands end at line breaks, and their properties at commas and colons. */
const plain = (/** @type {string} */ text) =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (/** @type {string} */ text) => plain(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/**
 * @param {'error' | 'warning' | 'notice'} level
 * @param {string} message
 * @param {{file?: string, line?: number}} place
 */
function annotate(level, message, { file, line }) {
  const at = [file && `file=${property(file)}`, line && `line=${line}`].filter(Boolean).join(',');
  console.log(`::${level}${at === '' ? '' : ` ${at}`}::${plain(message)}`);
}

/** Runs a command. It ends with a status, or this script with its error. */
function sevscope(/** @type {string[]} */ args) {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [SEVSCOPE, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (error) throw error;
  return { status: status ?? 6, stdout, said: stderr.trim().replace(/^ERROR: /, '') };
}

/** The JSON of a command, as a list; undefined where it printed none. @returns {unknown[] | undefined} */
function listIn(/** @type {string} */ text) {
  try {
    const value = /** @type {unknown} */ (JSON.parse(text));
    /** @type {unknown[]} */
    const list = Array.isArray(value) ? value : [value];
    return list;
  } catch {
    return undefined;
  }
}

/** @returns {Row[]} */
function checkLaunches(/** @type {string[]} */ patterns) {
  if (patterns.length === 0) return [];
  const args = ['validate', ...patterns.flatMap((one) => ['--launch', one]), '--json'];
  const { stdout, said } = sevscope([...args, ...(JUNIT === '' ? [] : ['--junit', JUNIT])]);
  const all = /** @type {Checked[] | undefined} */ (listIn(stdout));
  if (!all) {
    annotate('error', said, {});
    return [{ file: patterns.join(', '), passed: false, said }];
  }
  return all.map(({ file = patterns[0] ?? '', status, report, error, ...rest }) => {
    const answer = report ?? (rest.verdict === undefined ? undefined : rest);
    const passed = (status ?? (answer?.verdict === 'matches' ? 0 : 1)) === 0;
    const summary = answer ? `${answer.verdict}: ${answer.summary}` : (error?.message ?? said);
    if (!passed) annotate('error', summary, { file });
    for (const warning of answer?.warnings ?? []) annotate('warning', warning, { file });
    return { file, passed, said: summary };
  });
}

/** @returns {Row[]} */
function lintImages(/** @type {string[]} */ images) {
  return images.map((file) => {
    const { stdout, said } = sevscope(['ovmf', 'lint', file, '--json']);
    const [answer] = /** @type {Linted[]} */ (listIn(stdout) ?? []);
    if (!answer) {
      annotate('error', said, { file });
      return { file, passed: false, said };
    }
    for (const { severity, message, rule } of answer.findings)
      annotate(severity === 'info' ? 'notice' : severity, `${message} (${rule})`, { file });
    const { errors, warnings } = answer;
    const passed = errors === 0 && (FAIL_ON !== 'warning' || warnings === 0);
    return { file, passed, said: `${errors} errors, ${warnings} warnings` };
  });
}

/** Words between spaces; those in quotes stay together. */
const wordsIn = (/** @type {string} */ text) =>
  [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  );

/** @returns {Row[]} */
function checkValues(/** @type {string[]} */ lines) {
  return lines.map((line) => {
    const [, file = line, args = ''] = /^(.*?):\s+(.*)$/.exec(line) ?? [];
    const { status, stdout, said } = sevscope(['digest', ...wordsIn(args)]);
    if (status !== 0) {
      annotate('error', said, { file });
      return { file, passed: false, said };
    }
    const found = readFileSync(file, 'utf8');
    const passed = found.trimEnd() === stdout.trimEnd();
    const [a, b] = [found.split('\n'), stdout.split('\n')];
    const at = b.findIndex((one, i) => one !== a[i]);
    const text = passed
      ? 'up to date'
      : `Line ${at + 1} is not what these inputs give. Write the file again: sevscope digest ${args}`;
    if (!passed) annotate('error', text, { file, line: at + 1 });
    return { file, passed, said: text };
  });
}

const cell = (/** @type {string} */ text) =>
  text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll(/\s+/g, ' ');

const rows = [
  ...checkLaunches(linesOf(LAUNCH_FILES)),
  ...lintImages(linesOf(FIRMWARE)),
  ...checkValues(linesOf(REFERENCE_VALUES)),
];
const failed = rows.filter(({ passed }) => !passed).length;
const summary = [
  `### SevScope: ${rows.length - failed} passed, ${failed} failed`,
  '',
  '| | file | |',
  '|---|---|---|',
  ...rows.map(({ file, passed, said }) => `| ${passed ? '✅' : '❌'} | \`${cell(file)}\` | ${cell(said)} |`),
].join('\n');
console.log(`SevScope: ${rows.length - failed} passed, ${failed} failed`);
if (GITHUB_STEP_SUMMARY) appendFileSync(GITHUB_STEP_SUMMARY, `${summary}\n`);
if (GITHUB_OUTPUT)
  appendFileSync(
    GITHUB_OUTPUT,
    `passed=${rows.length - failed}\nfailed=${failed}\njunit=${LAUNCH_FILES.trim() === '' ? '' : JUNIT}\n`,
  );
if (rows.length === 0)
  annotate('error', 'There is nothing to check: give launch-files, firmware or reference-values.', {});
process.exitCode = failed > 0 || rows.length === 0 ? 1 : 0;
