// Lint rules, strict and typed, and the third import wall: who may import whom (see README, "How to develop").
// @ts-check

import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

/**
 * Forbids imports in one folder.
 * @param {string[]} files
 * @param {string} regex
 * @param {string} message
 * @returns {import('typescript-eslint').ConfigArray[number]}
 */
const wall = (files, regex, message) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ regex, message }] }] },
});

/** All of src/libvirt but what others may import, and koffi, which blocks or ends the process that calls it. */
const LIBVIRT_INSIDE =
  '^koffi$|/libvirt/(?!(client|api|uri|domainXml|capabilitiesXml|locality|prompts|errors)$)';

const SYNTAX = [
  { selector: 'ExportDefaultDeclaration', message: 'Exports have names.' },
  { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' },
  { selector: 'ExportAllDeclaration', message: 'No barrel files.' },
];

export default tseslint.config(
  { ignores: ['**/node_modules/', 'dist/', 'out/', '.cache/', 'sample/', '**/*.mjs'] },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: ['src/tsconfig.json', 'webview/tsconfig.json', 'test/tsconfig.json'],
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
    ['src/host/**', 'src/extension.ts'],
    `/(cli|webview)/|${LIBVIRT_INSIDE}`,
    'The host imports core, app, node, protocol, and of libvirt its client and readers.',
  ),
  wall(
    ['src/cli/**'],
    `^vscode$|/(host|webview|protocol)/|${LIBVIRT_INSIDE}`,
    'The command line imports core, app, node, and of libvirt its client and readers.',
  ),
  wall(
    ['src/app/**'],
    `^vscode$|/(host|cli|webview|protocol)/|${LIBVIRT_INSIDE}`,
    'app imports core, and of libvirt its client and readers.',
  ),
  wall(['src/node/**'], `^vscode$|/(host|cli|webview|protocol|libvirt)/`, 'node imports core, app and Node.'),
  wall(
    ['src/libvirt/*.ts'],
    '^(vscode|koffi)$|/(host|cli|webview|app|node|protocol)/',
    'libvirt imports core and Node; koffi only in its bindings.',
  ),
  wall(
    ['src/libvirt/binding*.ts'],
    '^vscode$|^\\.\\./|^\\./(?!binding|faults$|launchSecurity$|prompts$)',
    "The bindings import koffi and the worker's plain types.",
  ),
  {
    files: ['test/**'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off', 'no-console': 'off' },
  },
  {
    // Those of the helpers are meant for all files.
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
