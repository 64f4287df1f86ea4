// The schema of launch files, from the table of inputs: what the validator takes, and what VS Code's schema is
// generated from.

import * as v from 'valibot';
import type { LaunchFile } from '../core/check/launchFile';
import { NO_NUL, WITHOUT_NUL } from '../core/launch/inputKinds';
import { wishesSchema } from './wishesSchema';
import { OBJECTS, type InputId, type InputRow } from '../core/launch/inputs';
import { SEV_ES_PROFILES, type KnownProfile } from '../core/vmsa/launch/profiles';
import { FEATURE_ROWS } from '../core/vmsa/layout/bitsSev';
import { MATRIX_PROFILES } from '../core/check/matrix';
import { MEMBER_TABLE, PATH_ROWS, type MemberRow } from './inputs';
import { numberPattern } from './numberPattern';

/** The rows of an object in a launch file; those of one that is no object are its members by themselves. */
export const rowsIn = (name: string): MemberRow[] =>
  MEMBER_TABLE.filter(({ member }) => member.length > 1 && member[0] === name);

/** The rows that are members by themselves. */
export const SINGLE_ROWS = MEMBER_TABLE.filter(({ member }) => member.length === 1);

/** The rows of an object but the one that takes the place of the others. */
export const usualRowsIn = (name: string): MemberRow[] => rowsIn(name).filter(({ alone }) => !alone);

/** What stands in a new launch file for these rows. */
export const samplesOf = (rows: readonly MemberRow[]): [name: string, sample: string | number][] =>
  rows.flatMap(({ member, sample }) => (sample === undefined ? [] : [[member.at(-1)!, sample]]));

/** The rows that are a value of their own: the numbers of a CPU are one. */
export const MEMBER_ROWS = MEMBER_TABLE.filter(
  ({ member }) => member.length === 1 || Object.keys(OBJECTS).includes(member[0]!),
);

/** The members of a launch file that are paths, or objects of paths. */
export const PATHS: readonly string[] = [...new Set(PATH_ROWS.map(({ member }) => member[0]!))];

/** A row that takes one of several names. */
interface ChoiceRow extends InputRow {
  readonly choices: readonly string[];
}

const FEATURES: InputId = 'features';
/** A number of at most 64 bits, but for its range in decimal. */
const WORD_TEXT = /^(0[xX]0*[0-9a-fA-F]{1,16}|[0-9]{1,20})$/;

const cString = v.regex(NO_NUL, WITHOUT_NUL);

const pathSchema = v.pipe(v.string(), v.minLength(1), cString);

/** What a row wants, as a phrase. */
function wantedBy({ parse }: InputRow): string {
  const read = parse('');
  return read.ok ? '' : read.wanted;
}

/** The value of a text that the schema has taken. */
const valueOf =
  ({ parse }: InputRow) =>
  (text: string): unknown => {
    const read = parse(text);
    return read.ok ? read.value : undefined;
  };

/** A number, or the same as people write it: 5, "5" or "0x5". */
function numberSchema(row: InputRow): v.GenericSchema {
  const { least = 0, most = 0 } = row;
  const pattern = new RegExp(`^${numberPattern(least, most)}$`);
  return v.union(
    [
      v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most)),
      v.pipe(v.string(), v.regex(pattern), v.transform(valueOf(row))),
    ],
    wantedBy(row),
  );
}

/** A CPU in a text, by the name of a model or its numbers, or by numbers one by one. */
function cpuSchema(row: InputRow): v.GenericSchema {
  const named = wantedBy(row);
  return v.pipe(
    v.union(
      [
        v.pipe(
          v.string(),
          v.check((text) => row.parse(text).ok, named),
        ),
        objectOf(rowsIn('cpu')),
      ],
      `${named}, or an object with family, model and stepping`,
    ),
    v.transform((cpu) => (typeof cpu === 'string' ? valueOf(row)(cpu) : cpu)),
    v.description(row.doc),
  );
}

/** A number of 64 bits, or the same as a text, which alone can hold all of them. */
function wordSchema(row: InputRow, text: RegExp = WORD_TEXT): v.GenericSchema {
  return v.union(
    [
      v.pipe(
        v.number(),
        v.integer(),
        v.minValue(0),
        v.maxValue(Number.MAX_SAFE_INTEGER),
        v.transform((value) => BigInt(value)),
      ),
      v.pipe(
        v.string(),
        v.regex(text),
        v.check((text) => row.parse(text).ok),
        v.transform(valueOf(row)),
      ),
    ],
    wantedBy(row),
  );
}

/** The names of SEV features in a list. */
export const FEATURE_NAMES = FEATURE_ROWS.map(({ name }) => name);

/** SEV features in a text: numbers and names. */
const FEATURE_TEXT = '(0[xX]0*[0-9a-fA-F]{1,16}|[0-9]{1,20}|[A-Za-z][A-Za-z_-]*)';
const FEATURES_TEXT = new RegExp(`^${FEATURE_TEXT}( ?[,+] ?${FEATURE_TEXT})*$`);

