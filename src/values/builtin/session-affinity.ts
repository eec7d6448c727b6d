/** Seconds for which a client stays with its endpoint if a Service with session affinity `ClientIP` names no time (Kubernetes' default of `timeoutSeconds`). */
export const defaultAffinitySeconds = 10_800;

/** The longest time in seconds that a Service can name; the API server refuses a longer one. */
export const maxAffinitySeconds = 86_400;
