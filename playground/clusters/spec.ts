/** One cluster of a playground. `index` is 1…15 and never changes: addresses derive from it. */
export interface ClusterSpec {
  name: string;
  index: number;
  nodes: number;
}

/** The content of a playground; the state directory stores it as `playground.json`. `slot` (0…31) selects its address range. */
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
  /** Pod addresses of this node; a control plane has none. */
  podCIDR?: string;
}
