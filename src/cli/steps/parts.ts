import { hubNamespace, memberNamespace } from '../../api/places.ts';
import { componentName } from '../../install/metadata.ts';
import type { ObjectName } from '../../values/object-key.ts';

/** The roles of a cluster: the hub, a member, or both. */
export type Part = 'hub' | 'member';

/** The workload that proves that a part is installed, and how: the controller, or the agents. */
export const placeOfPart = (part: Part): ObjectName =>
  part === 'hub'
    ? { namespace: hubNamespace, name: componentName('controller') }
    : { namespace: memberNamespace, name: componentName('agent') };
