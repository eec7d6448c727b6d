/** The protocol between the CNI plugin (toolchain/cni-plugin) and the agent: one JSON line each way on the agent's socket. */

/** The command and the pod of a plugin call. */
export interface CniRequest {
  readonly command: 'ADD' | 'DEL' | 'CHECK';
  readonly containerId: string;
  /** Path of the pod's network namespace; may be empty for DEL. */
  readonly netns: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** The result of a request. */
export interface CniAnswer {
  readonly ok: boolean;
  /** The reason of a failure, in a sentence; with `ok`, why the pod may start without being attached. */
  readonly message?: string;
}
