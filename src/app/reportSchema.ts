// The JSON of `report verify`, as a schema that is published: from the tables of steps, so that it says what is printed.

import { STEPS } from '../core/report/steps';

/** The version of the JSON: it changes when a member changes its meaning. */
export const VERIFICATION_VERSION = 1;

const text = { type: 'string' };
const list = (items: object) => ({ type: 'array', items });
const object = (properties: Readonly<Record<string, object>>, optional: readonly string[] = []) => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
});

/** The schema, JSON Schema draft 7. */
export const verificationSchema = (): object => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Verification of an SEV-SNP attestation report',
  description: 'What "sevscope report verify --json" prints.',
  ...object({
    version: { const: VERIFICATION_VERSION },
    file: text,
    verified: { type: 'boolean', description: 'nothing failed, and everything that is required was checked' },
    at: { ...text, description: 'when certificates had to be valid' },
    product: { enum: ['Milan', 'Genoa', 'Turin', 'Venice', null] },
    steps: list(
      object({
        step: {
          enum: Object.keys(STEPS),
          description: Object.values(STEPS)
            .map(({ title }) => title)
            .join(', '),
        },
        outcome: { enum: ['passed', 'failed', 'not-checked'] },
        reason: text,
      }),
    ),
    chain: list(
      object(
        {
          role: { enum: ['ARK', 'ASK', 'ASVK', 'VCEK', 'VLEK'] },
          name: text,
          source: { ...text, description: '"known here" for an authority that was not given' },
          notBefore: text,
          notAfter: text,
          serial: text,
          sha256: { ...text, description: 'of the certificate in DER' },
          publicKey: { ...text, description: 'SubjectPublicKeyInfo in DER' },
          problem: text,
        },
        ['problem'],
      ),
    ),
    remarks: list(text),
    fields: { type: 'object', description: 'the fields of the report by name' },
    kds: list(object({ product: text, vcek: text, chain: text, crl: text }, ['vcek'])),
  }),
});
