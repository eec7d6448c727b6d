import type { KubernetesObject } from '../object.ts';
import type { ResourceKind } from '../resource-kind.ts';

/** Requests that an API server runs and queues separately from others (API Priority and Fairness, KEP-1040). */
export type PriorityLevelConfiguration = KubernetesObject & {
  readonly spec?: {
    readonly type: 'Limited';
    readonly limited: {
      /** Seats relative to those of all other levels. */
      readonly nominalConcurrencyShares: number;
      readonly lendablePercent: number;
      readonly borrowingLimitPercent: number;
      readonly limitResponse: {
        readonly type: 'Queue';
        readonly queuing: { readonly queues: number; readonly handSize: number; readonly queueLengthLimit: number };
      };
    };
  };
};

/** A subject of flow control. */
export type FlowSubject =
  | { readonly kind: 'Group'; readonly group: { readonly name: string } }
  | { readonly kind: 'ServiceAccount'; readonly serviceAccount: { readonly namespace: string; readonly name: string } };

/** Which requests go to a priority level, and which of them form one flow. Each flow has a queue of its own. */
export type FlowSchema = KubernetesObject & {
  readonly spec?: {
    readonly priorityLevelConfiguration: { readonly name: string };
    /** The matching schema with the lowest number decides. */
    readonly matchingPrecedence: number;
    readonly distinguisherMethod: { readonly type: 'ByUser' | 'ByNamespace' };
    readonly rules: readonly {
      readonly subjects: readonly FlowSubject[];
      readonly resourceRules?: readonly {
        readonly apiGroups: readonly string[];
        readonly resources: readonly string[];
        readonly verbs: readonly string[];
        readonly namespaces?: readonly string[];
        readonly clusterScope?: boolean;
      }[];
      readonly nonResourceRules?: readonly { readonly verbs: readonly string[]; readonly nonResourceURLs: readonly string[] }[];
    }[];
  };
};

const flowControl = { group: 'flowcontrol.apiserver.k8s.io', version: 'v1', namespaced: false } as const;

export const priorityLevelConfigurationKind: ResourceKind<PriorityLevelConfiguration> = {
  ...flowControl,
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
};
export const flowSchemaKind: ResourceKind<FlowSchema> = { ...flowControl, kind: 'FlowSchema', plural: 'flowschemas' };
