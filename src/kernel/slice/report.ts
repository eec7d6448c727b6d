import type { Failure } from '../../values/failure.ts';
import type { Outcome } from '../port.ts';

/** Collects the result of one `converge` while it runs. */
export class Report implements Outcome {
  readonly changes: string[] = [];
  readonly failures = new Map<string, Failure>();
  readonly attached = new Map<string, Set<string>>();
  readonly podFailures = new Map<string, Failure>();
  readonly putOff = new Map<string, number>();
}
