/*
 * What the CNI plugin (toolchain/cni-plugin) and the agent say to one another: one JSON line each way on the agent's socket.
 */

/** What the plugin was called for, and for which pod. */
export interface CniRequest {
  readonly command: 'ADD' | 'DEL' | 'CHECK';
  readonly containerId: string;
  /** Path of the pod's network namespace; may be empty for DEL. */
  readonly netns: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** What the agent made of it. */
export interface CniAnswer {
  readonly ok: boolean;
  /** Why not, in a sentence; with `ok` it says that the pod may start but is not attached. */
  readonly message?: string;
}
