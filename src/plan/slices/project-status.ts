import { type Condition, setCondition } from '../../api/condition.ts';
import { projectNamespace } from '../../api/places.ts';
import type { Project, ProjectStatus } from '../../api/project/type.ts';
import { ignoredInProject, ignoredVerdicts } from './ignored-fields.ts';

/** The status of a project: its namespace, and its fields without effect. The same object when nothing changed. */
export const planProjectStatus = ({ metadata, spec, status }: Project, now: number): ProjectStatus => {
  const namespace = projectNamespace(metadata.name);
  const before: readonly Condition[] | undefined = status?.conditions;
  const conditions = ignoredVerdicts(ignoredInProject(spec), before).reduce<readonly Condition[] | undefined>(
    (list, verdict) => setCondition(list, verdict, metadata.generation, new Date(now)),
    before,
  );
  if (status?.namespace === namespace && conditions === before) return status;
  return { ...(conditions === undefined ? {} : { conditions: [...conditions] }), namespace };
};
