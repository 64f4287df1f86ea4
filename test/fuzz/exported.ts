// The exported functions of a folder that take bytes or text, from their declarations.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A function of the program. Lines count from 1. */
export interface Exported {
  readonly file: string;
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Parameters that may hold what comes from outside. */
const OUTSIDE = /^(readonly )?(string|Uint8Array|unknown|Buffer)(\[\])?( \| undefined)?$/;

const isExported = (node: ts.Statement) =>
  ts.canHaveModifiers(node) &&
  (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

/** The functions that a statement declares, by name. */
function functionsOf(node: ts.Statement): [string, ts.SignatureDeclaration][] {
  if (ts.isFunctionDeclaration(node)) return node.name && node.body ? [[node.name.text, node]] : [];
  if (!ts.isVariableStatement(node)) return [];
  return node.declarationList.declarations.flatMap(({ name, initializer }) =>
    ts.isIdentifier(name) &&
    initializer &&
    (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer))
      ? [[name.text, initializer] as [string, ts.SignatureDeclaration]]
      : [],
  );
}

/** All of them below a folder, in order. */
export function takersOfText(folder: string): Exported[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.d.ts'),
  );
  return files.sort().flatMap((name) => {
    const file = join(folder, name).replaceAll('\\', '/');
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2023, true);
    const lineOf = (at: number) => source.getLineAndCharacterOfPosition(at).line + 1;
    return source.statements
      .filter(isExported)
      .flatMap(functionsOf)
      .flatMap(([own, declared]) =>
        declared.parameters.some(({ type }) => type && OUTSIDE.test(type.getText(source)))
          ? [{ file, name: own, from: lineOf(declared.getStart(source)), to: lineOf(declared.end) }]
          : [],
      );
  });
}
