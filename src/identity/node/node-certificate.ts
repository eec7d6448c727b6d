import { X509Certificate } from 'node:crypto';
import { encodeBase64 } from '../../values/text/base64.ts';
import { shortName } from '../../values/text/hash.ts';
import type { Root } from '../root.ts';
import { clusterOfNode, nodeIdentity } from '../spiffe.ts';

/** How long the certificate of a node is valid, in milliseconds. It is renewed when half of that is over. */
export const nodeCertificateMs = 12 * 3_600_000;

/** How far the clocks of the two ends of a connection may differ, in milliseconds. */
export const certificateSkewMs = 5 * 60_000;

/** The certificate of a node as its agent and its peers use it. */
export interface NodeCertificate {
  /** As `isIdentityKey` describes it. */
  readonly publicKey: string;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/** The node that a certificate must be for. */
export interface CertificateOwner {
  readonly root: Root;
  readonly node: string;
  /** Earlier authorities of the cluster that count, too, after a rotation. Called for a certificate that `root` did not issue. */
  readonly before?: (() => readonly Root[]) | undefined;
}

/**
 * Reads the certificate of a node (PEM); a phrase states why it is none.
 * The authority of the node's cluster, or one before it that still counts, must have issued it, for the identity of this node alone and for no longer than {@link nodeCertificateMs}. Whether
 * it is valid now is left to the caller.
 */
export const readNodeCertificate = (pem: string, { root, node, before }: CertificateOwner): NodeCertificate | string => {
  if (pem.length > maxNodeCertificate) return 'is larger than a certificate';
  try {
    const certificate = new X509Certificate(pem);
    const id = nodeIdentity(root.cluster, root.project, node);
    if (!isIssuedBy(certificate, root) && before?.().some((one) => isIssuedBy(certificate, one)) !== true)
      return `was not issued by the authority ${root.fingerprint}`;
    if (certificate.ca) return 'is that of an authority';
    if (certificate.subjectAltName !== `URI:${id}`) return `is for ${certificate.subjectAltName ?? 'nobody'} and not for ${id}`;
    const [notBefore, notAfter] = [certificate.validFromDate.getTime(), certificate.validToDate.getTime()];
    if (notAfter - notBefore > nodeCertificateMs + 2 * certificateSkewMs) return 'is valid for more than 12 hours';
    return { publicKey: encodeBase64(certificate.publicKey.export({ type: 'spki', format: 'der' })), notBefore, notAfter };
  } catch {
    return 'is no certificate';
  }
};

const isIssuedBy = (certificate: X509Certificate, root: Root): boolean =>
  certificate.checkIssued(new X509Certificate(root.certificate)) && certificate.verify(root.publicKey);

/** The cluster that the certificate of a node (PEM) names; undefined for everything else. It proves nothing, see {@link readNodeCertificate}. */
export const clusterNamedBy = (pem: string): string | undefined => {
  if (pem.length > maxNodeCertificate) return undefined;
  try {
    return clusterOfNode(new X509Certificate(pem).subjectAltName?.replace(/^URI:/, '') ?? '');
  } catch {
    return undefined;
  }
};

/** Maximum length of the certificate of a node, PEM; the longest honest one has about 1,100 characters. */
export const maxNodeCertificate = 4096;

/** How much time a certificate of an earlier authority has left when it is replaced, in milliseconds: others need time to learn of the rotation. */
const rotatedLeftMs = 4 * 3_600_000;

/**
 * Whether a node needs a new certificate: it has none for its key, the present one is of another authority, or half of its time is over. One of an
 * authority `before` is kept somewhat longer. One that is not valid yet, because a clock was set back, is replaced, too.
 */
export const needsCertificate = (present: string | undefined, publicKey: string, owner: CertificateOwner, now: number): boolean => {
  if (present === undefined) return true;
  const read = readNodeCertificate(present, owner);
  if (typeof read === 'string' || read.publicKey !== publicKey || now < read.notBefore) return true;
  const isEarlier = owner.before !== undefined && !isIssuedBy(new X509Certificate(present), owner.root);
  return read.notAfter - now < (isEarlier ? rotatedLeftMs : nodeCertificateMs / 2);
};

/** The common name of a node in its certificate, at most 64 characters (X.520). */
export const commonNameOf = (node: string): string => shortName(node, 63);
