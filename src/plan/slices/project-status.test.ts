import { describe, expect, it } from 'vitest';
import type { Project } from '../../api/project/type.ts';
import { planProjectStatus } from './project-status.ts';

const project = (changes: Partial<Project> = {}): Project => ({
  apiVersion: 'controller.kubeslice.io/v1alpha1',
  kind: 'Project',
  metadata: { name: 'shop', namespace: 'kubeslice-controller', generation: 1 },
  spec: {},
  ...changes,
});

describe('the status of a project', () => {
  it('names the namespace, and nothing else while every field has an effect', () => {
    expect(planProjectStatus(project(), 0)).toEqual({ namespace: 'kubeslice-shop' });
  });

  it('says which fields do nothing, and is the same object when nothing changed', () => {
    const spec = { serviceAccount: { readWrite: ['anna'] } };
    const status = planProjectStatus(project({ spec }), 0);
    expect(status.conditions).toMatchObject([{ type: 'FieldsIgnored', status: 'True' }]);
    expect(planProjectStatus(project({ spec, status }), 1)).toBe(status);
    expect(planProjectStatus(project({ status }), 1).conditions).toMatchObject([{ type: 'FieldsIgnored', status: 'False' }]);
  });
});
