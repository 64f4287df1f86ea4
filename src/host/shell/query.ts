// The query of our own URIs: JSON that the extension wrote, unless someone made the URI by hand.

import type { Uri } from 'vscode';
import { isObject } from '../../core/binary/values';

/** The members of the object in a query; empty when there is no object. The caller must check their types. */
export function queryOf({ query }: Uri): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(query);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
