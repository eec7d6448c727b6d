import * as z from 'zod';
import { rotations } from '../rotations.ts';

const base64 = (max: number) => z.string().max(max);

/** Schema of `CredentialRequest.spec`. */
export const credentialRequestSpec = z
  .object({
    challenge: base64(64)
      .optional()
      .describe('The challenge of status that this request answers, base64. A request for another one is ignored.'),
    publicKey: base64(128)
      .optional()
      .describe('Public key for this request only: the point of ECDH P-256, uncompressed (SEC 1), base64. The answer is sealed to it.'),
    signature: base64(128)
      .optional()
      .describe('ECDSA P-256 with SHA-256 under the key of the cluster’s authority, over the request in canonical JSON; base64.'),
    rotations: rotations
      .optional()
      .describe('How the present authority of the cluster came after the one with which it joined, the latest last.'),
  })
  .describe('The request of the cluster for a credential, with the proof that it has the key of its authority.');

/** Schema of `CredentialRequest.status`. */
export const credentialRequestStatus = z
  .object({
    challenge: base64(64)
      .optional()
      .describe('What the next request must sign, base64; it changes after each answer, so that no request counts twice.'),
    answer: z
      .object({
        challenge: base64(64).describe('The challenge of the answered request.'),
        publicKey: base64(128).describe('Public key for this answer only, in the form of the request’s.'),
        sealed: base64(131_072).describe(
          'Token, server addresses and server authority, sealed with AES-256-GCM under a key from ECDH and HKDF-SHA256; base64.',
        ),
      })
      .optional()
      .describe('The last answer; only the sender of the request can open it.'),
    rotations: rotations
      .optional()
      .describe('The rotations that the last request with a valid proof named: an authority that was replaced proves nothing any more.'),
    refused: z.string().max(1024).optional().describe('Why the last request was refused, if it was.'),
    refusedKey: base64(128)
      .optional()
      .describe('The publicKey of the refused request, so that the refusal is not mistaken for an answer to another request.'),
  })
  .describe('The answer of the hub.');
