import { readFile } from 'node:fs/promises';
import { accessPolicySpec } from '../../api/accesspolicy/schema.ts';
import type { AccessPolicy } from '../../api/accesspolicy/type.ts';
import { networking } from '../../api/groups.ts';
import { Failure } from '../../values/failure.ts';
import { didYouMean } from '../../values/text/nearest.ts';

const apiVersion = `${networking.group}/${networking.version}`;

const policyIn = (file: string, value: unknown): AccessPolicy => {
  const object = (typeof value === 'object' && value !== null ? value : {}) as Partial<AccessPolicy>;
  const { kind, metadata, spec } = object;
  const name = typeof metadata?.name === 'string' ? metadata.name : '';
  if (object.apiVersion !== apiVersion || kind !== 'AccessPolicy' || name === '')
    throw new Failure(
      'InvalidInput',
      `${file} has something else than an AccessPolicy of ${apiVersion} with a name; preview takes policies only.`,
    );
  const read = accessPolicySpec.strict().safeParse(spec);
  if (read.success)
    return {
      apiVersion,
      kind,
      metadata: { name, ...(metadata?.namespace === undefined ? {} : { namespace: metadata.namespace }) },
      spec: read.data,
    };
  const [issue] = read.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const where = ['spec', ...(issue?.path ?? []).map(String), ...(unknown === undefined ? [] : [unknown])].join('.');
  const hint = unknown === undefined ? '' : didYouMean(unknown, Object.keys(accessPolicySpec.shape));
  throw new Failure('InvalidInput', `AccessPolicy ${name} in ${file}: ${where}: ${issue?.message ?? 'invalid'}; correct the field.${hint}`);
};

/** The policies in a YAML or JSON file, at least one. @throws Failure InvalidInput for anything else, with the file and the field. */
export const readPolicies = async (file: string): Promise<AccessPolicy[]> => {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new Failure('InvalidInput', `The file ${file} cannot be read (${(cause as Error).message}); name another with --filename.`, {
      cause,
    });
  }
  const { parseAllDocuments } = await import('yaml');
  const documents = parseAllDocuments(text);
  const values = (Array.isArray(documents) ? documents : []).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new Failure('InvalidInput', `The file ${file} is no YAML: ${error.message.split('\n')[0]}; correct it.`);
    return document.toJS() as unknown;
  });
  const policies = values.filter((value) => value !== null).map((value) => policyIn(file, value));
  if (policies.length === 0) throw new Failure('InvalidInput', `The file ${file} has no AccessPolicy; name one that has.`);
  return policies;
};
