// What the manifest tells VS Code about SevScope: one table of commands, editors, views and settings. `npm run
// generate` writes `contributes` and `activationEvents` of package.json from it (src/build/manifest.ts), and the
// host takes every id from it, so that no id is written twice. Plain data, without vscode or Node.
// https://code.visualstudio.com/api/references/contribution-points

/**
 * The prefix of all our ids; also the section of our settings, the type of our tasks, and the name of their
 * problem matcher.
 */
export const NAME = 'sevscope';

/** The suffix of launch files' names. */
export const LAUNCH_SUFFIX = '.sevlaunch.json';

/** All launch files below a folder. */
export const LAUNCH_PATTERN = `**/*${LAUNCH_SUFFIX}`;

/** Our own URI schemes: for editors that show something other than a file, and for the schema of launch files. */
export const SCHEMES = {
  comparison: 'sevscope-compare',
  images: 'sevscope-images',
  measured: 'sevscope-measured',
  messages: 'sevscope-messages',
  pasted: 'sevscope-pasted',
  report: 'sevscope-report',
  references: 'sevscope-references',
  snpReports: 'sevscope-snp-reports',
  schema: 'sevscope-schema',
} as const;

/**
 * The schema of launch files as the manifest names it: VS Code's JSON support requests it from us when it sees
 * the first launch file.
 */
export const LAUNCH_SCHEMA = `${SCHEMES.schema}://launch/sevlaunch.schema.json`;

/**
 * What starts the extension in addition to its commands, editors, views and tasks, which do so implicitly. A
 * launch file remains a JSON file, and a language has no event for only some of its files; but its schema is
 * requested when one is opened, and at no other time.
 */
export const ACTIVATION_EVENTS: readonly string[] = [
  `onFileSystem:${SCHEMES.schema}`,
  `onFileSystem:${SCHEMES.messages}`,
  `workspaceContains:${LAUNCH_PATTERN}`,
];

/** Builds a table whose keys become a type and whose rows share one. */
const tableOf =
  <Row>() =>
  <Id extends string>(rows: Readonly<Record<Id, Row>>): Readonly<Record<Id, Row>> =>
    rows;

/** A custom editor. */
interface EditorRow {
  readonly title: string;
  /** File name patterns, or URIs of one of our schemes. */
  readonly patterns: readonly string[];
  /** Whether it also shows the two sides of a diff. */
  readonly diff: boolean;
  /** Offered for its patterns, and not taken by itself. */
  readonly isOption?: true;
}

/** The custom editors, by their ids without prefix. */
export const EDITORS = tableOf<EditorRow>()({
  vmsa: { title: 'VMSA Page', patterns: ['*.vmsa', '*vmsa*.bin'], diff: true },
  ovmf: { title: 'OVMF Image', patterns: ['*.fd'], diff: true },
  images: { title: 'OVMF Image Comparison', patterns: [`${SCHEMES.images}:/**`], diff: false },
  comparison: { title: 'VMSA Comparison', patterns: [`${SCHEMES.comparison}:/**`], diff: false },
  report: { title: 'Launch Measurement Report', patterns: [`${SCHEMES.report}:/**`], diff: false },
  references: { title: 'Reference Values', patterns: [`${SCHEMES.references}:/**`], diff: false },
  snpReports: { title: 'SNP Report Comparison', patterns: [`${SCHEMES.snpReports}:/**`], diff: false },
  snpReport: { title: 'SNP Attestation Report', patterns: ['*.snpreport'], diff: true },
  // The same editor for names that other files have, too.
  snpReportOption: {
    title: 'SNP Attestation Report',
    patterns: ['*report*.bin', 'outblob'],
    diff: false,
    isOption: true,
  },
  idBlock: { title: 'SNP ID Block', patterns: ['*.idblock', '*.idauth'], diff: false },
  idBlockOption: {
    title: 'SNP ID Block',
    patterns: ['block', 'auth'].map((part) => `*id{,-,_}${part}*.{bin,b64,txt}`),
    diff: false,
    isOption: true,
  },
});

/** A custom editor of ours. */
export type EditorId = keyof typeof EDITORS;

/** The `viewType` of an editor. */
export const viewType = <const Id extends EditorId>(id: Id) => `${NAME}.${id}` as const;

/** Disables something in Restricted Mode. */
export const TRUSTED = 'isWorkspaceTrusted';

/**
 * Not in a browser without a remote machine behind it, where extensions have no disk, no processes and no libvirt, and ours only
 * shows and compares.
 */
const ON_A_MACHINE = '(!isWeb || remoteName)';

/** Where launches are checked. */
export const CHECKS = `${TRUSTED} && ${ON_A_MACHINE}`;

