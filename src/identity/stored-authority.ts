import { type Rotation, rotations as rotationList } from '../api/rotations.ts';
import { readJson } from '../values/text/read-json.ts';
import type { AuthorityFiles } from './authority.ts';

/** The data of the Secret with the authority of a cluster, by key. */
export const authorityData = ({ certificate, privateKey, rotations = [], joined }: AuthorityFiles): Readonly<Record<string, string>> => ({
  'tls.crt': certificate,
  'tls.key': privateKey,
  ...(joined === undefined ? {} : { 'joined.crt': joined }),
  ...(rotations.length === 0 ? {} : { rotations: JSON.stringify(rotations) }),
});

/** Reads what {@link authorityData} made, with values in base64 as Kubernetes stores them; undefined without a certificate or a key. */
export const readAuthorityData = (data: Readonly<Record<string, string>> = {}): AuthorityFiles | undefined => {
  const text = (key: string): string | undefined => {
    const value = data[key];
    return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
  };
  const [certificate, privateKey, joined, rotations] = ['tls.crt', 'tls.key', 'joined.crt', 'rotations'].map(text);
  if (certificate === undefined || privateKey === undefined) return undefined;
  return {
    certificate,
    privateKey,
    ...(joined === undefined ? {} : { joined }),
    ...(rotations === undefined ? {} : { rotations: readRotations(readJson(rotations)) }),
  };
};

/** A list of rotations of unknown origin; empty for everything else. Their signatures are not verified. */
const readRotations = (value: unknown): readonly Rotation[] => rotationList.safeParse(value).data ?? [];

/** The certificate with which a cluster joined: the hub knows the cluster by it, and the rotations lead from it to the present one. */
export const joinedCertificate = ({ joined, certificate }: Pick<AuthorityFiles, 'joined' | 'certificate'>): string => joined ?? certificate;
