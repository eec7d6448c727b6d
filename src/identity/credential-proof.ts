import { verify } from 'node:crypto';
import type { CredentialAnswer, CredentialQuestion } from '../api/credentialrequest/type.ts';
import type { Rotation } from '../api/rotations.ts';
import { Failure } from '../values/failure.ts';
import { decodeBase64, encodeBase64 } from '../values/text/base64.ts';
import { canonicalJson } from '../values/text/canonical-json.ts';
import type { Authority } from './authority.ts';
import type { Root } from './root.ts';
import { successorsOf } from './rotation.ts';
import { type EphemeralKey, seal, unseal } from './sealed-box.ts';

/** The hub's answer to a cluster that proved its key. */
export interface RenewedCredential {
  /** Token of the cluster's worker account. */
  readonly token: string;
  /** Addresses at which members reach the hub, the best first; empty when the hub does not know. */
  readonly servers: readonly string[];
  /** PEM of the authorities of the hub's server; empty when the hub does not know. */
  readonly ca: string;
}

interface Question {
  readonly cluster: string;
  readonly project: string;
  readonly challenge: string;
  readonly publicKey: string;
}

/** The signed text. Its first field distinguishes it from everything else that the authority signs. */
const questionText = ({ cluster, project, challenge, publicKey }: Question): string =>
  canonicalJson({ purpose: 'kubeslice credential request 1', cluster, project, challenge, publicKey });

/** Requests a credential: an answer to the challenge of the hub, signed by the cluster's authority. */
export const proveAuthority = (authority: Authority, challenge: string, { publicKey }: EphemeralKey): CredentialQuestion => {
  const { cluster, project, rotations } = authority;
  const text = questionText({ cluster, project, challenge, publicKey });
  const signature = encodeBase64(authority.sign(Buffer.from(text, 'utf8')));
  return { challenge, publicKey, signature, ...(rotations.length === 0 ? {} : { rotations: [...rotations] }) };
};

/**
 * Whether the authority of a cluster signed the request for exactly this cluster, project, challenge and key. The cluster joined with `root`; `known`
 * rotations led from there to the authority of its last proof, and those in the request lead on. An authority before that proves nothing.
 */
export const isProved = (request: CredentialQuestion, root: Root, known: readonly Rotation[] = []): boolean => {
  const signature = decodeBase64(request.signature);
  if (signature === undefined || signature.length !== 64) return false;
  const text = questionText({ ...request, cluster: root.cluster, project: root.project });
  const last = successorsOf(root, known).at(-1) ?? root;
  const { publicKey } = successorsOf(last, request.rotations ?? []).at(-1) ?? last;
  return verify('sha256', Buffer.from(text, 'utf8'), { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature);
};

/** Answers a request for which {@link isProved} is true. Throws `InvalidInput` when its public key is invalid. */
export const answerProof = (
  request: CredentialQuestion,
  root: Pick<Root, 'cluster' | 'project'>,
  credential: RenewedCredential,
): CredentialAnswer => ({
  challenge: request.challenge,
  ...seal(canonicalJson(credential), request.publicKey, questionText({ ...request, cluster: root.cluster, project: root.project })),
});

/** Opens the answer to an own request. Throws `InvalidInput` when it answers another request, or its content is invalid. */
export const openAnswer = (
  answer: CredentialAnswer,
  request: CredentialQuestion,
  own: EphemeralKey,
  { cluster, project }: Pick<Root, 'cluster' | 'project'>,
): RenewedCredential => {
  const text = unseal(answer, own, questionText({ ...request, cluster, project }));
  const { token, servers, ca } = JSON.parse(text) as Partial<RenewedCredential>;
  if (typeof token !== 'string' || typeof ca !== 'string' || !Array.isArray(servers) || !servers.every((one) => typeof one === 'string'))
    throw new Failure('InvalidInput', 'The hub answered a credential request with something that is no credential.');
  return { token, servers, ca };
};
