/** How long a credential of a member on the hub lasts at the most, in seconds; its worker renews it. Admission holds to it. */
export const hubCredentialSeconds = 3600;

/** The shortest life that the API server gives to a token, in seconds. */
export const shortestCredentialSeconds = 600;

/** Time after which a worker has its credential renewed by proof of its key although the old one is valid, in milliseconds: so it learns of a new address or authority of the hub while the old ones work, and the way is known to be open. */
export const proofEveryMs = 24 * 3_600_000;
