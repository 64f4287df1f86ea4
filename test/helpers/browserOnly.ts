// VS Code in a browser and nothing behind it, as vscode.dev is: the test's server, whose page is told of no remote machine. The
// extension is loaded from a web address, and a folder lives in the memory of the extension host.

import { readFileSync, readdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, extname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ROOT, type VscodeServer } from './vscodeServer';

/** The scheme of the folder, and the name that it has in the Explorer. */
const SCHEME = 'memory';
const FOLDER = 'sample';

/** An extension with a file system, whose files are in its own address. */
const MANIFEST = {
  publisher: 'test',
  name: 'files',
  version: '1.0.0',
  engines: { vscode: '*' },
  browser: './extension.js',
  activationEvents: [`onFileSystem:${SCHEME}`],
};

/** Its code: a folder of files without folders in it. */
const CODE = `
const vscode = require('vscode');
exports.activate = async ({ extensionUri }) => {
  const changed = new vscode.EventEmitter();
  const read = fetch(extensionUri + '/files.json').then((answer) => answer.json());
  const files = new Map();
  const loaded = read.then((all) => {
    for (const [name, text] of Object.entries(all))
      files.set('/${FOLDER}/' + name, Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
  });
  const at = async (uri) => {
    await loaded;
    const bytes = files.get(uri.path);
    if (!bytes) throw vscode.FileSystemError.FileNotFound(uri);
    return bytes;
  };
  const refuse = (uri) => { throw vscode.FileSystemError.NoPermissions(uri); };
  vscode.workspace.registerFileSystemProvider('${SCHEME}', {
    onDidChangeFile: changed.event,
    watch: () => new vscode.Disposable(() => undefined),
    stat: async (uri) => uri.path === '/${FOLDER}'
      ? { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 }
      : { type: vscode.FileType.File, ctime: 0, mtime: 0, size: (await at(uri)).length },
    readDirectory: async () => {
      await loaded;
      return [...files.keys()].map((path) => [path.split('/').at(-1), vscode.FileType.File]);
    },
    readFile: at,
    writeFile: async (uri, bytes) => {
      await loaded;
      files.set(uri.path, bytes);
      changed.fire([{ type: vscode.FileChangeType.Created, uri }, { type: vscode.FileChangeType.Changed, uri }]);
    },
    createDirectory: refuse, delete: refuse, rename: refuse,
  });
};
`;

/** The start of the workbench, where code-server adds that it is itself the machine behind the page. */
const BEHIND = ',remoteAuthority:location.host}';

/** The page with our extension and that of the folder. @param configurationDefaults values of settings */
function configured(page: string, address: string, configurationDefaults: object): string {
  return page.replace(
    /(id="vscode-workbench-web-configuration" data-settings=")([^"]*)"/,
    (_, before: string, quoted: string) => {
      const settings = JSON.parse(quoted.replaceAll('&quot;', '"')) as object;
      const extensions = ['/extension', '/files'].map((path) => ({
        scheme: 'http',
        authority: address,
        path,
      }));
      const own = {
        ...settings,
        remoteAuthority: undefined,
        configurationDefaults,
        developmentOptions: { extensions },
      };
      return `${before}${JSON.stringify(own).replaceAll('"', '&quot;')}"`;
    },
  );
}

/** The workbench without a machine behind it. */
function alone(script: string): string {
  if (!script.includes(BEHIND)) throw new Error('The workbench names no machine behind it');
  return script.replace(BEHIND, '}');
}

/** What is changed of the server's answers, by their paths. */
const changes = (address: string, defaults: object): Readonly<Record<string, (text: string) => string>> => ({
  '/': (page) => configured(page, address, defaults),
  'workbench.js': alone,
});

/** What a server says of its answer that holds for a changed copy of it, too. */
const KEPT_HEADERS = ['content-type', 'content-security-policy', 'service-worker-allowed'];

/** An answer. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** The types of files of ours that a browser takes only as what they are, by suffix. */
const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css' };

/** A file of ours, or that there is none. */
function fileAnswer(path: string, read: () => string | Uint8Array): Answer {
  const headers = { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' };
  try {
    return { status: 200, headers, body: read() };
  } catch {
    return { status: 404, headers, body: '' };
  }
}

/** A server of the page. */
export interface BrowserOnly {
  /** The page that shows the folder. */
  readonly url: string;
  readonly close: () => void;
}

/**
 * Serves VS Code without a machine.
 * @param server the VS Code server; its user settings become VS Code's defaults
 * @param folder whose files are in the folder's memory
 */
export async function browserOnly(
  { address: behind, settings }: VscodeServer,
  folder: string,
): Promise<BrowserOnly> {
  const front = createServer();
  await new Promise<void>((done) => front.listen(0, '127.0.0.1', done));
  const address = `127.0.0.1:${(front.address() as AddressInfo).port}`;
  const changed = changes(address, settings);
  const files = () =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [name, readFileSync(join(folder, name), 'base64')]);
  const own: Readonly<Record<string, () => string>> = {
    '/files/package.json': () => JSON.stringify(MANIFEST),
    '/files/extension.js': () => CODE,
    '/files/files.json': () => JSON.stringify(Object.fromEntries(files())),
    // Neither has texts in other languages.
    '/files/package.nls.json': () => '{}',
    '/extension/package.nls.json': () => '{}',
  };
  const answerTo = async (asked: IncomingMessage): Promise<Answer> => {
    const path = decodeURIComponent(new URL(asked.url!, `http://${address}`).pathname);
    if (path in own) return fileAnswer(path, own[path]!);
    const [, name] = /^\/extension\/(.*)/.exec(path) ?? [];
    if (name !== undefined) return fileAnswer(path, () => readFileSync(join(ROOT, name)));
    const body = asked.method === 'GET' ? {} : { body: await buffer(asked) };
    const got = await fetch(`http://${behind}${asked.url}`, { method: asked.method!, ...body });
    const headers = KEPT_HEADERS.flatMap((kept) => {
      const value = got.headers.get(kept);
      return value === null ? [] : [[kept, value]];
    });
    const change = changed[path] ?? changed[basename(path)];
    return {
      status: got.status,
      headers: Object.fromEntries(headers) as Record<string, string>,
      body: change ? change(await got.text()) : new Uint8Array(await got.arrayBuffer()),
    };
  };
  front.on('request', (asked: IncomingMessage, answer: ServerResponse) => {
    answerTo(asked).then(
      ({ status, headers, body }) => answer.writeHead(status, headers).end(body),
      () => answer.destroy(),
    );
  });
  return {
    url: `http://${address}/?folder=${encodeURIComponent(`${SCHEME}:/${FOLDER}`)}`,
    close: () => {
      front.close();
      front.closeAllConnections();
    },
  };
}
