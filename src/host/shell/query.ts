// What addresses of our own schemes carry in their query: JSON that the extension wrote, unless somebody made the address by hand.

import type { Uri } from 'vscode';

/** The members of the object in a query; none where there is no such object. Their types are the caller's to check. */
export function queryOf({ query }: Uri): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(query);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}
