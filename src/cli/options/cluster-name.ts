import { Failure } from '../../values/failure.ts';

/** Checks a name for a cluster: a DNS label of at most 40 characters. @throws Failure InvalidInput. */
export const checkClusterName = (name: string): string => {
  if (/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/.test(name)) return name;
  throw new Failure(
    'InvalidInput',
    `Cluster name "${name}" must be at most 40 lower-case letters, digits and dashes, starting and ending with a letter or digit; choose one such as east.`,
  );
};
