// The schema of launch files for VS Code: what the validator accepts, from its own table, with completions and
// explanations from the tables of CPU models, profiles and policies.

import { toJsonSchema } from '@valibot/to-json-schema';
import { hex } from '../core/binary/hex';
import { describePolicy } from '../core/tech/sev/policy';
import { FEATURE_ROWS } from '../core/vmsa/layout/bitsSev';
import { CPU_MODELS, describeCpuId } from '../core/vmsa/launch/cpuModels';
import { describeSnpPolicy } from '../core/tech/snp/policy';
import { WISH_ROWS } from '../core/report/wishes';
import { findProfile } from '../core/vmsa/launch/profiles';
import { NO_NUL } from '../core/launch/inputKinds';
import { TECHNOLOGY_NAMES, VMM_PROFILES } from '../core/launch/inputs';
import {
  FILE_PROFILES,
  LaunchFileSchema,
  MEMBER_ROWS,
  rowsIn,
  samplesOf,
  SINGLE_ROWS,
  usualRowsIn,
} from '../app/launchSchema';
import type { MemberRow } from '../app/inputs';
import { numberPattern } from '../app/numberPattern';

/** A JSON schema with VS Code's extensions to the standard. */
interface JsonSchema {
  [keyword: string]: unknown;
  properties?: Record<string, JsonSchema>;
  anyOf?: JsonSchema[];
}

/** A completion that VS Code offers: `body` has `${1:text}` where the user continues typing. */
interface Snippet {
  readonly label: string;
  readonly description?: string;
  readonly body: unknown;
}

/** Policies that owners commonly give their guests, the safest SEV-ES policy first. */
const POLICIES = [7, 5, 3, 1, 4, 0];
const POLICY_CHOICES: readonly Snippet[] = POLICIES.map((policy) => ({
  label: hex(policy),
  description: describePolicy(policy),
  body: policy,
}));

/** SNP policies, the usual one first. */
const SNP_POLICY_CHOICES: readonly Snippet[] = [0x30000n, 0x20000n, 0xb0000n, 0x1030000n].map((policy) => ({
  label: hex(policy),
  description: describeSnpPolicy(policy),
  body: hex(policy),
}));

const CPU_CHOICES = CPU_MODELS.flatMap((model) =>
  [model.name, ...model.versions].map((name) => ({
    name,
    text: `${describeCpuId(model)}${model.note === undefined ? '' : `; ${model.note}`}`,
  })),
);

/** What is put in for rows, with the places where the user continues typing, numbered from `first`. */
const body = (rows: readonly MemberRow[], first: number): Record<string, unknown> =>
  Object.fromEntries(
    samplesOf(rows).map(([name, sample], i) => {
      const place = `\${${first + i}:${sample}}`;
      return [name, typeof sample === 'number' ? `^${place}` : place];
    }),
  );

const RECORDED = body(rowsIn('launch'), 1);
const DOMAIN = body(rowsIn('domain'), 1);
/** What comes after what is asked of the host. */
const OWNER = body(SINGLE_ROWS, 6);
const KEYS = body(usualRowsIn('keys'), 9);

/** A launch whose digest somebody computed before; what an SNP launch of QEMU needs. */
const DIGEST = {
  technology: 'snp',
  ...body(SINGLE_ROWS, 1),
  launchDigest: `\${9:${'0'.repeat(96)}}`,
};

/** What 32 or 48 bytes look like as text: hexadecimal, base64, or these with something between or before. */
const bytesPattern = (sizes: readonly number[]): string => {
  const exact = sizes.flatMap((size) => [
    `[0-9a-fA-F]{${2 * size}}`,
    size % 3 === 0
      ? `[A-Za-z0-9+/_-]{${(size / 3) * 4}}`
      : `[A-Za-z0-9+/_-]{${Math.ceil((size * 4) / 3)}}={0,2}`,
  ]);
  return `^(\\s*(0[xX])?(${exact.join('|')})\\s*|(?=[\\s\\S]{60})[\\s\\S]*[\\s:-][\\s\\S]*)$`;
};
const BYTES_HELP = (what: string) => `This must be ${what}, in hexadecimal or base64.`;

/** The numbers of a CPU in a text, such as 25/1/1. */
const CPU_NUMBERS = `^${rowsIn('cpu')
  .map(({ least = 0, most = 0 }) => numberPattern(least, most))
  .join('/')}$`;

/** A launch with the attestation report of its guest. */
const REPORT = {
  technology: 'snp',
  ...body(SINGLE_ROWS, 1),
  report: '${9:report.bin}',
  certificates: '${10:certs}',
};

/** What a wish looks like as text. */
const WISH_HELP = Object.fromEntries(
  WISH_ROWS.filter(({ kind }) => kind === 'bytes').map(({ name, size }) => [
    name,
    { pattern: bytesPattern([size]), patternErrorMessage: BYTES_HELP(`${size} bytes`) },
  ]),
);

