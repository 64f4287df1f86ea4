// The texts of the generated files, from the tables that the product itself uses.

import { describeLayout } from '../core/binary/describe';
import { LAUNCH_CAUSES, TITLES } from '../core/explain/causes';
import { explainHostLine, HOST_LINE_ROWS } from '../core/explain/hostLines';
import { INPUTS, type InputRow } from '../core/launch/inputs';
import { KERNEL_HASHES } from '../core/launch/kernelHashes';
import { KNOWN_ENTRIES } from '../core/ovmf/entries';
import { METADATA_HEADER, METADATA_LISTS } from '../core/ovmf/metadataLayout';
import { markdownCell, markdownTable } from '../core/binary/markdown';
import { DIGEST_RULES } from '../core/check/digestRules';
import { OVMF_RULES } from '../core/ovmf/rules';
import { KNOWN_GUIDS } from '../core/ovmf/volumes/guids';
import { FILE_TYPES, SECTION_TYPES, VOLUME_LAYOUTS } from '../core/ovmf/volumes/layouts';
import { VOLUME_RULES } from '../core/ovmf/volumes/rules';
import { hex } from '../core/binary/hex';
import { entriesOf } from '../core/binary/struct';
import { CAUSES } from '../core/vmsa/compare/causes';
import { CPU_MODELS, describeCpuId, SILICON } from '../core/vmsa/launch/cpuModels';
import { provenanceOf } from '../core/vmsa/launch/initial';
import { VMSA } from '../core/vmsa/layout/layout';
import { PROFILES, type Profile } from '../core/vmsa/launch/profiles';
import { ATTESTATION_REPORT } from '../core/report/layout';
import { TCB_LAYOUTS } from '../core/report/products';
import { REPORT_RULES } from '../core/report/rules';
import { STEPS } from '../core/report/steps';
import { WISH_ROWS } from '../core/report/wishes';
import { VMSA_RULES } from '../core/vmsa/rules';
import { encodeSignature } from '../core/vmsa/launch/signature';
import { verificationSchema } from '../app/reportSchema';
import { LINT_RULES } from '../app/launchRules';
import { cliMarkdown, manPage } from './cliDocs';
import { launchSchema } from './launchSchema';
import { manifestMembers } from './manifest';

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  markdownTable(
    heads,
    rows.map((cells) => cells.map(markdownCell)),
  ).join('\n');

const versionsOf = ({ since, until }: { since?: string; until?: string }): string =>
  [since && `since ${since}`, until && `until ${until}`].filter(Boolean).join('; ');

const code = (text: string) => `\`${text}\``;

/** Each layer once, by its title: several profiles share layers. */
function layersSection(): string {
  const layers = [...new Map(PROFILES.flatMap((p) => p.layers).map((l) => [l.title, l])).values()];
  return layers
    .map((layer) => {
      const rows = entriesOf(layer.values).map(([field, value]) => {
        const known = provenanceOf(layer, field);
        return [
          code(field),
          typeof value === 'object' ? value.symbol : hex(value),
          known.source,
          versionsOf(known),
          known.note ?? '',
        ];
      });
      const role = layer.role
        ? `, ${layer.role === 'ap' ? 'additional processors' : 'boot processor'} only`
        : '';
      const heads = ['field', 'value', 'source', 'versions', 'note'];
      return `#### ${layer.title}\n\n${code(layer.id)}${role}.\n\n${table(heads, rows)}`;
    })
    .join('\n\n');
}

function profilesSection(): string {
  const rows = PROFILES.map((p: Profile) => [
    code(p.id),
    p.title,
    p.mode,
    p.kind,
    p.roles.join(', '),
    versionsOf(p),
  ]);
  const parts = PROFILES.map((p) => {
    const layers = p.layers.map((l, i) => `${i + 1}. ${l.title}`).join('\n');
    return `#### ${p.id}: ${p.title}\n\n${p.doc}\n\n${layers}`;
  });
  return [
    table(['profile', 'title', 'mode', 'kind', 'roles', 'versions'], rows),
    '### Layers of each profile',
    ...parts,
  ].join('\n\n');
}

function siliconTable(): string {
  const rows = SILICON.flatMap(({ codename, family, sev, models, seen }) =>
    seen.map(({ model, stepping, name }) => [
      codename,
      describeCpuId({ family, model, stepping }),
      hex(encodeSignature({ family, model, stepping }), 8),
      name,
      `${hex(models[0])} to ${hex(models[1])}`,
      sev,
    ]),
  );
  return table(['processor', 'numbers', 'signature', 'stepping', 'range of models', 'highest mode'], rows);
}

function cpuTable(): string {
  const rows = CPU_MODELS.map((m) => [
    m.name,
    describeCpuId(m),
    hex(encodeSignature(m), 8),
    m.versions.join(', '),
    m.note ?? '',
  ]);
  return table(['QEMU model', 'numbers', 'signature', 'versions and aliases', 'note'], rows);
}

function rulesTable(rules: Readonly<Record<string, { severity: string; doc: string }>>): string {
  const rows = Object.entries(rules).map(([rule, { severity, doc }]) => [code(rule), severity, doc]);
  return table(['rule', 'severity', 'what it notices'], rows);
}

/** Each input with its names in a launch file and on the command line, and who gives it. */
function inputsTable(): string {
  const givers = { owner: 'owner', host: 'host', both: 'owner, else host' } as const;
  const rows = (INPUTS as readonly InputRow[]).map((row) => [
    row.member ? code(row.member.join('.')) : '',
    [row.short, row.option]
      .flatMap((name) => name ?? [])
      .map(code)
      .join(', '),
    (row.aliases ?? []).map(code).join(', '),
    row.doc,
    givers[row.from],
    row.technologies.join(', '),
  ]);
  const heads = [
    'member of a launch file',
    'option',
    'also',
    'what it is',
    'who gives it',
    'has an effect on',
  ];
  return table(heads, rows);
}

