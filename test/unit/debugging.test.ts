// The configurations of .vscode, with which F5 works on the first day, name tasks and programs that are there.

import { strict as assert } from 'node:assert';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

describe('F5', () => {
  interface Launches {
    configurations: { name: string; program?: string; preLaunchTask: string }[];
  }
  interface Tasks {
    tasks: { label: string; dependsOn?: string }[];
  }
  const read = (name: string): unknown => JSON.parse(readFileSync(join('.vscode', name), 'utf8'));
  const { configurations } = read('launch.json') as Launches;
  const labels = (read('tasks.json') as Tasks).tasks.map(({ label }) => label);

  for (const { name, program, preLaunchTask } of configurations)
    it(`finds what it needs for ${name}`, () => {
      assert.ok(labels.includes(preLaunchTask), preLaunchTask);
      if (program !== undefined) assert.ok(existsSync(program.replace('${workspaceFolder}', '.')), program);
    });
});