/** A view in our container in the activity bar. */
interface ViewRow {
  readonly title: string;
  readonly when: string;
}

/** The views, by their ids without prefix. */
export const VIEWS = tableOf<ViewRow>()({
  domains: { title: 'SEV Domains', when: CHECKS },
});

/** A view of ours. */
export type ViewId = keyof typeof VIEWS;

/** The id of a view as VS Code knows it. */
export const viewId = <const Id extends ViewId>(id: Id) => `${NAME}.${id}` as const;

/** How menus distinguish the rows of the domains view (`contextValue`, `viewItem`). */
export const ROWS = { connection: 'connection', domain: 'domain', checkableDomain: 'domain.sev' } as const;

/** The menus that contain our commands, in addition to the palette. */
export type Menu =
  'editor/title' | 'editor/context' | 'explorer/context' | 'view/title' | 'view/item/context';

/** A place in a menu. */
interface MenuPlace {
  readonly when: string;
  /** `GROUP@ORDER`, as VS Code reads it. */
  readonly group: string;
}

/** A command. */
interface CommandRow {
  readonly title: string;
  /** For buttons. */
  readonly icon?: string;
  /** When it can be run; by default always. */
  readonly enablement?: string;
  /** False for a command that needs a row of a view, which the palette cannot supply. */
  readonly palette?: false;
  readonly menus?: Readonly<Partial<Record<Menu, readonly MenuPlace[]>>>;
}

const IN_VMSA_EDITOR = `activeCustomEditorId == '${viewType('vmsa')}'`;
const VMSA_FILE = 'resourceFilename =~ /\\.vmsa$|vmsa.*\\.bin$/';
const ONE_VMSA_FILE = `${VMSA_FILE} && !listMultiSelection`;
const LAUNCH_FILE = `resourceFilename =~ /${LAUNCH_SUFFIX.replaceAll('.', '\\.')}$/ && ${ON_A_MACHINE}`;
const LAUNCH_TEXT = `${LAUNCH_FILE} && resourceScheme != ${SCHEMES.report}`;
const IMAGE_FILE = `resourceExtname == .fd && ${ON_A_MACHINE}`;
const IN_OVMF_EDITOR = `activeCustomEditorId == '${viewType('ovmf')}' && ${ON_A_MACHINE}`;
/** Where a log may be selected. */
const SELECTED_LOG = 'editorHasSelection && editorLangId =~ /^(log|plaintext)$/';
/** Names that files with attestation reports have; the palette opens any file. */
const REPORT_FILE = 'resourceFilename =~ /\\.snpreport$|\\.bin$|^outblob$|report[^\\/]*\\.json$/';
/** Those that two of are compared: other programs have *.bin, too. */
const COMPARED_REPORT = 'resourceFilename =~ /\\.snpreport$|report[^\\/]*\\.(bin|json)$|^outblob$/';
const IN_REPORT_EDITOR = `activeCustomEditorId =~ /^${NAME}\\.snpReport(Option)?$/`;
/** Names that files with ID blocks have. */
const ID_BLOCK_FILE = 'resourceFilename =~ /id[-_]?(block|auth)/';
const IN_DOMAINS = `view == ${viewId('domains')}`;
const ON_CHECKABLE_DOMAIN = `${IN_DOMAINS} && viewItem == ${ROWS.checkableDomain}`;
const ON_DOMAIN = `${IN_DOMAINS} && viewItem =~ /^${ROWS.domain}/`;
const ON_CONNECTION = `${IN_DOMAINS} && viewItem == ${ROWS.connection}`;

