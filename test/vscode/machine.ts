// The machine that the tests run on, with the threads of the extension that is installed.

import * as vscode from 'vscode';
import { nodeIo } from '../../src/node/io';
import { scriptFolder } from '../../src/host/shell/files';

const { extensionUri } = vscode.extensions.getExtension('sevscope.sevscope')!;

/** Node's Io, as the extension makes its own. */
export const io = nodeIo(scriptFolder(extensionUri).fsPath);
