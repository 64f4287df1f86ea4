// Lint rules, strict and typed, and the third import wall: who may import whom (see ARCHITECTURE.md, "The map").
// They also guard how text reaches a person: VS Code's APIs that show it and the streams of a process are used in
// one file each, which makes it plain.
// @ts-check

import eslint from '@eslint/js';
import { defineConfig } from 'eslint/config';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

/**
 * Forbids imports in one folder.
 * @param {string[]} files
 * @param {string} regex
 * @param {string} message
 * @param {{regex: string, importNamePattern: string, message: string}[]} more
 * @returns {import('eslint').Linter.Config}
 */
const wall = (files, regex, message, ...more) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ regex, message }, ...more] }] },
});

/** What opens a file to read it; one file may. */
const OPENS = {
  regex: '^(node:)?fs(/|$)',
  importNamePattern: '^(open|read|createRead)(?!dir|link)|^(default|promises)$',
  message: 'Files are opened by src/node/open.ts, which refuses devices, changed files and too large ones.',
};
/** The files of libvirt that read what the system keeps, or a pipe of their own. */
const LIBVIRT_READERS = ['environment', 'processes', 'thisMachine', 'prompts'].map(
  (name) => `src/libvirt/${name}.ts`,
);

/** All of src/libvirt except what others may import, and koffi, which blocks or ends the process that calls it. */
const LIBVIRT_INSIDE =
  '^koffi$|/libvirt/(?!(client|contract|credentials|api|uri|domainXml|capabilitiesXml|locality|errors)$)';
/** All of src/libvirt except its types and what is computed from text alone. */
const LIBVIRT_IN_NODE = '^koffi$|/libvirt/(?!(contract|uri|locality|errors)$)';
/** All that src/libvirt may not import. */
const LIBVIRT_OUTSIDE = '^(vscode|koffi)$|/(host|cli|webview|app|node|protocol)/';
/** Node's own files, threads and processes, which Io and libvirt's client abstract away. */
const BEHIND_IO = '^(node:)?(fs|worker_threads|child_process)(/|$)';
/** The parts of the host that also run in a browser. */
const IN_BROWSER = ['activate', 'viewing', 'shell/*', 'vmsa/*', 'ovmf/*', 'report/*', 'idBlock/*'].map(
  (path) => `src/host/${path}.ts`,
);
/** All that src/node may not import. */
const NODE_OUTSIDE =
  '^vscode$|/(host|cli|webview|protocol|libvirt)/|/app/(?!(io|ioErrors|fileRoles|verifier)$)';

