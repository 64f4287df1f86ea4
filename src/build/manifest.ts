// The generated members of package.json, from the table in src/contributions.ts: what VS Code shows before the
// extension runs, and what starts it. https://code.visualstudio.com/api/references/contribution-points

import {
  ACTIVATION_EVENTS,
  CHECKS,
  COMMANDS,
  EDITORS,
  LAUNCH_SCHEMA,
  LAUNCH_SUFFIX,
  NAME,
  PROBLEM_LINE,
  SETTINGS,
  TASK_MEMBERS,
  VIEWS,
  WELCOME,
  command,
  viewId,
  viewType,
  type Menu,
} from '../contributions';

const TITLE = 'SevScope';
const ICON = 'media/domains.svg';

/** The rows of a table with their ids. */
const rowsOf = <Id extends string, Row>(table: Readonly<Record<Id, Row>>) =>
  Object.entries(table) as [Id, Row][];

function customEditors(): unknown {
  return rowsOf(EDITORS).map(([id, { title, patterns, diff, isOption }]) => ({
    viewType: viewType(id),
    displayName: title,
    selector: patterns.map((filenamePattern) => ({ filenamePattern })),
    priority: { textEditor: isOption ? 'option' : 'default', ...(diff && { diffEditor: 'default' }) },
  }));
}

function commands(): unknown {
  return rowsOf(COMMANDS).map(([id, { title, icon, enablement }]) => ({
    command: command(id),
    title,
    category: 'SEV',
    icon,
    enablement,
  }));
}

/** Each menu with its commands. The palette has every command except those it lists as hidden. */
function menus(): unknown {
  const places = (menu: Menu) =>
    rowsOf(COMMANDS).flatMap(([id, row]) =>
      (row.menus?.[menu] ?? []).map((place) => ({ command: command(id), ...place })),
    );
  const hidden = rowsOf(COMMANDS).filter(([, { palette }]) => palette === false);
  return {
    'editor/title': places('editor/title'),
    'editor/context': places('editor/context'),
    'explorer/context': places('explorer/context'),
    'view/title': places('view/title'),
    'view/item/context': places('view/item/context'),
    commandPalette: hidden.map(([id]) => ({ command: command(id), when: 'false' })),
  } satisfies Record<Menu | 'commandPalette', unknown>;
}

function views(): unknown {
  return rowsOf(VIEWS).map(([id, { title, when }]) => ({
    id: viewId(id),
    name: title,
    icon: ICON,
    contextualTitle: TITLE,
    when,
  }));
}

function settings(): unknown {
  const properties = rowsOf(SETTINGS).map(([id, schema], i) => [
    `${NAME}.${id}`,
    { ...schema, order: i + 1 },
  ]);
  return Object.fromEntries(properties);
}

/** Our task and the schema of its members. */
function taskDefinition(): unknown {
  const rows = rowsOf(TASK_MEMBERS);
  const schema = ({ many, doc }: (typeof TASK_MEMBERS)[keyof typeof TASK_MEMBERS]) => ({
    ...(many ? { type: ['string', 'array'], items: { type: 'string' } } : { type: 'string' }),
    description: doc,
  });
  return {
    type: NAME,
    required: rows.filter(([, { required }]) => required).map(([id]) => id),
    properties: Object.fromEntries(rows.map(([id, row]) => [id, schema(row)])),
    when: CHECKS,
  };
}

/** How VS Code parses lines of `sevscope validate` into problems. */
const problemMatcher = {
  name: NAME,
  label: 'Launch measurements',
  owner: `${NAME}-launches`,
  source: TITLE,
  fileLocation: ['autoDetect', '${workspaceFolder}'],
  pattern: { regexp: PROBLEM_LINE, file: 1, line: 2, column: 3, severity: 4, message: 5 },
};

/** The generated members of package.json; the others are written by hand. Undefined members are not written. */
export function manifestMembers(): { activationEvents: readonly string[]; contributes: unknown } {
  return {
    activationEvents: ACTIVATION_EVENTS,
    contributes: {
      customEditors: customEditors(),
      commands: commands(),
      menus: menus(),
      jsonValidation: [{ fileMatch: `*${LAUNCH_SUFFIX}`, url: LAUNCH_SCHEMA }],
      taskDefinitions: [taskDefinition()],
      problemMatchers: [problemMatcher],
      viewsContainers: { activitybar: [{ id: NAME, title: TITLE, icon: ICON }] },
      views: { [NAME]: views() },
      viewsWelcome: rowsOf(WELCOME).map(([id, contents]) => ({ view: viewId(id), contents })),
      configuration: { title: TITLE, properties: settings() },
    },
  };
}
