// The objects that a schema takes at a member: of a choice between several, each.

import type * as v from 'valibot';

/** A schema of an object, with a schema for each member. */
export type ObjectForm = v.GenericSchema & { readonly entries: Readonly<Record<string, v.GenericSchema>> };

const hasEntries = (schema: v.GenericSchema): schema is ObjectForm => 'entries' in schema;

/** The objects that a schema takes. */
function formsOf(schema: v.GenericSchema & { wrapped?: v.GenericSchema; options?: unknown }): ObjectForm[] {
  if (schema.wrapped) return formsOf(schema.wrapped);
  if (schema.type === 'union') return (schema.options as v.GenericSchema[]).flatMap(formsOf);
  return hasEntries(schema) ? [schema] : [];
}

/** Whether an object has a member of this name. */
export const isMemberOf = ({ entries }: ObjectForm, name: string): boolean => Object.hasOwn(entries, name);

/** The objects that a schema takes at a member, outermost name first. */
export const formsAt = (schema: v.GenericSchema, member: readonly string[]): ObjectForm[] =>
  member.reduce(
    (forms, name) => forms.flatMap((form) => (isMemberOf(form, name) ? formsOf(form.entries[name]!) : [])),
    formsOf(schema),
  );