/** The help for each member, by its path. */
const HELP: Readonly<Record<string, Record<string, unknown>>> = {
  '': {
    defaultSnippets: [
      {
        label: 'A recorded launch',
        description: 'what the host reported is in the file; no host is asked',
        body: { ...OWNER, launch: RECORDED, keys: KEYS },
      },
      {
        label: 'An SEV-SNP launch and its digest',
        description: 'the inputs must give a digest that somebody wrote down; no keys, no host',
        body: DIGEST,
      },
      {
        label: 'An SEV-SNP launch and its attestation report',
        description: 'the inputs must give the measurement in a report that is verified up to a root of AMD',
        body: REPORT,
      },
      {
        label: 'The launch of a libvirt domain',
        description: 'the host is asked',
        body: { ...OWNER, domain: DOMAIN, keys: KEYS },
      },
    ],
  },
  ...Object.fromEntries(
    MEMBER_ROWS.filter((row) => row.alone === undefined && row.member[0] !== 'keys').map(
      ({ member, examples, fallback }) => [
        member.join('.'),
        { ...(examples && { examples }), ...(fallback !== undefined && { default: fallback }) },
      ],
    ),
  ),
  keys: {
    defaultSnippets: [
      { label: 'TIK and TEK', description: 'a file for each', body: body(usualRowsIn('keys'), 1) },
      {
        label: 'TEK and TIK in one file',
        body: body(
          rowsIn('keys').filter((row) => row.alone),
          1,
        ),
      },
    ],
  },
  launch: { defaultSnippets: [{ label: 'What the host reported', body: RECORDED }] },
  domain: { defaultSnippets: [{ label: 'A domain of a libvirt host', body: DOMAIN }] },
  require: {
    defaultSnippets: [
      { label: 'A nonce', body: { reportData: `\${1:${'0'.repeat(128)}}` } },
      {
        label: 'A policy, the VMPL and a TCB',
        body: {
          policy: '${1:0x30000}',
          vmpl: '^${2:0}',
          minimumTcb: { snp: '^${3:23}', microcode: '^${4:213}' },
        },
      },
    ],
  },
};

/** What the tables of profiles and policies say of members. */
const MORE_HELP: Readonly<Record<string, Record<string, unknown>>> = {
  profile: { enumDescriptions: FILE_PROFILES.map(({ title, doc }) => `${title}. ${doc}`) },
  technology: { enumDescriptions: Object.values(TECHNOLOGY_NAMES) },
  vmm: {
    enumDescriptions: Object.values(VMM_PROFILES).map((id) => findProfile(id)!.title),
  },
  policy: { defaultSnippets: SNP_POLICY_CHOICES },
  launchDigest: {
    pattern: bytesPattern([32, 48]),
    patternErrorMessage: BYTES_HELP('32 bytes, of SEV-SNP 48'),
  },
  ...Object.fromEntries(
    Object.entries({ hostData: 32, idBlock: 96, idAuth: 4096, guestVisibleWorkarounds: 16 }).map(
      ([name, size]) => [
        name,
        { pattern: bytesPattern([size]), patternErrorMessage: BYTES_HELP(`${size} bytes`) },
      ],
    ),
  ),
  'launch.policy': { defaultSnippets: POLICY_CHOICES },
  'domain.policy': { defaultSnippets: POLICY_CHOICES },
};

function memberOf(schema: JsonSchema, path: string): JsonSchema {
  if (path === '') return schema;
  return path.split('.').reduce((at, name) => {
    const next = at.properties?.[name];
    if (!next) throw new Error(`A launch file has no "${path}".`);
    return next;
  }, schema);
}

/** Each pattern with a sentence of its own: VS Code would show the pattern. */
function explainPatterns(schema: JsonSchema): void {
  if (schema['pattern'] !== undefined && schema['patternErrorMessage'] === undefined)
    schema['patternErrorMessage'] =
      schema['pattern'] === NO_NUL.source
        ? 'This text must not have a NUL character: what takes it would stop there.'
        : 'This must be a number in decimal or 0x form, within its range.';
  for (const inner of [...Object.values(schema.properties ?? {}), ...(schema.anyOf ?? [])])
    explainPatterns(inner);
}

/** The schema, with `title` as VS Code displays it. */
export function launchSchema(): object {
  const schema = {
    title: 'SEV launch',
    // These checks are replaced by an enumeration below.
    ...toJsonSchema(LaunchFileSchema, { typeMode: 'input', ignoreActions: ['check'] }),
  } as unknown as JsonSchema;
  for (const [path, help] of [...Object.entries(HELP), ...Object.entries(MORE_HELP)])
    Object.assign(memberOf(schema, path), help);
  for (const [name, help] of Object.entries(WISH_HELP))
    Object.assign(memberOf(schema, `require.${name}`).anyOf![0]!, help);
  const [word, names] = memberOf(schema, 'guestFeatures').anyOf ?? [];
  for (const inner of word?.anyOf ?? [])
    if (inner['pattern'] !== undefined)
      inner['patternErrorMessage'] = 'This must be a number of 64 bits, or names of SEV features.';
  Object.assign(names?.['items'] ?? {}, {
    enumDescriptions: FEATURE_ROWS.map(({ doc }) => doc),
  });
  const cpus = memberOf(schema, 'cpu').anyOf ?? [];
  const [named, numbers] = cpus;
  Object.assign(named!, {
    enum: CPU_CHOICES.map(({ name }) => name),
    enumDescriptions: CPU_CHOICES.map(({ text }) => text),
  });
  Object.assign(numbers!, {
    defaultSnippets: [
      {
        label: 'Family, model and stepping',
        body: body(rowsIn('cpu'), 1),
      },
    ],
  });
  cpus.splice(1, 0, { type: 'string', pattern: CPU_NUMBERS });
  explainPatterns(schema);
  return schema;
}
