/** Longest lifetime of a member's credential on the hub, in seconds; the worker renews it. Admission enforces it. */
export const hubCredentialSeconds = 3600;

/** The shortest lifetime that the API server gives a token, in seconds. */
export const shortestCredentialSeconds = 600;

/**
 * Time after which a worker renews its credential by proof of its key although the old one is valid, in milliseconds. So it learns of a new address
 * or authority of the hub while the old ones work, and this way of renewal is exercised.
 */
export const proofEveryMs = 24 * 3_600_000;