function causesTable(): string {
  return table(
    ['cause', 'title', 'what it means'],
    CAUSES.map(({ id, title, doc }) => [code(id), title, doc]),
  );
}

function launchCausesTable(): string {
  return table(
    ['cause', 'what is tried', 'why it happens', 'what to do'],
    LAUNCH_CAUSES.map(({ id, doc, why, advice }) => [code(id), doc, why, advice]),
  );
}

/** Every line that is explained, as it is printed. */
function hostLinesTable(): string {
  const rows = HOST_LINE_ROWS.flatMap(({ lines }) => lines).map((line) => {
    const { title, meaning, inputs, advice, source } = explainHostLine(line)!;
    const decided = inputs.map((id) => TITLES[id]).join(', ');
    return [line, `${title}. ${meaning}`, decided || 'none', advice, source];
  });
  return table(['line', 'meaning', 'inputs that decide it', 'what to do', 'source'], rows);
}

function ovmfSection(): string {
  const entries = KNOWN_ENTRIES.map(({ payload, guid, doc, since }) =>
    describeLayout(payload, '###').replace('\n\n', `\n\n\`${guid}\`, ${since}. ${doc}\n\n`),
  );
  const lists = Object.values(METADATA_LISTS).map((m) => describeLayout(m.section, '####'));
  return [
    ...entries,
    '### Metadata lists',
    describeLayout(METADATA_HEADER, '####'),
    ...lists,
    '### Rules',
    rulesTable(OVMF_RULES),
  ].join('\n\n');
}

function volumesSection(): string {
  const types = (list: readonly { code: number; name: string }[]) =>
    table(
      ['type', 'name'],
      list.map(({ code: n, name }) => [code(hex(n, 2)), name]),
    );
  return [
    ...VOLUME_LAYOUTS.map((layout) => describeLayout(layout, '###')),
    '### File types',
    types(FILE_TYPES),
    '### Section types',
    types(SECTION_TYPES),
    '### GUIDs by name',
    table(
      ['GUID', 'name', 'of a'],
      KNOWN_GUIDS.map(({ guid, name, of }) => [code(guid), name, of]),
    ),
    '### Rules about firmware volumes',
    rulesTable(VOLUME_RULES),
  ].join('\n\n');
}

/**
 * Project path and text of every generated file; Prettier formats them afterwards.
 * @param manifest the current package.json, some of whose members are generated
 */
export function generatedFiles(manifest: string): Record<string, string> {
  const reference = [
    '# Reference',
    'Generated from the tables in `src` by `npm run generate`.',
    describeLayout(VMSA),
    '## Rules about VMSA pages',
    rulesTable(VMSA_RULES),
    describeLayout(ATTESTATION_REPORT),
    'CPUID is there from version 3 on, mitigation vectors from version 5; before, their bytes are reserved.',
    ...Object.values(TCB_LAYOUTS).map((layout) => describeLayout(layout, '###')),
    '### Rules about attestation reports',
    rulesTable(REPORT_RULES),
    '### Steps of a verification',
    table(
      ['step', 'title', 'must have passed'],
      Object.entries(STEPS).map(([id, { title, required }]) => [code(id), title, required ? 'yes' : '']),
    ),
    '### What can be wanted of a report',
    'Members of a file for `report verify --require`; those of go-sev-guest that differ stand beside them.',
    table(
      ['member', 'compared with', 'meaning', 'go-sev-guest'],
      WISH_ROWS.map(({ name, field, doc, others }) => [
        code(name),
        code(field),
        doc,
        others.map(code).join(', '),
      ]),
    ),
    '## Launch profiles',
    'Layers write in their order; the last write to a field stands, and fields that no layer names are zero.',
    profilesSection(),
    '### What each layer writes',
    layersSection(),
    '## Causes of differences',
    'A field that differs has the first of these causes that fits the values on both sides.',
    causesTable(),
    '## Causes of a launch that does not match',
    'What the search for an explanation tries: each cause by itself, then every two that change different inputs.',
    launchCausesTable(),
    '## Error messages of hosts and guests',
    'What `sevscope explain` says of a line, and **Explain Error Message…** in VS Code. Each has the function that prints the line, or fails so. AMD-ASPFW is the firmware of the processor that AMD has published (amd/AMD-ASPFW); what only a thread of its users shows has that thread.',
    hostLinesTable(),
    '## CPU models',
    cpuTable(),
    '## Silicon',
    'Processors as they were made, which a guest has with host-passthrough only.',
    siliconTable(),
    '## OVMF',
    ovmfSection(),
    '## Firmware volumes',
    volumesSection(),
    '## Measured direct boot',
    describeLayout(KERNEL_HASHES, '###'),
    '## Launch files',
    'The members of a launch file are in its schema, `media/sevlaunch.schema.json`. VS Code shows what these rules notice while you type, and `sevscope launch lint` prints it.',
    '### Inputs of a launch',
    inputsTable(),
    '### Rules about launch files',
    rulesTable(LINT_RULES),
    '### Rules about digests',
    rulesTable(DIGEST_RULES),
  ].join('\n\n');
  const { version } = JSON.parse(manifest) as { version: string };
  return {
    'media/reference.md': reference,
    'docs/cli.md': cliMarkdown(),
    'docs/sevscope.1': manPage(version),
    'media/sevlaunch.schema.json': JSON.stringify(launchSchema()),
    'media/sevreport.schema.json': JSON.stringify(verificationSchema()),
    'package.json': JSON.stringify({ ...(JSON.parse(manifest) as object), ...manifestMembers() }, null, 2),
  };
}