/** SEV features: a number, names in a text, or a list of names. */
const featuresSchema = (row: InputRow): v.GenericSchema =>
  v.union(
    [
      wordSchema(row, FEATURES_TEXT),
      v.pipe(
        v.array(v.picklist(FEATURE_NAMES)),
        v.transform((names) =>
          FEATURE_ROWS.filter(({ name }) => names.includes(name)).reduce(
            (all, { lsb }) => all | (1n << BigInt(lsb)),
            0n,
          ),
        ),
      ),
    ],
    `${wantedBy(row)}, or a list of such names`,
  );

/** Bytes as text. */
const bytesSchema = (row: InputRow): v.GenericSchema =>
  v.pipe(
    v.string(),
    v.check((text) => row.parse(text).ok, wantedBy(row)),
    v.transform(valueOf(row)),
  );

/** The profiles that a launch file can name, the usual ones first. */
export const FILE_PROFILES: readonly KnownProfile[] = [
  ...SEV_ES_PROFILES,
  ...MATRIX_PROFILES.snp,
  ...MATRIX_PROFILES['snp:svsm'],
];

const PROFILE_IDS = FILE_PROFILES.map(({ id }) => id);
const PROFILE_LIST = FILE_PROFILES.map(({ id, title }) => `${id} (${title})`).join(', ');

/** The schema of a row, without whether it must be there. */
export function schemaOf(row: InputRow): v.GenericSchema {
  switch (row.kind) {
    case 'number':
    case 'count':
      return v.pipe(numberSchema(row), v.description(row.doc));
    case 'cpu':
      return cpuSchema(row);
    case 'profile':
      return v.pipe(
        v.picklist(PROFILE_IDS, `one of ${PROFILE_IDS.join(', ')}`),
        v.description(`${row.doc.slice(0, -1)}: ${PROFILE_LIST}.`),
      );
    case 'choice':
      return v.pipe(v.picklist((row as ChoiceRow).choices, wantedBy(row)), v.description(row.doc));
    case 'word':
      return v.pipe(row.id === FEATURES ? featuresSchema(row) : wordSchema(row), v.description(row.doc));
    case 'bytes':
      return v.pipe(bytesSchema(row), v.description(row.doc));
    case 'flag':
      return v.pipe(v.boolean(wantedBy(row)), v.description(row.doc));
    case 'text':
      return v.pipe(v.string(), cString, v.description(row.doc));
    case 'name':
      return v.pipe(v.string(), v.minLength(1), cString, v.description(row.doc));
    case 'wishes':
      return v.pipe(wishesSchema(), v.description(row.doc));
    case 'evidence list':
      return v.pipe(
        v.union(
          [
            v.pipe(
              pathSchema,
              v.transform((path) => [path]),
            ),
            v.pipe(v.array(pathSchema), v.minLength(1)),
          ],
          'a path, or a list of paths',
        ),
        v.description(`${row.doc} Paths are relative to this file or absolute.`),
      );
    default:
      return v.pipe(pathSchema, v.description(`${row.doc} A path, relative to this file or absolute.`));
  }
}

const entriesOf = (rows: readonly MemberRow[]): v.ObjectEntries =>
  Object.fromEntries(
    rows.map((row) => [row.member.at(-1)!, row.required ? schemaOf(row) : v.optional(schemaOf(row))]),
  );

const objectOf = (rows: readonly MemberRow[]): v.GenericSchema => v.strictObject(entriesOf(rows));

/** An object of inputs; where one of them takes the place of the others, it or the others. */
function schemaOfObject(name: string): v.GenericSchema {
  const rows = rowsIn(name);
  const alone = rows.find((row) => row.alone);
  if (!alone) return objectOf(rows);
  const others = usualRowsIn(name);
  const [first = '', ...more] = others.map(({ member }) => `"${member.at(-1)!}"`);
  return v.union(
    [v.strictObject({ [alone.member.at(-1)!]: schemaOf(alone) }), objectOf(others)],
    `an object with ${first} and perhaps ${more.join(', ')}, or with "${alone.member.at(-1)!}" alone`,
  );
}

const objects = Object.entries(OBJECTS).map(
  ([name, { doc }]) => [name, v.optional(v.pipe(schemaOfObject(name), v.description(doc)))] as const,
);

/** The schemas of the members that are no inputs. */
const LABELS = {
  $schema: v.optional(v.string()),
  name: v.optional(v.pipe(v.string(), v.description('What to call this launch in reports.'))),
};

const SCHEMA = v.strictObject({
  ...LABELS,
  ...entriesOf(SINGLE_ROWS),
  ...Object.fromEntries(objects),
});

/** The members of a launch file, in the order in which they are written. */
export const MEMBERS: readonly string[] = Object.keys(SCHEMA.entries);

/** The shape of a launch file. */
export const LaunchFileSchema = SCHEMA as unknown as v.GenericSchema<unknown, LaunchFile>;
