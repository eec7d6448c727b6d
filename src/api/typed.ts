import type { ObjectMeta } from '../values/object.ts';

/** An object of one of our kinds. */
export interface Typed<Spec, Status = never> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: Spec;
  readonly status?: Status;
}
