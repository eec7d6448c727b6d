/** One cluster of a playground. `index` is 1…15, given once and kept: addresses are derived from it. */
export interface ClusterSpec {
  name: string;
  index: number;
  nodes: number;
}

/** What a playground consists of; the state directory holds it as `playground.json`. `slot` (0…31) chooses its address range. */
export interface PlaygroundSpec {
  name: string;
  slot: number;
  clusters: ClusterSpec[];
}

/** A namespace with processes: the control plane of a cluster, or one of its nodes. */
export interface Machine {
  name: string;
  cluster: string;
  role: 'control-plane' | 'node';
  /** Underlay address, without prefix length. */
  address: string;
  /** The site's router. */
  gateway: string;
  /** Interface of the router namespace that leads to this machine. */
  port: string;
  /** Pods of this node; a control plane has none. */
  podCIDR?: string;
}
