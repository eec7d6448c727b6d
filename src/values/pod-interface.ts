/** Name of the slice's interface inside a pod. */
export const podInterface = 'slice0';
/** First letter of the host ends of pod interfaces, in the slice's namespace; the firewall distinguishes pods from the tunnel by it. */
export const podInterfacePrefix = 'p';
