import { createHash } from 'node:crypto';
import type { Tool } from './catalogue.ts';

/** Everything that determines a compiled tool, byte for byte. */
export interface ToolInputs {
  readonly tool: Tool;
  /** Output of `go env GOVERSION`, for example `go1.26.8`. */
  readonly goVersion: string;
  /** Output of `go env GOARCH`: `amd64` or `arm64`. */
  readonly architecture: string;
  /** File name relative to the module → content: go.mod, go.sum and the Go files of the module itself. */
  readonly sources: Readonly<Record<string, string>>;
}

/**
 * Content hash of a tool's inputs: 16 hexadecimal digits, equal for equal inputs and independent of their order.
 *
 * Each value is hashed with its name and length, so that moving text from one field to the next changes the key.
 */
export function toolKey(inputs: ToolInputs): string {
  const hash = createHash('sha256');
  const add = (name: string, value: string): void => {
    hash.update(`${name}\0${Buffer.byteLength(value)}\0${value}\0`);
  };
  add('go', inputs.goVersion);
  add('architecture', inputs.architecture);
  add('tags', inputs.tool.tags.toSorted().join(','));
  add('definitions', inputs.tool.definitions.toSorted().join(','));
  for (const [program, path] of sorted(inputs.tool.programs)) add(`program ${program}`, path);
  for (const [link, program] of sorted(inputs.tool.links ?? {})) add(`link ${link}`, program);
  for (const [file, content] of sorted(inputs.sources)) add(`file ${file}`, content);
  return hash.digest('hex').slice(0, 16);
}

function sorted(record: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
