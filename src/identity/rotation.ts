import { type KeyObject, X509Certificate } from 'node:crypto';
import { maxRotationCertificate, type Rotation } from '../api/rotations.ts';
import type { Authority } from './authority.ts';
import { certificateFingerprint } from './fingerprint.ts';
import { certificateSkewMs, nodeCertificateMs } from './node/node-certificate.ts';
import type { Root } from './root.ts';
import { trustDomain } from './spiffe.ts';
import { certificateOf, extensions, subjectOf, uriName } from './x509/certificate.ts';

/** How long the old key counts after a rotation, in milliseconds: as long as the last node certificate that it signed. */
export const overlapMs = nodeCertificateMs + certificateSkewMs;

/** Signs the change from one authority to another one of the same cluster, at a time in milliseconds since 1970. `random` supplies serial numbers. */
export const crossSign = (before: Authority, after: Authority, now: number, random: (bytes: number) => Uint8Array): Rotation => {
  const certify = (issuer: Authority, subject: Root, notAfter: number): string =>
    certificateOf(
      {
        serial: random(16),
        issuer: subjectOf(issuer.certificate),
        subject: subjectOf(subject.certificate),
        notBefore: now - certificateSkewMs,
        notAfter,
        publicKey: subject.publicKey.export({ type: 'spki', format: 'der' }),
        extensions: [
          extensions.authority,
          extensions.signsCertificates,
          extensions.names(uriName(trustDomain(after.cluster, after.project))),
        ],
      },
      (bytes) => issuer.sign(bytes),
    );
  return { newWithOld: certify(before, after, before.notAfter), oldWithNew: certify(after, before, now + overlapMs) };
};

/**
 * The authorities that follow a known one, the latest last. Each rotation must continue from the key before it, so a list that was cut, reordered or
 * mixed leads less far, and never elsewhere.
 */
export const successorsOf = (root: Root, rotations: readonly Rotation[]): readonly Root[] => {
  const found: Root[] = [];
  for (const rotation of rotations) {
    const key = found.at(-1)?.publicKey ?? root.publicKey;
    const [next, before] = [readCross(rotation.newWithOld, root), readCross(rotation.oldWithNew, root)];
    if (next !== undefined && before !== undefined && isSigned(next, key, before)) found.push(next.root);
  }
  return found;
};

/** The authorities that a known one replaced, the latest first. Each is valid from its rotation to the end of the overlap. */
export const predecessorsOf = (root: Root, rotations: readonly Rotation[]): readonly Root[] => {
  const found: Root[] = [];
  for (const rotation of rotations.toReversed()) {
    const key = found.at(-1)?.publicKey ?? root.publicKey;
    const [next, before] = [readCross(rotation.newWithOld, root), readCross(rotation.oldWithNew, root)];
    if (next?.root.publicKey.equals(key) && before !== undefined && isSigned(next, before.root.publicKey, before)) found.push(before.root);
  }
  return found;
};

/** The later ones of {@link predecessorsOf} that still count at a time in milliseconds since 1970. */
export const overlapping = (root: Root, rotations: readonly Rotation[], now: number): readonly Root[] =>
  predecessorsOf(root, rotations).filter(({ notBefore, notAfter }) => now >= notBefore - certificateSkewMs && now <= notAfter);

/**
 * The authority and the earlier ones of the same cluster, for what the cluster itself signed: for that the ends of the overlaps do not matter. The
 * latest is first.
 */
export const ownRoots = (authority: Pick<Authority, 'rotations'> & Root): readonly Root[] => [
  authority,
  ...predecessorsOf(authority, authority.rotations).map((root) => ({ ...root, notAfter: authority.notAfter })),
];

interface Cross {
  readonly certificate: X509Certificate;
  readonly root: Root;
}

/** Whether the old key signed the new one, and the new one the old. */
const isSigned = (next: Cross, old: KeyObject, before: Cross): boolean =>
  before.root.publicKey.equals(old) && next.certificate.verify(old) && before.certificate.verify(next.root.publicKey);

/** Reads one certificate of a rotation; undefined for everything that cannot be one of this cluster. */
const readCross = (pem: string, { cluster, project }: Pick<Root, 'cluster' | 'project'>): Cross | undefined => {
  if (pem.length > maxRotationCertificate) return undefined;
  try {
    const certificate = new X509Certificate(pem);
    const { publicKey, ca, subjectAltName } = certificate;
    if (publicKey.asymmetricKeyType !== 'ec' || publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return undefined;
    if (!ca || subjectAltName !== `URI:${trustDomain(cluster, project)}`) return undefined;
    const [notBefore, notAfter] = [certificate.validFromDate.getTime(), certificate.validToDate.getTime()];
    const fingerprint = certificateFingerprint(certificate);
    return { certificate, root: { cluster, project, certificate: pem, fingerprint, publicKey, notBefore, notAfter } };
  } catch {
    return undefined;
  }
};
