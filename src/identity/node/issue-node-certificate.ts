import type { Authority } from '../authority.ts';
import { nodeIdentity } from '../spiffe.ts';
import { certificateOf, distinguishedName, extensions, subjectOf, uriName } from '../x509/certificate.ts';
import { certificateSkewMs, commonNameOf, nodeCertificateMs } from './node-certificate.ts';

/**
 * The certificate of a node for the key that it proved (SPIFFE X509-SVID §3: one URI, no authority), PEM, valid for 12 hours from `now` (milliseconds
 * since 1970). `random` supplies the serial number.
 */
export const issueNodeCertificate = (
  authority: Authority,
  { node, publicKey }: { readonly node: string; readonly publicKey: string },
  now: number,
  random: (bytes: number) => Uint8Array,
): string =>
  certificateOf(
    {
      serial: random(16),
      issuer: subjectOf(authority.certificate),
      subject: distinguishedName({ commonName: commonNameOf(node), organizationalUnit: authority.project, organization: 'KubeSlice' }),
      notBefore: now - certificateSkewMs,
      notAfter: now + nodeCertificateMs,
      publicKey: Buffer.from(publicKey, 'base64'),
      extensions: [
        extensions.notAuthority,
        extensions.signsOnly,
        extensions.serverAndClient,
        extensions.names(uriName(nodeIdentity(authority.cluster, authority.project, node))),
      ],
    },
    (bytes) => authority.sign(bytes),
  );
