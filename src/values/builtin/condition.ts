/** One observation about an object, as Kubernetes writes it into `status.conditions`. */
export type Condition = {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  /** A CamelCase reason for programs. */
  readonly reason?: string;
  /** A sentence for people. */
  readonly message?: string;
  /** RFC 3339; when `status` last changed. */
  readonly lastTransitionTime?: string;
  /** The `metadata.generation` the observation is about. */
  readonly observedGeneration?: number;
};
