import * as z from 'zod';

const base64 = (max: number) => z.string().max(max);

/** Schema of `CredentialRequest.spec`. */
export const credentialRequestSpec = z
  .object({
    challenge: base64(64)
      .optional()
      .describe('The challenge of status that this request answers, base64. A request for another one is not looked at.'),
    publicKey: base64(128)
      .optional()
      .describe('Public key made for this one request: the point of ECDH P-256, uncompressed (SEC 1), base64. The answer is sealed to it.'),
    signature: base64(128)
      .optional()
      .describe('ECDSA P-256 with SHA-256 under the key of the cluster’s authority, over the request in canonical JSON; base64.'),
  })
  .describe('What the cluster asks: a credential, by proof that it has the key of its authority.');

/** Schema of `CredentialRequest.status`. */
export const credentialRequestStatus = z
  .object({
    challenge: base64(64)
      .optional()
      .describe('What the next request must sign, base64; another one after each answer, so that none counts twice.'),
    answer: z
      .object({
        challenge: base64(64).describe('The challenge of the request that is answered.'),
        publicKey: base64(128).describe('Public key made for this one answer, as that of the request.'),
        sealed: base64(131_072).describe(
          'Token, server addresses and server authority, sealed with AES-256-GCM under a key from ECDH and HKDF-SHA256; base64.',
        ),
      })
      .optional()
      .describe('The last answer; only who made the request can open it.'),
    refused: z.string().max(1024).optional().describe('Why the last request was refused, if it was.'),
    refusedKey: base64(128)
      .optional()
      .describe('The publicKey of the request that was refused, so that nobody takes it for the answer to another one.'),
  })
  .describe('What the hub answers.');
