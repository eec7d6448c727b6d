import { expect, it } from 'vitest';
import { confirmAnnotation } from '../../api/labels.ts';
import { memberNamespace } from '../../api/places.ts';
import { cluster, slice } from '../fixtures/hub.ts';
import { type HubInUse, refuseHubRemoval } from './removal.ts';

const ready = (status: 'True' | 'False') => ({
  conditions: [{ type: 'Ready', status, reason: 'r', message: 'm', lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: 1 }],
});
const controller = { name: 'kubeslice-controller' };
const confirmed = { ...controller, annotations: { [confirmAnnotation]: 'true' } };
const kept = { ...slice('kept'), metadata: { ...slice('kept').metadata, namespace: memberNamespace } };
const connected = [cluster('west', ready('True')), cluster('east', ready('True')), cluster('gone', ready('False'))];

it.each<[string, HubInUse, string | undefined]>([
  ['nothing is there', { controller, clusters: [], slices: [] }, undefined],
  ['a cluster is not connected', { controller, clusters: [cluster('gone', ready('False')), cluster('new')], slices: [] }, undefined],
  ['clusters are connected', { controller, clusters: connected, slices: [] }, 'in use (connected clusters east, west):'],
  ['there are slices', { controller, clusters: [], slices: [slice('b'), slice('a')] }, 'in use (slices default/a, default/b):'],
  [
    'there are both',
    { controller, clusters: connected, slices: [slice('a')] },
    'in use (connected clusters east, west; slices default/a):',
  ],
  ['the cluster is a member itself', { controller, clusters: [], slices: [kept] }, undefined],
  ['the removal is confirmed', { controller: confirmed, clusters: connected, slices: [slice('a')] }, undefined],
  ['the controller is gone', { controller: undefined, clusters: [], slices: [slice('a')] }, 'in use (slices default/a):'],
])('when %s', (_, seen, expected) => {
  const refusal = refuseHubRemoval(seen);
  if (expected === undefined) expect(refusal).toBeUndefined();
  else expect(refusal).toContain(expected);
});