/** The commands that show, compare and make single files, by their ids without prefix: on every runtime. */
export const VIEWER_COMMANDS = tableOf<CommandRow>()({
  compareWithGenerated: {
    title: 'Compare VMSA with Generated…',
    icon: '$(diff)',
    menus: {
      'editor/title': [{ when: IN_VMSA_EDITOR, group: 'navigation' }],
      'explorer/context': [{ when: ONE_VMSA_FILE, group: '3_compare@50' }],
    },
  },
  compareWithFile: {
    title: 'Compare VMSA with File…',
    menus: {
      'editor/title': [{ when: IN_VMSA_EDITOR, group: '3_sevscope@1' }],
      'explorer/context': [{ when: ONE_VMSA_FILE, group: '3_compare@51' }],
    },
  },
  compareSelected: {
    title: 'Compare Selected VMSA Pages',
    menus: {
      'explorer/context': [{ when: `${VMSA_FILE} && listDoubleSelection`, group: '3_compare@52' }],
    },
  },
  identifyVmsa: {
    title: 'Identify…',
    menus: { 'editor/title': [{ when: IN_VMSA_EDITOR, group: '3_sevscope@2' }] },
  },
  setField: { title: 'Set VMSA Field…', enablement: TRUSTED },
  goToOffset: { title: 'Go to Offset in VMSA…', enablement: IN_VMSA_EDITOR },
  find: { title: 'Find in VMSA…', enablement: IN_VMSA_EDITOR },
  openPasted: { title: 'Open VMSA from Clipboard' },
  exportVmsa: {
    title: 'Export VMSA…',
    menus: {
      'editor/title': [{ when: IN_VMSA_EDITOR, group: '3_sevscope@3' }],
      'explorer/context': [{ when: ONE_VMSA_FILE, group: '5_cutcopypaste@90' }],
    },
  },
  generateVmsa: { title: 'Generate VMSA…', enablement: TRUSTED },
  compareImages: {
    title: 'Compare OVMF Images…',
    menus: {
      'explorer/context': [
        {
          when: 'resourceExtname == .fd && (listDoubleSelection || !listMultiSelection)',
          group: '3_compare@53',
        },
      ],
    },
  },
  openAsOvmf: {
    title: 'Open as OVMF Image',
    menus: {
      'explorer/context': [{ when: 'resourceExtname =~ /^\\.(bin|rom|fd|img)$/', group: 'navigation@51' }],
    },
  },
  openAsVmsa: { title: 'Open as VMSA' },
  openAsReport: {
    title: 'Open as SNP Report',
    menus: {
      'explorer/context': [{ when: `${REPORT_FILE} && !listMultiSelection`, group: 'navigation@51' }],
    },
  },
  compareReports: {
    title: 'Compare SNP Reports…',
    menus: {
      'editor/title': [{ when: IN_REPORT_EDITOR, group: '3_sevscope@1' }],
      'explorer/context': [
        {
          when: `${COMPARED_REPORT} && (listDoubleSelection || !listMultiSelection)`,
          group: '3_compare@54',
        },
      ],
    },
  },
  openPastedReport: { title: 'Open SNP Report from Clipboard' },
  openAsIdBlock: {
    title: 'Open as SNP ID Block',
    menus: {
      'explorer/context': [{ when: `${ID_BLOCK_FILE} && !listMultiSelection`, group: 'navigation@51' }],
    },
  },
  openPastedIdBlock: { title: 'Open SNP ID Block from Clipboard' },
  explainMessage: {
    title: 'Explain Error Message…',
    menus: { 'editor/context': [{ when: SELECTED_LOG, group: '9_sevscope@1' }] },
  },
});

/** Those that check launches: where there is a machine. */
export const CHECK_COMMANDS = tableOf<CommandRow>()({
  validateLaunch: {
    title: 'Validate Launch Measurement…',
    icon: '$(verified)',
    enablement: CHECKS,
    menus: {
      'editor/title': [{ when: LAUNCH_TEXT, group: 'navigation@1' }],
      'explorer/context': [{ when: LAUNCH_FILE, group: 'navigation@50' }],
    },
  },
  explainMismatch: {
    title: 'Explain Measurement Mismatch…',
    icon: '$(question)',
    enablement: CHECKS,
    menus: {
      'editor/title': [{ when: LAUNCH_TEXT, group: 'navigation@2' }],
      'explorer/context': [{ when: LAUNCH_FILE, group: 'navigation@50' }],
    },
  },
  openReport: { title: 'Open Launch Measurement Report', enablement: CHECKS },
  referenceValues: {
    title: 'Reference Values…',
    icon: '$(checklist)',
    enablement: CHECKS,
    menus: {
      'editor/title': [
        { when: LAUNCH_TEXT, group: 'navigation@3' },
        { when: IN_OVMF_EDITOR, group: 'navigation@1' },
      ],
      'explorer/context': [
        { when: LAUNCH_FILE, group: 'navigation@51' },
        { when: `${IMAGE_FILE} && !listMultiSelection`, group: 'navigation@52' },
      ],
    },
  },
  createIdBlock: {
    title: 'Create ID Block…',
    enablement: CHECKS,
    menus: { 'explorer/context': [{ when: LAUNCH_FILE, group: 'navigation@53' }] },
  },
  recordLaunch: {
    title: 'Record Launch from Domain…',
    enablement: CHECKS,
    menus: { 'view/item/context': [{ when: ON_CHECKABLE_DOMAIN, group: '1_check@2' }] },
  },
  createSample: { title: 'Create Sample Workspace', enablement: CHECKS },
  addConnection: {
    title: 'Add Connection…',
    icon: '$(add)',
    enablement: CHECKS,
    menus: { 'view/title': [{ when: IN_DOMAINS, group: 'navigation@1' }] },
  },
  removeConnection: {
    title: 'Remove Connection',
    enablement: CHECKS,
    menus: { 'view/item/context': [{ when: ON_CONNECTION, group: '9_remove' }] },
  },
  refreshDomains: {
    title: 'Refresh Domains',
    icon: '$(refresh)',
    enablement: CHECKS,
    menus: {
      'view/title': [{ when: IN_DOMAINS, group: 'navigation@2' }],
      'view/item/context': [
        { when: ON_CONNECTION, group: 'inline' },
        { when: ON_CONNECTION, group: '1_refresh' },
      ],
    },
  },
  validateDomain: {
    title: 'Validate Domain Launch Measurement…',
    icon: '$(verified)',
    enablement: CHECKS,
    menus: {
      'view/item/context': [
        { when: ON_CHECKABLE_DOMAIN, group: 'inline' },
        { when: ON_CHECKABLE_DOMAIN, group: '1_check' },
      ],
    },
  },
  copyDomainUuid: {
    title: 'Copy Domain UUID',
    enablement: CHECKS,
    palette: false,
    menus: { 'view/item/context': [{ when: ON_DOMAIN, group: '5_copy' }] },
  },
});

