// Type checks the parts of the project, each with the globals of where it runs, and prints what the compiler says. In one
// process, because most of what a part takes is reading the same declarations; what a run found out is kept in .cache/,
// so that the next one checks only what changed.
// @ts-check

import { join } from 'node:path';
import ts from 'typescript';
import { relative } from 'node:path/posix';
import { ALONE, filesBelow } from './bundle.mjs';
import { CACHE, Failure, ROOT, main } from './run.mjs';
import { Memory, hashOf } from './unchanged.mjs';

/** The folders that have a tsconfig.json. */
const PARTS = [...ALONE, 'src/web', 'webview', 'src', 'test'];

/** How messages name files: as they are typed. @type {ts.FormatDiagnosticsHost} */
const NAMING = {
  getCurrentDirectory: () => ROOT,
  getCanonicalFileName: (name) => name,
  getNewLine: () => '\n',
};

/** What of a part's options decides what a file is parsed to: the others are those of the whole project. */
const optionsOfFiles = (
  /** @type {ts.CompilerOptions} */ { jsx, jsxImportSource, allowJs, checkJs, types },
) => JSON.stringify({ jsx, jsxImportSource, allowJs, checkJs, types });

/** Files that were read, by what they are parsed with and their name. @type {Map<string, ts.SourceFile | undefined>} */
const known = new Map();

/** A host that reads no file twice that is parsed alike. @returns {ts.CompilerHost} */
function hostOf(/** @type {ts.CompilerOptions} */ options) {
  const host = ts.createIncrementalCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  const own = optionsOfFiles(options);
  host.getSourceFile = (name, how, ...rest) => {
    const isDeclaration = name.endsWith('.d.ts') && name.includes('/node_modules/');
    const key = JSON.stringify([name, how, isDeclaration ? '' : own]);
    if (!known.has(key)) known.set(key, read(name, how, ...rest));
    return known.get(key);
  };
  return host;
}

/** What every part depends on besides the contents of its files: how they are checked, and which files a name may mean. */
function keyOfParts() {
  const settings = ['', ...PARTS].map((part) => join(part, 'tsconfig.json'));
  const packages = ['package.json', 'package-lock.json', 'node_modules/.package-lock.json'];
  const names = ['src', 'webview', 'test'].flatMap((folder) => filesBelow(folder, ''));
  return hashOf(['src/build/types.mjs', ...settings, ...packages], ts.version, ...names);
}

/** Checks one part. @returns {{problems: ts.Diagnostic[], files: string[]}} what is wrong, and the files that it consists of */
function check(/** @type {string} */ part) {
  const memory = join(CACHE, 'tsc', `${part.replace('/', '-')}.tsbuildinfo`);
  const config = ts.getParsedCommandLineOfConfigFile(
    join(ROOT, part, 'tsconfig.json'),
    { incremental: true, tsBuildInfoFile: memory },
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (problem) => {
        throw new Failure(ts.formatDiagnostic(problem, NAMING));
      },
    },
  );
  if (!config) throw new Failure(`${part} has no tsconfig.json.`);
  const { fileNames: rootNames, options, errors: configFileParsingDiagnostics } = config;
  const host = hostOf(options);
  const program = ts.createIncrementalProgram({ rootNames, options, configFileParsingDiagnostics, host });
  const problems = [
    ...program.getConfigFileParsingDiagnostics(),
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...program.getSyntacticDiagnostics(),
    // Of all files at once: only then does it know that it checked them all.
    ...program.getSemanticDiagnostics(),
  ];
  // Writes nothing but what the next run can use.
  problems.push(...program.emit().diagnostics);
  // What is installed changes with the list of packages.
  const files = program.getSourceFiles().map(({ fileName }) => relative(ROOT, fileName));
  return { problems, files: files.filter((path) => !path.startsWith('node_modules/')) };
}

await main(import.meta.url, () => {
  // What is wrong with a file is so in each part that it is in.
  /** @type {Set<string>} */
  const said = new Set();
  const memory = new Memory('tsc/passed.json', keyOfParts());
  for (const part of PARTS.filter((name) => !memory.has(name))) {
    const begin = Date.now();
    const { problems, files } = check(part);
    for (const problem of ts.sortAndDeduplicateDiagnostics(problems))
      said.add(ts.formatDiagnostic(problem, NAMING));
    if (problems.length === 0) memory.set(part, { inputs: files, outputs: [] }, begin);
  }
  memory.keep(PARTS);
  if (said.size > 0) console.log([...said].join('').trimEnd());
  return Promise.resolve(said.size === 0 ? 0 : 1);
});
