// What the manifest and the host take from the table of contributions, and what they do not say a second time.

import { strict as assert } from 'node:assert';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS, EDITORS, NAME, SCHEMES, SETTINGS, VIEWS } from '../../src/contributions';

interface Manifest {
  name: string;
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;

describe('The contributions', () => {
  it('begin with the name of the package', () => {
    assert.equal(manifest.name, NAME);
    for (const scheme of Object.values(SCHEMES)) assert.ok(scheme.startsWith(`${NAME}-`), scheme);
  });

  it('have no setting that counts in Restricted Mode', () => {
    const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    assert.deepEqual(
      restrictedConfigurations,
      Object.keys(SETTINGS).map((id) => `${NAME}.${id}`),
    );
  });

  it('are called by the ids of the table, and written out nowhere else', () => {
    const ids = [COMMANDS, EDITORS, SETTINGS, VIEWS].flatMap((table) => Object.keys(table));
    const written = new RegExp(
      `['"\`](?:${NAME}\\.(?:${ids.join('|')})|${Object.values(SCHEMES).join('|')})\\b`,
    );
    const sources = ['src/host', 'webview'].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    );
    const found = sources.filter((path) => /\.tsx?$/.test(path) && written.test(readFileSync(path, 'utf8')));
    assert.ok(sources.length > 0);
    assert.deepEqual(found, []);
  });
});