const SYNTAX = [
  { selector: 'ExportDefaultDeclaration', message: 'Exports have names.' },
  { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' },
  { selector: 'ExportAllDeclaration', message: 'No barrel files.' },
];

/** Two parsers of the same text would disagree one day. */
const ONE_READER = {
  selector: 'CallExpression[callee.object.name="JSON"][callee.property.name="parse"]',
  message:
    'Launch files are read by parseLaunchText, queries of our own addresses by queryOf, so that all agree about them.',
};

/** The parts of VS Code's API that show text, by the one file that may call them; other files call that file. */
const SHOWN_BY = {
  'src/host/shell/notify.ts': [
    'showInformationMessage',
    'showWarningMessage',
    'showErrorMessage',
    'withProgress',
    'setStatusBarMessage',
    'createStatusBarItem',
  ],
  'src/host/shell/ask.ts': [
    'showQuickPick',
    'createQuickPick',
    'showInputBox',
    'createInputBox',
    'showOpenDialog',
    'showSaveDialog',
  ],
  'src/host/shell/labels.ts': [
    'TreeItem',
    'MarkdownString',
    'createTestItem',
    'TestMessage',
    'appendOutput',
    'Diagnostic',
    'CodeAction',
    'CodeLens',
  ],
  'src/host/shell/tasks.ts': ['Task', 'ProcessExecution', 'CustomExecution'],
  'src/host/shell/clipboard.ts': ['writeText'],
};

/** The parts of VS Code's API that show text, or run it, and have no such file. */
const SHOWN_BY_NONE = [
  'createOutputChannel',
  'createTerminal',
  'ShellExecution',
  'TerminalLink',
  'TerminalProfile',
  'createWebviewPanel',
  'createCommentController',
  'createNotebookController',
  'createSourceControl',
  'createTextEditorDecorationType',
  'showWorkspaceFolderPick',
  'showNotebookDocument',
  'openExternal',
  'Hover',
  'InlayHint',
  'InlineCompletionItem',
  'CompletionItem',
  'SignatureInformation',
  'DiagnosticRelatedInformation',
  'DocumentSymbol',
  'SymbolInformation',
  'DocumentLink',
  'CallHierarchyItem',
  'TypeHierarchyItem',
  'FileDecoration',
  'FileCoverage',
];

/** The one file of the host that reads others. */
const READER = 'src/host/shell/files.ts';

/** The one file of the command line that writes to the terminal. */
const TERMINAL = 'src/cli/terminal.ts';

/** @typedef {{object?: string, property: string, message: string}} Restriction */

/** @type {Restriction[]} */
const STREAMS = ['stdout', 'stderr'].map((property) => ({
  object: 'process',
  property,
  message: `Text for a terminal goes through Output, and ${TERMINAL} makes it plain.`,
}));

/** @returns {Restriction[]} what a host file must not call; without an argument, what none of them may */
const editorSinks = (file = '') => [
  ...STREAMS,
  ...Object.entries(SHOWN_BY)
    .filter(([own]) => own !== file)
    .flatMap(([own, names]) =>
      names.map((property) => ({ property, message: `Text goes through ${own}, which makes it plain.` })),
    ),
  ...SHOWN_BY_NONE.map((property) => ({
    property,
    message: 'It needs a file in src/host/shell that makes text plain.',
  })),
  ...(file === READER ? [] : [{ property: 'readFile', message: `Files are read by ${READER}.` }]),
];

/** Ways of calling that the rules above would not see. */
const AROUND = [
  {
    selector: 'ImportDeclaration[source.value=/^(node:)?process$/]',
    message: 'Use the global one: lint sees who takes its streams.',
  },
  {
    selector:
      "ImportDeclaration[source.value='vscode'][importKind!='type'] > ImportSpecifier[importKind!='type']",
    message: 'Import * as vscode: lint sees what is called.',
  },
];

/** Properties that VS Code displays as soon as they are set. */
const SET = {
  selector:
    "AssignmentExpression[right.type!='Literal'] > MemberExpression.left[property.name=/^(label|description|tooltip|detail|error|text|title|message|badge|prompt|placeholder)$/]",
  message:
    'Text of a row, a view, a tab, a test or the status bar goes through src/host/shell, which makes it plain.',
};

/**
 * Forbids bypassing the files that make text plain.
 * @param {string[]} files
 * @param {Restriction[]} sinks
 * @param {{selector: string, message: string}[]} syntax
 * @returns {import('eslint').Linter.Config}
 */
const plainOnly = (files, sinks, syntax) => ({
  files,
  rules: {
    'no-restricted-properties': ['error', ...sinks],
    'no-restricted-syntax': ['error', ...SYNTAX, ...syntax],
  },
});

const HOST = ['src/host/**/*.ts', 'src/extension*.ts'];

export default defineConfig(
  { ignores: ['**/node_modules/', 'dist/', 'out/', '.cache/', 'sample/'] },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: ['src/build/tsconfig.lint.json'],
        tsconfigRootDir: process.cwd(),
      },
    },
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-restricted-syntax': ['error', ...SYNTAX],
      'no-console': 'error',
    },
  },
  {
    // Text from outside must not decide how long we take: no expression of more than linear time.
    files: ['src/**', 'webview/**'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential' }],
    },
  },
  ...['', '*/', '*/*/', '*/*/*/'].map((folders, depth) =>
    wall(
      [`src/core/${folders}*.ts`],
      `^(?!\\.{1,2}/|@noble/hashes/)|^${'\\.\\./'.repeat(depth + 1)}`,
      'core is pure: it imports core and @noble/hashes.',
    ),
  ),
  wall(
    ['webview/**'],
    '/(host|cli|app|node|libvirt)/|^(vscode$|node:)',
    'The webview imports core and protocol.',
  ),
  wall(
    ['src/protocol/**'],
    '/(host|cli|app|node|libvirt|webview)/|^(vscode$|node:)',
    'protocol imports core.',
  ),
  wall(['src/contributions.ts'], '.', 'The table of contributions imports nothing: host and build read it.'),
  wall(
    ['src/host/**'],
    `/(cli|webview|node)/|${BEHIND_IO}|${LIBVIRT_INSIDE}`,
    'The host imports core, app, protocol, and of libvirt its client and readers; files and threads are those of the Io that it is handed.',
  ),
  wall(
    IN_BROWSER,
    '/(cli|webview|node|web|libvirt)/|^node:|^koffi$',
    'What also runs in a browser imports core, app and protocol; the runtime is handed in.',
  ),
  wall(['src/web/**'], `${NODE_OUTSIDE}|/node/|^node:`, "web imports core and app's io."),
  wall(
    ['src/web/worker.ts'],
    '^(vscode$|node:)|/(host|cli|webview|node|libvirt)/',
    'The entry of a thread imports its tasks, app and core.',
  ),
  wall(
    ['src/extension*.ts'],
    `/(cli|webview)/|${LIBVIRT_INSIDE}`,
    'The entry of the extension imports core, app, node, protocol, and of libvirt its client and readers.',
  ),
  wall(
    ['src/extension.web.ts'],
    '/(cli|webview|node|libvirt)/|^node:|^koffi$',
    "The browser's entry imports core, app and web.",
  ),
  wall(
    ['src/cli/**'],
    `^vscode$|/(host|webview|protocol)/|${BEHIND_IO}|${LIBVIRT_INSIDE}`,
    'The command line imports core, app, node, and of libvirt its client and readers; files and threads are those of an Io.',
  ),
  wall(
    ['src/app/**'],
    `^(vscode$|node:)|/(node|host|cli|webview|protocol)/|${LIBVIRT_IN_NODE}`,
    'app imports core, and of libvirt its contract and what is computed from texts; the rest is handed in.',
  ),
  wall(['src/node/**'], NODE_OUTSIDE, "node imports core, app's io and Node.", OPENS),
  wall(
    // To read in the one, to write in the other, and for scripts of our own.
    ['src/node/open.ts', 'src/node/write.ts', 'src/node/compileCache.ts'],
    NODE_OUTSIDE,
    "node imports core, app's io and Node.",
  ),
  wall(
    ['src/node/worker.ts'],
    `^vscode$|/(host|cli|webview|libvirt)/`,
    'The entry of a thread imports its tasks, app, core and Node.',
  ),
  wall(
    ['src/threads.ts', 'src/tasks/**'],
    `^(vscode$|node:)|/(node|host|cli|webview)/|${LIBVIRT_INSIDE}`,
    'The tasks of threads import core, app and protocol; the runtime is handed in.',
  ),
  wall(
    ['src/libvirt/*.ts'],
    `${LIBVIRT_OUTSIDE}|^(node:)?fs(/|$)`,
    'libvirt imports core and Node, but for its files; koffi only in its bindings.',
  ),
  wall(LIBVIRT_READERS, LIBVIRT_OUTSIDE, 'libvirt imports core and Node; koffi only in its bindings.'),
  wall(
    ['src/libvirt/binding*.ts'],
    '^vscode$|^\\.\\./|^\\./(?!binding|credentials$|faults$|launchSecurity$|prompts$)',
    "The bindings import koffi and the worker's plain types.",
  ),
  plainOnly(['src/**/*.ts'], STREAMS, AROUND),
  plainOnly(
    ['src/cli/**/*.ts'],
    // For code that imports the streams from elsewhere.
    STREAMS.map(({ property, message }) => ({ property, message })),
    [...AROUND, ONE_READER],
  ),
  plainOnly(['src/app/**/*.ts'], STREAMS, [...AROUND, ONE_READER]),
  plainOnly(HOST, editorSinks(), [...AROUND, SET, ONE_READER]),
  plainOnly(['src/host/shell/query.ts'], editorSinks(), [...AROUND, SET]),
  plainOnly([READER], editorSinks(READER), [...AROUND, SET, ONE_READER]),
  ...Object.keys(SHOWN_BY).map((file) => plainOnly([file], editorSinks(file), [...AROUND, ONE_READER])),
  { files: [TERMINAL], rules: { 'no-restricted-properties': 'off' } },
  {
    files: ['test/**'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off', 'no-console': 'off' },
  },
  {
    files: ['src/build/**', 'test/bench/**', '.github/action/**'],
    // The compiler knows what is defined.
    rules: { 'no-console': 'off', 'no-undef': 'off' },
  },
  {
    // ESLint requires a default export.
    files: ['src/build/eslint.config.mjs'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    // The helpers' exports are meant for all files.
    files: ['test/**/*.test.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...SYNTAX,
        {
          selector: 'Program > ExpressionStatement > CallExpression[callee.name=/^(before|after)Each$/]',
          message: 'Outside of a describe, Mocha runs it around every test of every file.',
        },
      ],
    },
  },
);