/** All of them. */
export const COMMANDS = { ...VIEWER_COMMANDS, ...CHECK_COMMANDS };

/** A command of the manifest. */
export type CommandId = keyof typeof COMMANDS;

/** A command of the viewers. */
export type ViewerCommandId = keyof typeof VIEWER_COMMANDS;

/** A command that checks launches. */
export type CheckCommandId = keyof typeof CHECK_COMMANDS;

/** A command that only one of our quick fixes runs: it is not in the manifest, so no palette or menu shows it. */
export type FixCommandId = 'protectKeyFile';

/** The name by which VS Code runs a command. */
export const command = <const Id extends CommandId | FixCommandId>(id: Id) => `${NAME}.${id}` as const;

/** The text of an empty view. */
export const WELCOME: Readonly<Record<ViewId, string>> = {
  domains: `The domains of a libvirt host are listed here, with what can be checked of their launch. Nothing is connected to before you choose a host.\n[${COMMANDS.addConnection.title}](command:${command('addConnection')})`,
};

/** A setting: the schema of its value. Text in `markdownDescription` is Markdown. */
interface SettingRow {
  readonly type: 'array' | 'number' | 'boolean';
  readonly default: unknown;
  /** `application`: a workspace cannot set it. */
  readonly scope: 'application';
  readonly [keyword: string]: unknown;
}

/** The settings, by their names without our section, in display order. */
export const SETTINGS = {
  connections: {
    type: 'array',
    items: { type: 'string' },
    uniqueItems: true,
    default: [],
    scope: 'application',
    markdownDescription:
      'Connection URIs of libvirt hosts, such as `qemu:///system` or `qemu+ssh://user@host/system`. Only your user settings count, and only forms that run no program of their own are opened.',
  },
  libvirtTimeout: {
    type: 'number',
    default: 10,
    minimum: 1,
    maximum: 600,
    scope: 'application',
    description: 'Seconds that one question to libvirt may take before its connection is ended.',
  },
  allowTcp: {
    type: 'boolean',
    default: false,
    scope: 'application',
    markdownDescription:
      'Allow `qemu+tcp://` to other machines. It is not encrypted: anybody on the way can read and change what the host says.',
  },
} as const satisfies Record<string, SettingRow>;

/** A setting of ours, without its section. */
export type SettingId = keyof typeof SETTINGS;

/** A member of our tasks in tasks.json: text, all of it paths in the task's folder. */
interface TaskRow {
  /** The option of `sevscope validate` that gets it. */
  readonly option: `--${string}`;
  readonly required: boolean;
  /** Whether it may also be a list, and each text a pattern that `sevscope` expands. */
  readonly many: boolean;
  readonly doc: string;
}

/** The members of our tasks: nothing else of a task reaches the command line. */
export const TASK_MEMBERS = tableOf<TaskRow>()({
  launch: {
    option: '--launch',
    required: true,
    many: true,
    doc: `Launch files to check: paths in the folder, or patterns such as ${LAUNCH_PATTERN}.`,
  },
  junit: {
    option: '--junit',
    required: false,
    many: false,
    doc: 'Where in the folder to write the results as JUnit XML.',
  },
});

/** The name of a member of our tasks. */
export type TaskMember = keyof typeof TASK_MEMBERS;

/** The lines of `sevscope validate` that report problems: file, line, column, severity and message. */
export const PROBLEM_LINE =
  '^(?:MISMATCH|NOT TRUSTED|ERROR|WARNING) (.+?):(\\d+):(\\d+): (error|warning): (.*)$';
