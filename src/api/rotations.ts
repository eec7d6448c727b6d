import * as z from 'zod';

/** Maximum number of rotations of a cluster's authority that it publishes. */
export const maxRotations = 8;

/** Maximum length of a certificate in a rotation, PEM; an honest one has about 900 characters. */
export const maxRotationCertificate = 1536;

/** Schema of the rotations of a cluster's authority. */
export const rotations = z
  .array(
    z
      .object({
        newWithOld: z.string().max(maxRotationCertificate).describe('Certificate of the new key, PEM, issued by the old authority.'),
        oldWithNew: z
          .string()
          .max(maxRotationCertificate)
          .describe('Certificate of the old key, PEM, issued by the new authority; it ends with the overlap in which both count.'),
      })
      .describe('One change of the authority, signed by both (RFC 4210 §4.4).'),
  )
  .max(maxRotations);

/** One change of a cluster's authority, signed by both keys (RFC 4210 §4.4), so that those who know the old key can follow to the new one. */
export type Rotation = Readonly<z.output<typeof rotations>[number]>;
