// The manual of the command line, as Markdown and as a man page (man(7)), read off the commands themselves.

import type { Command, Option } from 'commander';
import { COMMANDS } from '../cli/commands';
import { buildProgram } from '../cli/program';
import { printer } from '../cli/terminal';
import { EXIT_STATUS, type ErrorKind } from '../core/errors';
import { nodeIo } from '../node/io';

/** A command that can be run, for the manual. */
interface CommandDoc {
  /** Such as `sevscope vmsa diff`. */
  readonly name: string;
  /** What follows the name, such as `[options] <file> [other]`. */
  readonly usage: string;
  readonly doc: string;
  readonly groups: readonly {
    readonly title: string;
    readonly options: readonly { readonly flags: string; readonly doc: string }[];
  }[];
  /** What stands below the options in its help. */
  readonly more: string;
}

/** What each status says. The first two are answers. */
const STATUS: readonly (readonly [number, string])[] = [
  [0, 'matches, equal, verified, or done'],
  [1, 'does not match, differs, or is not verified'],
  ...Object.entries({
    usage: 'arguments or a file that do not fit the question',
    insecure: 'there is an answer, and it cannot be trusted',
    config: 'the domain or the image is not configured for it',
    state: 'the domain is in another state, or the connection was lost',
    bug: 'anything else',
  } satisfies Record<ErrorKind, string>).map(([kind, doc]) => [EXIT_STATUS[kind as ErrorKind], doc] as const),
];

const program = (): Command => {
  const silent = { write: () => undefined };
  const streams = { stdout: silent, stderr: silent };
  return buildProgram(
    COMMANDS,
    { io: nodeIo('.'), ...streams },
    printer(streams, (text) => text),
    () => undefined,
  );
};

/** What a command's help has below its options, in one paragraph. */
function textBelow(command: Command): string {
  let text = '';
  // A command is an emitter of Node, which its types leave out.
  const emitter = command as unknown as { emit: (event: string, context: object) => void };
  emitter.emit('afterHelp', { error: false, command, write: (part: string) => void (text += part) });
  return text.trim().replaceAll(/[ \n]+/g, ' ');
}

function groupsOf(command: Command): CommandDoc['groups'] {
  const help = command.createHelp();
  const options = help
    .visibleOptions(command)
    .filter(({ long }) => long !== '--help' && long !== '--version');
  const title = ({ helpGroupHeading }: Option) => helpGroupHeading ?? 'Options:';
  return [...new Set(options.map(title))].map((one) => ({
    title: one.replace(/:$/, ''),
    options: options
      .filter((option) => title(option) === one)
      .map((option) => ({ flags: help.optionTerm(option), doc: help.optionDescription(option) })),
  }));
}

/** The commands that can be run, in the order of the help. */
function docsOf(command: Command, path: readonly string[]): CommandDoc[] {
  const below = command.commands.filter((one) => one.name() !== 'help');
  if (below.length > 0) return below.flatMap((one) => docsOf(one, [...path, one.name()]));
  return [
    {
      name: path.join(' '),
      usage: command.usage(),
      doc: command.description(),
      groups: groupsOf(command),
      more: textBelow(command),
    },
  ];
}

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`;

/** The manual of the command line in Markdown: a section for each command, whose anchor is its name. */
export function cliMarkdown(): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
  return [
    '# Command line',
    'Generated from the commands by `npm run generate`. Any long option can be abbreviated. Numbers are decimal or have 0x before them.',
    '## Exit status',
    ['| status | meaning |', '|---|---|', ...STATUS.map(([status, doc]) => `| ${status} | ${doc} |`)].join(
      '\n',
    ),
    ...docsOf(program(), ['sevscope']).flatMap(({ name, usage, doc, groups, more }) => [
      `## ${name}`,
      `\`${`${name} ${usage}`.trim()}\``,
      sentence(doc),
      ...groups.flatMap(({ title, options }) => [
        ...(title === 'Options' ? [] : [`**${title}**`]),
        [
          '| option | meaning |',
          '|---|---|',
          ...options.map((one) => `| \`${one.flags}\` | ${cell(one.doc)} |`),
        ].join('\n'),
      ]),
      ...(more === '' ? [] : [more]),
    ]),
  ].join('\n\n');
}

/** A text for roff: backslashes and hyphens as themselves, no line that begins as a request. */
const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^([.'])/gm, '\\&$1');

/** The man page sevscope(1). @param version of the program */
export function manPage(version: string): string {
  const documents = docsOf(program(), ['sevscope']);
  return [
    `.TH SEVSCOPE 1 "" "sevscope ${version}" "User Commands"`,
    '.SH NAME',
    roff(
      'sevscope - look into OVMF images, VMSA pages and attestation reports, and check AMD SEV launch measurements',
    ),
    '.SH SYNOPSIS',
    '.B sevscope',
    '.I command',
    roff('[options] [file ...]'),
    '.SH COMMANDS',
    ...documents.flatMap(({ name, usage, doc, groups, more }) => [
      `.SS ${roff(`${name} ${usage}`.trim())}`,
      roff(sentence(doc)),
      ...groups.flatMap(({ title, options }) => [
        ...(title === 'Options' ? [] : ['.PP', roff(`${title}:`)]),
        ...options.flatMap((one) => ['.TP', `.B ${roff(one.flags)}`, roff(one.doc)]),
      ]),
      ...(more === '' ? [] : ['.PP', roff(more)]),
    ]),
    '.SH EXIT STATUS',
    ...STATUS.flatMap(([status, doc]) => ['.TP', `.B ${status}`, roff(sentence(doc))]),
    '.SH SEE ALSO',
    ...['.BR virt\\-qemu\\-sev\\-validate (1),', '.BR virsh (1)'],
  ].join('\n');
}
