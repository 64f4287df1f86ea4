// The forms of launch digests, which `sevscope digest` prints and the page of reference values saves: one table, for both.

/** A form. */
export interface FormRow {
  /** For the help, a phrase. */
  readonly help: string;
  /** Only launches of SEV-SNP have it. */
  readonly snp?: true;
  /** Of one launch, of a table, or of both. */
  readonly of: 'one' | 'table' | 'both';
  /** The script of plain digests prints it, of one launch. */
  readonly plain?: true;
  /** Each digest has what it is of beside it. In others nothing enters that was not asked for by name: a verifier trusts what is in them. */
  readonly labelled?: true;
  /** Bytes, and no text. */
  readonly binary?: true;
  /** The end of the name of a file in it. */
  readonly extension: string;
}

export const FORMS = {
  hex: { help: 'hexadecimal', extension: 'txt', of: 'both', plain: true },
  base64: { help: 'base64', extension: 'txt', of: 'both', plain: true },
  json: {
    help: 'JSON with what each digest is of',
    extension: 'json',
    of: 'both',
    plain: true,
    labelled: true,
  },
  csv: { help: 'a table as CSV', extension: 'csv', of: 'table', labelled: true },
  rvps: { help: "a sample message for Trustee's RVPS", extension: 'json', of: 'both', snp: true },
  'rvps-configmap': { help: 'the same as a ConfigMap', extension: 'yaml', of: 'both', snp: true },
  corim: { help: "CoRIM in Microsoft's profile", extension: 'cbor', of: 'one', snp: true, binary: true },
  'corim-amd': { help: "CoRIM in AMD's profile", extension: 'cbor', of: 'both', snp: true, binary: true },
  contrast: { help: "reference values of Contrast's manifest", extension: 'json', of: 'both', snp: true },
  dstack: {
    help: 'hashes from which dstack computes the digest, as JSON',
    extension: 'json',
    of: 'one',
    snp: true,
  },
} as const satisfies Readonly<Record<string, FormRow>>;

/** The name of a form. */
export type Form = keyof typeof FORMS;
export const FORM_NAMES = Object.keys(FORMS) as Form[];

/** The row of a form. */
export const formRow = (form: Form): FormRow => FORMS[form];
